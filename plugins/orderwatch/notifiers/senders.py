"""How each sink of the ledger is reached through Airflow's connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from orderwatch.core.addresses import Addresses
from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.crm import CrmHook
from orderwatch.hooks.crm_client import CrmClient, Way
from orderwatch.hooks.crm_task_client import CrmTaskClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient
from orderwatch.hooks.links import addresses
from orderwatch.hooks.mail import MailHook
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.sources.engine import utc_now
from orderwatch.hooks.voucher_client import VoucherClient
from orderwatch.hooks.vouchers import VouchersHook
from orderwatch.hooks.warehouse_client import WarehouseClient
from orderwatch.hooks.website import WebsiteHook
from orderwatch.hooks.website_client import WebsiteClient
from orderwatch.hooks.wecom import WeComHook
from orderwatch.hooks.wecom_client import WeComClient
from orderwatch.hooks.wms import WmsHook
from orderwatch.hooks.work_order_client import WorkOrderClient
from orderwatch.hooks.work_orders import WorkOrdersHook
from orderwatch.pipeline.dispatch import Send

WRONG_CONNECTION = timedelta(minutes=10)


class Senders:
    """Connections are read when the first effect needs them: one that is missing stops only its own sinks."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock  # the world's time and not the company's: it is for mail servers, which know no other

    @cached_property
    def _wecom(self) -> WeComClient:
        return WeComHook().client()

    @cached_property
    def _mail(self) -> MailClient:
        return MailHook().client()

    @cached_property
    def _work_orders(self) -> WorkOrderClient:
        return WorkOrdersHook().client()

    @cached_property
    def _vouchers(self) -> VoucherClient:
        return VouchersHook().client()

    @cached_property
    def _warehouse(self) -> WarehouseClient:
        return WmsHook(clock=self._clock).client()

    @cached_property
    def _crm(self) -> CrmClient:
        return CrmHook(clock=self._clock).client()

    @cached_property
    def _customer_mail(self) -> CustomerMailClient:
        return CustomerMailClient(self._crm, self._mail, self._clock, self.addresses)

    @cached_property
    def _crm_tasks(self) -> CrmTaskClient:
        return CrmTaskClient(self._crm, self.addresses)

    @cached_property
    def _website(self) -> WebsiteClient:
        return WebsiteHook().client()

    @cached_property
    def addresses(self) -> Addresses:
        """Where links lead that need no login, and what seals them."""
        return addresses()

    def way(self, customer_id: str) -> Way | Outcome:
        """How the CRM says that a customer wants to be asked something."""
        try:
            crm = self._crm
        except Exception as error:
            return Outcome("not_sent", f"the connection cannot be used: {error}", WRONG_CONNECTION)
        return crm.way(customer_id)

    def to_person(self, effect: Effect) -> Outcome:
        return self._wecom.send_to_person(effect.recipient, effect.payload["text"])

    def to_group(self, effect: Effect) -> Outcome:
        return self._wecom.send_to_group(effect.recipient, effect.payload["text"])

    def to_mailbox(self, effect: Effect) -> Outcome:
        payload = effect.payload
        return self._mail.send(effect.effect_key, effect.recipient, payload["subject"], payload["text"], self._clock())

    def by_sink(self) -> dict[str, Send]:
        """Sink of the ledger to the sender that reaches it."""
        return {
            "wecom_app": self._once_connected("_wecom", self.to_person),
            "wecom_robot": self._once_connected("_wecom", self.to_group),
            "mail": self._once_connected("_mail", self.to_mailbox),
            "work_order": self._once_connected("_work_orders"),
            "voucher": self._once_connected("_vouchers"),
            "warehouse": self._once_connected("_warehouse"),
            "crm_note": self._once_connected("_crm"),
            "crm_task": self._once_connected("_crm_tasks"),
            "customer_mail": self._once_connected("_customer_mail"),
            "website": self._once_connected("_website"),
        }

    def finders(self) -> dict[str, Send]:
        """Sink to what asks it whether an unknown effect has arrived: ``delivered``, or still ``unknown``."""
        return {"crm_note": self._finder("_crm"), "crm_task": self._finder("_crm_tasks")}

    def _finder(self, client: str) -> Send:
        def find(effect: Effect) -> Outcome:
            try:
                connected = getattr(self, client)
            except Exception as error:  # nobody was asked, so nothing is known that was not known before
                return Outcome("unknown", f"the connection cannot be used: {error}", WRONG_CONNECTION)
            found: Outcome = connected.find(effect)
            return found

        return find

    def _once_connected(self, client: str, send: Send | None = None) -> Send:
        """A connection that is missing or wrong proves that nothing was sent; a person mends it, and it is."""

        def attempt(effect: Effect) -> Outcome:
            try:
                connected = getattr(self, client)
            except Exception as error:
                return Outcome("not_sent", f"the connection cannot be used: {error}", WRONG_CONNECTION)
            deliver: Send = send or connected.send
            return deliver(effect)

        return attempt
