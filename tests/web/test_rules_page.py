"""The pages of learned rules and their API: evidence before the decision, and two people who decide."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import Databases
from tests.pipeline.desk import Desk
from tests.pipeline.learned.room import DAY, Room, bought, furnish, held, say_so
from tests.pipeline.people.conftest import with_logins
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

As = Callable[..., "TestClient"]
HTMX = {"hx-request": "true", "sec-fetch-site": "same-origin"}


@pytest.fixture
def room(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A proposal that would have hidden nothing; people log in under short names."""
    from orderwatch.web import desk as web_desk

    desk = Desk(databases.copy())
    desk.policy = with_logins(desk.policy)
    monkeypatch.setattr(web_desk, "_policy", lambda stamps: desk.policy)
    url = desk.engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))
    made = say_so(furnish(desk))
    made.learn()
    yield made
    databases.drop(desk.engine)


@pytest.fixture
def as_(tables: None, room: Room) -> As:
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    def log_in(login: str) -> TestClient:
        token = init_auth_manager().generate_jwt(SimpleAuthManagerUser(username=login, role="viewer"))
        return TestClient(app, cookies={"_token": token})

    return log_in


def plain(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def offered(client: TestClient) -> list[str]:
    return re.findall(r'data-dialog="d-(\w+)"', client.get("/rule/1?lang=en").text)


def in_days(room: Room, days: float) -> str:
    return (room.desk.now() + timedelta(days=days)).isoformat()


def test_suggested_rules_stand_first_with_what_they_would_have_hidden(as_: As) -> None:
    page = plain(as_("viewer"), "/rules?lang=en")
    first = page.index("Suggested 1")
    assert first < page.index("In the shadow 0") < page.index("Active 0") < page.index("Rules of the policy files 16")
    assert "entered by: sales and has an appointment a person looks first 0 100 % 6 / 6 · ≥ 68 % 6" in page
    assert "placeholder a person looks first active include/policy/validity.yaml" in page
    assert "presale waiting is normal for a time active include/policy/exemptions.yaml" in page


def test_the_tab_is_in_the_navigation(as_: As) -> None:
    bar = as_("viewer").get("/rules?lang=en").text.partition("<main")[0]
    assert re.search(r'<a href="/rules\?lang=en" aria-current="page">Rules</a>', bar)


@pytest.mark.parametrize(
    ("lang", "other"), [("en", r"[\u4e00-\u9fff]"), ("zh-CN", r"Suggested|precision|hidden|Incidents")]
)
def test_no_word_is_left_in_the_other_language(as_: As, lang: str, other: str) -> None:
    for address in ("/rules", "/rule/1", "/rule/99"):
        status = 404 if address == "/rule/99" else 200
        page = plain(as_("manager"), f"{address}?lang={lang}", status)
        page = page.replace("上海", "")
        assert re.findall(other, page) == [], address


def test_a_rule_shows_its_evidence_before_it_asks_for_a_decision(as_: As) -> None:
    page = plain(as_("manager"), "/rule/1?lang=en")
    for words in (
        "If entered by: sales and has an appointment , then a person looks first",
        "if nobody does within 4 h, it is alarmed as any other",
        "Real delays hidden 0", "6 right, 0 wrong; 90 % sure ≥ 68 %", "False alarms explained 100 % 6 / 6",
        "None on record", "Other alarms that would have changed 6", "“sales holds an appointment”", "manager · #",
    ):  # fmt: skip
        assert words in page, words
    text = as_("manager").get("/rule/1?lang=en").text
    assert '/order?q=SO1&amp;lang=en"' in text and "/incident/" in text


def test_acts_are_offered_to_those_who_may_and_the_second_person_is_another_one(as_: As, room: Room) -> None:
    assert offered(as_("manager")) == ["shadow", "revise", "reject"]
    assert offered(as_("supervisor")) == offered(as_("viewer")) == []
    assert "Your role does not decide on rules" in plain(as_("viewer"), "/rule/1?lang=en")
    answer = as_("manager").post("/rule/1/shadow?lang=en", data={"reason": "six of six"}, headers=HTMX)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    assert offered(as_("manager")) == ["revise", "reject"]
    assert "You took it into the shadow; a second person" in plain(as_("manager"), "/rule/1?lang=en")
    assert offered(as_("vp")) == ["activate", "revise", "reject"]
    assert "can be activated from" in plain(as_("vp"), "/rule/1?lang=en")


def test_a_refusal_is_said_in_the_dialog(as_: As, room: Room) -> None:
    for login, path, form, status, words in (
        ("manager", "shadow", {"reason": " "}, 422, "say why"),
        ("supervisor", "shadow", {"reason": "x"}, 403, "may not do this (decide on a learned rule)"),
        ("manager", "retire", {"reason": "x"}, 409, "rule 1 is proposed"),
        ("manager", "activate", {"reason": "x"}, 422, "say until when the rule is active"),
        ("manager", "revise", {"reason": "x"}, 422, "the input is wrong"),
        ("manager", "revise", {"reason": "x", "attribute_1": "customer_id", "value_1": "C"}, 422, "cannot be used"),
    ):
        answer = as_(login).post(f"/rule/1/{path}?lang=en", data=form, headers=HTMX)
        assert answer.status_code == status and words in unescape(answer.text), (path, answer.text)
    assert room.rules() == [(1, "proposed")]


def test_the_whole_life_by_dialogs(as_: As, room: Room) -> None:
    manager, vp = as_("manager"), as_("vp")
    manager.post("/rule/1/shadow", data={"reason": "six of six"}, headers=HTMX)
    room.scan(held("SO21"), bought("SO22"))
    page = plain(vp, "/rule/1?lang=en")
    assert "in the shadow 2 asked, held for 1" in page
    assert re.search(r"SO21 pick [\d: -]+ in the shadow alarmed #\d+ open", page)
    room.desk.advance(14 * DAY)
    until = {"until": f"{room.desk.now() + 60 * DAY:%Y-%m-%dT%H:%M}", "reason": "it hid nothing"}
    assert vp.post("/rule/1/activate", data=until, headers=HTMX).status_code == 200
    assert "Active 1" in plain(vp, "/rules?lang=en")
    assert offered(manager) == ["renew", "revise", "retire"]
    assert "unless it is renewed" not in plain(vp, "/rule/1?lang=en")
    room.desk.advance(54 * DAY)
    assert "unless it is renewed, the orders that it keeps quiet are alarmed again" in plain(vp, "/rule/1?lang=en")
    later = {"until": f"{room.desk.now() + 80 * DAY:%Y-%m-%dT%H:%M}", "reason": "still so"}
    assert manager.post("/rule/1/renew", data=later, headers=HTMX).status_code == 200
    assert manager.post("/rule/1/retire", data={"reason": "sales marks them"}, headers=HTMX).status_code == 200
    assert offered(manager) == ["revise"]
    assert "Over 1" in plain(vp, "/rules?lang=en")
    assert "retired · manager “sales marks them”" in plain(vp, "/rule/1?lang=en")


def test_another_condition_leads_to_the_page_of_the_new_rule(as_: As) -> None:
    form = {"reason": "appliances only", "attribute_1": "entered_by", "value_1": "sales", "attribute_2": "category",
            "value_2": "appliances", "attribute_3": "", "value_3": ""}  # fmt: skip
    answer = as_("manager").post("/rule/1/revise", data=form, headers=HTMX)
    assert answer.headers["hx-redirect"] == "/rule/2"
    page = plain(as_("manager"), "/rule/2?lang=en")
    assert "instead of rule 1" in page
    assert "Real delays that it would have hidden 2" in page  # those that sales entered for customers
    assert "SO12 pick" in page


def test_lists_are_files_and_no_formulas(as_: As, room: Room) -> None:
    room.scan(*(held(f"SO5{n}", region="=1+1", carrier=None) for n in range(2)))
    rows = list(csv.reader(io.StringIO(as_("viewer").get("/rules.csv?lang=en").text.lstrip("\ufeff"))))
    assert rows[0][:4] == ["rule", "state", "condition", "effect"] and rows[1][4:6] == ["6", "6"]
    orders = list(csv.reader(io.StringIO(as_("viewer").get("/rule/1/orders.csv?lang=en").text.lstrip("\ufeff"))))
    assert len(orders) == 7 and orders[1][0] == "SO1"


def test_text_from_outside_stays_text(as_: As, room: Room) -> None:
    form = {"reason": HOSTILE, "attribute_1": "region", "value_1": HOSTILE}
    as_("manager").post("/rule/1/revise", data=form, headers=HTMX)
    as_("manager").post("/rule/1/shadow", data={"reason": HOSTILE}, headers=HTMX)
    for address in ("/rules", "/rule/1", "/rule/2"):
        assert HOSTILE not in as_("manager").get(address).text
    assert HOSTILE in plain(as_("manager"), "/rule/1?lang=en")


# --- the API ---


def test_the_api_tells_and_does_the_same(as_: As, room: Room) -> None:
    client, same = as_("manager"), {"sec-fetch-site": "same-origin"}
    (rule,) = client.get("/api/v1/rules").json()["rules"]
    assert (rule["kind"], rule["state"], rule["false_alarms"], rule["real_delays"]) == ("check", "proposed", 6, 0)
    assert rule["words"] == {
        "zh-CN": "录入方：销售 且 已预约安装或交付",
        "en": "entered by: sales and has an appointment",
    }
    told = client.get("/api/v1/rules/1").json()
    assert len(told["orders"]) == 6 and told["asked"] == []

    def post(login: str, act: str, **body: Any) -> Any:
        return as_(login).post(f"/api/v1/rules/1/{act}", json=body, headers=same)

    assert post("supervisor", "shadow", reason="x").json()["error"]["code"] == "no_right"
    assert post("manager", "shadow", reason="six of six").json()["by"] == "manager"
    room.desk.advance(14 * DAY)
    mine = post("manager", "activate", reason="x", until=in_days(room, 30))
    assert (mine.status_code, mine.json()["error"]["code"]) == (403, "second_person")
    assert post("vp", "activate", reason="x", until=in_days(room, 91)).json()["error"]["code"] == "no_expiry"
    assert post("vp", "activate", reason="x", until=in_days(room, 30)).status_code == 200
    assert post("vp", "renew", reason="x", until=in_days(room, 60)).status_code == 200
    assert post("vp", "reject", reason="x").json()["error"]["code"] == "rule_not_in_this_state"
    assert post("vp", "retire", reason="x").status_code == 200
    asked = [{"attribute": "entered_by", "value": "sales"}]
    assert post("vp", "revise", reason="x", asked=asked).json() == {"rule_id": 2}
    assert client.get("/api/v1/rules/99").json()["error"]["code"] == "no_rule"
    assert client.get("/api/v1/me").json()["may"]["rules"] == 3
