"""Airflow's side: connections become clients, secrets are masked, and a missing one stops only its own sinks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest

from orderwatch.core.effect import Sink
from orderwatch.local.demo import connections_of

from .builders import COMMAND, DRAFT, MAIL, NOTE, TASK, VOUCHER, WORK_ORDER, effect
from .conftest import Company

Enter = Callable[..., None]
PAYLOADS: dict[str, dict[str, Any]] = {
    "work_order": WORK_ORDER, "voucher": VOUCHER, "warehouse": COMMAND, "crm_note": NOTE, "customer_mail": MAIL,
    "website": DRAFT, "crm_task": TASK,
}  # fmt: skip
TOKENS = ("work_orders", "vouchers", "website")


@pytest.fixture
def senders() -> Any:
    from orderwatch.notifiers.senders import Senders

    return Senders()


@pytest.fixture
def connected(company: Company, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The connections that the demonstration enters, and its key for links."""
    monkeypatch.setenv("ORDERWATCH_LINK_KEY", "k" * 32)
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example")
    for name, described in connections_of(company.at).items():
        enter(name, **described)
    return company


@pytest.mark.parametrize("sink", PAYLOADS)
def test_every_sink_is_reached_through_its_connection(connected: Company, senders: Any, sink: str, key: str) -> None:
    payload = PAYLOADS[sink]
    if sink == "warehouse":
        waiting = next(one["order_id"] for one in connected.truth() if one["node"] in {"print", "pick"})
        payload = payload | {"shipment_ids": [f"OB{waiting.removeprefix('SO')}"]}
    outcome = senders.by_sink()[sink](effect(sink, payload, key))
    assert outcome.result == "delivered", outcome
    assert (outcome.ref is None) == (sink == "customer_mail")


def test_a_note_is_found_through_its_connection(connected: Company, senders: Any, key: str) -> None:
    one = effect("crm_note", NOTE, key)
    assert senders.finders()["crm_note"](one).result == "unknown"
    sent = senders.by_sink()["crm_note"](one)
    assert senders.finders()["crm_note"](one) == sent


def test_every_sink_has_its_sender(senders: Any) -> None:
    assert senders.by_sink().keys() == set(get_args(Sink))
    assert senders.finders().keys() == {"crm_note", "crm_task"}


@pytest.mark.parametrize("sink", PAYLOADS)
def test_without_its_connection_nothing_is_sent(senders: Any, sink: str) -> None:
    outcome = senders.by_sink()[sink](effect(sink, PAYLOADS[sink]))
    assert (outcome.result, outcome.wait) == ("not_sent", timedelta(minutes=10))
    assert "orderwatch_" in outcome.detail


def test_without_its_connection_a_note_stays_unknown(senders: Any) -> None:
    """Not ``not_sent``: that would send the note again while the first one may still arrive."""
    assert senders.finders()["crm_note"](effect("crm_note", NOTE)).result == "unknown"


def test_one_broken_connection_stops_only_its_own_sinks(
    connected: Company, enter: Enter, senders: Any, key: str
) -> None:
    enter("orderwatch_vouchers", conn_type="orderwatch_vouchers", host="nonsense", password="t")
    by_sink = senders.by_sink()
    assert by_sink["voucher"](effect("voucher", VOUCHER, key)).result == "not_sent"
    assert by_sink["website"](effect("website", DRAFT, key)).result == "delivered"


@pytest.mark.parametrize("system", TOKENS)
@pytest.mark.parametrize(
    ("described", "told"),
    [
        ({"host": "https://a.example.com"}, "needs host and token"),
        ({"password": "the-token"}, "needs host and token"),
        ({"host": "a.example.com", "password": "the-token"}, "must begin with https"),
        ({"host": "https://a.example.com", "password": "the-token", "extra": {"timeout": 0.1}}, "timeout"),
        (
            {"host": "https://a.example.com", "password": "the-token", "extra": {"allow_private": "yes"}},
            "allow_private",
        ),
    ],
)
def test_what_a_connection_lacks_is_named(enter: Enter, system: str, described: dict[str, Any], told: str) -> None:
    hook = hook_of(system)
    enter(f"orderwatch_{system}", conn_type=f"orderwatch_{system}", **described)
    with pytest.raises(ValueError, match=told) as found:
        hook().client()
    assert f"orderwatch_{system}" in str(found.value) and "the-token" not in str(found.value)


@pytest.mark.parametrize("system", [*TOKENS, "wms", "crm"])
def test_secrets_are_told_to_the_log_masker(enter: Enter, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    from orderwatch.hooks import crm, token_hook, wms

    masked: list[str] = []
    for module in (token_hook, wms, crm):
        monkeypatch.setattr(module, "mask_secret", masked.append)
    described = {"host": "https://a.example.com", "login": "me", "password": "the-token"}
    enter(f"orderwatch_{system}", conn_type=f"orderwatch_{system}", **described)
    client = hook_of(system)().client()
    assert "the-token" not in repr(client)
    assert system == "wms" or masked  # a signature hides its secret by itself, and Airflow masks every password


def hook_of(system: str) -> Any:
    from orderwatch.hooks.crm import CrmHook
    from orderwatch.hooks.vouchers import VouchersHook
    from orderwatch.hooks.website import WebsiteHook
    from orderwatch.hooks.wms import WmsHook
    from orderwatch.hooks.work_orders import WorkOrdersHook

    return {
        "work_orders": WorkOrdersHook,
        "vouchers": VouchersHook,
        "website": WebsiteHook,
        "wms": WmsHook,
        "crm": CrmHook,
    }[system]
