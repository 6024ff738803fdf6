"""The page of a run: who may see it, what it shows, and that foreign text stays text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Databases
from tests.pipeline.desk import NOON, Body, Desk, a_shipment, an_order, late_in_pick
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
NOBODY = {"dag_id": "order_health_scan", "run_id": "never"}
QUERY = "?dag_id=order_health_scan&run_id=manual__1"


# --- who may see it ---


def test_every_route_asks_strangers_to_log_in(stranger: TestClient) -> None:
    from orderwatch.web.app import app
    from orderwatch.web.statics import STATIC

    paths = [route.path for route in app.routes if not route.path.startswith("/api/v1/")]  # those: test_api.py
    assert sorted(paths) == [  # and no /docs, no /openapi.json
        "/approvals",
        "/approvals.csv",
        "/approvals/{approval_id}/{decision}",
        "/board",
        "/effect/{effect_id}/settle",
        "/effect/{effect_id}/undo",
        "/improvements",
        "/improvements",
        "/improvements.csv",
        "/improvements/{number}/{state}",
        "/incident/{incident_id}",
        "/incident/{incident_id}/orders.csv",
        "/incident/{incident_id}/{act}",
        "/incident/{number}/survey",
        "/incident/{number}/survey.csv",
        "/incidents.csv",
        "/incidents/act/{act}",
        "/incidents/preview",
        "/order",
        "/order.csv",
        "/order/report",
        "/orders",
        "/orders.csv",
        "/pauses",
        "/pauses",
        "/pauses.csv",
        "/pauses/{number}/end",
        "/programme",
        "/programme.csv",
        "/programme/{figure}.csv",
        "/quarantine",
        "/quarantine.csv",
        "/quarantine/preview",
        "/quarantine/{what}",
        "/rating",
        "/review/{number}",
        "/review/{number}.pdf",
        "/review/{number}/behind/{what}",
        "/review/{number}/behind/{what}.csv",
        "/reviews",
        "/reviews.csv",
        "/rule/{number}",
        "/rule/{number}/orders.csv",
        "/rule/{number}/revise",
        "/rule/{number}/{decision}",
        "/rules",
        "/rules.csv",
        "/run",
        "/silences",
        "/silences/{number}/end",
        "/static/{name}",
        "/strip",
        "/survey",
        "/thresholds",
        "/thresholds.csv",
        "/thresholds/compare",
        "/thresholds/{number}/activate",
        "/version",
    ]
    pages = [one.path for one in app.routes if "{" not in one.path and "GET" in getattr(one, "methods", ())]
    for path in [*pages, *(f"/static/{name}" for name in STATIC), "/static/../app.py"]:
        assert stranger.get(path).status_code in ({401} if ".." not in path else {401, 404}), path
    assert stranger.get("/docs").status_code == stranger.get("/openapi.json").status_code == 404


def test_a_forged_token_is_refused(stranger: TestClient) -> None:
    assert stranger.get(f"/run{QUERY}", headers={"Authorization": "Bearer nonsense"}).status_code in {401, 403}


def test_a_viewer_sees_the_page_and_its_files(client: TestClient, scan: dict[str, str]) -> None:
    assert client.get("/run", params=scan).status_code == 200
    assert client.get("/static/orderwatch.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/theme.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/static/app.py").status_code == 404


def test_nothing_but_reading_is_possible(client: TestClient) -> None:
    sent = [client.request(verb, f"/run{QUERY}", json={}) for verb in ("POST", "PUT", "PATCH", "DELETE")]
    assert {answer.status_code for answer in sent} == {405}


@pytest.mark.parametrize("path", [f"/run{QUERY}", "/static/theme.js", "/static/none", "/none", "/run"])
def test_every_answer_forbids_caches_strange_frames_and_foreign_script(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert policy["connect-src"] == policy["frame-ancestors"] == "'self'"  # htmx asks our own pages, and nobody else
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")


def test_the_page_keeps_its_own_policy(client: TestClient, scan: dict[str, str]) -> None:
    """No inline script or style and no event attribute: the browser would refuse them."""
    page = client.get("/run", params=scan).text
    assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", page) == []


def test_airflow_itself_serves_the_page_behind_its_login(tables: None, token: str, scan: dict[str, str]) -> None:
    from airflow.api_fastapi.app import create_app
    from fastapi.testclient import TestClient

    with TestClient(create_app(apps="core")) as airflow:
        assert airflow.get("/orderwatch/run", params=scan).status_code == 401
        assert airflow.get("/orderwatch/static/theme.js").status_code == 401
        answer = airflow.get("/orderwatch/run", params=scan, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert 'src="/orderwatch/static/theme.js"' in answer.text


# --- what it shows ---


def test_a_run_without_a_scan_says_so(client: TestClient) -> None:
    assert "这次运行还没有开始扫描" in client.get("/run", params=NOBODY).text
    assert "has not begun a scan yet" in client.get("/run", params=NOBODY | {"lang": "en"}).text


def test_the_run_of_a_playbook_says_where_its_steps_tell_what_they_did(client: TestClient) -> None:
    run = {"dag_id": "playbook_stock_out", "run_id": "inc-000001-r1", "lang": "en"}
    page = client.get("/run", params=run).text
    assert "Map Index" in page and "scan" not in page.partition("<body>")[2]


@pytest.mark.parametrize(
    ("lang", "headings"),
    [
        ("zh-CN", ["数据：拉取与校验", "隔离的记录", "新开和变化的事件", "超过正常时间但没有告警", "通知"]),
        (
            "en",
            [
                "Data: pulled and validated",
                "Refused records",
                "Incidents opened or changed",
                "Late, and nobody",
                "Messages",
            ],
        ),
    ],
)
def test_the_page_shows_every_part_in_the_language_asked_for(
    client: TestClient, scan: dict[str, str], lang: str, headings: list[str]
) -> None:
    page = client.get("/run", params=scan | {"lang": lang}).text
    assert f'<html lang="{lang}">' in page
    places = [page.find(f"<h2>{heading}") for heading in headings]
    assert places == sorted(places) and places[0] > 0


def test_the_browser_chooses_the_language_when_nobody_does(client: TestClient) -> None:
    def language(accept: str) -> str:
        page = client.get("/run", params=NOBODY, headers={"accept-language": accept}).text
        return re.findall(r'<html lang="(.+?)">', page)[0]

    assert [language(accept) for accept in ("en-GB,en;q=0.9", "zh-CN,zh;q=0.9", "de")] == ["en", "zh-CN", "zh-CN"]


def test_the_other_language_is_one_click_away(client: TestClient, scan: dict[str, str]) -> None:
    page = client.get("/run", params=scan | {"task_id": "validate_feeds", "lang": "en"}).text
    link = re.findall(r'<a class="meta right" href="(.+?)"', page)[0].replace("&amp;", "&")
    assert {"task_id=validate_feeds", "lang=zh-CN", f"run_id={scan['run_id']}"} <= set(link[1:].split("&"))


def test_failed_checks_stand_first(client: TestClient, scan: dict[str, str]) -> None:
    page = client.get("/run", params=scan).text
    assert 0 < page.find("expect_bad") < page.find("expect_good")


def test_refused_records_are_shown_with_their_reason(client: TestClient, scan: dict[str, str]) -> None:
    refused = _section(client, scan, "Refused records")
    assert "erp · orders" in refused and "wrong_type" in refused


def test_incidents_are_shown_with_owner_order_and_reason(client: TestClient, scan: dict[str, str]) -> None:
    opened = _section(client, scan, "Incidents opened or changed")
    assert "SO-1" in opened and "picking lead" in opened
    assert re.search(r'class="level l\d"', opened)


def the_scan(desk: Desk, *, dry_run: bool = False, **feeds: list[Body]) -> dict[str, str]:
    """The page's query for one more scan."""
    desk.scan(dry_run=dry_run, **feeds)
    dag_id, run_id = desk.ask("select dag_id, run_id from scan_run order by scan_id desc limit 1")[0]
    return {"dag_id": dag_id, "run_id": run_id}


@pytest.fixture
def another_desk(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A database of its own, for scans that the other tests do not expect."""
    desk = Desk(databases.copy())
    url = desk.engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))
    return desk


def test_an_incident_that_a_scan_raises_or_resolves_is_on_its_page_with_the_messages(
    client: TestClient, another_desk: Desk
) -> None:
    the_scan(another_desk, **late_in_pick("SO-1"))  # type: ignore[arg-type]
    raised = the_scan(another_desk, orders=[an_order("SO-1", version=NOON, value_minor=900_000)])
    changed = _section(client, raised, "Incidents opened or changed")
    assert "level raised" in changed and "SO-1" in changed
    assert "li.ting@example.com" in _section(client, raised, "Messages")
    the_scan(another_desk, shipments=[a_shipment("SO-1", version=NOON, picked_at=NOON)])
    resolved = the_scan(another_desk)
    assert ">resolved</span>" in _section(client, resolved, "Incidents opened or changed")


def test_a_dry_run_shows_what_it_would_have_opened_and_what_it_would_have_kept_silent(
    client: TestClient, another_desk: Desk
) -> None:
    orders = [an_order("SO-1"), an_order("SO-9", flags=["test"])]
    dry = the_scan(another_desk, dry_run=True, orders=orders, shipments=[a_shipment("SO-1"), a_shipment("SO-9")])
    would = _section(client, dry, "Incidents that would be opened")
    assert "SO-1" in would and "limit for orders like it" in would
    assert "SO-9" in _section(client, dry, "nobody was alerted")
    assert another_desk.incidents() == {}


def test_silence_is_shown_with_its_reason(client: TestClient, scan: dict[str, str]) -> None:
    silence = _section(client, scan, "nobody was alerted")
    assert "SO-9" in silence and "SO-1" not in silence
    assert "test order" in silence.lower()


def test_messages_are_shown_with_their_state(client: TestClient, scan: dict[str, str]) -> None:
    messages = _section(client, scan, "Messages")
    assert "zheng.qiang@example.com" in messages and "planned" in messages


@pytest.mark.parametrize(
    ("task", "part"),
    [
        ("erp.pull", "Data: pulled"),
        ("validate_feeds", "Refused"),
        ("detect_anomalies", "Incidents"),
        ("notify_owners", "Messages"),
    ],
)
def test_on_a_task_its_own_part_is_marked(client: TestClient, scan: dict[str, str], task: str, part: str) -> None:
    page = client.get("/run", params=scan | {"lang": "en", "task_id": task}).text
    marked = re.findall(r'<section class="here">\s*<h2>(.+?)<', page)
    assert any(heading.startswith(part) for heading in marked), marked


def test_a_dry_run_is_said_to_be_one(client: TestClient, desk: Desk) -> None:
    desk.scan(dry_run=True)
    run_id = desk.ask("select run_id from scan_run where dry_run")[0]
    assert "Dry run" in client.get("/run", params={"dag_id": "desk", "run_id": run_id, "lang": "en"}).text


# --- foreign text ---


def test_foreign_text_stays_text(client: TestClient, scan: dict[str, str]) -> None:
    """The page lives inside Airflow: a script here could do whatever the person who reads it may do."""
    page = client.get("/run", params=scan | {"lang": "en", "task_id": HOSTILE}).text
    assert HOSTILE not in page
    for part in ("Data: pulled", "Refused records", "Incidents opened or changed"):
        assert ESCAPED in _section(client, scan, part)
    assert f"note: {ESCAPED}" in page


@pytest.mark.parametrize("name", ["dag_id", "run_id", "task_id"])
def test_a_name_that_is_too_long_is_refused(client: TestClient, name: str) -> None:
    assert client.get("/run", params=NOBODY | {name: "x" * 250}).status_code == 200
    assert client.get("/run", params=NOBODY | {name: "x" * 251}).status_code == 422


@pytest.mark.parametrize(
    "query", [{"task_id": "{TASK_ID}"}, {"run_id": "{RUN_ID}"}, {"map_index": "{MAP_INDEX}"}, {"map_index": "-1"}]
)
def test_what_airflow_left_in_its_link_is_no_error(client: TestClient, query: dict[str, str]) -> None:
    assert client.get("/run", params=NOBODY | query).status_code == 200


def test_a_name_that_no_database_can_hold_is_refused(client: TestClient) -> None:
    assert client.get("/run", params=NOBODY | {"run_id": "x\x00y"}).status_code == 422


@pytest.mark.parametrize("query", [{"lang": "fr"}, {"lang": "../en"}])
def test_an_unknown_language_is_refused(client: TestClient, query: dict[str, str]) -> None:
    assert client.get("/run", params=NOBODY | query).status_code == 422


def test_a_run_id_with_a_plus_is_found(client: TestClient, desk: Desk) -> None:
    """Every run id of Airflow ends with +00:00; its page encodes it before it puts it into our address."""
    with desk.engine.begin() as conn:
        conn.exec_driver_sql(
            "insert into scan_run (dag_id, run_id, purpose, opened_at, policy_version)"
            " values ('d', 'manual__2026-11-22T10:00:00+00:00', 'scan', now(), 'p')"
        )
    page = client.get("/run?dag_id=d&run_id=manual__2026-11-22T10%3A00%3A00%2B00%3A00&lang=en").text
    assert "has not begun" not in page


def _section(client: TestClient, scan: dict[str, str], heading: str) -> str:
    """The part of the English page under a heading."""
    page = client.get("/run", params=scan | {"lang": "en"}).text
    return next(part for part in re.split(r"<section", page) if heading in part)
