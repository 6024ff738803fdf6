"""Reviews as people read them: where each stands, what one says, and a cause that is named in a dialog."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from orderwatch.pipeline.people.act import By, Seen
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.review import write_reviews
from orderwatch.web.health.chain_picture import draw_chain
from tests.pipeline.desk import NOON, Desk, late_in_pick
from tests.web.conftest import HOSTILE
from tests.web.test_incident_page import As, as_, desk, number_of, plain, send  # noqa: F401  # fixtures

Reviewed = dict[str, int]


@pytest.fixture
def reviewed(desk: Desk) -> Reviewed:  # noqa: F811
    """A fault of level 3 that a person calls a strike, a level-1 incident, and one that was dismissed."""
    desk.scan(**late_in_pick("SO-7", "SO-8", fault_code=f"E {HOSTILE}"))
    (fault,) = desk.ask("select incident_id from incident where kind = 'system_failure'")
    with desk.engine.begin() as conn:
        by = By("vp")
        close(conn, desk.policy, by, Seen(fault, 0), "external", f"a strike {HOSTILE}")
        close(conn, desk.policy, by, Seen(number_of(desk), 0), "human", "misplaced")
        dismiss(conn, desk.policy, by, Seen(number_of(desk, HOSTILE), 0), "false_alarm", "agreed")
    write_reviews(desk.engine, desk.policy, desk.now())
    (review,) = desk.ask("select review_id from review where kind = 'single'")
    (week,) = desk.ask("select review_id from review where kind = 'weekly'")
    return {"fault": fault, "review": review, "week": week}


def shown(as_: As, address: str, login: str = "viewer") -> str:  # noqa: F811
    answer = as_(login).get(address)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_an_empty_list_says_what_belongs_here(as_: As, desk: Desk) -> None:  # noqa: F811
    assert "Within 72 hours after an incident is closed" in plain(shown(as_, "/reviews?lang=en"))
    assert "事件关闭后 72 小时内自动生成复盘" in plain(shown(as_, "/reviews?lang=zh-CN"))


def test_the_tab_counts_what_only_people_can_still_say_and_shows_what_is_late(
    as_: As,  # noqa: F811
    reviewed: Reviewed,
    desk: Desk,  # noqa: F811
) -> None:
    def tabs() -> str:
        return shown(as_, "/board?lang=en").partition("<main")[0]

    assert "badge" not in tabs()
    desk.ask_to_change("alter table incident_review disable trigger user")
    desk.ask_to_change(
        "update incident_review set state = 'waiting', missing = '{cause}', published_at = null"
        f" where incident_id = {reviewed['fault']}"
    )
    assert 'class="badge">1<' in tabs()
    desk.ask_to_change("update incident_review set state = 'breached', breached_at = due_at where state = 'waiting'")
    assert 'class="badge now">1<' in tabs()


def test_the_list_says_where_each_review_stands_and_why_there_is_none(as_: As, reviewed: Reviewed) -> None:  # noqa: F811
    page = shown(as_, "/reviews?lang=en")
    assert HOSTILE not in page and f"/review/{reviewed['review']}?" in page
    said = plain(page)
    assert "a dismissed incident has none" in said and "external" in said and "complete" in said
    assert "a dismissed incident has none" not in plain(shown(as_, "/reviews?which=published&lang=en"))
    one = plain(shown(as_, f"/reviews?incident={reviewed['fault']}&lang=en"))
    assert "Reviews · #" in one and "misplaced" not in one
    rows = list(csv.reader(io.StringIO(as_("viewer").get("/reviews.csv?lang=en").text.removeprefix("\ufeff"))))
    assert len(rows) == 4 and {row[5] for row in rows[1:]} == {"complete", "none"}


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_review_shows_the_chain_the_cause_and_the_rule_that_was_wrong(
    as_: As, reviewed: Reviewed, lang: str  # noqa: F811
) -> None:  # fmt: skip
    page = shown(as_, f"/review/{reviewed['review']}?lang={lang}")
    said = plain(page)
    wrong = {
        "en": "the rule was wrong: a fault of the warehouse's systems",
        "zh-CN": "规则判断有误：仓库系统故障",
    }
    assert wrong[lang] in said and HOSTILE not in page
    assert page.count('<svg class="chain"') == 1 and "style=" not in page and "<script>" not in page
    if lang == "en":
        main = page.partition("<main")[2].partition("</main>")[0]
        ours = re.sub(r"上海", "", plain(main))
        assert not re.search("[\u4e00-\u9fff]", ours), ours
        assert "Which link broke its limit first" in said and "2 of 2 orders carry a fault code" in said


def test_a_collection_lists_its_incidents(as_: As, desk: Desk, reviewed: Reviewed) -> None:  # noqa: F811
    said = plain(shown(as_, f"/review/{reviewed['week']}?lang=en"))
    assert "Weekly collection: pick" in said and f"#{number_of(desk)}" in said and "human" in said


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/review/999", 404, "there is no review 999"),
        ("/review/x", 422, "something in this address is wrong: number"),
        ("/nonsense", 404, ""),
        ("/review/1/behind/nonsense", 422, "something in this address is wrong: what"),
    ],
)
def test_what_is_not_there_is_said_in_words_to_a_browser_and_in_our_shape_to_a_program(
    as_: As, desk: Desk, address: str, status: int, words: str  # noqa: F811
) -> None:  # fmt: skip
    page = as_("viewer").get(f"{address}?lang=en", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == status and words in plain(page.text) and "Back to the board" in plain(page.text)
    assert as_("viewer").get(address, headers={"accept": "application/json"}).headers["content-type"] == (
        "application/json"
    )


def test_an_incident_that_is_over_leads_to_its_review(as_: As, desk: Desk, reviewed: Reviewed) -> None:  # noqa: F811
    assert f"/reviews?incident={reviewed['fault']}" in shown(as_, f"/incident/{reviewed['fault']}?lang=en")


def test_whoever_may_names_the_cause_in_a_dialog_and_the_review_follows(
    as_: As, desk: Desk, reviewed: Reviewed  # noqa: F811
) -> None:  # fmt: skip
    address, fault = f"/review/{reviewed['review']}?lang=en", reviewed["fault"]
    assert "Name the cause" not in plain(shown(as_, address)) and "d-cause" in shown(as_, address, "manager")
    fields: dict[str, Any] = {"root_cause": "system", "cause": "system_fault", "reason": "the log says so"}
    assert send(as_("viewer"), fault, "correct-cause", 1, **fields).status_code == 403
    refused = send(as_("manager"), fault, "correct-cause", 1, **fields | {"root_cause": "human"})
    assert refused.status_code == 422 and "no such cause of that kind" in plain(refused.text)
    answer = send(as_("manager"), fault, "correct-cause", 1, **fields)
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    assert send(as_("vp"), fault, "correct-cause", 1, **fields).status_code == 409  # on what has been changed since
    said = plain(shown(as_, address))
    assert "Root cause: system · a fault of the warehouse's systems" in said
    assert "the log says so" in said and "as the rules said" in said and "version 2" in said


def test_the_cause_of_an_incident_in_a_collection_is_named_on_its_page(
    as_: As, desk: Desk, reviewed: Reviewed  # noqa: F811
) -> None:  # fmt: skip
    number = number_of(desk)
    page = shown(as_, f"/review/{reviewed['week']}?lang=en", "manager")
    assert f"?about={number}&amp;lang=en#name" in page and "<textarea" not in page
    assert "Name the cause" not in plain(shown(as_, f"/review/{reviewed['week']}?about={number}&lang=en"))
    form = shown(as_, f"/review/{reviewed['week']}?about={number}&lang=en", "manager")
    assert f"Name the cause #{number}" in plain(form)
    (version,) = re.findall(r'name="version" value="(\d+)"', form)
    fields = {"root_cause": "external", "reason": "the carrier was snowed in"}
    assert send(as_("manager"), number, "correct-cause", int(version), **fields).status_code == 200
    assert "external" in plain(shown(as_, f"/review/{reviewed['week']}?lang=en"))
    assert "<textarea" not in shown(as_, f"/review/{reviewed['week']}?about=999&lang=en", "manager")


def test_how_often_a_rule_was_wrong_stands_below_the_list(as_: As, reviewed: Reviewed) -> None:  # noqa: F811
    said = plain(shown(as_, "/reviews?lang=en"))
    assert "Were the rules right?" in said and "a fault of the warehouse's systems 1 1" in said


def test_the_tab_of_a_run_lists_the_reviews_that_it_wrote(as_: As, desk: Desk) -> None:  # noqa: F811
    desk.scan(**late_in_pick("SO-7", "SO-8", fault_code="E42"))
    (fault,) = desk.ask("select incident_id from incident where kind = 'system_failure'")
    with desk.engine.begin() as conn:
        close(conn, desk.policy, By("vp"), Seen(fault, 0), "system", "the controller")
    write_reviews(desk.engine, desk.policy, desk.now(), "manual__1")
    for run_id, shows in (("manual__1", True), ("manual__2", False)):
        tab = as_("viewer").get(f"/run?dag_id=incident_postmortem&run_id={run_id}&lang=en", follow_redirects=False)
        assert tab.status_code == 303
        page = shown(as_, "/" + tab.headers["location"].lstrip("/"))
        assert (f"#{fault}</a>" in page) == shows
        assert ("This run has written no review" in plain(page)) != shows


def test_what_is_missing_or_late_is_said(as_: As, desk: Desk, reviewed: Reviewed) -> None:  # noqa: F811
    desk.scan(**late_in_pick("SO-4", "SO-5", "SO-6", wave_no="W1"))
    desk.ask_to_change(
        "update incident set state = 'closed', resolved_at = business_now(), closed_at = business_now(),"
        " review_due_at = business_now() + interval '71 hours' where kind = 'batch'"
    )
    write_reviews(desk.engine, desk.policy, desk.now())
    assert "nobody has named it" in plain(shown(as_, "/reviews?which=open&lang=en"))
    desk.advance(timedelta(hours=72))
    desk.ask_to_change(
        "update incident_review set state = 'breached', breached_at = business_now() where state = 'waiting'"
    )
    assert "late" in plain(shown(as_, "/reviews?which=late&lang=en"))
    (review,) = desk.ask("select review_id from incident_review where state = 'breached'")
    said = plain(shown(as_, f"/review/{review}?lang=en"))
    assert "later than 72 hours" in said and "undetermined" in said


def test_there_is_no_review_of_that_number(as_: As, desk: Desk) -> None:  # noqa: F811
    answer = as_("viewer").get("/review/77?lang=en")
    assert answer.status_code == 404


def test_the_picture_marks_what_was_late_and_escapes_what_it_says() -> None:
    usual = {"incidents": 3, "p50_s": 60, "p90_s": 600}
    links = [
        {"step": "told", "took_s": 30, "limit_s": 300, "broken": False, "usual": usual},
        {"step": "closed", "took_s": None, "limit_s": None, "broken": False, "usual": {"p50_s": None, "p90_s": None}},
        {"step": "contacted", "took_s": 10**9, "limit_s": 900, "broken": True, "usual": usual},
    ]
    drawn = draw_chain(links, ["<told>", "closed", "written"], lambda s: f"<{s}>", '"<label>"')
    assert drawn.count('class="within"') == drawn.count('class="over"') == 1
    assert drawn.count('class="usual"') == drawn.count('class="limit"') == 2
    assert "<told>" not in drawn and "<30>" not in drawn and "<label>" not in drawn
    assert "nan" not in drawn and "style" not in drawn


def test_every_number_of_a_review_leads_to_its_rows(as_: As, reviewed: Reviewed) -> None:  # noqa: F811
    page = shown(as_, f"/review/{reviewed['review']}?lang=en")
    links = {unescape(link) for link in re.findall(r'href="([^"]*/behind/[^"]*)"', page)}
    assert {link.partition("/behind/")[2] for link in links} >= {
        "orders?lang=en", "orders?mark=important&lang=en", "orders?mark=complained&lang=en",
        "orders?mark=system_fault&lang=en", "compared?lang=en", "around?mark=here&lang=en",
        "alerts?version=1&lang=en",
    }  # fmt: skip
    versions = {unescape(link) for link in re.findall(r'href="([^"]*/version[?][^"]*)"', page)}
    assert versions
    for link in links | versions:
        shown(as_, link)


def test_the_rows_are_those_that_were_counted_as_a_table_and_as_a_file(as_: As, reviewed: Reviewed) -> None:  # noqa: F811
    address = f"/review/{reviewed['review']}/behind/orders"
    for mark, orders in (("system_fault", ["SO-7", "SO-8"]), ("stock_shortage", [])):
        page = shown(as_, f"{address}?mark={mark}&lang=en")
        assert [one for one in ("SO-7", "SO-8", "SO-1") if f">{one}</a>" in page] == orders
        assert HOSTILE not in page and ("The number is nought" in page) == (not orders)
        read = as_("viewer").get(f"{address}.csv?mark={mark}&lang=en").text.removeprefix("\ufeff")
        assert [row[0] for row in csv.reader(io.StringIO(read))] == ["order", *orders]
    assert "pick" in plain(shown(as_, f"{address}?lang=en")) and "拣货" in plain(shown(as_, f"{address}?lang=zh-CN"))


def test_the_alerts_of_a_version_are_those_that_were_counted(as_: As, desk: Desk) -> None:  # noqa: F811
    """Late since this morning, not for days: an alert of the incident's own day."""
    desk.scan(**late_in_pick("SO-7", "SO-8", fault_code="E42", printed_at=NOON - timedelta(hours=5)))
    (fault,) = desk.ask("select incident_id from incident where kind = 'system_failure'")
    with desk.engine.begin() as conn:
        close(conn, desk.policy, By("vp"), Seen(fault, 0), "system", "the controller")
    write_reviews(desk.engine, desk.policy, desk.now())
    (review,) = desk.ask("select review_id from review where kind = 'single'")
    (content,) = desk.ask("select content from review_document where review_id = :r", r=review)
    page = shown(as_, f"/review/{review}/behind/alerts?version=1&lang=en")
    assert content["versions"]["rows"][0]["alerts"] == 2 and page.count("yes</td>") == 2
    assert as_("viewer").get(f"/review/{review}/behind/alerts?version=9").status_code == 404


@pytest.mark.parametrize("what", ["orders?mark=nonsense", "nonsense"])
def test_rows_of_what_no_review_counts_are_refused(as_: As, reviewed: Reviewed, what: str) -> None:  # noqa: F811
    assert as_("viewer").get(f"/review/{reviewed['review']}/behind/{what}").status_code in {404, 422}
    assert as_("viewer").get(f"/review/{reviewed['week']}/behind/orders").status_code == 404
    refused = as_("viewer").get(f"/review/{reviewed['review']}/behind/orders?mark=nonsense&lang=en")
    assert refused.json()["error"]["code"] == "no_such_rows"


def test_a_review_shows_another_version_and_the_months_before(as_: As, desk: Desk) -> None:  # noqa: F811
    """One fault a month ago under limits of four hours; another now, when a version of two hours has been learned."""
    numbers = []
    for orders in (("SO-7", "SO-8"), ("SO-11", "SO-12")):
        desk.scan(**late_in_pick(*orders, fault_code="E42"))
        (fault,) = desk.ask("select max(incident_id) from incident where kind = 'system_failure'")
        numbers.append(fault)
        with desk.engine.begin() as conn:
            close(conn, desk.policy, By("vp"), Seen(fault, 0), "system", "the controller")
        desk.advance(timedelta(days=31))
        desk.set_limits(dict.fromkeys(range(1, 6), 2 * 3600))
    write_reviews(desk.engine, desk.policy, desk.now())
    (review,) = desk.ask("select review_id from incident_review where incident_id = :i", i=numbers[1])
    said = plain(shown(as_, f"/review/{review}?link=closed&lang=en"))
    assert "closed, month by month" in said
    assert "incidents of the same level" in said and "What another threshold version would have done" in said
    assert "in force then" in said and "what the others are compared with" in said
    page = shown(as_, f"/review/{review}?link=closed&lang=zh-CN")
    assert page.count('class="wide"') == 1 and page.count('class="narrow"') == 1
    assert "如果用别的阈值" in plain(page)


def test_improvements_of_the_same_cause_stand_with_the_review(as_: As, reviewed: Reviewed) -> None:  # noqa: F811
    assert "Nothing has been begun about this cause yet" in plain(shown(as_, f"/review/{reviewed['review']}?lang=en"))
    body = {
        "title": f"a second controller {HOSTILE}", "owner": "Wang", "due": "2026-12-24",
        "verified_by": "no fault for 30 days", "incident_id": reviewed["fault"],
    }  # fmt: skip
    same = {"sec-fetch-site": "same-origin"}
    assert as_("manager").post("/api/v1/improvements", json=body, headers=same).status_code == 200
    page = shown(as_, f"/review/{reviewed['review']}?lang=en")
    assert "a second controller" in plain(page) and "2026-12-24" in page and HOSTILE not in page
