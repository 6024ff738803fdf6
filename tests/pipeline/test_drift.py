"""What became of alarms and promises since the version has been in force, and who hears when it fits no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.policy import Policy
from orderwatch.pipeline import drift
from orderwatch.pipeline.drift import check_drift, in_words
from tests.pipeline.desk import HOUR, NOON, Body, Desk, a_shipment, an_order
from tests.pipeline.harness import the_policy

DAY = timedelta(days=1)
DUE = NOON + 10 * DAY
MONDAY = NOON + 20 * DAY
PICK, TRANSPORT, ALL = 3, 5, 0
LINK = "http://airflow.example/dags/threshold_retraining"
COUNTS = (
    "alarms", "false_alarms", "acted_on", "no_truth", "earlier", "orders", "broken", "early", "misses", "by_complaint",
    "exempt", "invalid", "cancelled", "unknown",
)  # fmt: skip


def lenient(**changes: Any) -> Policy:
    """A few cases are enough to speak."""
    policy = the_policy()
    rules = policy.thresholds.drift.model_copy(
        update={"least_alarms": 3, "least_orders": 3, "least_broken": 3, **changes}
    )
    return policy.model_copy(update={"thresholds": policy.thresholds.model_copy(update={"drift": rules})})


@dataclass
class Month:
    """A desk at which orders were promised, alarmed and delivered; the version has been in force since ``NOON``."""

    desk: Desk
    feeds: dict[str, list[Body]] = field(default_factory=lambda: {"orders": [], "shipments": [], "complaints": []})
    alarms: list[Mapping[str, Any]] = field(default_factory=list)

    def order(
        self,
        order_id: str = "SO1",
        *,
        signed: datetime | None = DUE - HOUR,
        alarmed: datetime | None = None,
        promised: datetime | None = DUE,
        complained: datetime | None = None,
        node: int = TRANSPORT,
        **changes: Any,
    ) -> None:
        """In transport since the fifth day; delivered an hour before the promise breaks, where nothing else is said."""
        status = "completed" if signed else "open"
        self.feeds["orders"].append(an_order(order_id, status=status, promised_at=promised) | changes)
        self.feeds["shipments"].append(
            a_shipment(
                order_id, picked_at=NOON + 4 * DAY, shipped_at=NOON + 5 * DAY, signed_at=signed,
                status="signed" if signed else "open",
            )
        )  # fmt: skip
        if complained:
            self.complain(order_id, complained)
        if alarmed:
            self.alarm(order_id, alarmed, node)

    def complain(self, order_id: str, at: datetime, about: str = "late") -> None:
        self.feeds["complaints"].append({
            "complaint_id": f"CP-{order_id}-{about}", "order_id": order_id, "version": at, "customer_id": "C1",
            "complained_at": at, "about": about,
        })  # fmt: skip

    def alarm(self, order_id: str, at: datetime, node: int = TRANSPORT, **changes: Any) -> None:
        plain = {"order_id": order_id, "at": at, "node": node, "verdict": "anomaly", "version": None, "by": None}
        self.alarms.append(plain | changes)

    def happen(self) -> None:
        """On a Monday everything above is known."""
        self.desk.set_time(MONDAY)
        self.desk.bring_in(self.desk.open(), **self.feeds)
        with self.desk.engine.begin() as conn:
            for one in self.alarms:
                conn.execute(
                    text("""
                    insert into anomaly (
                        order_id, node, verdict, level, entered_at, alert_at, detected_at, closed_at,
                        threshold_version, evidence, explanation, reported_by
                    )
                    values (
                        :order_id, :node, :verdict, 0, :at, :at, :at, :at + interval '1 hour',
                        coalesce(:version, (select version from threshold_active)), '{}', '{}', :by
                    )
                """),
                    one,
                )

    def check(self, run_id: str = "monday", policy: Policy | None = None) -> dict[int, Any]:
        rows = check_drift(self.desk.engine, policy or lenient(), run_id, LINK, self.desk.now())
        return {row.node: row for row in rows}

    def counts(self, node: int = ALL) -> dict[str, int]:
        """What is not nought."""
        row = self.check()[node]
        return {name: getattr(row, name) for name in COUNTS if getattr(row, name)}

    def incident(self, order_id: str, state: str = "open") -> None:
        """The first alarm of the order belongs to an incident."""
        with self.desk.engine.begin() as conn:
            conn.execute(
                text("""
                with i as (
                    insert into incident (dedup_key, kind, level, state, owner_role, observed_at, opened_at, closed_at)
                    values (:o, 'single', 0, :state, 'x', now(), now(), case when :state = 'dismissed' then now() end)
                    returning incident_id
                )
                insert into incident_member (incident_id, anomaly_id)
                select i.incident_id, min(a.anomaly_id) from i, anomaly as a where a.order_id = :o group by 1
            """),
                {"o": order_id, "state": state},
            )

    def told(self) -> list[str]:
        return self.desk.ask("select recipient from effect where effect_key like 'drift:%' order by 1")


@pytest.fixture
def month(engine: Engine) -> Month:
    return Month(Desk(engine))


@pytest.fixture
def noisy(month: Month) -> Iterator[Month]:
    """Five orders that were alarmed for nothing."""
    for n in range(5):
        month.order(f"SO{n}", alarmed=DUE - 30 * HOUR)
    month.happen()
    yield month


# --- what counts as a false alarm ---


def test_an_alarm_whose_order_came_in_time_is_false(month: Month) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.happen()
    assert month.counts() == month.counts(TRANSPORT) == {"alarms": 1, "false_alarms": 1, "orders": 1}
    assert month.counts(PICK) == {"orders": 1}


@pytest.mark.parametrize("signed", [DUE + HOUR, None])
def test_an_alarm_whose_promise_broke_is_right(month: Month, signed: datetime | None) -> None:
    month.order(signed=signed, alarmed=DUE - 30 * HOUR)
    month.happen()
    assert month.counts() == {"alarms": 1, "orders": 1, "broken": 1, "early": 1}


def test_delivery_at_the_very_second_keeps_the_promise(month: Month) -> None:
    month.order(signed=DUE)
    month.happen()
    assert month.counts() == {"orders": 1}


def test_a_complaint_of_lateness_makes_an_alarm_right_and_no_other_complaint_does(month: Month) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, complained=DUE - 2 * HOUR)
    month.order("SO2", alarmed=DUE - 30 * HOUR)
    month.complain("SO2", DUE, "damaged")
    month.happen()
    assert month.counts() == {"alarms": 2, "false_alarms": 1, "orders": 2}


def test_what_a_person_dismissed_is_false_also_without_a_promise(month: Month) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, signed=DUE + DAY)
    month.order("SO2", alarmed=DUE - 30 * HOUR, promised=None)
    month.order("SO3", alarmed=DUE - 30 * HOUR, promised=None)
    month.happen()
    month.incident("SO1", "dismissed")
    month.incident("SO2", "dismissed")
    month.incident("SO3")
    assert month.counts() == {
        "alarms": 3, "false_alarms": 2, "no_truth": 1, "orders": 1, "broken": 1, "early": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dismissed_as", "false_alarms"), [("false_alarm", 1), ("not_an_order", 1), ("duplicate", 0), ("healed", 0)]
)
def test_only_what_was_no_alarm_counts_as_a_false_one(month: Month, dismissed_as: str, false_alarms: int) -> None:
    month.order("SO1", alarmed=DUE - 30 * HOUR, signed=DUE + DAY)
    month.happen()
    month.incident("SO1", "dismissed")
    month.desk.ask_to_change(f"update incident set dismissed_as = '{dismissed_as}'")
    assert month.counts().get("false_alarms", 0) == false_alarms


def test_an_order_late_in_two_steps_counts_once_for_all_steps(month: Month) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.alarm("SO1", DUE - 5 * DAY, PICK)
    month.alarm("SO1", DUE - 4 * DAY, PICK)
    month.happen()
    rows = month.check()
    assert {node: rows[node].false_alarms for node in rows} == {0: 1, 1: 0, 2: 0, 3: 1, 4: 0, 5: 1}


@pytest.mark.parametrize("change", [{"verdict": "suspect"}, {"by": "li.ting"}])
def test_doubt_and_what_people_report_are_no_alarms_of_a_clock(month: Month, change: dict[str, str]) -> None:
    month.order()
    month.alarm("SO1", DUE - 30 * HOUR, **change)
    month.happen()
    assert month.counts() == {"orders": 1}


def test_alarms_of_an_earlier_version_are_counted_apart(month: Month) -> None:
    month.desk.set_limits(dict.fromkeys(range(1, 6), 3600))
    month.order("SO1")
    month.alarm("SO1", DUE - 30 * HOUR, version=1)
    month.happen()
    assert month.counts() == {"earlier": 1, "orders": 1}


@pytest.mark.parametrize(
    ("effect", "delivered", "counts"),
    [
        ("'customer_mail', 'customer', 'SO1', 'C', 'k1'", DUE - 20 * HOUR, {"acted_on": 1}),
        ("'warehouse', 'internal', 'SO1', null, null", DUE - 20 * HOUR, {"acted_on": 1}),
        ("'warehouse', 'internal', null, null, null", DUE - 20 * HOUR, {"acted_on": 1}),  # for the whole incident
        ("'warehouse', 'internal', 'SO2', null, null", DUE - 20 * HOUR, {"false_alarms": 1}),
        ("'warehouse', 'internal', 'SO1', null, null", DUE, {"false_alarms": 1}),  # it had arrived by then
        ("'work_order', 'internal', 'SO1', null, null", DUE - 20 * HOUR, {"false_alarms": 1}),
    ],
)
def test_an_order_that_somebody_acted_for_is_neither_right_nor_false(
    month: Month, effect: str, delivered: datetime, counts: dict[str, int]
) -> None:
    month.order(alarmed=DUE - 30 * HOUR)
    month.happen()
    month.incident("SO1")
    month.desk.ask_to_change("alter table effect disable trigger user")  # they let nothing begin as delivered
    month.desk.ask_to_change(f"""
        insert into effect (
            effect_key, family, recipient, payload, level, state, planned_at, valid_until, next_attempt_at,
            delivered_at, incident_id, step, slot, sink, side_effect, order_id, customer_id, business_key
        )
        values (
            'k', 'response', 'r', '{{}}', 1, 'delivered', business_now(), business_now() + interval '1 h',
            business_now(), '{delivered}', 1, 's', 's', {effect}
        )
    """)
    assert month.counts() == {"alarms": 1, "orders": 1, **counts}


# --- what counts as a miss ---


@pytest.mark.parametrize("alarmed", [None, DUE + HOUR])
def test_a_promise_that_broke_before_any_alarm_is_missed_where_the_order_was(
    month: Month, alarmed: datetime | None
) -> None:
    month.order(signed=DUE + 2 * HOUR, alarmed=alarmed)
    month.happen()
    assert month.counts(TRANSPORT)["misses"] == month.counts()["misses"] == 1
    assert "misses" not in month.counts(PICK)


def test_an_order_that_is_still_in_an_earlier_step_is_missed_there(month: Month) -> None:
    month.order(signed=None)
    month.feeds["shipments"][0] |= {"picked_at": None, "shipped_at": None}
    month.happen()
    assert month.counts(PICK) == {"orders": 1, "broken": 1, "misses": 1}


@pytest.mark.parametrize(("before", "early"), [(24 * HOUR, 1), (23 * HOUR, 0)])
def test_what_was_known_a_day_before_it_broke_was_known_early(month: Month, before: timedelta, early: int) -> None:
    month.order(signed=DUE + HOUR, alarmed=DUE - before)
    month.happen()
    assert month.check()[ALL].early == early
    assert "misses" not in month.counts()


def test_what_people_find_wrong_with_an_order_is_no_alarm_about_its_lateness(month: Month) -> None:
    month.order(signed=DUE + HOUR)
    month.alarm("SO1", DUE - 2 * DAY, by="li.ting")
    month.happen()
    assert month.counts() == {"orders": 1, "broken": 1, "misses": 1}


@pytest.mark.parametrize("verdict", ["anomaly", "suspect"])
def test_an_alarm_in_any_step_before_the_break_is_no_miss(month: Month, verdict: str) -> None:
    month.order(signed=DUE + HOUR)
    month.alarm("SO1", DUE - 8 * DAY, PICK, verdict=verdict)
    month.happen()
    assert "misses" not in month.counts()
    assert month.counts()["early"] == 1


def test_a_complaint_of_lateness_before_any_alarm_is_a_miss(month: Month) -> None:
    month.order("SO1", complained=DUE - 2 * HOUR)
    month.order("SO2", complained=DUE - 2 * HOUR, promised=None)
    month.order("SO3", complained=DUE - 2 * HOUR, alarmed=DUE - 3 * HOUR)
    month.order("SO4", complained=DUE - 3 * HOUR, alarmed=DUE - 2 * HOUR)
    month.happen()
    assert month.counts() == {"alarms": 2, "orders": 4, "misses": 3, "by_complaint": 3}


def test_an_order_that_is_missed_twice_counts_once(month: Month) -> None:
    month.order(signed=DUE + DAY, complained=DUE + HOUR)
    month.happen()
    assert month.counts() == {"orders": 1, "broken": 1, "misses": 1}


# --- what is left out ---


def test_who_was_exempt_invalid_or_cancelled_is_left_out_and_counted(month: Month) -> None:
    month.order("SO1", signed=None, status="cancelled")
    month.order("SO2", signed=DUE + DAY, payment="refunded")
    for order_id in ("SO3", "SO4"):
        month.order(order_id, signed=DUE + DAY, alarmed=DUE - 30 * HOUR, complained=DUE)
    month.happen()
    for order_id, event in (("SO3", "exempted"), ("SO4", "not_valid")):
        month.desk.ask_to_change(
            f"insert into timeline (at, event, actor, order_id, node) values (now(), '{event}', 'x', '{order_id}', 5)"
        )
    assert month.counts() == {"exempt": 1, "invalid": 2, "cancelled": 1}


def test_what_nobody_knows_the_end_of_is_counted_and_nothing_more(month: Month) -> None:
    month.order("SO1", signed=None, status="completed", alarmed=DUE - 30 * HOUR)
    month.order("SO2", signed=None)
    month.order("SO3", signed=None, payment="unpaid", paid_at=None)
    month.happen()
    month.desk.ask_to_change("update orders set missing_since = now() where order_id = 'SO2'")
    assert month.counts() == {"alarms": 1, "no_truth": 1, "unknown": 3}


@pytest.mark.parametrize("due", [NOON - HOUR, NOON, MONDAY + HOUR])
def test_promises_that_were_due_before_the_version_or_are_not_due_yet_say_nothing(month: Month, due: datetime) -> None:
    month.order(promised=due, signed=None)
    month.happen()
    assert month.counts() == {}


def test_what_the_warehouse_has_not_told_yet_is_no_broken_promise(month: Month) -> None:
    month.order(signed=None)
    month.happen()
    month.desk.ask_to_change(f"update source_feed set last_ok_at = '{DUE - HOUR}' where feed = 'shipments'")
    assert month.counts() == {}


def test_the_window_is_as_long_as_the_policy_says(month: Month) -> None:
    month.order(signed=None)
    month.happen()
    assert month.check("one", lenient(window=9 * DAY))[ALL].orders == 0
    assert month.check("two", lenient(window=11 * DAY))[ALL].orders == 1


# --- what follows ---


def test_past_the_limit_the_approvers_are_told_once_and_nothing_is_learned(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    versions = noisy.desk.ask("select count(*) from threshold_version")
    rows = noisy.check(policy=policy)
    assert [rows[node].verdict for node in (ALL, PICK, TRANSPORT)] == ["drift", "no_drift", "drift"]
    assert in_words(list(rows.values())).startswith("drift in transport; all steps: drift: false 5 of 5 alarms")
    told = noisy.told()
    assert "wang.fang@example.com" in told and "wang.fang" in told and len(told) == len(set(told))
    assert {noisy.check(policy=policy)[ALL].reason for _ in range(3)} == {rows[ALL].reason}
    assert noisy.told() == told
    assert noisy.desk.ask("select count(*) from threshold_version") == versions
    words = noisy.desk.ask("select payload ->> 'text' from effect where effect_key like 'drift:%'")
    for one in words:
        assert LINK in one and "airflow dags trigger threshold_retraining" in one
    assert any("Threshold version 1 no longer fits" in one and "5 of 5" in one for one in words)
    assert any("阈值版本 1 已偏离实际" in one and "5 / 5" in one for one in words)


def test_the_next_check_tells_again(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    noisy.check("first", policy)
    once = len(noisy.told())
    noisy.check("second", policy)
    assert len(noisy.told()) == 2 * once > 0


def test_two_that_check_at_once_keep_one_result_and_tell_once(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: noisy.check(policy=policy), range(4)))
    assert {one[ALL].checked_at for one in found} == {found[0][ALL].checked_at}
    assert noisy.desk.ask("select count(*) from threshold_drift") == [6]
    assert len(noisy.told()) == len(set(noisy.told())) > 0


def test_a_check_that_dies_before_it_has_told_leaves_nothing(noisy: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)

    def die(*_: Any) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="killed"):
        patched.setattr(drift, "_tell", die)
        noisy.check(policy=policy)
    assert noisy.desk.ask("select count(*) from threshold_drift") == [0]
    assert noisy.check(policy=policy)[ALL].verdict == "drift"
    assert noisy.told()


def test_a_version_that_goes_by_promises_is_held_to_more(noisy: Month) -> None:
    """Five of five is surely more than 0.63: past the limit of a clock by promises, within that of limits alone."""
    assert noisy.check("limits")[ALL].verdict == "no_drift"
    noisy.desk.set_limits(dict.fromkeys(range(1, 6), 3600), {"some": "clock"})
    noisy.desk.ask_to_change("alter table anomaly disable trigger user")
    noisy.desk.ask_to_change("update anomaly set threshold_version = (select version from threshold_active)")
    assert noisy.check("promises")[ALL].verdict == "drift"


def test_a_healthy_week_says_so_and_tells_nobody(month: Month) -> None:
    for n in range(5):
        month.order(f"SO{n}", signed=DUE + HOUR, alarmed=DUE - 30 * HOUR)
    month.happen()
    rows = month.check()
    assert in_words(list(rows.values())).startswith("no drift: false 0 of 5 alarms")
    assert month.told() == []


def test_too_few_cases_are_said_and_told_to_nobody(noisy: Month) -> None:
    rows = noisy.check(policy=the_policy())
    assert {row.verdict for row in rows.values()} == {"too_few"}
    assert rows[ALL].reason.startswith("too few cases: 5 alarms that are right or false (50 needed); 5 orders")
    assert noisy.told() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("delete from threshold_active", "no version is in force: there is nothing to check"),
        ("delete from source_feed", "the ERP or the WMS has never answered: nobody knows what has arrived"),
        (
            f"update source_feed set last_ok_at = '{NOON - HOUR}'",
            "too few cases: nothing was heard since version 1 has been in force",
        ),
    ],
)
def test_where_nothing_can_be_said_it_is_said_why(noisy: Month, change: str, why: str) -> None:
    noisy.desk.ask_to_change(change)
    rows = noisy.check()
    assert in_words(list(rows.values())) == why
    assert {row.verdict for row in rows.values()} == {"too_few"} and len(rows) == 6
    assert noisy.told() == []


def test_empty_books_and_no_promises_are_an_answer(month: Month) -> None:
    month.happen()
    assert month.check()[ALL].reason.endswith("; no promise was due")


def test_without_complaints_it_is_said_that_they_are_not_known(noisy: Month) -> None:
    noisy.desk.ask_to_change("delete from source_feed where feed = 'complaints'")
    assert noisy.check()[ALL].reason.endswith("; complaints are not known up to the end of the window")


@pytest.mark.parametrize(
    "change",
    [
        "update threshold_drift set verdict = 'no_drift'", "delete from threshold_drift", "truncate threshold_drift"
    ],
)  # fmt: skip
def test_what_was_found_cannot_be_rewritten(noisy: Month, change: str) -> None:
    noisy.check()
    with pytest.raises(DBAPIError, match="append-only"):
        noisy.desk.ask_to_change(change)


def test_the_database_keeps_one_result_per_run_and_step(noisy: Month) -> None:
    noisy.check()
    with pytest.raises(DBAPIError, match="threshold_drift_pkey"):
        noisy.desk.ask_to_change("insert into threshold_drift select * from threshold_drift")
