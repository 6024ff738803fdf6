"""Every client acts on the small company: once, whatever is repeated, lost or refused on the way."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orderwatch.core.effect import Effect, Outcome

from .builders import CANCEL, COMMAND, DRAFT, MAIL, NOTE, UPDATE, VOID, VOUCHER, WORK_ORDER, effect
from .conftest import Company

HOSTILE = "<@all> \u202e{{ 7 * 7 }} '; drop table effect; -- \"}]\r\nBcc: everybody@example.com\x00%s 👩‍👩‍👧 好"


@dataclass(frozen=True)
class Act:
    """One act: its sink, where the company keeps it, and how the payload is changed into another and a hopeless one."""

    sink: str
    service: str
    payload: dict[str, Any]
    other: dict[str, Any]  # the same key with this content is refused
    hopeless: dict[str, Any]  # the sink says no to this
    prose: Callable[[str], dict[str, Any]]  # where people's words go
    stored: Callable[[dict[str, Any]], str]  # and where they arrive


ACTS = {
    "work order": Act(
        "work_order", "tickets", WORK_ORDER, {"priority": "low"}, {"op": "update", "number": "T-99999"},
        lambda text: {"text": text}, lambda seen: seen["text"],
    ),
    "voucher": Act(
        "voucher", "vouchers", VOUCHER, {"amount_minor": 2001}, {"op": "void", "voucher": "V-99999"},
        lambda text: {"reason": text}, lambda seen: seen["reason"],
    ),
    "warehouse": Act(
        "warehouse", "wms", COMMAND, {"op": "hold"}, {"shipment_ids": ["OB-nowhere"]},
        lambda text: {"reason": text}, lambda seen: seen["reason"],
    ),
    "note": Act(
        "crm_note", "crm", NOTE, {"text": "something else"}, {"customer_id": "C99999"},
        lambda text: {"text": text}, lambda seen: seen["text"],
    ),
    "website": Act(
        "website", "website", DRAFT, {"texts": {"en": {"title": "Another", "text": "x"}}},
        {"texts": {"en": {"title": "A", "text": "x" * 9_999}, "zh-CN": {"title": "\u0000", "text": "x"}}},
        lambda text: {"texts": {"en": {"title": "Notice", "text": text}}}, lambda seen: seen["body"]["en"],
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
MAIL_ONLY = Act(
    "customer_mail", "smtp", MAIL, {}, {"customer_id": "C99999"},
    lambda text: {"texts": {"zh-CN": {"subject": "s", "text": text}}}, lambda seen: seen["text"],
)  # fmt: skip


@pytest.fixture
def do(company: Company, key: str) -> Callable[..., Outcome]:
    """Send the act's effect under this test's key, with some of its payload changed."""
    waiting = next(one["order_id"] for one in company.truth() if one["node"] in {"print", "pick"})
    shipment = {"shipment_ids": [f"OB{waiting.removeprefix('SO')}"]}

    def send(act: Act, **changes: Any) -> Outcome:
        payload = act.payload | (shipment if act.sink == "warehouse" else {}) | changes
        return company.client(act.sink)(effect(act.sink, payload, key))

    return send


def kept(company: Company, act: Act, key: str) -> list[dict[str, Any]]:
    """What the company has received under this key."""
    names = {"crm": "reference", "wms": "cmd_no"}
    return [one for one in company.received(act.service) if one.get(names.get(act.service, "key")) == key]


@EACH
def test_an_act_arrives_and_its_number_comes_back(company: Company, do: Any, act: Act, key: str) -> None:
    outcome = do(act)
    (seen,) = kept(company, act, key)
    assert (outcome.result, outcome.detail) == ("delivered", None)
    assert outcome.ref == seen["receipt_no" if act.sink == "warehouse" else "id"]


@EACH
def test_the_same_act_again_is_the_same_thing(company: Company, do: Any, act: Act, key: str) -> None:
    assert do(act) == do(act) == do(act)
    assert len(kept(company, act, key)) == 1


@EACH
def test_the_same_key_for_something_else_is_refused(company: Company, do: Any, act: Act, key: str) -> None:
    do(act)
    outcome = do(act, **act.other)
    assert outcome.result == "refused" and outcome.detail
    assert len(kept(company, act, key)) == 1


@EACH
def test_a_hopeless_act_is_refused_with_words(company: Company, do: Any, act: Act, key: str) -> None:
    outcome = do(act, **act.hopeless)
    if act.sink == "website":  # nothing in a draft is hopeless: its limits are wider than ours
        assert outcome.result == "delivered"
    else:
        assert (outcome.result, kept(company, act, key)) == ("refused", [])
        assert any(word in outcome.detail for word in ("no ticket", "no voucher", "unknown outbound", "no customer"))


@EACH
def test_a_lost_answer_leaves_it_unknown_and_sending_again_makes_no_second_one(
    company: Company, do: Any, act: Act, key: str
) -> None:
    company.fail(act.service, "answer_lost", times=None if act.sink == "crm_note" else 1)
    first = do(act)
    company.heal()
    if act.sink == "crm_note":  # the question before was lost: nothing was written, and that is known
        assert (first.result, kept(company, act, key)) == ("not_sent", [])
    else:
        assert (first.result, len(kept(company, act, key))) == ("unknown", 1)
    assert do(act).result == "delivered"
    assert len(kept(company, act, key)) == 1


@EACH
@pytest.mark.parametrize("mode", ["invalid_json", "truncated"])
def test_a_spoilt_answer_leaves_it_unknown_and_sending_again_makes_no_second_one(
    company: Company, do: Any, act: Act, key: str, mode: str
) -> None:
    company.fail(act.service, mode)
    assert do(act).result == ("not_sent" if act.sink == "crm_note" else "unknown")
    assert do(act).result == "delivered"
    assert len(kept(company, act, key)) == 1


@EACH
def test_an_act_that_lands_after_it_was_sent_again_is_still_one(company: Company, do: Any, act: Act, key: str) -> None:
    company.fail(act.service, "lands_late", seconds=0.3)
    assert do(act).result == ("not_sent" if act.sink == "crm_note" else "unknown")
    assert do(act).result == "delivered"
    time.sleep(0.5)
    assert len(kept(company, act, key)) == 1


@pytest.mark.parametrize("act", [*ACTS.values(), MAIL_ONLY], ids=[*ACTS, "mail"])
@pytest.mark.parametrize(
    ("mode", "result", "wait"),
    [("http_429", "not_sent", 1), ("http_500", "unknown", None), ("down", "unknown", None)],
)
def test_a_service_that_fails_keeps_nothing(
    company: Company, do: Any, act: Act, key: str, mode: str, result: str, wait: int | None
) -> None:
    before = len(company.received(act.service))
    company.fail("crm" if act.sink == "customer_mail" else act.service, mode)
    outcome = do(act)
    asks_first = act.sink in {"crm_note", "customer_mail"}
    assert outcome.result == ("not_sent" if asks_first else result)
    assert wait is None or outcome.wait == timedelta(seconds=wait)
    assert len(company.received(act.service)) == before


@EACH
def test_a_service_that_is_away_is_asked_again_later(company: Company, do: Any, act: Act) -> None:
    company.fail(act.service, "down", times=None)
    assert do(act).result == "not_sent"


@EACH
def test_hostile_words_arrive_as_the_words_they_are(company: Company, do: Any, act: Act, key: str) -> None:
    outcome = do(act, **act.prose(HOSTILE))
    assert outcome.result == "delivered"
    (seen,) = kept(company, act, key)
    assert act.stored(seen) == HOSTILE


@EACH
def test_a_key_of_any_signs_is_still_one_key(company: Company, do: Any, act: Act) -> None:
    strange = f"inc-1/退款 §..%2F?a=1&b={act.sink}"
    shipment = {"shipment_ids": [shipment_of(company)]} if act.sink == "warehouse" else {}
    send = company.client(act.sink)
    before = len(company.received(act.service))
    outcomes = [send(effect(act.sink, act.payload | shipment, key)) for key in (strange, strange, f"{strange}/2")]
    assert {one.result for one in outcomes} == {"delivered"}
    assert outcomes[0] == outcomes[1] != outcomes[2]
    assert len(company.received(act.service)) == before + 2


def shipment_of(company: Company) -> str:
    waiting = next(one["order_id"] for one in company.truth() if one["node"] in {"print", "pick"})
    return f"OB{waiting.removeprefix('SO')}"


# --- what only one of them does ---


def test_a_work_order_is_changed_and_cancelled_once(company: Company, key: str) -> None:
    send = company.client("work_order")
    number = send(effect("work_order", WORK_ORDER, key)).ref
    for _ in range(2):
        assert send(effect("work_order", UPDATE | {"number": number}, f"{key}/news")).ref == number
        assert send(effect("work_order", CANCEL | {"number": number}, f"{key}/end")).ref == number
    (seen,) = [one for one in company.received("tickets") if one["id"] == number]
    assert [(one["key"], one["note"]) for one in seen["changes"]] == [
        (f"{key}/news", UPDATE["text"]),
        (f"{key}/end", CANCEL["text"]),
    ]
    assert (seen["state"], seen["priority"], seen["text"]) == ("cancelled", "low", WORK_ORDER["text"])
    assert (seen["due"], seen["assignee"], seen["order_nos"]) == (
        "2026-10-08T03:00:00+00:00",
        "customer_service_supervisor",
        ["SO1"],
    )
    late = send(effect("work_order", UPDATE | {"number": number}, f"{key}/late"))
    assert (late.result, "is cancelled" in str(late.detail)) == ("refused", True)


def test_a_voucher_is_taken_back_once(company: Company, key: str) -> None:
    send = company.client("voucher")
    number = send(effect("voucher", VOUCHER, key)).ref
    voids = [send(effect("voucher", VOID | {"voucher": number}, f"{key}/{at}")) for at in (1, 1, 2)]
    assert [(one.result, one.ref) for one in voids] == [("delivered", number)] * 3
    (seen,) = [one for one in company.received("vouchers") if one["id"] == number]
    assert (seen["state"], seen["voided"]["key"], seen["order_no"]) == ("void", f"{key}/1", "SO1")
    assert send(effect("voucher", VOUCHER, key)).ref == number, "the first request again issues no second voucher"


@pytest.mark.parametrize(("node", "op", "code"), [("transport", "prioritise", 31), ("transport", "hold", 31)])
def test_a_command_that_comes_too_late_is_refused(company: Company, key: str, node: str, op: str, code: int) -> None:
    gone = next(one["order_id"] for one in company.truth() if one["node"] == node)
    payload = COMMAND | {"op": op, "shipment_ids": [shipment_of(company), f"OB{gone.removeprefix('SO')}"]}
    outcome = company.client("warehouse")(effect("warehouse", payload, key))
    assert (outcome.result, f"code {code}" in str(outcome.detail)) == ("refused", True)
    recall = payload | {"op": "recall"}
    assert company.client("warehouse")(effect("warehouse", recall, f"{key}/recall")).result == "delivered"


def test_the_warehouses_clock_is_taken_over_when_it_refuses_ours(company: Company, key: str) -> None:
    """The company lives in another time than this machine, and its WMS refuses stamps that are not of its own."""
    send = replace(company, clock=lambda: datetime.now(UTC)).client("warehouse")
    payload = COMMAND | {"shipment_ids": [shipment_of(company)]}
    assert [send(effect("warehouse", payload, one)).result for one in (key, f"{key}/2")] == ["delivered"] * 2


def test_a_busy_warehouse_has_done_nothing(company: Company, key: str) -> None:
    send = company.client("warehouse")
    company.fail("wms", "busy")
    outcome = send(effect("warehouse", COMMAND | {"shipment_ids": [shipment_of(company)]}, key))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(seconds=20))


@pytest.mark.parametrize("sink", ["work_order", "voucher", "warehouse", "crm_note", "customer_mail", "website"])
def test_no_sink_takes_anything_from_somebody_it_does_not_know(company: Company, key: str, sink: str) -> None:
    for service in ("tickets", "vouchers", "website", "wms", "crm"):
        known = dict(company.at[service])
        stranger = {name: "wrong" for name in ("token", "secret", "password") if name in known}
        company = replace(company, at=company.at | {service: known | stranger})
    payload: dict[str, Any] = {act.sink: act.payload for act in (*ACTS.values(), MAIL_ONLY)}[sink]
    outcome = company.client(sink)(effect(sink, payload, key))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))


def test_a_draft_stays_a_draft(company: Company, key: str) -> None:
    company.client("website")(effect("website", DRAFT, key))
    (seen,) = [one for one in company.received("website") if one["key"] == key]
    assert (seen["state"], seen["title"]["zh-CN"], seen["body"]["en"]) == ("draft", "公告", "Late")


def test_everything_that_arrives_can_be_timed(company: Company, key: str) -> None:
    send: Callable[[Effect], Outcome] = company.client("voucher")
    send(effect("voucher", VOUCHER, key))
    (seen,) = [one for one in company.received("vouchers") if one["key"] == key]
    assert seen["received_at"].endswith("Z") and seen["at"].startswith("2026-10-08T10:")
    assert json.dumps(seen)
