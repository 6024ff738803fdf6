"""The page of pauses and silences: who holds what back and until when, and its dialogs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.pipeline.desk import HOUR, Desk, a_shipment, an_order, late_in_pick
from tests.pipeline.people.conftest import People
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, rows_of, send, shown

PAGE = "/pauses?lang=en"


@pytest.fixture
def late(company: Desk) -> Desk:
    """One incident of level 1 about SO-1."""
    company.scan(orders=[an_order("SO-1", value_minor=900_000)], shipments=[a_shipment("SO-1")])
    return company


def until(desk: Desk, hours: float = 2) -> str:
    """As a dialog sends it: the business's hour, without a zone."""
    return f"{desk.now() + timedelta(hours=8 + hours):%Y-%m-%dT%H:%M}"


def stop(log_in: LogIn, desk: Desk, login: str = "manager", **fields: Any) -> Any:
    about = {"scope": "everything", "reason": "stocktaking", "until": until(desk)} | fields
    return send(log_in(login), "/pauses", **about)


def plan_acts(desk: Desk, count: int, order: str = "SO-1") -> None:
    desk.ask_to_change("alter table effect disable trigger user")
    desk.ask_to_change(f"""
        insert into effect (effect_key, family, sink, recipient, payload, level, state, planned_at, valid_until,
            next_attempt_at, incident_id, step, slot, order_id)
        select 'k' || i, 'response', 'mail', 'x', '{{}}', 1, 'planned', business_now(),
            business_now() + interval '20 h', business_now(), 1, 'apologise', 's' || i, '{order}'
        from generate_series(1, {count}) as i
    """)  # a test's own words
    desk.ask_to_change("alter table effect enable trigger user")


# --- what it tells ---


def test_it_says_who_holds_back_what_why_and_until_when(log_in: LogIn, late: Desk) -> None:
    plan_acts(late, 3)
    assert stop(log_in, late, scope="order", subject="SO-1", reason=HOSTILE).status_code == 200
    page = log_in("viewer").get(PAGE).text
    said = plain(page)
    assert "to 14:00 paused order SO-1" in said and "3 acts held back of 1 incident" in said
    assert "王芳 · since 12:00" in said  # the manager, by name
    assert harmless_page(page)
    (number,) = late.ask("select pause_id from pause")
    assert f'href="/pauses?shown={number}&amp;lang=en#held"' in page
    rows = shown(log_in("viewer"), f"/pauses?shown={number}&lang=en").partition("holds back 3")[2]
    assert rows.count("apologise") == 3 and "SO-1" in rows
    zh = shown(log_in("viewer"), "/pauses?lang=zh-CN")
    assert "扣住 3 个动作" in zh and "paused" not in zh


@pytest.mark.parametrize(("scope", "subject", "acts"), [
    ("everything", "", 2), ("incident", "1", 2), ("order", "SO-1", 2), ("order", "SO-2", 0), ("playbook", "x", 0),
])  # fmt: skip
def test_it_counts_what_is_in_the_scope_of_each(log_in: LogIn, late: Desk, scope: Any, subject: str, acts: int) -> None:
    from orderwatch.store import pauses

    plan_acts(late, 2)
    with late.engine.begin() as conn:
        pauses.take(conn, scope=scope, subject=subject, by="vp", reason="r", lasting=HOUR, now=late.now())
    row = rows_of(log_in("viewer"), "/pauses.csv?lang=en")[1]
    assert (row[4], int(row[8])) == ("周建国", acts)


def test_a_pause_whose_time_is_up_says_that_it_still_holds_and_the_tab_counts_it(log_in: LogIn, late: Desk) -> None:
    stop(log_in, late)
    assert "badge" not in log_in("viewer").get(PAGE).text.partition("<main")[0]
    late.advance(3 * HOUR)
    page = log_in("viewer").get(PAGE).text
    assert "time is up, still in force" in plain(page)
    assert 'class="badge now">1<' in page.partition("<main")[0]


def test_what_has_ended_is_kept_for_a_week(log_in: LogIn, late: Desk) -> None:
    stop(log_in, late)
    (number,) = late.ask("select pause_id from pause")
    assert send(log_in("manager"), f"/pauses/{number}/end").status_code == 200
    said = shown(log_in("viewer"), PAGE)
    assert "Nothing is paused" in said and "Ended in the last 7 days 1" in said and "12:00 · 王芳" in said
    late.advance(timedelta(days=8))
    assert "Ended in the last 7 days" not in shown(log_in("viewer"), PAGE)


# --- who may do what ---


def test_only_what_the_role_may_do_is_offered(log_in: LogIn, late: Desk) -> None:
    def offered(login: str) -> set[str]:
        return set(re.findall(r'<dialog id="d-([\w-]+)"', log_in(login).get(PAGE).text))

    silences = {"silence-order", "silence-cause", "silence-kind"}
    assert offered("viewer") == set()
    assert offered("picker") == offered("supervisor") == {"order"}
    assert offered("engineer") == {"order", "playbook", "everything"}
    assert offered("manager") == {"order", "playbook", "everything"} | silences
    assert "I do: take over" not in log_in("engineer").get(PAGE).text
    stop(log_in, late)
    assert "end1" in offered("manager") and "end1" not in offered("supervisor")


def test_what_is_not_the_readers_is_refused_in_the_dialog(log_in: LogIn, late: Desk) -> None:
    for login, fields, status, words in (
        ("supervisor", {}, 403, "may not do this (pause) at level 3"),
        ("viewer", {}, 403, "holds no role"),
        ("manager", {"reason": " "}, 422, "say why"),
        ("manager", {"until": ""}, 422, "say until when"),
        ("manager", {"until": until(late, 24 * 8)}, 422, "at most 7 days"),
        ("manager", {"scope": "order", "subject": "SO-77"}, 404, "no order SO-77"),
        ("manager", {"scope": "world"}, 422, "input is wrong"),
    ):
        answer = stop(log_in, late, login, **fields)
        assert answer.status_code == status and words in plain(answer.text), (fields, answer.text)
    assert late.ask("select count(*) from pause") == [0]


# --- doing it ---


@pytest.mark.parametrize("control", ["paused", "manual"])
@pytest.mark.parametrize("scope", ["order", "everything"])
def test_each_is_paused_or_taken_over_and_handed_back(log_in: LogIn, late: Desk, scope: str, control: str) -> None:
    subject = "SO-1" if scope == "order" else ""
    answer = stop(log_in, late, scope=scope, subject=subject, control=control)
    assert (answer.status_code, answer.headers.get("hx-refresh")) == (200, "true"), answer.text
    assert late.ask("select scope, subject, control, taken_by from pause") == [(scope, subject, control, "manager")]
    assert ("taken over" if control == "manual" else "paused") in shown(log_in("viewer"), PAGE)
    (number,) = late.ask("select pause_id from pause")
    assert send(log_in("manager"), f"/pauses/{number}/end").status_code == 200
    again = send(log_in("manager"), f"/pauses/{number}/end")
    assert again.status_code == 404 and "there is no live pause" in plain(again.text)


def test_an_incidents_pause_is_handed_back_by_who_has_seen_the_latest(log_in: LogIn, late: Desk) -> None:
    from orderwatch.pipeline.people.stop import pause

    people = People(late)
    people.do("supervisor", pause, people.seen(1), "r", people.until())
    (number,) = late.ask("select pause_id from pause")
    old = send(log_in("supervisor"), f"/pauses/{number}/end", version=0)
    assert old.status_code == 409 and "has just been changed" in plain(old.text)
    page = log_in("supervisor").get(PAGE).text
    version = re.findall(r'name="version" value="(\d+)"', page)
    assert send(log_in("supervisor"), f"/pauses/{number}/end", version=version[0]).status_code == 200


def test_silences_begin_and_end(log_in: LogIn, late: Desk) -> None:
    client, common = log_in("manager"), {"reason": "known", "until": until(late)}
    for about in ({"order_id": "SO-1"}, {"cause": f"W-7 {HOSTILE}"}, {"kind": "single", "node": "pick", "level": "1"}):
        answer = send(client, "/silences", **about, **common)
        assert answer.status_code == 200, answer.text
    both = send(client, "/silences", order_id="SO-1", kind="single", **common)
    assert both.status_code == 422 and "name one of" in plain(both.text)
    assert send(log_in("supervisor"), "/silences", order_id="SO-1", **common).status_code == 403
    page = log_in("manager").get(PAGE).text
    said = plain(page)
    assert "not told now: #1" in said and "single order late · pick · level 1" in said and harmless_page(page)
    assert send(client, "/silences/1/end").status_code == 200
    assert send(client, "/silences/1/end").status_code == 404
    assert late.ask("select count(*) from silence where ended_at is null") == [2]
    rows = rows_of(client, "/pauses.csv?which=silences&lang=en")
    assert len(rows) == 4 and rows[-1][7].startswith("12:00")


def test_nothing_is_done_without_a_login_or_from_elsewhere(log_in: LogIn, late: Desk) -> None:
    someone = log_in("manager")
    data = {"scope": "everything", "reason": "r", "until": until(late)}
    for path in ("/pauses", "/silences", "/pauses/1/end", "/silences/1/end"):
        assert someone.post(path, data=data).status_code == 403, path
    assert late.ask("select count(*) from person_action") == [0]


def test_no_text_of_theirs_is_a_formula(log_in: LogIn, company: Desk) -> None:
    company.scan(**late_in_pick("=1+1"))
    assert stop(log_in, company, scope="order", subject="=1+1", reason="@x").status_code == 200
    row = rows_of(log_in("viewer"), "/pauses.csv?lang=en")[1]
    assert (row[2], row[5]) == ("'=1+1", "'@x")
