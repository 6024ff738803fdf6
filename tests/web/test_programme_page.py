"""The programme report as people read it: every figure with its count, its definition and the cases behind it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from orderwatch.core.programme.month import Month
from orderwatch.pipeline.programme import write_reports
from orderwatch.store.programme import CASES
from orderwatch.web.health.line_picture import draw_line
from tests.pipeline.desk import Desk
from tests.pipeline.programme.ledger import DAY, HOUR, OCTOBER, THE_5TH, Ledger
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, rows_of, shown

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.fixture
def october(company: Desk) -> Ledger:
    """Two incidents in October, one complained about first, one in September, and the reports of both months."""
    ledger = Ledger(company)
    ledger.incident(["SO0"], THE_5TH - 30 * DAY)
    number = ledger.incident(["SO1"])
    ledger.message(number, THE_5TH + HOUR / 2)
    ledger.incident([HOSTILE])
    ledger.complaint(HOSTILE, THE_5TH - HOUR)
    done = ledger.incident(["SO3"], state="closed")
    ledger.cause(done, "stock_shortage")
    ledger.response(done, "stock_out")
    ledger.voucher(done, 12_345)
    for score in (10, 9, 3, None):
        ledger.asked(score, done)
    write_reports(company.engine, company.policy, company.now(), "http://a/programme")
    return ledger


@pytest.fixture
def viewer(log_in: LogIn) -> TestClient:
    return log_in("viewer")


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_month_shows_every_figure_with_count_definition_and_the_month_before(
    october: Ledger, viewer: TestClient, lang: str
) -> None:
    page = viewer.get(f"/programme?month=2026-10&lang={lang}").text
    said = plain(page.partition("<main")[2])
    assert harmless_page(page) and page.count('class="trend"') == 8 == page.count('class="meaning"')
    first = said.partition({"en": "Found before a complaint", "zh-CN": "先于投诉发现"}[lang])[2]
    assert first.startswith({"en": " 66.7 % 2 of 3", "zh-CN": " 66.7 % 3 中 2"}[lang])
    assert {"en": "before: 100.0 % (-33.3 points)", "zh-CN": "上月 100.0 % (-33.3 个百分点)"}[lang] in said
    assert {"en": "+33 3 answers of 4 asked", "zh-CN": "+33 问了 4 人，3 人回答"}[lang] in said
    assert {"en": "a shortage of stock", "zh-CN": "缺货"}[lang] in said and "¥41.15" in said
    assert "/dags/playbook_stock_out" in page
    assert {"en": "Version 1, written 2026-11-18 12:00", "zh-CN": "第 1 版，2026-11-18 12:00 生成"}[lang] in said
    if lang == "en":
        ours = plain(page.partition("<main")[2].partition("</main>")[0])
        assert not re.search("[\u4e00-\u9fff]", ours), ours


def test_every_count_leads_to_the_cases_behind_it(october: Ledger, viewer: TestClient) -> None:
    page = viewer.get("/programme?month=2026-10&lang=en").text
    for key in CASES:
        only = "all" if key == "nps" else "hit"
        assert f"/programme/{key}.csv?month=2026-10&amp;only={only}&amp;lang=en" in page
        said = october.figure(key)
        rows = rows_of(viewer, f"/programme/{key}.csv?month=2026-10&lang=en")
        assert len(rows) - 1 == said.get("asked", said["count"]), key
        assert len(rows_of(viewer, f"/programme/{key}.csv?month=2026-10&only=hit")) - 1 == october.figure(key)["hits"]
    assert rows_of(viewer, "/programme/money.csv?month=2026-10&lang=en")[-1][1:] == ["4", "", "CNY", "yes", "12345"]
    assert rows_of(viewer, "/programme/missed.csv?month=2026-10&lang=en")[1][2] == HOSTILE
    assert viewer.get("/programme/profit.csv?month=2026-10").status_code == 404


def test_what_was_kept_is_shown_and_not_what_is_known_since(october: Ledger, viewer: TestClient) -> None:
    october.incident(["SO9"])
    assert "2 of 3" in shown(viewer, "/programme?month=2026-10&lang=en")
    assert len(rows_of(viewer, "/programme/found_first.csv?month=2026-10")) - 1 == 4
    write_reports(october.desk.engine, october.desk.policy, october.desk.now(), "x", OCTOBER)
    said = shown(viewer, "/programme?month=2026-10&lang=en")
    assert "3 of 4" in said and "Version 2" in said


def test_the_month_that_goes_on_is_counted_and_said_to_be_unfinished(october: Ledger, viewer: TestClient) -> None:
    said = shown(viewer, "/programme?lang=en")
    assert "2026-11 · goes on" in said and "not over; this is counted up to now" in said
    assert "no data 0 of 0" in said
    assert "2026-10 66.7 % (2/3)" in said  # in the table behind the lines
    assert shown(viewer, "/programme?month=2031-01&lang=en") == said
    assert "No report of this month was kept" in shown(viewer, "/programme?month=2026-08&lang=en")


def test_an_installation_in_which_nothing_ever_happened_has_a_page(company: Desk, viewer: TestClient) -> None:
    said = shown(viewer, "/programme?lang=zh-CN")
    assert said.count("没有数据") >= 8 and "0 中 0" in said


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026-1", "2026-10'--"])
def test_what_is_no_month_is_refused(company: Desk, viewer: TestClient, month: str) -> None:
    for path in ("/programme", "/programme.csv", "/programme/missed.csv", "/api/v1/programme"):
        assert viewer.get(path, params={"month": month}).status_code == 422


def test_the_file_and_the_api_say_the_same_as_the_page(october: Ledger, viewer: TestClient) -> None:
    rows = rows_of(viewer, "/programme.csv?month=2026-10&lang=en")
    assert rows[1][:7] == ["2026-10", "Found before a complaint", "", "0.6667", "share", "2", "3"]
    assert ["2026-10", "Repeated causes", "a shortage of stock", "0.0", "share", "0", "1"] in [row[:7] for row in rows]
    said = viewer.get("/api/v1/programme?month=2026-10").json()
    assert (said["month"], said["complete"], said["figures"][0]["hits"]) == ("2026-10", True, 2)
    assert viewer.get("/api/v1/programme").json()["month"] == str(Month.read("2026-11"))


def test_a_line_has_gaps_where_there_is_no_data_and_a_sentence_for_those_who_cannot_see_it() -> None:
    drawn = str(draw_line("share", [0.5, None, 0.0, 1.0, None], 'a "line"'))
    assert drawn.count("<polyline") == 1 and drawn.count('class="alone"') == 1
    assert 'points="120.0,42.0 177.0,6.0"' in drawn and "&#34;line&#34;" in drawn
    assert draw_line("money", [None], "nothing").count("<circle") == 0
