"""The API as Airflow serves it: who may, what is refused in which shape, and what an action answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.pipeline.desk import Desk, a_shipment, an_order, late_in_pick
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

As = Callable[..., "TestClient"]
SAME = {"sec-fetch-site": "same-origin"}
UNKNOWN = {
    "incident_id": "1", "effect_id": "1", "number": "1", "order_id": "SO-1", "name": "theme.js", "token": "x",
    "act": "acknowledge", "approval_id": "1", "decision": "approve", "state": "done", "what": "again",
    "figure": "missed",
}  # fmt: skip


@pytest.fixture
def desk(company: Desk) -> Desk:
    """One incident of level 1 about SO-1 and one with a hostile number."""
    late = late_in_pick(HOSTILE)
    company.scan(
        orders=[an_order("SO-1", value_minor=900_000), *late["orders"]],
        shipments=[a_shipment("SO-1"), *late["shipments"]],
    )
    return company


@pytest.fixture
def as_(tables: None, desk: Desk) -> As:
    """Our app for somebody who is logged in under this name; as a rule with a token, else with Airflow's cookie."""
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    def log_in(login: str, *, cookie: bool = False, role: str = "viewer") -> TestClient:
        token = init_auth_manager().generate_jwt(SimpleAuthManagerUser(username=login, role=role))
        if cookie:
            return TestClient(app, cookies={"_token": token})
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    return log_in


@pytest.fixture
def nobody(tables: None, desk: Desk) -> TestClient:
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    return TestClient(app)


def number_of(desk: Desk, order_id: str = "SO-1") -> int:
    (number,) = desk.ask("select incident_id from incident where dedup_key = :key", key=f"order:{order_id}:pick")
    return int(number)


def until(desk: Desk, hours: float = 2) -> str:
    return (desk.now() + timedelta(hours=hours)).isoformat()


def every_route() -> list[tuple[str, str]]:
    """(verb, path) of every route, those of mounted apps included."""
    from orderwatch.web.app import app

    def walk(routes: Any, prefix: str) -> Iterator[tuple[str, str]]:
        for route in routes:
            path = prefix + route.path.format(**UNKNOWN)
            if hasattr(route, "methods"):
                for verb in sorted(route.methods - {"HEAD", "OPTIONS"}):
                    yield verb, path
            else:
                yield from walk(route.routes, path.removesuffix("/"))

    return list(walk(app.routes, ""))


# --- who ---


def test_every_route_asks_strangers_to_log_in_and_refuses_what_other_sites_send(nobody: TestClient, as_: As) -> None:
    open_to_all = [path for _, path in every_route() if path.startswith(("/rating/static/", "/survey/static/"))]
    assert len(open_to_all) == 2  # the stylesheet and the script of the pages that need no login
    routes = [(verb, path) for verb, path in every_route() if path not in open_to_all]
    assert len(routes) > 30 and {verb for verb, _ in routes} == {"GET", "POST"}
    someone = as_("manager", cookie=True)
    for verb, path in routes:
        sent: dict[str, Any] = {"json": {}, "headers": SAME} if verb == "POST" else {}
        assert nobody.request(verb, path, **sent).status_code == 401, (verb, path)
        if verb == "POST":
            for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
                answer = someone.post(path, json={}, headers=headers)
                assert (answer.status_code, answer.json()["error"]["code"]) == (403, "cross_site"), path
            form = someone.post(path, data={"version": "0"}, headers=SAME)
            assert form.status_code == 403, path
    for path in ("/docs", "/openapi.json", "/redoc", "/api/v1/docs", "/api/v1/openapi.json"):
        assert nobody.get(path).status_code in {401, 404}


def test_nothing_changes_by_reading(as_: As, desk: Desk) -> None:
    before = desk.ask("select count(*) from timeline")
    someone = as_("manager")
    for verb, path in every_route():
        if verb == "GET":
            assert someone.get(path).status_code in {200, 404, 422} or path in {"/rating/x", "/survey/x"}, path
        else:
            assert someone.get(path).status_code == 405 or ("GET", path) in every_route(), path
    assert desk.ask("select count(*) from timeline") == before
    assert desk.ask("select count(*) from person_action") == [0]


def test_a_mere_login_reads_and_can_do_nothing(as_: As, desk: Desk) -> None:
    number = number_of(desk)
    for login, role in (("viewer", "viewer"), ("root", "admin")):
        someone = as_(login, role=role)
        assert someone.get("/api/v1/incidents").status_code == 200
        assert someone.get("/api/v1/me").json() == {"login": login, "roles": [], "may": {}}
        answer = someone.post(f"/api/v1/incidents/{number}/acknowledge", json={"version": 0})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["kind"]) == (403, "no_role", "forbidden")
        assert "客服主管" in error["message"]["zh-CN"] and "customer service supervisor" in error["message"]["en"]


def test_everybody_is_known_by_the_name_they_log_in_with(as_: As) -> None:
    me = as_("supervisor").get("/api/v1/me").json()
    assert me["roles"] == ["customer_service_supervisor"] and me["may"]["dismiss"] == 1


def test_under_fab_that_is_the_user_name_too_and_no_number() -> None:
    from airflow.providers.fab.auth_manager.models import User

    from orderwatch.web.security import _login

    assert _login(User(id=3, username="li.ting", email="x@example.com", first_name="Ting", last_name="Li")) == "li.ting"


# --- reading ---


def test_incidents_are_listed_filtered_sorted_and_paged(as_: As, desk: Desk) -> None:
    client = as_("viewer")
    whole = client.get("/api/v1/incidents").json()
    assert whole["total"] == 2
    assert [one["level"] for one in whole["incidents"]] == [1, 0]
    first = whole["incidents"][0]
    assert (first["owner"]["role"], first["control"], first["edit_version"], first["orders"], first["nodes"]) == (
        "customer_service_supervisor", "auto", 0, 1, ["pick"]
    )  # fmt: skip
    for query, count in (
        ("level=1", 1), ("level=0&level=1", 2), ("level=3", 0), ("kind=single", 2), ("kind=batch", 0),
        ("owner=pick_lead", 1), ("state=closed", 0), ("order=SO-1", 1), ("control=auto", 2), ("control=manual", 0),
    ):  # fmt: skip
        assert client.get(f"/api/v1/incidents?{query}").json()["total"] == count, query
    pages = [client.get(f"/api/v1/incidents?sort=id&size=1&page={page}").json() for page in (1, 2, 3)]
    assert [len(one["incidents"]) for one in pages] == [1, 1, 0]
    assert {one["incidents"][0]["incident_id"] for one in pages[:2]} == {1, 2}


def test_an_incident_is_told_with_evidence_timeline_and_who_was_told(as_: As, desk: Desk) -> None:
    told = as_("viewer").get(f"/api/v1/incidents/{number_of(desk)}").json()
    assert told["incident"]["title"] == {"zh-CN": "单个订单超时", "en": "single order late"}
    (order,) = told["orders"]["rows"]
    assert order["order_id"] == "SO-1" and order["node"] == "pick" and order["evidence"]["reasons"]
    assert set(order["explanation"]) == {"zh-CN", "en"}
    assert [line["event"] for line in told["timeline"]] == ["opened", "anomaly_joined"]
    assert told["timeline"][0]["words"]["en"] == "opened, level 1: high_value"
    assert {one["sink"] for one in told["told"]} == {"wecom_app", "mail"}


def test_an_order_is_told_as_orderwatch_why_tells_it(as_: As) -> None:
    told = as_("viewer").get("/api/v1/orders/SO-1").json()
    assert told["standing"]["status"] == "open" and told["standing"]["waiting"][0]["node"] == "pick"
    assert told["decisions"] and set(told["decisions"][0]["why"]) == {"zh-CN", "en"}
    assert [one["level"] for one in told["incidents"]] == [1]
    unknown = as_("viewer").get("/api/v1/orders/SO-77")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "no_order")


# --- acting ---


def test_somebody_acts_with_the_cookie_of_their_login(as_: As, desk: Desk) -> None:
    client, number = as_("supervisor", cookie=True), number_of(desk)
    answer = client.post(f"/api/v1/incidents/{number}/acknowledge", json={"version": 0, "note": "mine"}, headers=SAME)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["by"], said["role"], said["edit_version"]) == ("supervisor", "customer_service_supervisor", 1)
    assert answer.headers["cache-control"] == "no-store"
    (line,) = [one for one in client.get(f"/api/v1/incidents/{number}").json()["timeline"] if one["role"]]
    assert (line["event"], line["actor"], line["words"]["zh-CN"]) == (
        "acknowledged", "supervisor", "supervisor 已确认: mine"
    )  # fmt: skip


def test_the_second_of_two_gets_a_conflict_that_says_what_the_first_has_changed(as_: As, desk: Desk) -> None:
    path = f"/api/v1/incidents/{number_of(desk)}"
    stop = {"version": 0, "reason": "the printer is back soon", "until": until(desk)}
    assert as_("manager").post(f"{path}/pause", json=stop).status_code == 200
    answer = as_("supervisor").post(f"{path}/take-over", json=stop)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "changed")
    (change,) = error["changes"]
    assert (change["actor"], change["event"]) == ("manager", "paused") and change["at"]


def test_every_action_works_through_the_api(as_: As, desk: Desk) -> None:
    client, number = as_("manager"), number_of(desk)
    version = 0

    def act(what: str, **body: Any) -> dict[str, Any]:
        nonlocal version
        answer = client.post(f"/api/v1/incidents/{number}/{what}", json={"version": version, **body})
        assert answer.status_code == 200, (what, answer.text)
        version = answer.json()["edit_version"]
        return dict(answer.json())

    act("acknowledge")
    act("pause", reason="r", until=until(desk))
    shown = client.get("/api/v1/incidents?control=paused").json()["incidents"]
    assert [one["pause"]["taken_by"] for one in shown] == ["manager"]
    act("hand-back")
    act("take-over", reason="r", until=until(desk))
    act("hand-back", reason="done")
    act("snooze", reason="r", until=until(desk))
    act("level", level=2, reason="r")
    act("level", level=1, reason="r")
    act("close", root_cause="external", reason="strike")
    assert desk.ask("select state from incident where incident_id = :n", n=number) == ["closed"]
    act("correct-cause", root_cause="human", cause="node_capacity", reason="the strike was over")
    causes = desk.ask("select root_cause, cause from incident_review where incident_id = :n", n=number)
    assert causes == [("human", "node_capacity")]
    other = number_of(desk, HOSTILE)
    dismissed = {"version": 0, "dismissed_as": "not_an_order", "reason": "a placeholder"}
    assert client.post(f"/api/v1/incidents/{other}/dismiss", json=dismissed).status_code == 200


def test_pauses_silences_records_and_limits(as_: As, desk: Desk) -> None:
    client = as_("manager")
    stop = {"scope": "everything", "reason": "r", "until": until(desk)}
    assert as_("supervisor").post("/api/v1/pauses", json=stop).status_code == 403
    assert client.post("/api/v1/pauses", json=stop).status_code == 200
    (pause,) = client.get("/api/v1/pauses").json()["pauses"]
    assert client.post(f"/api/v1/pauses/{pause['pause_id']}/end", json={}).status_code == 200
    quiet = {"kind": "single", "node": "pick", "level": 0, "reason": "r", "until": until(desk)}
    number = client.post("/api/v1/silences", json=quiet).json()["silence_id"]
    assert [one["silence_id"] for one in client.get("/api/v1/silences").json()["silences"]] == [number]
    assert client.post(f"/api/v1/silences/{number}/end", json={}).status_code == 200
    assert client.post("/api/v1/silences", json={"reason": "r", "until": until(desk)}).status_code == 422
    gone = client.post("/api/v1/quarantine/discard", json={"ids": [1]})
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_record")
    (version,) = client.get("/api/v1/thresholds").json()["versions"]
    assert version["active"]
    again = client.post(f"/api/v1/thresholds/{version['version']}/activate", json={"reason": "r"})
    assert again.status_code == 200
    assert client.post("/api/v1/thresholds/77/activate", json={"reason": "r"}).status_code == 404


def test_a_wrong_order_is_reported(as_: As, desk: Desk) -> None:
    answer = as_("supervisor").post("/api/v1/orders/SO-1/report", json={"what": "wrong_item", "note": "SKU-7"})
    assert answer.json() == {"incident_id": number_of(desk)}
    again = as_("supervisor").post("/api/v1/orders/SO-1/report", json={"what": "wrong_item"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "reported_already")


# --- input ---


@pytest.mark.parametrize(
    "body",
    [
        {}, {"version": -1}, {"version": "x"}, {"version": 0, "reason": "r"},
        {"version": 0, "reason": "r", "until": "tomorrow"},
        {"version": 0, "reason": "r", "until": "2026-11-18T12:00:00"},
        {"version": 0, "reason": "x" * 501, "until": "2026-11-18T12:00:00Z"},
        {"version": 0, "reason": "r", "until": "2026-11-18T14:00:00Z", "more": 1},
        {"version": 0, "reason": "  ", "until": "2026-11-18T06:00:00Z"},
        {"version": 0, "reason": "r", "until": "2036-11-18T06:00:00Z"},
        {"version": 10**30, "reason": "r", "until": "2026-11-18T06:00:00Z"},
    ],
)  # fmt: skip
def test_bad_input_is_said_in_both_languages_and_never_repeated(as_: As, desk: Desk, body: dict[str, Any]) -> None:
    answer = as_("manager").post(f"/api/v1/incidents/{number_of(desk)}/pause", json=body)
    assert answer.status_code == 422
    assert set(answer.json()["error"]["message"]) == {"zh-CN", "en"}
    assert "x" * 100 not in answer.text
    assert desk.ask("select count(*) from pause") == [0]


@pytest.mark.parametrize(
    "query", ["size=0", "size=201", "page=0", "sort=name", "level=4", "kind=odd", "order=", "order=%00"]
)
def test_a_question_out_of_bounds_is_refused(as_: As, query: str) -> None:
    answer = as_("viewer").get(f"/api/v1/incidents?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bad_input")


def test_a_body_that_is_no_json_or_too_large_is_refused(as_: As, desk: Desk) -> None:
    client, path = as_("manager"), f"/api/v1/incidents/{number_of(desk)}/acknowledge"
    assert client.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 422
    large = client.post(path, json={"version": 0, "note": "x" * 70_000})
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")


def test_hostile_text_stays_text(as_: As, desk: Desk) -> None:
    answer = as_("viewer").get(f"/api/v1/incidents?order={HOSTILE}")
    assert (
        answer.headers["content-type"] == "application/json" and answer.headers["x-content-type-options"] == "nosniff"
    )
    assert answer.json()["total"] == 1


def test_what_is_not_there_is_said_in_our_shape(as_: As) -> None:
    for path in ("/api/v1/incidents/77", "/api/v1/nothing"):
        answer = as_("viewer").get(path)
        assert answer.status_code == 404 and answer.json()["error"]["kind"] == "not_found"
    assert as_("viewer").get("/api/v1/incidents/77/acknowledge").json()["error"]["code"] == "wrong_method"


# --- rating by link ---

KEY = "a-key-of-the-tests-that-nobody-guesses"


def test_a_link_shows_what_it_is_for_and_counts_once(
    nobody: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orderwatch.core.rating_link import RatingLink, sign

    monkeypatch.setenv("ORDERWATCH_LINK_KEY", KEY)
    link = RatingLink(number_of(desk), "wang@example.com", desk.now() + timedelta(hours=1), "once")
    path = f"/rating/{sign(KEY.encode(), link)}"
    for _ in range(2):
        shown = nobody.get(path).json()  # a mail program that looks ahead counts nothing
        assert (shown["person"], shown["used"]) == ("wang@example.com", False)
    assert nobody.post(path, json={"stars": 6}, headers=SAME).status_code == 422
    assert nobody.post(path, json={"stars": 2}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert nobody.post(path, json={"stars": 2, "words": HOSTILE}, headers=SAME).status_code == 200
    again = nobody.post(path, json={"stars": 5}, headers=SAME)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "used_link")
    assert nobody.get(path).json()["used"] is True
    assert desk.ask("select stars, rated_by from rating") == [(2, "wang@example.com")]
    desk.advance(timedelta(hours=2))
    late = nobody.get(path)
    assert (late.status_code, late.json()["error"]["code"]) == (401, "expired_link")
    monkeypatch.setenv("ORDERWATCH_LINK_KEY", KEY[::-1])
    assert nobody.get(path).json()["error"]["code"] == "bad_link"


def test_the_page_behind_a_link_needs_no_login_and_one_tap(
    nobody: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orderwatch.core.rating_link import RatingLink, sign

    monkeypatch.setenv("ORDERWATCH_LINK_KEY", KEY)
    person = "<b>wang</b>@example.com"
    link = RatingLink(number_of(desk), person, desk.now() + timedelta(hours=1), "tapped")
    path, page = f"/rating/{sign(KEY.encode(), link)}", {"accept": "text/html"}
    shown = nobody.get(f"{path}?lang=en", headers=page)
    assert shown.status_code == 200 and shown.headers["content-type"].startswith("text/html")
    assert "How good was the response?" in shown.text and shown.text.count('name="stars"') == 5
    assert person not in shown.text and "frame-ancestors" in shown.headers["content-security-policy"]
    assert "这次处置怎么样" in nobody.get(f"{path}?lang=zh-CN", headers=page).text
    for name in ("orderwatch.css", "health.css", "theme.js", "htmx.min.js"):
        assert f'"/rating/static/{name}"' in shown.text and nobody.get(f"/rating/static/{name}").status_code == 200
    assert nobody.get("/rating/static/app.py").status_code == 404
    htmx = SAME | {"hx-request": "true"}
    assert nobody.post(f"{path}?lang=en", data={"words": "x"}, headers=htmx).status_code == 422
    tapped = nobody.post(f"{path}?lang=en", data={"stars": "2", "words": "", "false_alarm_because": ""}, headers=htmx)
    assert tapped.status_code == 200 and "★★☆☆☆ Thank you, it counts." in tapped.text
    assert desk.ask("select stars, words, rated_by from rating") == [(2, None, person)]
    again = nobody.post(f"{path}?lang=en", data={"stars": "5"}, headers=htmx)
    assert again.status_code == 409 and "has been used" in again.text
    assert "has been used" in nobody.get(f"{path}?lang=en", headers=page).text
    wrong = nobody.get("/rating/nonsense?lang=en", headers=page)
    assert wrong.status_code == 401 and "is not valid" in wrong.text


def test_a_response_is_rated_by_somebody_who_is_logged_in(as_: As, desk: Desk) -> None:
    path = f"/api/v1/incidents/{number_of(desk)}/rate"
    assert as_("viewer").post(path, json={"stars": 1}).status_code == 403
    assert as_("supervisor").post(path, json={"stars": 0}).status_code == 422
    assert as_("supervisor").post(path, json={"stars": 4, "words": HOSTILE}).status_code == 200
    assert desk.ask("select stars, rated_by from rating") == [(4, "supervisor")]


# --- the description ---


def test_the_description_in_the_repository_is_up_to_date() -> None:
    from orderwatch.web.api.document import FILE, document

    assert FILE.read_text(encoding="utf-8") == document(), "run: make openapi"
