"""Every figure of the programme report, counted from a handful of facts that anybody can count again."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.programme.month import Month
from orderwatch.store.programme import CASES
from tests.pipeline.programme.ledger import DAY, HOUR, MINUTE, THE_5TH, Ledger


def shares(figure: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """(for how many it holds, of how many) by part."""
    return {part["part"]: (part["hits"], part["count"]) for part in figure["parts"]}


@pytest.mark.parametrize("key", CASES)
def test_a_month_without_facts_has_no_value_and_a_count_of_nothing(ledger: Ledger, key: str) -> None:
    said = ledger.figure(key, Month.read("2026-09"))
    assert (said["value"], said["hits"], said["count"], said.get("p90_s")) == (None, 0, 0, None)


def test_an_incident_is_found_first_if_no_customer_has_complained_before_it_began(ledger: Ledger) -> None:
    ledger.incident(["SO1"])
    ledger.incident(["SO2", "SO3"])
    ledger.complaint("SO1", THE_5TH + MINUTE)  # too late to count
    ledger.complaint("SO2", THE_5TH - MINUTE, "damaged")  # about something else
    ledger.incident(["SO4", "SO5"])
    ledger.complaint("SO5", THE_5TH - MINUTE)
    ledger.incident(["SO6"], reported="wrong_item", reported_by="li", reported_at=THE_5TH)  # a person found it
    ledger.incident(["SO7"], state="dismissed", dismissed_as="false_alarm")
    ledger.incident([], kind="source")  # has no orders
    ledger.incident(["SO8"], THE_5TH + 40 * DAY)  # in November
    assert ledger.figure("found_first") == {"value": 0.5, "hits": 2, "count": 4}


def test_the_first_response_is_whatever_arrives_first_at_an_owner_or_a_customer(ledger: Ledger) -> None:
    quick = ledger.incident(["SO1"], alert_before=10 * MINUTE)
    ledger.message(quick, THE_5TH + 5 * MINUTE)
    written = ledger.incident(["SO2"], alert_before=30 * MINUTE)
    ledger.message(written, THE_5TH + 3 * HOUR)
    ledger.act(
        written, THE_5TH + 30 * MINUTE, side_effect="customer", order_id="SO2", customer_id="C", business_key="b"
    )
    late = ledger.incident(["SO3"], alert_before=HOUR)
    ledger.message(late, THE_5TH + HOUR + MINUTE)
    ledger.message(late, THE_5TH, "reminder")  # no answer to anything
    ledger.incident(["SO4"])  # nobody ever answered
    assert ledger.figure("first_response") == {
        "value": 0.5, "hits": 2, "count": 4, "answered": 3, "p50_s": 3600, "p90_s": 6528,
    }  # fmt: skip  # 900 s, 3600 s and 7260 s


def test_what_was_merged_answers_for_what_it_was_merged_into(ledger: Ledger) -> None:
    whole = ledger.incident(["SO1"], alert_before=HOUR)
    child = ledger.incident(["SO2"], state="merged", parent_id=whole)
    ledger.message(child, THE_5TH + 30 * MINUTE)
    said = ledger.figure("first_response")
    assert (said["hits"], said["count"], said["p50_s"]) == (1, 1, 5400)


def test_an_incident_that_still_has_time_to_be_answered_is_left_out(ledger: Ledger) -> None:
    now = ledger.desk.now()
    ledger.incident(["SO1"], now - MINUTE, alert_before=HOUR)
    assert ledger.figure("first_response", Month.read("2026-11"))["count"] == 0
    ledger.desk.advance(HOUR)
    said = ledger.figure("first_response", Month.read("2026-11"))
    assert (said["value"], said["hits"], said["count"], said["p50_s"]) == (0, 0, 1, None)


def test_a_false_alarm_was_dismissed_as_one_or_called_so_in_the_last_word_of_a_rating(ledger: Ledger) -> None:
    for number, reason in enumerate(("false_alarm", "not_an_order", "duplicate", "healed")):
        ledger.incident([f"SO{number}"], state="dismissed", dismissed_as=reason)
    rated, taken_back, _ = (ledger.incident([f"SO1{number}"], state="closed") for number in range(3))
    ledger.rating(rated, 1, because="the customer had agreed")
    ledger.rating(taken_back, 1, because="the customer had agreed")
    ledger.rating(taken_back, 4)
    ledger.incident(["SO20"])  # not over
    ledger.incident(["SO21"], state="closed", closed_at=THE_5TH + 40 * DAY)
    assert ledger.figure("false_alarms") == {"value": 0.4286, "hits": 3, "count": 7}


def test_a_cause_is_repeated_if_it_ended_another_incident_in_the_90_days_before(ledger: Ledger) -> None:
    long_ago = THE_5TH - 91 * DAY
    for number, (cause, at) in enumerate((
        ("stock_shortage", THE_5TH - 89 * DAY), ("stock_shortage", THE_5TH), ("stock_shortage", THE_5TH + DAY),
        ("carrier_delay", long_ago), ("carrier_delay", THE_5TH), (None, THE_5TH),
    )):  # fmt: skip
        incident = ledger.incident([f"SO{number}"], at - HOUR, state="closed", closed_at=at)
        if cause:
            ledger.cause(incident, cause)
    other = ledger.incident(["SO9"], THE_5TH, state="closed", closed_at=THE_5TH + 2 * DAY)
    ledger.cause(other, "stock_shortage", "SKU-2")  # the same cause, and another article
    said = ledger.figure("repeats")
    assert (said["hits"], said["count"]) == (2, 4)
    assert shares(said) == {"stock_shortage": (2, 3), "carrier_delay": (0, 1)}


def test_customers_whom_an_incident_affected_stand_beside_the_others(ledger: Ledger) -> None:
    number = ledger.incident(["SO1"])
    for score in (10, 9, 6, None):
        ledger.asked(score, number)
    for score in (10, 8):
        ledger.asked(score)
    ledger.asked(0, number, THE_5TH + 31 * DAY)  # in November
    said = ledger.figure("nps")
    assert (said["value"], said["hits"], said["detractors"], said["count"], said["asked"]) == (33, 2, 1, 3, 4)
    assert [(one["part"], one["value"], one["count"]) for one in said["parts"]] == [
        ("affected", 33, 3), ("others", 50, 2),
    ]  # fmt: skip


def test_customers_who_were_asked_and_did_not_answer_are_no_score_of_nothing(ledger: Ledger) -> None:
    ledger.asked(None, ledger.incident(["SO1"]))
    said = ledger.figure("nps")
    assert (said["value"], said["count"], said["asked"]) == (None, 0, 1)


def test_money_is_what_customers_kept_over_all_incidents_with_orders(ledger: Ledger) -> None:
    one, two = ledger.incident(["SO1"]), ledger.incident(["SO2"])
    ledger.incident(["SO3"])
    child = ledger.incident(["SO4"], state="merged", parent_id=two)
    dismissed = ledger.incident(["SO5"], state="dismissed", dismissed_as="false_alarm")
    ledger.voucher(one, 1000)
    ledger.voucher(one, 500, "undone")
    ledger.voucher(child, 2000)
    ledger.voucher(dismissed, 400)
    ledger.voucher(dismissed, 400, "failed")
    said = ledger.figure("money")
    assert said == {
        "value": 850, "hits": 3, "count": 4,
        "parts": [{"part": "CNY", "value": 850, "total": 3400, "hits": 3, "count": 4}],
    }  # fmt: skip


def test_a_month_in_which_nothing_was_spent_cost_nothing(ledger: Ledger) -> None:
    ledger.incident(["SO1"])
    assert ledger.figure("money") == {"value": 0, "hits": 0, "count": 1, "parts": []}


def test_a_playbook_succeeds_if_no_act_failed_and_none_was_left_to_people(ledger: Ledger) -> None:
    def answered(order: str, playbook: str = "call", state: str = "closed") -> int:
        number = ledger.incident([order], state=state)
        ledger.response(number, playbook)
        return number

    good = answered("SO1")
    ledger.act(good, THE_5TH, "tell", "failed")
    ledger.act(good, THE_5TH, "tell", attempt_group=2)  # the second attempt arrived
    ledger.act(good, THE_5TH, "offer", "cancelled")
    ledger.act(answered("SO2"), THE_5TH, "tell", "failed")
    asked = ledger.act(answered("SO3"), THE_5TH)
    ledger.add("effect_event", "event_id", effect_id=asked, before="unknown", after="needs_human", fence=1)
    taken = answered("SO4")
    ledger.add("pause", "pause_id", scope="incident", subject=str(taken), taken_by="li", reason="r", control="manual",
               since=THE_5TH + HOUR, until=THE_5TH + 2 * HOUR)  # fmt: skip
    ledger.act(answered("SO5", "mass"), THE_5TH)
    running = answered("SO6", "mass", "open")
    ledger.act(running, THE_5TH, "tell", "failed")
    ledger.rating(good, 5, playbook="call", sha="call-sha")
    ledger.rating(good, 2, "wang", playbook="call", sha="call-sha")
    said = ledger.figure("playbooks")
    assert (said["hits"], said["count"]) == (2, 5)
    assert shares(said) == {"call": (1, 4), "mass": (1, 1)}
    assert [(part["stars"], part["rated"]) for part in said["parts"]] == [(3.5, 1), (None, 0)]


def test_each_attempt_answers_for_its_own_acts(ledger: Ledger) -> None:
    number = ledger.incident(["SO1"])
    ledger.response(number, "call")
    ledger.act(number, THE_5TH, "tell", "failed")
    ledger.response(number, "mass", THE_5TH + HOUR, 2, finished_at=THE_5TH + 2 * HOUR)
    ledger.act(number, THE_5TH + HOUR, "warn")
    other = ledger.incident(["SO2"])
    ledger.response(other, "mass")
    ledger.act(other, THE_5TH, "warn")
    ledger.response(other, "call", THE_5TH + HOUR, 2, finished_at=THE_5TH + 2 * HOUR)
    ledger.act(other, THE_5TH + HOUR, "tell", "failed")
    assert shares(ledger.figure("playbooks")) == {"call": (0, 2), "mass": (2, 2)}


def test_an_order_is_missed_if_it_came_late_or_was_complained_about_and_nobody_was_alarmed(ledger: Ledger) -> None:
    promise = THE_5TH
    ledger.order("SO1", promise - HOUR, promised_at=promise, status="completed")  # in time
    ledger.order("SO2", promise + HOUR, promised_at=promise, status="completed")
    ledger.order("SO3", promised_at=promise)  # not there yet
    ledger.order("SO4", promised_at=promise)
    ledger.incident(["SO4"])
    ledger.order("SO5")
    ledger.complaint("SO5", promise)
    ledger.order("SO6", promised_at=promise)
    ledger.complaint("SO6", promise - HOUR)
    ledger.order("SO7", promised_at=promise, status="cancelled")
    ledger.complaint("SO7", promise)
    ledger.order("SO8", promised_at=promise + 40 * DAY)
    ledger.order("SO9", promised_at=promise)  # it waited for a stated reason
    ledger.order("SO10", promised_at=promise)  # so did this one, and its customer complained
    for order in ("SO9", "SO10"):
        ledger.add("timeline", "timeline_id", at=promise, event="exempted", actor="orderwatch", order_id=order, node=3)
    ledger.complaint("SO10", promise)
    said = ledger.figure("missed")
    assert (said["hits"], said["count"]) == (5, 6)
    assert shares(said) == {"complaint": (3, 3), "promise": (2, 3)}
