"""A sender in a process of its own: the real dispatch, the real clients, and a moment at which it dies or freezes."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient
from orderwatch.hooks.json_api import JsonApi
from orderwatch.hooks.logins import Token
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.voucher_client import VoucherClient
from orderwatch.hooks.warehouse_client import WarehouseClient
from orderwatch.hooks.website_client import WebsiteClient
from orderwatch.hooks.wecom_client import WeComClient
from orderwatch.hooks.work_order_client import WorkOrderClient
from orderwatch.pipeline.dispatch import Send, dispatch
from orderwatch.store.database import connect, statement

Point = Literal["before_claim_commit", "after_claim_commit", "after_send", "before_finish_commit", "after_finish"]
POINTS: Final[tuple[Point, ...]] = (
    "before_claim_commit", "after_claim_commit", "after_send", "before_finish_commit", "after_finish",
)  # fmt: skip
PATIENCE: Final = 0.5  # seconds that a call may wait; half a lease
Dispatch = Callable[[Engine, Mapping[str, Send], Mapping[str, Send]], Any]


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to a worker by itself: the signal it sends to itself when it passes a point for the n-th time."""

    point: Point | None
    passes: int
    signal: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the sinks are."""

    host: str
    ports: Mapping[str, int]

    def _api(self, service: str) -> JsonApi:
        url = f"http://{self.host}:{self.ports[service]}"
        return JsonApi(
            service, Endpoint(url, allow_private=True, timeout=PATIENCE, connect_timeout=PATIENCE), Token("")
        )

    def senders(self) -> tuple[dict[str, Send], dict[str, Send]]:
        """The project's own clients: sink to sender, and sink to finder."""
        crm = CrmClient(self._api("crm"))
        mail = MailClient(self.host, self.ports["smtp"], "orderwatch@staff.example", security="none")
        wecom = WeComClient(f"http://{self.host}:{self.ports['wecom']}", "corp", "", 1, {"*": "key"})

        def now() -> datetime:
            return datetime.now(UTC)

        return {
            "voucher": VoucherClient(self._api("voucher")).send,
            "work_order": WorkOrderClient(self._api("work_order")).send,
            "warehouse": WarehouseClient(self._api("warehouse")).send,
            "website": WebsiteClient(self._api("website")).send,
            "crm_note": crm.send,
            "customer_mail": CustomerMailClient(crm, mail, now).send,
            "wecom_app": lambda one: wecom.send_to_person(one.recipient, one.payload["text"]),
            "wecom_robot": lambda one: wecom.send_to_group(one.recipient, one.payload["text"]),
            "mail": lambda one: mail.send(one.effect_key, one.recipient, one.payload["subject"], "…", now()),
        }, {"crm_note": crm.find}


def really(engine: Engine, senders: Mapping[str, Send], finders: Mapping[str, Send]) -> Any:
    """The dispatch of the project, as it is."""
    return dispatch(engine, senders, finders=finders)


def work(url: str, outside: Outside, fate: Fate, log: Path, way: Dispatch = really) -> None:
    """Send until killed."""
    logging.disable(logging.CRITICAL)
    engine = connect(url)
    passed = _countdown(fate)
    watch(engine, passed, log)
    senders, finders = outside.senders()
    watched = {sink: _watched(send, passed) for sink, send in senders.items()}
    while True:
        try:
            way(engine, watched, finders)
        except OperationalError as error:
            note(log, f"error {type(error.orig).__name__}")
            time.sleep(0.1)
        except Exception as error:  # whatever it is, the next run begins anew, as a cleared task would
            cause = error.orig if isinstance(error, DBAPIError) else error
            note(log, f"error {type(cause).__name__}")
        time.sleep(0.02)


def note(log: Path, line: str) -> None:
    """One line, whole, whoever else writes and dies."""
    with log.open("ab", buffering=0) as file:
        file.write(f"{line}\n".encode())


def _countdown(fate: Fate) -> Callable[[Point], None]:
    left, lock = fate.passes, threading.Lock()

    def passed(point: Point) -> None:
        nonlocal left
        if point != fate.point:
            return
        with lock:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), fate.signal)

    return passed


def _watched(send: Send, passed: Callable[[Point], None]) -> Send:
    def deliver(effect: Effect) -> Outcome:
        passed("after_claim_commit")
        outcome = send(effect)
        passed("after_send")
        return outcome

    return deliver


def watch(engine: Engine, passed: Callable[[Point], None], log: Path) -> None:
    """See what the dispatch does by what it says to the database; nothing of it is replaced."""
    claim, finish = statement("effects/claim_effect").text, statement("effects/finish_effect").text
    marks = {claim.partition("(")[0]: "claim", finish.partition("(")[0]: "finish"}

    @event.listens_for(engine, "after_cursor_execute")
    def see(conn: Any, cursor: Any, sql: str, *_: Any) -> None:
        did = marks.get(sql.partition("(")[0])
        if did == "finish" and cursor.rowcount == 0:
            note(log, "late_finish")
        elif did and cursor.rowcount:
            conn.info["did"] = did

    @event.listens_for(engine, "commit")
    def committing(conn: Any) -> None:
        did = conn.info.get("did")
        if did:
            passed("before_claim_commit" if did == "claim" else "before_finish_commit")
            conn.info["done"] = did

    @event.listens_for(engine, "checkin")
    def over(_: Any, record: Any) -> None:
        if record.info.get("done") == "finish":
            passed("after_finish")


KILL: Final = int(signal.SIGKILL)
FREEZE: Final = int(signal.SIGSTOP)
