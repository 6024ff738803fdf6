"""The pages of threshold versions: what became of each, what a change would do to open orders, and the way back."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import text

from tests.pipeline.desk import HOUR, NOON, Desk, a_shipment, an_order
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, rows_of, send, shown

PAGE = "/thresholds?lang=en"


@pytest.fixture
def versions(company: Desk) -> Desk:
    """Version 1 (four hours everywhere) was in force; 2 is, with six hours for picking and two for outbound. Three
    orders wait in picking and one, which has a promised day, in outbound."""
    fresh = {"printed_at": NOON - HOUR}
    company.scan(
        orders=[*[an_order(f"SO-{n}") for n in (1, 2, 3)], an_order("SO-4", promised_at=NOON + 90 * HOUR)],
        shipments=[*[a_shipment(f"SO-{n}", **fresh) for n in (1, 2, 3)], a_shipment("SO-4", picked_at=NOON - HOUR / 2,
                   **fresh)],
    )  # fmt: skip
    company.set_limits({1: 4 * 3600, 2: 4 * 3600, 3: 6 * 3600, 4: 2 * 3600, 5: 4 * 3600})
    return company


def held(desk: Desk, decision: str = "held") -> int:
    """A version that somebody has to decide about, or has rejected."""
    with desk.engine.begin() as conn:
        version: int = conn.execute(
            text("""
            insert into threshold_version (model, learned_at, window_from, window_to, stages, policy_version, document,
                report)
            values ('risk:0.80', business_now(), business_now() - interval '120 d', business_now(), 1234, 't', '{}',
                cast(:report as jsonb))
            returning version
            """),
            {"report": json.dumps({"gate": {"mode": "early"}, "chosen": {"window": "120d"}, "before": 2})},
        ).scalar_one()
        conn.execute(text("insert into threshold values (:v, -3, 3600, 1, 0, 1, 'node')"), {"v": version})
        conn.execute(
            text("insert into threshold_decision (version, decision, decided_by, reason, at)"
                 " values (:v, :d, 'manager', :why, business_now())"),
            {"v": version, "d": decision, "why": HOSTILE},
        )  # fmt: skip
    return version


def test_it_says_what_each_version_is_and_what_became_of_it(log_in: LogIn, versions: Desk) -> None:
    number = held(versions)
    page = log_in("viewer").get(PAGE).text
    said = plain(page)
    assert f"Version {number} waits for a yes risk:0.80 · 120 d early 2026-11-18 12:00" in said
    assert "1,234" in said and "王芳 · 2026-11-18 12:00" in said
    assert "Version 2 in force" in said and "Version 1 was in force" in said
    assert f'href="/version?version={number}&amp;lang=en"' in page and harmless_page(page)
    only = shown(log_in("viewer"), "/thresholds?became=held&lang=en")
    assert f"Version {number}" in only and "Version 1" not in only
    rows = rows_of(log_in("viewer"), "/thresholds.csv?lang=en")
    assert [row[0] for row in rows[1:]] == [str(number), "2", "1"]
    assert "在用" in shown(log_in("viewer"), "/thresholds?lang=zh-CN")


def test_a_comparison_counts_the_open_orders_that_get_less_or_more_time(log_in: LogIn, versions: Desk) -> None:
    client = log_in("viewer")
    there, back = "/thresholds/compare?old=1&new=2&lang=en", "/thresholds/compare?old=2&new=1&lang=en"
    assert "1 open orders would get less time (an earlier alert), 3 more." in shown(client, there)
    assert "3 open orders would get less time (an earlier alert), 1 more." in shown(client, back)
    row = plain(client.get(there).text).partition("Every step")[2]
    assert "pick 4 h 6 h ↑ 50% 0 3 0 3" in row and "outbound 4 h 2 h ↓ 50% 0 1 1 0" in row
    assert "goes by promises" not in row


def test_every_number_leads_to_its_orders(log_in: LogIn, versions: Desk) -> None:
    client = log_in("viewer")
    page = client.get("/thresholds/compare?old=1&new=2&lang=en").text
    for change, node, orders in (("less", "outbound", {"SO-4"}), ("more", "pick", {"SO-1", "SO-2", "SO-3"})):
        address = f"/thresholds/compare?old=1&amp;new=2&amp;change={change}&amp;node={node}&amp;lang=en#orders"
        assert address in page
        listed = shown(client, address.replace("&amp;", "&").partition("#")[0]).partition("Open orders with")[2]
        assert set(re.findall(r"SO-\d", listed)) == orders
    assert "SO-4" not in shown(client, "/thresholds/compare?old=1&new=2&change=more&lang=en")


def test_orders_for_which_a_promise_decides_are_counted_apart(log_in: LogIn, versions: Desk) -> None:
    number = held(versions)
    said = shown(log_in("viewer"), f"/thresholds/compare?old=1&new={number}&lang=en")
    assert "goes by promises" in said and "3 open orders would get less time (an earlier alert), 0 more." in said


def test_cells_that_differ_are_listed(log_in: LogIn, versions: Desk) -> None:
    number = held(versions)
    for version, seconds in ((1, 7200), (number, 3600)):
        versions.ask_to_change(
            f"insert into threshold select {version}, min(cell_id), {seconds}, 1, 0, 1, 'cell' from cell where node = 3"
        )
    said = shown(log_in("viewer"), f"/thresholds/compare?old=1&new={number}&lang=en").partition("Cells that differ")[2]
    assert "1 / 1" in said and "pick · home · 上海 · jd 2 h 1 h ↓ 50% 3" in said


def test_a_version_that_is_none_is_not_found_in_words(log_in: LogIn, versions: Desk) -> None:
    answer = log_in("viewer").get("/thresholds/compare?old=1&new=77&lang=en")
    assert answer.status_code == 404 and "No such version" in answer.text
    assert log_in("viewer").get("/thresholds/compare?old=1&new=0").status_code == 422


def test_only_who_may_is_offered_the_way_back_and_only_to_what_can_be_in_force(log_in: LogIn, versions: Desk) -> None:
    waiting, rejected = held(versions), held(versions, "rejected")

    def offered(login: str) -> set[str]:
        return set(re.findall(r'<dialog id="d-activate(\d+)"', log_in(login).get(PAGE).text))

    assert offered("viewer") == offered("engineer") == set()
    assert offered("manager") == offered("vp") == {"1"}
    for number in (waiting, rejected):
        answer = send(log_in("manager"), f"/thresholds/{number}/activate", reason="r")
        assert answer.status_code == 409, answer.text
    assert versions.ask("select version from threshold_active") == [2]


def test_going_back_takes_a_reason_and_counts_at_once(log_in: LogIn, versions: Desk) -> None:
    client = log_in("manager")
    assert "say why" in plain(send(client, "/thresholds/1/activate", reason=" ").text)
    assert send(log_in("supervisor"), "/thresholds/1/activate", reason="r").status_code == 403
    assert versions.ask("select version from threshold_active") == [2]
    answer = send(client, "/thresholds/1/activate", reason=f"too many alerts {HOSTILE}")
    assert (answer.status_code, answer.headers.get("hx-refresh")) == (200, "true"), answer.text
    page = client.get(PAGE).text
    assert "Version 1 in force" in plain(page) and "too many alerts" in plain(page) and harmless_page(page)
    assert versions.ask("select decided_by from threshold_decision order by decision_id desc limit 1") == ["manager"]
    assert log_in("manager").post("/thresholds/2/activate", data={"reason": "r"}).status_code == 403
