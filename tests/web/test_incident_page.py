"""The page of an incident: what it tells, which acts it offers to whom, and what a dialog that is sent does."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from orderwatch.core.shares import SHARES
from orderwatch.web.health.acts import ACTS
from orderwatch.web.health.peers import peers
from tests.pipeline.desk import Desk, a_shipment, an_order, late_in_pick
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

As = Callable[..., "TestClient"]
HTMX = {"hx-request": "true", "sec-fetch-site": "same-origin", "hx-current-url": "https://airflow.example/x"}


@pytest.fixture
def desk(company: Desk) -> Desk:
    """One incident of level 1 about SO-1 and one about an order with a hostile number."""
    late = late_in_pick(HOSTILE)
    company.scan(
        orders=[an_order("SO-1", value_minor=900_000), *late["orders"]],
        shipments=[a_shipment("SO-1"), *late["shipments"]],
    )
    return company


@pytest.fixture
def as_(log_in: As, desk: Desk) -> As:
    """Our app for somebody with Airflow's cookie, as a browser sends it."""
    return log_in


def number_of(desk: Desk, order_id: str = "SO-1") -> int:
    (number,) = desk.ask("select incident_id from incident where dedup_key = :key", key=f"order:{order_id}:pick")
    return int(number)


def until(desk: Desk, hours: float = 2) -> str:
    """As a dialog sends it: the business's hour, without a zone."""
    return f"{desk.now() + timedelta(hours=8 + hours):%Y-%m-%dT%H:%M}"


def page_of(client: TestClient, number: int, lang: str = "en") -> str:
    answer = client.get(f"/incident/{number}?lang={lang}")
    assert answer.status_code == 200, answer.text
    return answer.text


def plain(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def send(client: TestClient, number: int, act: str, version: int = 0, **fields: Any) -> Any:
    data = {"version": str(version), **{name: str(value) for name, value in fields.items()}}
    return client.post(f"/incident/{number}/{act}?lang=en", data=data, headers=HTMX)


# --- what it tells ---


def test_it_tells_how_it_stands_why_and_with_which_evidence(as_: As, desk: Desk) -> None:
    said = plain(page_of(as_("viewer"), number_of(desk)))
    for words in (
        "single order late · SO-1",
        "open",
        "customer service supervisor",
        "high_value",
        "limit for orders like it",
    ):
        assert words in said, words
    assert "opened, level 1: high_value" in said and "1 order(s) joined: SO-1" in said
    assert "WeCom" in said and "planned" in said
    assert "单个订单超时" in plain(page_of(as_("viewer"), number_of(desk), "zh-CN"))


def test_an_incident_that_is_none_is_not_found_in_words(as_: As) -> None:
    answer = as_("viewer").get("/incident/77?lang=en")
    assert answer.status_code == 404 and "No such order or incident" in answer.text


def test_steps_are_told_in_the_playbooks_words_and_lead_to_their_very_task(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    answered(desk, number)
    page = page_of(as_("viewer"), number)
    run = f"/dags/playbook_single_important/runs/inc-{number}-r1"
    assert f'href="{run}"' in page and f'href="{run}/tasks/call_customer"' in page
    said = plain(page)
    assert "Open a call task" in said and "T-00012" in said and "delivered" in said
    assert "Apology to the customer" in said  # not begun yet


def test_the_tab_of_a_playbooks_run_is_its_incident_and_that_of_a_task_its_step(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    answered(desk, number)
    asked = {"dag_id": "playbook_single_important", "run_id": f"inc-{number}-r1", "task_id": "call_customer"}
    answer = as_("viewer").get("/run", params={**asked, "lang": "en"}, follow_redirects=False)
    place = answer.headers["location"]
    assert (answer.status_code, place) == (303, f"/incident/{number}?lang=en#step-call_customer")
    assert 'id="step-call_customer"' in as_("viewer").get(place).text


def test_what_only_a_person_can_know_is_asked_and_settled_there(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    effect = answered(desk, number, state="needs_human")
    assert "Did “Open a call task”" in plain(page_of(as_("supervisor"), number))
    assert f"/effect/{effect}/settle" in page_of(as_("supervisor"), number)
    assert f"/effect/{effect}/settle" not in page_of(as_("viewer"), number)
    path, sent = f"/effect/{effect}/settle?lang=en", {"version": "0", "arrived": "true", "reason": "seen in the tool"}
    assert as_("viewer").post(path, data=sent, headers=HTMX).status_code == 403
    answer = as_("supervisor").post(path, data=sent, headers=HTMX)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    assert desk.ask("select state from effect where effect_id = :e", e=effect) == ["delivered"]


def test_peers_are_drawn_with_limit_and_this_order() -> None:
    quantiles = [600 * (place + 1) for place in range(len(SHARES))]
    drawn = peers(quantiles, 9000, 20_000, "<here>")
    assert drawn.count('class="age"') > 10 and 'class="due-line"' in drawn and 'class="here"' in drawn
    assert "&lt;here&gt;" in drawn and "style" not in drawn
    assert peers(None, 9000, 20_000, "") == ""
    assert "nan" not in peers([0] * len(SHARES), 0, 1, "")


# --- who may do what ---


def test_only_what_the_role_may_do_is_offered(as_: As, desk: Desk) -> None:
    number = number_of(desk)

    def offered(login: str) -> set[str]:
        return set(re.findall(r'<dialog id="d-(\w+)"', page_of(as_(login), number)))

    assert offered("viewer") == set()
    assert "Your login holds no role" in plain(page_of(as_("viewer"), number))
    assert offered("picker") == {"pause", "raise_level"}
    assert offered("manager") == set(ACTS) - {"hand_back", "release"}
    assert offered("supervisor") == set(ACTS) - {"hand_back", "release", "lower_level"}
    send(as_("manager"), number, "pause", reason="r", until=until(desk))
    assert "hand_back" in offered("manager") and not offered("manager") & {"pause", "take_over"}


def test_what_is_offered_is_what_the_api_allows(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    answer = send(as_("picker"), number, "close", root_cause="human", reason="r")
    assert answer.status_code == 403 and "may not do this" in plain(answer.text)
    assert desk.ask("select count(*) from person_action") == [0]


# --- doing it ---


def test_every_dialog_does_what_it_says(as_: As, desk: Desk) -> None:
    client, number, version = as_("manager"), number_of(desk), 0

    def act(what: str, **fields: Any) -> None:
        nonlocal version
        answer = send(client, number, what, version, **fields)
        assert (answer.status_code, answer.headers.get("hx-refresh")) == (200, "true"), (what, answer.text)
        version += 1

    act("acknowledge", note="mine")
    act("pause", reason="r", until=until(desk))
    assert desk.ask("select until = :u from pause", u=desk_until(desk)) == [True]
    act("hand-back", reason="")
    act("take-over", reason="r", until=until(desk))
    act("hand-back")
    act("snooze", reason="r", until=until(desk))
    act("level", level=2, reason="r")
    act("level", level=1, reason="r")
    act("merge", into=number_of(desk, HOSTILE))
    other = number_of(desk, HOSTILE)
    assert send(client, other, "dismiss", 1, dismissed_as="false_alarm", reason="r").status_code == 200
    assert sorted(desk.ask("select state from incident")) == ["dismissed", "merged"]


def desk_until(desk: Desk) -> Any:
    return (desk.now() + timedelta(hours=2)).replace(second=0, microsecond=0)


def test_an_incident_is_closed_with_its_root_cause(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    assert send(as_("supervisor"), number, "close", root_cause="external", reason="strike").status_code == 200
    assert "Root cause: strike" in plain(page_of(as_("viewer"), number))


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("pause", {"until": "2026-11-18T14:00"}, "say why"),
        ("pause", {"reason": "   ", "until": "2026-11-18T14:00"}, "say why"),
        ("pause", {"reason": "r"}, "say until when"),
        ("pause", {"reason": "r", "until": "soon"}, "say until when"),
        ("pause", {"reason": "r", "until": "2026-11-18T11:00"}, "say until when"),
        ("pause", {"reason": "r", "until": "2036-11-18T11:00"}, "say until when"),
        ("pause", {"reason": "x" * 501, "until": "2026-11-18T14:00"}, "too long"),
        ("acknowledge", {"note": "x" * 10_000}, "too long"),
        ("close", {"reason": "r"}, "input is wrong"),
        ("close", {"reason": "r", "root_cause": "gremlins"}, "input is wrong"),
        ("merge", {"into": "abc"}, "input is wrong"),
        ("level", {"level": "9", "reason": "r"}, "input is wrong"),
        ("acknowledge", {"more": "x"}, "input is wrong"),
    ],
)
def test_what_is_missing_is_said_in_the_dialog(
    as_: As, desk: Desk, act: str, fields: dict[str, str], said: str
) -> None:
    answer = send(as_("manager"), number_of(desk), act, **fields)
    assert answer.status_code == 422 and said in plain(answer.text)
    assert answer.headers["content-type"].startswith("text/html") and "x" * 100 not in answer.text
    assert desk.ask("select count(*) from person_action") == [0]


def test_the_second_of_two_sees_what_the_first_has_changed(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    assert send(as_("manager"), number, "pause", reason=f"back soon {HOSTILE}", until=until(desk)).status_code == 200
    answer = send(as_("supervisor"), number, "dismiss", dismissed_as="false_alarm", reason="r")
    assert answer.status_code == 409
    said = plain(answer.text)
    assert "has just been changed" in said and "automation paused by manager: back soon" in said
    assert "See how it stands now" in said and HOSTILE not in answer.text


def test_the_reload_link_is_never_a_script(as_: As, desk: Desk) -> None:
    send(as_("manager"), number_of(desk), "acknowledge")
    answer = as_("supervisor").post(
        f"/incident/{number_of(desk)}/acknowledge", data={"version": "0"},
        headers=HTMX | {"hx-current-url": "javascript:alert(1)"},
    )  # fmt: skip
    assert answer.status_code == 409 and "javascript:" not in answer.text


def test_nothing_is_done_without_htmx_or_from_elsewhere_or_without_a_login(as_: As, desk: Desk) -> None:
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    path, data = f"/incident/{number_of(desk)}/acknowledge?lang=en", {"version": "0"}
    for headers in ({}, {"sec-fetch-site": "same-origin"}, HTMX | {"sec-fetch-site": "cross-site"}):
        assert as_("manager").post(path, data=data, headers=headers).status_code == 403
    answer = TestClient(app).post(path, data=data, headers=HTMX)
    assert answer.status_code == 401 and "log in to Airflow first" in answer.text
    assert as_("manager").get(path).status_code == 405
    assert desk.ask("select count(*) from person_action") == [0]


def test_a_browser_without_a_login_gets_a_link_to_it_and_no_form(as_: As, desk: Desk) -> None:
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    answer = TestClient(app).get("/board?lang=en", headers={"accept": "text/html"})
    assert answer.status_code == 401 and 'href="/auth/login"' in answer.text and "<form" not in answer.text


# --- text from outside ---


def test_foreign_text_stays_text_on_the_pages_of_incidents_and_orders(as_: As, desk: Desk) -> None:
    number, client = number_of(desk, HOSTILE), as_("manager")
    assert send(client, number, "take-over", reason=f"{HOSTILE} @所有人", until=until(desk)).status_code == 200
    pages = [page_of(client, number), page_of(client, number, "zh-CN")]
    pages += [client.get("/order", params={"q": asked}).text for asked in (HOSTILE, f"{HOSTILE}x")]
    for page in pages:
        assert HOSTILE not in page and "&lt;script&gt;" in page
        assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", page) == []


def test_its_orders_are_a_file(as_: As, desk: Desk) -> None:
    answer = as_("viewer").get(f"/incident/{number_of(desk)}/orders.csv?lang=en")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "order" and rows[1][0] == "SO-1"


def answered(desk: Desk, number: int, state: str = "delivered") -> int:
    """A playbook answers the incident, and has opened a work order."""
    from sqlalchemy import text

    from orderwatch.core.playbook.load import load_folder
    from orderwatch.paths import PLAYBOOKS
    from orderwatch.store import playbooks

    good, _ = load_folder(PLAYBOOKS)
    loaded = good["single_important"]
    with desk.engine.begin() as conn:
        playbooks.publish(conn, playbooks.Release("r1", list(good.values())), {}, desk.now())
        conn.execute(
            text("insert into response values (:i, 1, :p, :s, 'inc-' || :i || '-r1', business_now(), business_now())"),
            {"i": number, "p": loaded.id, "s": loaded.sha},
        )
        conn.execute(text("alter table effect disable trigger user"))
        effect: int = conn.execute(
            text("""
            insert into effect (effect_key, family, sink, recipient, payload, level, state, planned_at, valid_until,
                next_attempt_at, incident_id, step, slot, ref, delivered_at, first_sent_at)
            values ('k', 'response', 'mail', 'x', '{}', 1, :state, business_now(), business_now() + interval '1 h',
                business_now(), :i, 'call_customer', 's', 'T-00012',
                case when :state = 'delivered' then business_now() end, business_now())
            returning effect_id
            """),
            {"i": number, "state": state},
        ).scalar_one()
        conn.execute(text("alter table effect enable trigger user"))
    return effect


# --- acts one by one, and what people think of them ---


def test_what_can_be_taken_back_is_offered_to_whoever_may_and_is(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    effect = answered(desk, number)
    assert f'id="u-{effect}"' not in page_of(as_("viewer"), number)
    page = page_of(as_("supervisor"), number)
    assert f'id="u-{effect}"' not in page  # a mail cannot be taken back
    ticket = ticket_of(desk, number)
    assert f'id="u-{ticket}"' in page_of(as_("supervisor"), number)
    sent = {"version": "0", "reason": "the customer has called"}
    assert as_("viewer").post(f"/effect/{ticket}/undo?lang=en", data=sent, headers=HTMX).status_code == 403
    assert as_("supervisor").post(f"/effect/{ticket}/undo?lang=en", data=sent, headers=HTMX).status_code == 200
    assert desk.ask("select payload ->> 'op' from effect where undoes = :e", e=ticket) == ["cancel"]
    said = plain(page_of(as_("supervisor"), number))
    assert "being taken back" in said and "taken back: Open a call task" in said
    assert f'id="u-{ticket}"' not in page_of(as_("supervisor"), number)
    again = as_("supervisor").post(f"/effect/{ticket}/undo?lang=en", data=sent | {"version": "1"}, headers=HTMX)
    assert again.status_code == 409 and "taken back" in plain(again.text)


def ticket_of(desk: Desk, number: int) -> int:
    """A work order that has been opened about the incident."""
    from sqlalchemy import text

    with desk.engine.begin() as conn:
        conn.execute(text("alter table effect disable trigger user"))
        effect: int = conn.execute(
            text("""
            insert into effect (effect_key, family, sink, recipient, payload, level, state, planned_at, valid_until,
                next_attempt_at, incident_id, step, slot, ref, delivered_at, first_sent_at)
            values ('t', 'response', 'work_order', 'x', '{"op": "create"}', 1, 'delivered', business_now(),
                business_now() + interval '1 h', business_now(), :i, 'call_customer', 't', 'T-9', business_now(),
                business_now())
            returning effect_id
            """),
            {"i": number},
        ).scalar_one()
        conn.execute(text("alter table effect enable trigger user"))
    return effect


def test_a_response_and_its_steps_are_rated_and_the_last_word_of_each_counts(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    answered(desk, number)
    assert 'id="rate"' not in page_of(as_("viewer"), number)
    assert "Nobody has rated it yet" in plain(page_of(as_("supervisor"), number))
    assert send_rating(as_("supervisor"), number, stars=1).status_code == 200
    assert send_rating(as_("supervisor"), number, stars=4, words=HOSTILE).status_code == 200
    assert (
        send_rating(as_("picker"), number, stars=1, step="call_customer", false_alarm_because="a gap").status_code
        == 200
    )
    page = page_of(as_("viewer"), number)
    said = plain(page.partition('id="ratings"')[2])
    assert "2.5 / 5 · 2" in said and "False alarm, because: a gap" in said and "Open a call task" in said
    assert HOSTILE not in page and 'aria-label="4 of 5"' in page
    assert desk.ask("select count(*) from rating") == [3]


@pytest.mark.parametrize("fields", [{}, {"stars": "6"}, {"stars": "4", "step": "no_such"}, {"stars": "4", "more": "x"}])
def test_a_rating_that_is_none_is_refused_in_words(as_: As, desk: Desk, fields: dict[str, str]) -> None:
    answer = send_rating(as_("supervisor"), number_of(desk), **fields)
    assert answer.status_code in {404, 422} and plain(answer.text)
    assert desk.ask("select count(*) from rating") == [0]


def send_rating(client: TestClient, number: int, **fields: Any) -> Any:
    data = {name: str(value) for name, value in fields.items()}
    return client.post(f"/incident/{number}/rate?lang=en", data=data, headers=HTMX)
