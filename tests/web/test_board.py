"""The board: its numbers, whose move it is, what is shown when nothing is, and that foreign text stays text."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from orderwatch.store.policy import publish_policy
from orderwatch.web.health.flow import histogram
from orderwatch.web.health.spreadsheet import harmless, write_csv
from orderwatch.web.pages import HERE
from tests.conftest import Databases
from tests.pipeline.desk import HOUR, NOON, Desk, a_line, a_shipment, an_order, late_in_pick
from tests.pipeline.people.conftest import People, with_logins
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

As = Callable[..., "TestClient"]


@pytest.fixture
def desk(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An empty company; people log in under short names."""
    from orderwatch.web import desk as web_desk

    made = Desk(databases.copy())
    made.policy = with_logins(made.policy)
    monkeypatch.setattr(web_desk, "_policy", lambda stamps: made.policy)
    with made.engine.begin() as conn:
        publish_policy(conn, made.policy, made.now())
    url = made.engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))
    yield made
    databases.drop(made.engine)


@pytest.fixture
def as_(tables: None, desk: Desk) -> As:
    from airflow.api_fastapi.app import init_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    from orderwatch.web.app import app

    def log_in(login: str) -> TestClient:
        token = init_auth_manager().generate_jwt(SimpleAuthManagerUser(username=login, role="viewer"))
        return TestClient(app, headers={"Authorization": f"Bearer {token}"})

    return log_in


def seen(client: TestClient, address: str = "/board?lang=en") -> str:
    """The page as a person reads it: without tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body(client, address))).split())


def body(client: TestClient, address: str = "/board?lang=en") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<main")[2]


def node(client: TestClient, title: str) -> dict[str, int]:
    """What the board says of a step: in progress, late, exempt, unknown."""
    part = next(one for one in body(client).split('<section class="node">') if f"<h3>{title}</h3>" in one)
    numbers = [int(n.replace(",", "")) for n in re.findall(r"<(?:b|a href=\"[^\"]+\")>([\d,]+)</(?:b|a)>", part)]
    return dict(zip(("waiting", "late", "exempt", "unknown"), numbers, strict=False))


def some_of_each(desk: Desk) -> None:
    """In picking one late, one presale that may wait, one in time; in review two of which one is worth a lot."""
    presale = {"kind": "presale", "lines": [a_line(presale=True, ship_by=NOON + timedelta(days=3))]}
    fresh = {"printed_at": NOON - HOUR}
    desk.scan(
        orders=[
            an_order("SO-1"), an_order("SO-2", **presale), an_order("SO-3"),
            an_order("SO-4", approved_at=None, value_minor=900_000), an_order("SO-5", approved_at=None, paid_at=NOON),
        ],
        shipments=[a_shipment("SO-1"), a_shipment("SO-2"), a_shipment("SO-3", **fresh)],
    )  # fmt: skip


# --- the numbers ---


def test_every_step_says_what_waits_in_it_late_exempt_and_unknown(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    assert node(as_("viewer"), "pick") == {"waiting": 3, "late": 1, "exempt": 1, "unknown": 0}
    assert node(as_("viewer"), "review") == {"waiting": 2, "late": 1, "exempt": 0, "unknown": 0}
    assert node(as_("viewer"), "transport") == {"waiting": 0, "late": 0, "exempt": 0, "unknown": 0}


def test_what_depends_on_a_silent_source_is_unknown_and_not_late(as_: As, desk: Desk) -> None:
    desk.scan(orders=[an_order("SO-1")], shipments=[a_shipment("SO-1", printed_at=NOON - HOUR)])
    desk.advance(timedelta(hours=5))
    desk.scan(silent=["wms"])
    assert node(as_("viewer"), "pick") == {"waiting": 1, "late": 0, "exempt": 0, "unknown": 1}
    page = seen(as_("viewer"))
    assert "Source out: WMS" in page and "unknown, not late" in page
    assert "SO-1" in seen(as_("viewer"), "/orders?state=unknown&node=pick&lang=en")


def test_a_dry_run_counts_nothing(as_: As, desk: Desk) -> None:
    desk.scan(dry_run=True, orders=[an_order("SO-1")], shipments=[a_shipment("SO-1")])
    assert desk.ask("select count(*) from node_load") == [0]
    assert "No scan yet" in seen(as_("viewer"))


def test_what_is_no_order_is_not_in_progress(as_: As, desk: Desk) -> None:
    desk.scan(orders=[an_order("SO-9", flags=["test"])], shipments=[a_shipment("SO-9")])
    assert node(as_("viewer"), "pick")["waiting"] == 0


def test_every_number_leads_to_its_rows(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    client = as_("viewer")
    for state, orders in (
        ("all", {"SO-1", "SO-2", "SO-3"}),
        ("late", {"SO-1"}),
        ("exempt", {"SO-2"}),
        ("unknown", set()),
    ):
        address = f"/orders?state={state}&amp;node=pick&amp;lang=en"
        assert f'href="{address}"' in body(client)
        assert set(re.findall(r"SO-\d", seen(client, unescape(address)))) == orders
    assert "picking lead" not in seen(client, "/orders?state=exempt&lang=en")
    assert "presale" in seen(client, "/orders?state=exempt&lang=en").lower()


def test_age_is_drawn_against_the_limit() -> None:
    ages = [0] * 36
    ages[0], ages[23], ages[24], ages[35] = 10, 5, 2, 1
    drawn = histogram(ages, True, "say <it>")
    assert re.findall(r'class="(age[^"]*)"', drawn) == ["age", "age", "age past", "age past"]
    assert 'aria-label="say &lt;it&gt;"' in drawn and "style" not in drawn
    assert "unsure" in histogram(ages, False, "")
    assert "rect" not in histogram([0] * 36, True, "")


@pytest.mark.parametrize(("hours", "part"), [(0.5, 4), (3.9, 24), (4, 25), (4.1, 25), (30, 36)])
def test_an_order_stands_in_the_part_of_its_time_that_it_has_used(desk: Desk, hours: float, part: int) -> None:
    """Limit four hours of wall time: 24 parts until then, and the instant itself is already beyond."""
    desk.set_limits(dict.fromkeys(range(1, 6), 4 * 3600))
    left = NOON - timedelta(hours=hours)
    shipment = a_shipment("SO-1", picked_at=left - HOUR, printed_at=left - 2 * HOUR, shipped_at=left, carrier="SF")
    desk.set_time(NOON)
    desk.scan(orders=[an_order("SO-1")], shipments=[shipment])
    (ages,) = desk.ask("select ages from node_load where node = 5")
    desk.set_time(NOON)
    assert [number + 1 for number, count in enumerate(ages) if count] == [part]


# --- whose move it is ---


def test_the_next_deadline_is_the_loud_thing_and_overdue_comes_first(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    first = body(as_("viewer")).partition('<section class="hero')[2].partition("</section>")[0]
    assert "SO-4" in first and "acknowledge · 12:30" in " ".join(first.split()) and "data-left" in first
    desk.advance(timedelta(minutes=40))
    assert "overdue · acknowledge" in seen(as_("viewer"))


def test_who_asks_sees_what_waits_for_them_and_what_is_theirs(as_: As, desk: Desk) -> None:
    some_of_each(desk)

    def counts(login: str) -> list[int]:
        page = seen(as_(login))
        return [int(n) for n in re.findall(r"All (\d+) Needs me (\d+) Mine (\d+)", page)[0]]

    assert counts("viewer") == [2, 0, 0]
    assert counts("supervisor") == [2, 1, 1]
    assert counts("picker") == [2, 1, 1]
    mine = seen(as_("supervisor"), "/board?who=mine&lang=en").partition("Live incidents")[2]
    assert "SO-4" in mine and "SO-1" not in mine
    people = People(desk)
    from orderwatch.pipeline.people.acknowledge import acknowledge

    (number,) = desk.ask("select incident_id from incident where dedup_key like 'order:SO-4:%'")
    people.do("supervisor", acknowledge, people.seen(number), None)
    assert counts("supervisor") == [2, 0, 1]
    assert "holds no role" in seen(as_("viewer"), "/board?who=mine&lang=en")


def test_incidents_are_sorted_as_asked_and_the_address_keeps_all_of_it(as_: As, desk: Desk) -> None:
    """A batch of three is the gravest and the youngest; by deadline it comes first only while it waits for somebody."""
    some_of_each(desk)
    desk.advance(timedelta(minutes=5))
    wave = {"wave_no": "W-1"}
    orders = [f"SO-{n}" for n in (11, 12, 13)]
    desk.scan(orders=[an_order(one) for one in orders], shipments=[a_shipment(one, **wave) for one in orders])
    client = as_("manager")

    def order(sort: str) -> list[str]:
        text = client.get(f"/incidents.csv?sort={sort}&lang=en").text.removeprefix("\ufeff")
        return [f"{row[1]}:{row[6]}" for row in list(csv.reader(io.StringIO(text)))[1:]]

    assert order("level")[0] == "2:3" and order("orders")[0] == "2:3"
    assert order("age")[-1] == "2:3" and order("deadline")[:2] == ["2:3", "1:1"]
    desk.advance(timedelta(minutes=30))  # overdue both, and one that is paused waits for nobody
    people = People(desk)
    (batch,) = desk.ask("select incident_id from incident where kind = 'batch'")
    from orderwatch.pipeline.people.stop import pause

    people.do("manager", pause, people.seen(batch), "r", people.until())
    assert order("deadline")[0] == "1:1" and order("level")[0] == order("orders")[0] == "2:3"
    page = body(client, "/board?sort=level&who=needs_me&level=2&lang=en")
    for link in ("/board?who=all&amp;sort=level&amp;level=2", "/board?who=needs_me&amp;sort=age&amp;level=2",
                 "/incidents.csv?who=needs_me&amp;sort=level&amp;level=2"):  # fmt: skip
        assert link in page, link
    assert '<section class="hero' in body(client) and '<section class="hero' not in page
    assert client.get("/board?sort=name").status_code == 422


def test_the_age_of_a_source_leads_to_its_pull_in_the_last_scan(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    ((dag_id, run_id),) = desk.ask("select dag_id, run_id from scan_run")
    assert f'href="/run?dag_id={dag_id}&amp;run_id={run_id}&amp;task_id=wms.pull&amp;lang=en"' in body(as_("viewer"))


def test_levels_can_be_chosen(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    only = seen(as_("viewer"), "/board?level=1&lang=en").partition("Live incidents")[2]
    assert "SO-4" in only and "SO-1 " not in only


def test_a_pause_says_who_why_and_until_when(as_: As, desk: Desk) -> None:
    from orderwatch.pipeline.people.stop import pause

    some_of_each(desk)
    (number,) = desk.ask("select incident_id from incident where dedup_key like 'order:SO-4:%'")
    people = People(desk)
    people.do("supervisor", pause, people.seen(number), HOSTILE, people.until(timedelta(hours=3)))
    page = seen(as_("viewer"))
    assert "paused by 李婷" in page and "to 15:00" in page
    assert HOSTILE not in as_("viewer").get("/board?lang=en").text


def test_a_storm_is_one_banner_and_money_is_said_to_be_held(as_: As, desk: Desk) -> None:
    desk.scan(**late_in_pick(*(f"SO-{n}" for n in range(60))))  # type: ignore[arg-type]
    page = seen(as_("viewer"))
    assert "Mass delay: 60 orders" in page and "No letter and no money goes to customers by itself" in page


def test_explained_incidents_are_listed_under_what_explains_them(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    a, b = sorted(desk.ask("select incident_id from incident"))
    desk.ask_to_change(f"update incident set inhibited_by = {a} where incident_id = {b}")
    page = seen(as_("viewer"))
    assert "All 1" in page and "explains 1 more" in page
    assert f"explained by #{a}" in seen(as_("viewer"), f"/board?under={a}&lang=en")


# --- when nothing is wrong, and when nobody looks ---


def test_an_empty_board_says_what_is_true_and_what_to_try(as_: As, desk: Desk) -> None:
    assert "No scan has ended yet" in seen(as_("viewer"))
    desk.scan(orders=[an_order("SO-1", approved_at=None, paid_at=NOON)])
    page = seen(as_("viewer"))
    assert "All 1 orders in progress are in time" in page and "Enter an order number" in page
    assert "没有进行中的事件" in seen(as_("viewer"), "/board?lang=zh-CN")


def test_a_board_whose_scans_have_stopped_says_so(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    assert "No scan has ended" not in seen(as_("viewer"))
    desk.advance(timedelta(minutes=38))
    assert "No scan has ended for 38 m" in seen(as_("viewer"))


# --- text from outside ---


def test_foreign_text_stays_text(as_: As, desk: Desk) -> None:
    long = "很长" * 5000
    desk.scan(
        orders=[an_order(f"SO-{HOSTILE}", category="@所有人"), an_order("=1+1", region="<b>x</b>")],
        shipments=[a_shipment(f"SO-{HOSTILE}"), a_shipment("=1+1")],
    )
    from orderwatch.pipeline.people.stop import take_over

    people = People(desk)
    (number, _) = sorted(desk.ask("select incident_id from incident"))
    people.do("manager", take_over, people.seen(number), long[:500], people.until())
    for address in ("/board?lang=en", "/board?lang=zh-CN", "/orders?state=late&lang=en"):
        page = as_("viewer").get(address).text
        assert HOSTILE not in page and "<b>x</b>" not in page
        assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", page) == []


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r\n=1", "＝1", "＠x", "|cmd", "%0A", "\ufeff=1", "\n"]
)
def test_a_spreadsheet_never_computes_what_came_from_outside(text: str) -> None:
    assert str(harmless(text)).startswith("'")


def test_plain_text_and_our_numbers_stay_as_they_are() -> None:
    assert [harmless(one) for one in ("SO-1", "李婷", "a=b", 5, -5, None, "")] == ["SO-1", "李婷", "a=b", 5, -5, "", ""]
    assert write_csv(["a", "b"], [['x"y', "1,2"]]) == '\ufeffa,b\r\n"x""y","1,2"\r\n'


def test_lists_are_files_for_a_spreadsheet(as_: As, desk: Desk) -> None:
    desk.scan(orders=[an_order("=1+1", value_minor=900_000)], shipments=[a_shipment("=1+1")])
    for address in ("/orders.csv?state=late&lang=en", "/incidents.csv?lang=en"):
        answer = as_("viewer").get(address)
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(rows) == 2 and "'=1+1" in rows[1]


@pytest.mark.parametrize(
    "query", ["who=everybody", "level=4", "page=0", "under=0", f"under={2**63}", "lang=fr", "state=x", "node=moon"]
)
def test_what_nobody_can_ask_is_refused(as_: As, query: str) -> None:
    where = "/orders" if query.startswith(("state", "node")) else "/board"
    assert as_("viewer").get(f"{where}?{query}").status_code == 422


# --- how it is made ---


def test_the_board_needs_few_statements(as_: As, desk: Desk) -> None:
    from sqlalchemy import Engine

    some_of_each(desk)
    said: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        body(as_("viewer"))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([one for one in said if "pg_catalog.version" not in one]) <= 8, said


def test_what_a_page_reads_with_can_change_nothing(desk: Desk) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import InternalError

    from orderwatch.web.desk import reading

    with reading() as conn:
        assert conn.execute(text("show transaction_isolation")).scalar_one() == "repeatable read"
        with pytest.raises(InternalError, match="read-only transaction"):
            conn.execute(text("update clock set ahead = ahead"))


def test_htmx_is_the_very_file_that_its_note_names() -> None:
    readme = (HERE / "static" / "README.md").read_text(encoding="utf-8")
    (wanted,) = re.findall(r"SHA-256 `([0-9a-f]{64})`", readme)
    assert hashlib.sha256((HERE / "static" / "htmx.min.js").read_bytes()).hexdigest() == wanted
    assert "Zero-Clause BSD" in (HERE / "static" / "htmx.LICENSE").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere_and_both_themes_have_every_colour() -> None:
    for file in [*(HERE / "templates").glob("*.html"), *(HERE / "static").glob("health.*")]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://", text), file
    css = "".join((HERE / "static" / name).read_text(encoding="utf-8") for name in ("orderwatch.css", "health.css"))
    light, dark = (
        set(re.findall(r"(--[\w-]+):", "".join(re.findall(rf"{one} \{{([^}}]+)\}}", css))))
        for one in (":root", ":root.dark")
    )
    assert light == dark and set(re.findall(r"var\((--[\w-]+)\)", css)) <= light


def test_airflows_home_page_shows_the_numbers_and_where_they_lead(as_: As, desk: Desk) -> None:
    before = as_("supervisor").get("/strip?lang=en").json()
    assert before["warning"].startswith("No scan has ended yet")
    late = late_in_pick("SO-2")
    important = {"orders": [an_order("SO-1", value_minor=900_000)], "shipments": [a_shipment("SO-1")]}
    desk.scan(orders=[*important["orders"], *late["orders"]], shipments=[*important["shipments"], *late["shipments"]])
    strip = as_("supervisor").get("/strip?lang=en").json()
    assert strip["warning"] == "" and strip["title"] == "Order Health"
    pills = {one["title"]: one for one in strip["pills"]}
    (number,) = desk.ask("select incident_id from incident where level = 1")
    assert pills["Next deadline"]["place"] == f"incident/{number}" and "acknowledge" in pills["Next deadline"]["more"]
    assert (pills["Live incidents"]["value"], pills["Late orders"]["value"]) == ("2", "2")
    assert (pills["Waiting for you"]["value"], pills["Waiting for you"]["tone"]) == ("1", "warn")
    for one in strip["pills"]:
        assert as_("supervisor").get(f"/{one['place']}").status_code == 200, one
    assert as_("viewer").get("/strip?lang=zh-CN").json()["pills"][2]["value"] == "0"
    desk.advance(2 * HOUR)
    assert "No scan has ended for 2 h" in as_("viewer").get("/strip?lang=en").json()["warning"]


def test_it_stands_in_the_navigation_of_airflow_with_an_icon_for_each_theme() -> None:
    from orderwatch.web.statics import STATIC
    from orderwatch_plugin import OrderwatchPlugin

    (nav,) = [one for one in OrderwatchPlugin.external_views if one["destination"] == "nav"]
    assert nav["href"] == "/orderwatch/board" and nav["nav_top_level"]
    assert {str(nav[key]).rpartition("/")[2] for key in ("icon", "icon_dark_mode")} <= set(STATIC)


# --- money ---


def test_held_money_is_said_with_its_sum_and_its_deadline(as_: As, desk: Desk) -> None:
    some_of_each(desk)
    (number,) = desk.ask("select incident_id from incident where dedup_key like 'order:SO-4:%'")
    desk.ask_to_change(f"""
        set session_replication_role = replica;
        insert into effect (effect_key, family, sink, recipient, payload, level, state, planned_at, valid_until,
            next_attempt_at, incident_id, step, slot, side_effect, amount_minor, currency, order_id, customer_id,
            business_key, hold_reason, incident_cap_minor)
        select 'k' || n, 'response', 'mail', 'x', '{{}}', 1, 'held', business_now(), business_now() + interval '20 min',
            business_now(), {number}, 'issue_voucher', 's' || n, 'money', 12999, 'CNY', 'SO-4', 'C', 'b' || n,
            'approval', 20000
        from generate_series(1, 2) as n
    """)
    page = seen(as_("viewer"))
    assert "2 held until a person decides" in page and "¥259.98" in page and "decide · 12:20" in page
    told = seen(as_("viewer"), f"/incident/{number}?lang=en")
    assert "High-value" in told or "high_value" in told
