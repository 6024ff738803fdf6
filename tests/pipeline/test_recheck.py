"""Before a customer is written to or money is spent, the order's own systems are asked once more."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.words import Node
from orderwatch.hooks.sources.config import SourceConfig, load_source
from orderwatch.hooks.sources.errors import SourceError, Unreachable
from orderwatch.paths import POLICY
from orderwatch.pipeline import dispatch as dispatching
from orderwatch.pipeline.dispatch import dispatch
from orderwatch.pipeline.playbook_run import Result
from orderwatch.pipeline.recheck import recheck
from orderwatch.pipeline.step import perform
from tests.pipeline.answering import Answering, important
from tests.pipeline.company import Company
from tests.pipeline.conftest import Install
from tests.pipeline.desk import Desk, a_shipment, an_order
from tests.pipeline.harness import Pipeline

ZONE = "Asia/Shanghai"
SOURCES = {"orders": "erp", "shipments": "wms"}
Ask = Callable[[Effect], Outcome | None]


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture
def answering(desk: Desk) -> Answering:
    important(desk, value=90_000)
    return Answering(desk)


def perform_asking(answering: Answering, step: str, ask: Ask) -> Result:
    return perform(replace(answering.response, recheck=ask), step)


def shipped(effect: Effect) -> Outcome:
    return Outcome("called_off", "the order has moved on: picked at 11-18 12:01")


def nobody_answers(effect: Effect) -> Outcome:
    return Outcome("put_off", "nobody can say whether the order still waits: wms/shipments: no connection in time")


@pytest.mark.parametrize("step", ["issue_voucher", "apologise"])
def test_an_order_that_has_shipped_since_the_scan_costs_nothing_and_its_customer_hears_nothing(
    answering: Answering, step: str
) -> None:
    result = perform_asking(answering, step, shipped)
    assert result == Result("skipped", "not needed: the order has moved on: picked at 11-18 12:01")
    assert not answering.sinks.arrived
    assert answering.states(step) == ["cancelled"]
    budget = "select committed_minor from budget where scope like 'order:%'"
    assert answering.desk.ask(budget) in ([], [0])  # the money is free again


def test_of_several_customers_only_those_whose_orders_still_wait_are_written_to(desk: Desk) -> None:
    orders = ("SO1", "SO2", "SO3")
    desk.scan(orders=[an_order(one) for one in orders], shipments=[a_shipment(one, wave_no="W-1") for one in orders])
    answering = Answering(desk, "batch_warehouse")
    result = perform_asking(answering, "tell_customers", lambda e: shipped(e) if e.order_id == "SO2" else None)
    assert result.state == "done"
    assert result.label.endswith("; not needed for 1 whose order has moved on")
    assert sorted(effect.order_id or "" for effect in answering.sinks.arrived) == ["SO1", "SO3"]


def test_while_nobody_can_say_where_the_order_stands_nothing_goes_out(answering: Answering) -> None:
    result = perform_asking(answering, "issue_voucher", nobody_answers)
    assert result.state == "again" and "nobody can say whether the order still waits" in result.label
    assert not answering.sinks.arrived
    answering.desk.advance(timedelta(minutes=2))
    assert perform_asking(answering, "issue_voucher", lambda effect: None).state == "done"
    assert answering.sinks.count() == {"voucher": 1}


def test_a_source_that_is_silent_does_not_close_the_way_to_the_sink(answering: Answering) -> None:
    perform_asking(answering, "issue_voucher", nobody_answers)
    assert answering.desk.ask("select fail_streak from sink where sink = 'voucher'") == [0]


def test_nobody_is_asked_before_the_warehouse_is_pushed_or_a_task_opened(answering: Answering) -> None:
    def never(effect: Effect) -> Outcome:
        raise AssertionError(effect.sink)

    for step in ("call_customer", "hurry_warehouse"):
        assert perform_asking(answering, step, never).state == "done"


def test_asking_that_breaks_sends_nothing(answering: Answering) -> None:
    def broken(effect: Effect) -> Outcome:
        raise RuntimeError("secret")

    result = perform_asking(answering, "apologise", broken)
    assert result.state == "again" and "RuntimeError" in result.label and "secret" not in result.label
    assert not answering.sinks.arrived


def test_what_may_have_been_issued_already_is_not_called_off_but_looked_at(answering: Answering) -> None:
    answering.sinks.outcome["voucher"] = Outcome("unknown", "the answer was lost")
    answering.perform("issue_voucher")
    answering.desk.advance(timedelta(minutes=5))
    dispatch(answering.desk.engine, answering.sinks.senders(), recheck=shipped)
    assert answering.states("issue_voucher") == ["needs_human"]


def test_a_worker_that_stood_still_after_its_claim_sends_nothing(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering.desk.engine.begin() as conn:
        conn.execute(text("update sink set lease = interval '0.2 seconds' where sink = 'voucher'"))

    def slowly(effect: Effect) -> None:
        time.sleep(0.15)

    result = perform_asking(answering, "issue_voucher", slowly)
    assert result.state == "again" and "stood still" in result.label
    assert not answering.sinks.arrived


def test_the_lease_leaves_time_to_ask_and_to_send(desk: Desk) -> None:
    from orderwatch.hooks.sources.engine import LOOK_UP_S

    leases = desk.ask("select extract(epoch from lease)::float from sink where sink in ('voucher', 'customer_mail')")
    assert min(leases) / 2 >= 2 * LOOK_UP_S
    assert dispatching.WORKERS >= 1


# --- what the sources say ---


class Fake:
    """A source that says what it is told to say."""

    def __init__(self, name: str, records: list[dict[str, Any]] | SourceError, config: SourceConfig | None = None):
        self.config = config or load_source(POLICY / "sources" / f"{name}.yaml")
        self._records = records

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]:
        if isinstance(self._records, SourceError):
            raise self._records
        return self._records


def raw_order(order_no: str = "SO1", **changes: Any) -> dict[str, Any]:
    return {
        "order_no": order_no, "modified": "2026-11-18 11:00:00", "state": "AUDITED", "order_type": "NORMAL",
        "pay": {"state": "PAID", "amount": "10.00", "currency": "CNY"}, "audit_time": "2026-11-16 11:00:00",
    } | changes  # fmt: skip


def raw_shipment(order_no: str = "SO1", **changes: Any) -> dict[str, Any]:
    return {
        "outbound_no": "OB1", "order_no": order_no, "modified": 1_795_000_000_000, "state": 20,
        "printed": 1_794_900_000_000,
    } | changes  # fmt: skip


def said(orders: Any, shipments: Any, node: Node = Node.PICK) -> Outcome | None:
    sources = {"orders": Fake("erp", orders), "shipments": Fake("wms", shipments)}
    effect = Effect(1, "key", "voucher", "C1", {}, 1, order_id="SO1", late_in=int(node))
    return recheck(effect, sources.__getitem__, ZONE)


def test_an_order_that_still_waits_is_acted_on() -> None:
    assert said([raw_order()], [raw_shipment()]) is None


def test_a_picked_order_is_not() -> None:
    assert said([raw_order()], [raw_shipment(picked=1_794_988_800_000)]) == Outcome(
        "called_off", "the order has moved on: picked at 11-18 16:00"
    )


def test_an_order_that_was_approved_meanwhile_waits_in_review_no_more() -> None:
    assert said([raw_order(audit_time=None)], [], Node.REVIEW) is None
    assert said([raw_order()], [], Node.REVIEW) == Outcome(
        "called_off", "the order has moved on: approved at 11-16 11:00"
    )


def test_a_cancelled_or_refunded_order_is_not() -> None:
    cancelled = said([raw_order(state="CANCELLED")], [raw_shipment()])
    refunded = said([raw_order(pay={"state": "REFUNDED"})], [raw_shipment()])
    assert (cancelled and cancelled.result, refunded and refunded.result) == ("called_off", "called_off")


def test_a_source_that_does_not_listen_and_tells_of_other_orders_proves_nothing() -> None:
    outcome = said([raw_order("SO2", state="CANCELLED"), raw_order()], [raw_shipment("SO2", picked=1)])
    assert outcome is None


@pytest.mark.parametrize(
    ("orders", "shipments", "why"),
    [
        ([], [raw_shipment()], "erp does not know order SO1"),
        (Unreachable("erp", "orders", "the connection was refused"), [], "the connection was refused"),
        ([raw_order()], Unreachable("wms", "shipments", "no connection in time"), "no connection in time"),
        ([raw_order()], [raw_shipment(picked="yesterday")], "picked"),
    ],
)
def test_without_a_clear_answer_the_act_waits(orders: Any, shipments: Any, why: str) -> None:
    outcome = said(orders, shipments)
    assert outcome is not None and outcome.result == "put_off"
    assert outcome.detail is not None and why in outcome.detail


def test_a_word_of_a_source_that_nobody_knows_is_no_clear_answer() -> None:
    outcome = said([raw_order(state="SOMETHING_NEW")], [raw_shipment()])
    assert outcome is not None and outcome.result == "put_off"


def test_where_a_source_cannot_be_asked_for_one_order_our_books_have_the_last_word(tmp_path: Path) -> None:
    file = tmp_path / "wms.yaml"
    lines = (POLICY / "sources" / "wms.yaml").read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "look_up" not in line))
    wms = Fake("wms", [raw_shipment(picked=1)], load_source(file))
    effect = Effect(1, "key", "voucher", "C1", {}, 1, order_id="SO1", late_in=int(Node.PICK))
    assert recheck(effect, {"orders": Fake("erp", [raw_order()]), "shipments": wms}.__getitem__, ZONE) is None


# --- the company's real systems ---


def test_the_companys_systems_are_asked_for_one_order(install: Install, company: Company) -> None:
    pipeline: Pipeline = install("orderwatch_empty")
    pipeline.scan()
    waits = "select order_id, node from order_stage where node in (2, 3, 4) and left_at is null order by 1 limit 20"
    late = pipeline.ask(waits)
    moved = pipeline.ask(
        "select s.order_id from order_stage as s where s.node = 5 and s.left_at is null order by 1 limit 3"
    )
    sources = {feed: pipeline.source(name) for feed, name in SOURCES.items()}

    def asked(order_id: str, node: int) -> Outcome | None:
        effect = Effect(1, "key", "voucher", "C1", {}, 1, order_id=order_id, late_in=node)
        return recheck(effect, sources.__getitem__, ZONE)

    assert len(late) == 20 and len(moved) == 3
    assert [asked(order_id, node) for order_id, node in late] == [None] * len(late)
    for order_id in moved:
        outcome = asked(order_id, int(Node.PICK))
        assert outcome is not None and outcome.result == "called_off", order_id


def test_asking_costs_no_data_frame() -> None:
    """Every act of a playbook has a process of its own: a second for pandas would be half of its time."""
    code = "import sys, orderwatch.notifiers.live_orders; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
