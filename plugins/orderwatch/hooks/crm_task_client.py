"""The CRM as the desk of the call centre: a task to call one customer, with the link that takes their answer."""

from __future__ import annotations

from dataclasses import dataclass

from orderwatch.core.addresses import Addresses
from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.payloads import CrmTask, PayloadError, read_payload
from orderwatch.core.survey.place import with_link
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.crm_records import find_once, write_once
from orderwatch.hooks.json_api import in_path

NO_LINK = "no link can be made: set Airflow's api.base_url and ORDERWATCH_LINK_KEY"


@dataclass(frozen=True)
class CrmTaskClient:
    """A queryable sink, like the notes: tasks carry our reference and can be found by it.

    Payload (`core.payloads.CrmTask`). Who has opted out meanwhile is not called either.
    """

    crm: CrmClient
    addresses: Addresses

    def send(self, effect: Effect) -> Outcome:
        try:
            task = read_payload(CrmTask, effect.payload)
        except PayloadError as error:
            return Outcome("refused", str(error))
        text = with_link(task.text, task.customer_id, task.survey, self.addresses)
        if text is None:
            return Outcome("not_sent", NO_LINK)
        way = self.crm.way(task.customer_id)
        if isinstance(way, Outcome):
            return way
        if way == "opted_out":
            return Outcome("called_off", "the customer does not want to be asked")
        body = {"title": task.title, "text": text, "order_no": task.order_id, "due": task.due_at.isoformat()}
        return write_once(self.crm.api, _tasks(task.customer_id), effect.effect_key, body, "task")

    def find(self, effect: Effect) -> Outcome:
        """``delivered`` when the task of this effect is there, otherwise ``unknown``: it may still arrive."""
        try:
            task = read_payload(CrmTask, effect.payload)
        except PayloadError as error:
            return Outcome("unknown", str(error))
        return find_once(self.crm.api, _tasks(task.customer_id), effect.effect_key, "task")


def _tasks(customer_id: str) -> str:
    return f"/customers/{in_path(customer_id)}/tasks"
