"""A month written down by hand: incidents, messages, money and responses as plain facts, to be counted on fingers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text

from orderwatch.core.programme.month import Month
from orderwatch.core.programme.report import figure_of
from orderwatch.pipeline.programme import count_month
from tests.pipeline.desk import NOON, Desk, a_shipment, an_order

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OCTOBER: Final = Month.read("2026-10")
THE_5TH: Final = datetime(2026, 10, 5, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
_keys = count(1)


class Ledger:
    """Facts go straight into the tables; what is counted is read by the statements of the report."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        desk.ask_to_change("alter table effect disable trigger user")  # their own time, not that of the test

    def order(self, order_id: str, signed_at: datetime | None = None, **changes: Any) -> None:
        """An order as the systems tell it, too young to be late; ``changes`` are those of the order."""
        shipped = {"printed_at": NOON - MINUTE, "signed_at": signed_at, "status": "signed" if signed_at else "open"}
        if signed_at:
            shipped |= {"picked_at": NOON - MINUTE, "shipped_at": NOON - MINUTE}
        scan_id = self.desk.open()
        self.desk.bring_in(scan_id, orders=[an_order(order_id, **changes)], shipments=[a_shipment(order_id, **shipped)])

    def incident(
        self, order_ids: Sequence[str], at: datetime = THE_5TH, *, state: str = "open", alert_before: timedelta = HOUR,
        closed_at: datetime | None = None, **columns: Any,
    ) -> int:  # fmt: skip
        """Its orders became late so long before it began; the number of the incident."""
        known = set(self.desk.ask("select order_id from orders"))
        for order_id in order_ids:
            if order_id not in known:
                self.order(order_id)
        ended = closed_at or at + DAY if state in {"closed", "dismissed", "merged"} else None
        facts = {
            "dedup_key": f"key:{next(_keys)}", "kind": "single", "level": 1, "state": state, "owner_role": "pick_lead",
            "observed_at": at, "opened_at": at, "closed_at": ended,
            "resolved_at": ended if state == "closed" else None,
            "review_due_at": ended + 3 * DAY if ended and state == "closed" else None,
        } | columns  # fmt: skip
        number = self.add("incident", "incident_id", **facts)
        for order_id in order_ids:
            anomaly = self.add(
                "anomaly", "anomaly_id", order_id=order_id, node=3, verdict="anomaly", level=1, entered_at=at - DAY,
                alert_at=at - alert_before, detected_at=at, closed_at=at + HOUR, evidence="{}", explanation="{}",
            )  # fmt: skip
            self.add("incident_member", "incident_id", incident_id=number, anomaly_id=anomaly)
        return number

    def complaint(self, order_id: str, at: datetime, about: str = "late") -> None:
        self.add(
            "complaint", "complaint_id", complaint_id=f"CP{next(_keys)}", order_id=order_id, version=at,
            customer_id="C1", complained_at=at, about=about,
        )  # fmt: skip

    def message(self, incident_id: int, at: datetime, family: str = "opened") -> None:
        """Somebody was told of the incident."""
        effect = self._effect(family=family, sink="mail", planned_at=at, delivered_at=at, state="delivered")
        self.add("effect_incident", "effect_id", effect_id=effect, incident_id=incident_id)

    def act(self, incident_id: int, at: datetime, step: str = "tell", state: str = "delivered", **columns: Any) -> int:
        """A step of the incident's response."""
        arrived = at if state in {"delivered", "undone"} else None
        about = {"step": step, "slot": "s", "sink": "work_order", "planned_at": at, "delivered_at": arrived}
        effect = self._effect(
            family="response", state=state, incident_id=incident_id,
            hold_reason="asks" if state == "held" else None, **(about | columns),
        )  # fmt: skip
        self.add("effect_incident", "effect_id", effect_id=effect, incident_id=incident_id)
        return effect

    def voucher(self, incident_id: int, minor: int, state: str = "delivered", at: datetime = THE_5TH) -> None:
        number = next(_keys)
        self.act(
            incident_id, at, "voucher", state, slot=f"s{number}", sink="voucher", order_id="SO1", customer_id="C1",
            side_effect="money", amount_minor=minor, currency="CNY", incident_cap_minor=10**9,
            business_key=f"late:{number}",
        )  # fmt: skip

    def response(
        self, incident_id: int, playbook: str, at: datetime = THE_5TH, attempt: int = 1, **columns: Any
    ) -> str:
        """The playbook has answered; the sha of its version."""
        sha = f"{playbook}-sha"
        if not self.desk.ask("select 1 from playbook_version where sha = :s", s=sha):
            self.add("playbook_version", "sha", sha=sha, playbook=playbook, raw="x", first_seen_at=at)
        run = {"run_id": f"inc-{incident_id}-r{attempt}", "started_at": at, "triggered_at": at}
        self.add("response", "attempt", incident_id=incident_id, attempt=attempt, playbook=playbook, sha=sha,
                 **(run | columns))  # fmt: skip
        return sha

    def rating(self, incident_id: int, stars: int, by: str = "li", because: str | None = None, **columns: Any) -> None:
        self.add("rating", "rating_id", at=THE_5TH + DAY, incident_id=incident_id, stars=stars, rated_by=by,
                 false_alarm_because=because, **columns)  # fmt: skip

    def asked(self, score: int | None, incident_id: int | None = None, at: datetime = THE_5TH) -> None:
        """A customer was asked about an incident, or about none, and has perhaps answered."""
        effect = self._effect(family="reminder", sink="mail", planned_at=at, delivered_at=at, state="delivered")
        number = self.add(
            "survey_invitation", "invitation_id", incident_id=incident_id, customer_id=f"C{effect}", order_id="SO1",
            week=None if incident_id else at.date() - timedelta(days=at.weekday()), planned_at=at, ask_by=at + DAY,
            state="sent", channel="mail", effect_id=effect, link_id=f"l{effect}", asked_at=at, sent_at=at,
            valid_until=at + 30 * DAY,
        )  # fmt: skip
        if score is not None:
            self.add("survey_answer", "answer_id", invitation_id=number, at=at + HOUR, score=score, channel="mail")

    def cause(self, incident_id: int, cause: str, subject: str = "SKU-1") -> None:
        """What its review has found, and what it happened to."""
        found = f"cause = '{cause}', subject = '{subject}', root_cause = 'system'"
        self.desk.ask_to_change(f"update incident_review set {found} where incident_id = {incident_id}")

    def add(self, table: str, key: str, **columns: Any) -> Any:
        names = ", ".join(columns)
        values = ", ".join(f":{name}" for name in columns)
        with self.desk.engine.begin() as conn:
            found = conn.execute(text(f"insert into {table} ({names}) values ({values}) returning {key}"), columns)
            return found.scalar_one()

    def figure(self, key: str, month: Month = OCTOBER) -> dict[str, Any]:
        """A figure of the month, without its words."""
        with self.desk.engine.connect() as conn:
            found = figure_of(count_month(conn, self.desk.policy, month, self.desk.now()), key)
        assert found is not None
        return {
            name: value for name, value in found.items() if name not in {"key", "unit", "better", "title", "meaning"}
        }

    def _effect(self, **columns: Any) -> int:
        plain = {
            "effect_key": f"k{next(_keys)}", "recipient": "x", "payload": "{}", "level": 1,
            "valid_until": columns["planned_at"] + DAY, "next_attempt_at": columns["planned_at"],
            "first_sent_at": columns["planned_at"], "payload_sha": "x",
        }  # fmt: skip
        effect: int = self.add("effect", "effect_id", **(plain | columns))
        return effect
