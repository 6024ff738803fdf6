"""The page of a threshold version: what whoever approves it sees, what is missing, and that foreign text stays text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from orderwatch.core.illustration import Standing, illustrate
from orderwatch.core.policy.thresholds import Mode
from orderwatch.core.retraining import Lesson, School
from orderwatch.pipeline.activate import activate
from orderwatch.pipeline.learn import decide, publish
from orderwatch.store.database import business_now
from orderwatch.store.scans import open_scan
from tests.core.models.histories import BEGIN
from tests.core.test_retraining import school, silent
from tests.pipeline.desk import NOON, Desk
from tests.pipeline.test_versions import a_lesson
from tests.web.conftest import HOSTILE

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"
RUN = {"dag_id": "threshold_retraining", "run_id": "scheduled__2026-11-01T03:00:00+00:00"}
PICTURES = ("candidates", "limits", "example", "months")


def taught(mode: Mode, **rules: Any) -> tuple[Lesson, dict[str, Any]]:
    """What a made-up company's year teaches, and its evidence."""
    pupil: School = school(**{"false_alarms": 0.5, "candidates": ("countdown:48h", "risk:0.70", "risk:0.80"), **rules})
    lesson = pupil.learn_clock(mode, silent)
    return lesson, illustrate(pupil, lesson, Standing("formula:1.8"), mode, BEGIN)


def keep(desk: Desk, lesson: Lesson, evidence: Mapping[str, Any], run_id: str | None = None) -> int:
    with desk.engine.begin() as conn:
        learned = replace(a_lesson(threshold_s=26 * 3600), lesson=lesson, evidence=evidence)
        return publish(conn, learned, desk.policy, run_id, NOON)[0]


@pytest.fixture(scope="module")
def best() -> tuple[Lesson, dict[str, Any]]:
    return taught("best")


@pytest.fixture(scope="module")
def version(desk: Desk, best: tuple[Lesson, dict[str, Any]]) -> int:
    """A version with all its evidence, held for a person, of a retraining's run."""
    with desk.engine.begin() as conn:
        open_scan(
            conn, **RUN, purpose="history", dry_run=False, note=None, policy_version="p", now=business_now(conn)
        )  # fmt: skip
    return keep(desk, *best, RUN["run_id"])


def shown(client: TestClient, version: int, lang: str = "en") -> str:
    answer = client.get("/version", params={"version": version, "lang": lang})
    assert answer.status_code == 200
    return answer.text


def section(page: str, heading: str) -> str:
    return next(part for part in page.split("<section") if f"<h2>{heading}" in part)


def drawings(page: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


# --- what is asked for ---


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_version_that_there_is_not_is_said_not_to_be(client: TestClient, lang: str) -> None:
    answer = client.get("/version", params={"version": 4711, "lang": lang})
    assert answer.status_code == 404
    assert {"zh-CN": "没有编号为 4711 的版本", "en": "No version has the number 4711"}[lang] in answer.text
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1.5", "2147483648", ""])
def test_what_is_no_number_of_a_version_is_refused(client: TestClient, asked: str) -> None:
    assert client.get("/version", params={"version": asked}).status_code == 422


def test_nothing_but_reading_is_possible(client: TestClient, version: int) -> None:
    verbs = ("POST", "PUT", "PATCH", "DELETE")
    assert {client.request(verb, f"/version?version={version}").status_code for verb in verbs} == {405}


def test_the_run_of_a_retraining_shows_its_version_and_its_data_where_the_task_is_about_data(
    client: TestClient, version: int
) -> None:
    for task in ("", "learn_thresholds", "approve_version", "activate_version"):
        page = client.get("/run", params={**RUN, "task_id": task, "lang": "en"}).text
        assert f"<h1>Threshold version {version}</h1>" in page, task
    (address,) = re.findall(r'href="(/run\?[^"]+)"', page)
    for answer in (
        client.get(address.replace("&amp;", "&")),
        client.get("/run", params={**RUN, "task_id": "erp.pull"}),
    ):
        assert "<h2>Data: pulled and validated" in answer.text or "<h2>数据：拉取与校验" in answer.text
        assert f'href="/version?version={version}&' in answer.text.replace("&amp;", "&")


def test_another_run_of_the_same_name_is_not_taken_for_the_retraining(client: TestClient, version: int) -> None:
    page = client.get("/run", params={**RUN, "dag_id": "order_health_scan", "lang": "en"}).text
    assert "has not begun a scan yet" in page and "Threshold version" not in page


# --- what it shows ---


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh-CN", ["等待批准", "<h2>候选时钟", "“晚”的定义", "<h2>各环节的上限", "<h2>一个真实订单",
                   "<h2>每月告警数", "<h2>决定"]),
        ("en", ["waits for a person", "<h2>Candidate clocks", "Late means:", "<h2>Limits of every",
                "<h2>One real order", "<h2>Alerts per month", "<h2>Decisions"]),
    ],
)  # fmt: skip
def test_everything_is_there_in_the_language_asked_for(
    client: TestClient, version: int, lang: str, said: list[str]
) -> None:
    page = shown(client, version, lang)
    assert f'<html lang="{lang}">' in page
    places = [page.find(one) for one in said]
    assert places == sorted(places) and places[0] > 0
    assert "passages" in page or "停留" in page


def test_the_figures_of_every_candidate_stand_beside_the_definition_of_late(
    client: TestClient, version: int, best: tuple[Lesson, dict[str, Any]]
) -> None:
    part = section(shown(client, version), "Candidate clocks")
    assert "delivered after the promised day, or never" in part and "last 62 days" in part
    rows = re.findall(r"<tr class=.*?</tr>", part, re.DOTALL)
    assert len(rows) == len(best[0].candidates) + 1  # and the clock before, which was no candidate
    (chosen,) = (row for row in rows if ">chosen<" in row)
    figures = best[1]["chosen"]
    assert figures["model"] in chosen and f"{100 * figures['fa_bound']:.1f} %" in chosen
    (before,) = (row for row in rows if ">in force before<" in row)
    assert "formula:1.8" in before


def test_every_decision_is_shown_with_who_took_it_and_why(client: TestClient, desk: Desk) -> None:
    lesson, evidence = taught("formula")
    one = keep(desk, replace(lesson, model="test"), evidence)
    activate(desk.engine, desk.policy, one, "wang.fang", f"because {HOSTILE}", NOON)
    page = shown(client, one)
    part = section(page, "Decisions")
    assert "wang.fang" in part and f"because {ESCAPED}" in part and "put in force" in part
    assert '<span class="tag ok">in force</span>' in page


# --- the pictures ---


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_each_picture_comes_for_a_desk_and_for_a_phone_with_a_sentence_and_a_table(
    client: TestClient, version: int, lang: str
) -> None:
    page = shown(client, version, lang)
    drawn = [ElementTree.fromstring(one) for one in drawings(page)]
    assert [one.get("class") for one in drawn] == ["wide", "narrow"] * len(PICTURES)
    assert all(one.get("role") == "img" and len(one.get("aria-label") or "") > 10 for one in drawn)
    assert page.count("<figure>") == len(PICTURES)
    assert page.count("<details>") == len(PICTURES) - 1  # the candidates' table stands open
    assert all(len(one.encode()) < 60_000 for one in drawings(page))


def test_pictures_keep_the_policy_of_the_page_and_take_their_colours_from_it(client: TestClient, version: int) -> None:
    page = shown(client, version)
    assert re.findall(r"<script(?! src=\"/static/)|<style|\sstyle=|\son[a-z]+=", page) == []
    css = client.get("/static/orderwatch.css").text
    for one in drawings(page):
        assert re.findall(r'(?:fill|stroke)="(?!none)[^"]*"', one) == []
        names = {name for classes in re.findall(r'class="([^"]+)"', one) for name in classes.split()}
        assert {name for name in names - {"wide", "narrow"} if f".{name} {{" not in css} == set()
    assert not re.search(r'(?:href|src)="(?!/|\?|#)', page)


def test_no_two_parts_of_a_page_have_the_same_name(client: TestClient, version: int) -> None:
    names = re.findall(r'\sid="([^"]+)"', shown(client, version))
    assert len(names) == len(set(names)) > 0


def test_the_same_version_is_drawn_alike_every_time(client: TestClient, version: int) -> None:
    assert shown(client, version) == shown(client, version)


# --- foreign text ---


@pytest.mark.parametrize(
    "order_id", [HOSTILE, "</text></svg><img src=x onerror=alert(1)>", "$\\frac{1}{$", "A\x0bB\x00C\ud800", "长" * 300]
)
def test_an_order_number_stays_text_in_the_page_and_in_its_pictures(
    client: TestClient, desk: Desk, best: tuple[Lesson, dict[str, Any]], order_id: str
) -> None:
    lesson, evidence = best
    page = shown(client, keep(desk, lesson, {**evidence, "example": {**evidence["example"], "order_id": order_id}}))
    assert HOSTILE not in page and "<img" not in page and "</text></svg><img" not in page
    assert len([ElementTree.fromstring(one) for one in drawings(page)]) == 2 * len(PICTURES)


def test_whatever_else_was_kept_stays_text(client: TestClient, desk: Desk, best: tuple[Lesson, dict[str, Any]]) -> None:
    lesson, evidence = best
    champion = {**evidence["champion"], "model": HOSTILE, "window": HOSTILE}
    bad = replace(lesson, refused={HOSTILE: HOSTILE}, reason=HOSTILE, model=HOSTILE)
    about = {**evidence, "champion": champion, "missing": {"champion": HOSTILE}}
    page = shown(client, keep(desk, bad, about, HOSTILE))
    assert HOSTILE not in page and page.count(ESCAPED) >= 5


# --- what is missing ---


def test_a_version_of_old_shows_its_limits_and_says_what_it_did_not_keep(client: TestClient, desk: Desk) -> None:
    (old,) = desk.ask("select version from threshold_version where model = 'test' order by version limit 1")
    page = shown(client, old)
    assert "kept no evidence about candidate clocks" in page
    assert page.count("this version kept none") + page.count("This version kept none") == 2
    assert "There is no earlier version to compare with" in page
    assert len(drawings(page)) == 2


def test_where_limits_alone_decide_every_mode_is_shown_with_its_figures(client: TestClient, desk: Desk) -> None:
    lesson, evidence = taught("formula")
    page = shown(client, keep(desk, lesson, evidence))
    assert all(f">{mode}</span>" in page for mode in ("balanced", "early", "precise", "nothing missed"))
    assert ">均衡</span>" in shown(client, keep(desk, lesson, evidence), "zh-CN")
    assert len(drawings(page)) == 2 * len(PICTURES)  # the clock itself is judged all the same


def test_a_company_without_promises_and_one_too_young_are_told_so(client: TestClient, desk: Desk) -> None:
    lesson, evidence = taught("formula")
    for reason, said in (("no promises", "was promised a day"), ("too young", "The history is too short")):
        nothing = {**evidence, "months": {}, "example": None, "missing": {"months": reason}}
        page = shown(client, keep(desk, lesson, nothing))
        assert said in section(page, "Alerts per month")
        assert "No order fits" in section(page, "One real order")


def test_limits_of_two_versions_are_compared_with_the_spread_of_their_cells(client: TestClient, desk: Desk) -> None:
    lesson, _ = taught("formula")
    with desk.engine.begin() as conn:
        eleven = "select 5, 'c' || n, 'r', 's' from generate_series(1, 11) as n"
        conn.execute(text(f"insert into cell (node, category, region, channel) {eleven}"))
    learned = a_lesson(threshold_s=26 * 3600)
    cell = learned.limits.rows.iloc[-1]
    versions = []
    for factor in (1, 2):
        place = {"region": "r", "channel": "s"}
        spread = [{**cell, **place, "category": f"c{n}", "threshold_s": factor * n * 3600} for n in range(1, 12)]
        rows = type(learned.limits.rows)([*learned.limits.rows.to_dict("records"), *spread])
        with desk.engine.begin() as conn:
            kept = replace(learned, lesson=replace(lesson, model="test"), limits=replace(learned.limits, rows=rows))
            versions.append(publish(conn, kept, desk.policy, None, NOON)[0])
        activate(desk.engine, desk.policy, versions[-1], "test", "because", NOON)
    part = section(shown(client, versions[-1]), "Limits of every step")
    row = re.findall(r"<tr><td class=\"id\">transport.*?</tr>", part, re.DOTALL)
    assert [re.findall(r">([^<>]+)</td>", one)[1:] for one in row] == [
        [str(versions[0]), "26.0 h", "2.0 h", "6.0 h", "10.0 h", "11"],
        [str(versions[1]), "26.0 h", "4.0 h", "12.0 h", "20.0 h", "11", "×2.00 … ×2.00"],
    ]


def test_a_word_about_a_version_is_on_its_page(
    client: TestClient, desk: Desk, best: tuple[Lesson, dict[str, Any]]
) -> None:
    one = keep(desk, *best)
    with desk.engine.begin() as conn:
        decide(conn, one, "rejected", "chen.jie", "too many alerts", NOON)
    page = shown(client, one)
    assert '<span class="tag bad">rejected</span>' in page and "chen.jie" in page and "too many alerts" in page
