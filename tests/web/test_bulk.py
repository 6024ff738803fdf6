"""One act on several incidents: shown first, then done one by one, each by its own rules."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.pipeline.desk import Desk, a_shipment, an_order
from tests.pipeline.people.conftest import People
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, send


@pytest.fixture
def four(company: Desk) -> Desk:
    """Incidents 1 to 3 of level 1 and one of level 0 about an order with a hostile number."""
    orders = [*[an_order(f"SO-{n}", value_minor=900_000) for n in (1, 2, 3)], an_order(HOSTILE)]
    for order in orders:
        company.scan(orders=[order], shipments=[a_shipment(order["order_id"])])
    assert company.ask("select level from incident order by incident_id") == [1, 1, 1, 0]
    return company


def preview(log_in: LogIn, login: str, act: str, *ids: int, lang: str = "en") -> Any:
    query = "&".join(f"ids={one}" for one in ids)
    return log_in(login).get(f"/incidents/preview?act={act}&{query}&lang={lang}")


def seen_in(page: Any) -> str:
    """What the dialog would send."""
    return "".join(re.findall(r'name="seen" value="([^"]*)"', page.text))


def until(desk: Desk) -> str:
    return f"{desk.now() + timedelta(hours=10):%Y-%m-%dT%H:%M}"


def states(desk: Desk) -> list[str]:
    return desk.ask("select state from incident order by incident_id")


# --- what would happen ---


def test_a_preview_says_of_each_what_will_happen_or_why_not(log_in: LogIn, four: Desk) -> None:
    from orderwatch.pipeline.people.acknowledge import acknowledge

    people = People(four)
    people.do("manager", acknowledge, people.seen(2))
    page = preview(log_in, "supervisor", "acknowledge", 3, 1, 2, 4, 77)
    said = plain(page.text)
    assert "Acknowledge: 3 / 5" in said and "#1 single order late · SO-1 you take it on" in said
    assert "#2 single order late · SO-2 not done: 王芳 has acknowledged it" in said
    assert "#77 not done: there is no incident #77" in said
    assert seen_in(page) == "1:0,3:0,4:0" and harmless_page(page.text)
    assert four.ask("select count(*) from person_action") == [1]  # nothing was done by looking
    assert "由你接手" in plain(preview(log_in, "supervisor", "acknowledge", 1, lang="zh-CN").text)


def test_what_the_right_of_the_role_or_the_state_does_not_allow_is_said_before(log_in: LogIn, four: Desk) -> None:
    said = plain(preview(log_in, "picker", "dismiss", 1, 4).text)
    assert "#1 single order late · SO-1 not done: not for your role at level 1; these may: " in said
    assert seen_in(preview(log_in, "picker", "dismiss", 1, 4)) == "4:0"
    nothing = preview(log_in, "manager", "hand_back", 1, 2)
    assert "it is neither paused nor taken over itself" in plain(nothing.text) and seen_in(nothing) == ""
    assert "/incidents/act/" in nothing.text and "grave" not in nothing.text
    assert "No incident has been chosen" in plain(preview(log_in, "manager", "close").text)
    assert "not for your role" in plain(preview(log_in, "viewer", "acknowledge", 1).text)


def test_no_more_than_two_hundred_are_chosen_at_once(log_in: LogIn, four: Desk) -> None:
    assert preview(log_in, "manager", "close", *range(1, 201)).status_code == 200
    assert preview(log_in, "manager", "close", *range(1, 202)).status_code == 422
    many = ",".join(f"{n}:0" for n in range(1, 202))
    assert send(log_in("manager"), "/incidents/act/acknowledge", seen=many).status_code == 422
    assert preview(log_in, "manager", "release", 1).status_code == 422  # no act for several


# --- doing it ---


@pytest.mark.parametrize(
    ("act", "fields", "event"),
    [
        ("acknowledge", {"note": "all mine"}, "acknowledged"),
        ("pause", {"reason": "r", "until": None}, "paused"),
        ("snooze", {"reason": "r", "until": None}, "snoozed"),
        ("dismiss", {"reason": "r", "dismissed_as": "false_alarm"}, "dismissed"),
        ("close", {"reason": "r", "root_cause": "external"}, "closed_by_hand"),
    ],
)
def test_each_is_done_through_its_ordinary_action(
    log_in: LogIn, four: Desk, act: str, fields: dict[str, Any], event: str
) -> None:
    sent = {name: until(four) if value is None else value for name, value in fields.items()}
    seen = seen_in(preview(log_in, "manager", act, 1, 2, 4))
    answer = send(log_in("manager"), f"/incidents/act/{act}", seen=seen, **sent)
    assert answer.headers["hx-retarget"] == "#preview" and "3 done, 0 refused" in plain(answer.text), answer.text
    lines = four.ask(
        "select t.incident_id, p.reason from timeline t join person_action p using (action_id) where t.event = :e"
        " order by 1", e=event,
    )  # fmt: skip
    assert [one[0] for one in lines] == [1, 2, 4] and all(one[1] for one in lines)


def test_what_was_paused_together_is_handed_back_together(log_in: LogIn, four: Desk) -> None:
    seen = seen_in(preview(log_in, "manager", "pause", 1, 2))
    send(log_in("manager"), "/incidents/act/pause", seen=seen, reason="r", until=until(four))
    page = preview(log_in, "manager", "hand_back", 1, 2, 3)
    assert seen_in(page) == "1:1,2:1"
    answer = send(log_in("manager"), "/incidents/act/hand_back", seen=seen_in(page))
    assert "2 done, 0 refused" in plain(answer.text)
    assert four.ask("select count(*) from pause where ended_at is null") == [0]


def test_one_that_was_changed_since_is_refused_and_the_others_are_done(log_in: LogIn, four: Desk) -> None:
    from orderwatch.pipeline.people.acknowledge import acknowledge

    seen = seen_in(preview(log_in, "manager", "dismiss", 1, 2, 3))
    people = People(four)
    people.do("supervisor", acknowledge, people.seen(2))
    answer = send(log_in("manager"), "/incidents/act/dismiss", seen=seen, reason="test", dismissed_as="duplicate")
    said = plain(answer.text)
    assert "2 done, 1 refused" in said and "#2 #2 has just been changed. See the change, then decide" in said
    assert states(four) == ["dismissed", "acknowledged", "dismissed", "open"]


def test_a_right_that_is_missing_is_refused_whatever_was_sent(log_in: LogIn, four: Desk) -> None:
    answer = send(log_in("picker"), "/incidents/act/dismiss", seen="1:0,4:0", reason="r", dismissed_as="healed")
    said = plain(answer.text)
    assert "1 done, 1 refused" in said and "may not do this (dismiss) at level 1" in said
    assert states(four) == ["open", "open", "open", "dismissed"]


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("close", {"root_cause": "human", "reason": " "}, None),
        ("close", {"reason": "r"}, "input is wrong"),
        ("pause", {"reason": "r"}, "say until when"),
        ("acknowledge", {"seen": ""}, "input is wrong"),
        ("acknowledge", {"seen": "1:0;2:0"}, "input is wrong"),
        ("acknowledge", {"more": "x"}, "input is wrong"),
    ],
)
def test_what_is_missing_is_said_before_any_is_done(
    log_in: LogIn, four: Desk, act: str, fields: dict[str, str], words: str | None
) -> None:
    answer = send(log_in("manager"), f"/incidents/act/{act}", **({"seen": "1:0,2:0"} | fields))
    if words:
        assert answer.status_code == 422 and words in plain(answer.text), answer.text
    else:
        assert "0 done, 2 refused" in plain(answer.text) and "say why" in plain(answer.text)
    assert four.ask("select count(*) from person_action") == [0]


def test_nothing_is_done_from_elsewhere_or_by_reading(log_in: LogIn, four: Desk) -> None:
    someone = log_in("manager")
    assert someone.get("/incidents/act/acknowledge").status_code == 405
    assert someone.post("/incidents/act/acknowledge", data={"seen": "1:0"}).status_code == 403
    assert four.ask("select count(*) from person_action") == [0]


# --- on the board ---


def test_only_who_may_do_something_chooses_on_the_board(log_in: LogIn, four: Desk) -> None:
    def offered(login: str) -> list[str]:
        page = log_in(login).get("/board?lang=en").text
        assert ('name="ids"' in page) == bool(re.findall("<select", page))
        return re.findall(r'<option value="(\w+)"', page)

    assert offered("viewer") == []
    assert offered("manager") == ["acknowledge", "pause", "snooze", "dismiss", "close", "hand_back"]
    assert offered("engineer") == ["acknowledge", "pause", "hand_back"]
