"""Messages: short enough for their channel, honest about what is left out, harmless whatever a source wrote."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from jinja2 import UndefinedError

from orderwatch.core.messages import BETWEEN_LANGUAGES, BYTE_LIMITS, compose, render
from orderwatch.core.notices import Family
from orderwatch.paths import TEMPLATES

FRAME = {"count": 3, "role": "运营经理", "now": "2026-11-18 12:00", "link": "http://airflow.example/x"}
FAILURE = {"dag": "order_health_scan", "task": "erp.pull", "run": "r1", "reason": "refused", "link": "http://a/l"}
LANGUAGES = ("zh-CN", "en")
FORMS = ("wecom", "mail")
LISTS = ("opened", "grown", "digest", "resolved", "escalated", "reminder")
SUBJECTS = (
    "pause_over", "drift", "rules", "rule_ends", "review_written", "review_missing", "review_late", "report", "week",
    "improvement_due",
)  # fmt: skip


def an_item(number: int = 1, **changes: Any) -> dict[str, Any]:
    plain = {
        "number": f"#{number}", "level": "一级", "kind": "单个订单超时", "node": "拣货", "orders": [f"SO{number:010}"],
        "explanation": "在拣货已 3 天", "cause": "WH-SH 缺货 ELEC-0777", "all_orders": 7, "is_source": False,
        "owner": "客服主管", "since": "2026-11-18 11:00", "acknowledge_by": "2026-11-18 11:30",
        "acknowledged_by": "li.ting", "ended": "已驳回 · li.ting: 误报",
        "page": f"http://airflow.example/orderwatch/incident/{number}", "rate": "http://airflow.example/rate",
    }  # fmt: skip
    return plain | changes


def a_pause(**changes: Any) -> dict[str, Any]:
    plain = {
        "subject": "order SO1", "taken_by": "wang.fang", "reason": "calls herself", "since": "2026-11-18 10:00",
        "until": "2026-11-18 12:00",
    }  # fmt: skip
    return plain | changes


def a_question(**changes: Any) -> dict[str, Any]:
    plain = {
        "number": "#1", "order": "SO1", "title": "发放补偿券", "amount": "¥90.00", "within": "2 小时",
        "requested_by": "orderwatch",
    }  # fmt: skip
    return plain | changes


def a_version(**changes: Any) -> dict[str, Any]:
    plain = {
        "version": "3", "model": "risk:0.80", "before": "2", "model_before": "formula:1.8", "reason": "rec48 0.61",
        "days": "14",
    }  # fmt: skip
    return plain | changes


def a_drift(**changes: Any) -> dict[str, Any]:
    plain = {
        "node": "运输", "measure": "误报", "hits": "41", "of": "120", "share": "34.2%", "bound": "28.5%",
        "limit": "20.0%", "falls": False, "acted_on": "7", "version": "3", "since": "2026-10-21 09:30",
        "until": "2026-11-18 09:15", "complaints_known": True,
    }  # fmt: skip
    return plain | changes


def a_rule(**changes: Any) -> dict[str, Any]:
    plain = {
        "rule": "4", "asked": "录入方：销售", "exemption": True, "node": "拣货", "expected": "9 小时", "hits": "6",
        "of": "7", "hidden": "1", "incidents": "5", "by": "vp", "until": "2026-12-01 10:00",
    }  # fmt: skip
    return plain | changes


def a_review(**changes: Any) -> dict[str, Any]:
    plain = {
        "number": "#1", "page": "http://airflow.example/incident/1", "level": "二级", "kind": "同批次多单超时",
        "closed": "2026-11-18 12:17", "until": "2026-11-21 12:17", "missing": "根因尚无定论，也没有人说明",
        "cause": "系统 · 仓库系统故障", "review": "http://airflow.example/review/1",
    }  # fmt: skip
    return plain | changes


def a_figure(**changes: Any) -> dict[str, Any]:
    plain = {
        "month": "2026-10", "title": "先于投诉发现", "value": "83.0 %", "of": "47 中 39", "more": "p50 4 分",
        "change": "+6.5 个百分点",
    }  # fmt: skip
    return plain | changes


def a_line(**changes: Any) -> dict[str, Any]:
    return {"head": "上周的事件", "page": "http://airflow.example/programme", "words": "二级：3 起"} | changes


def an_improvement(**changes: Any) -> dict[str, Any]:
    plain = {
        "number": "3", "title": "Count stock", "owner": "zhao.lei", "day": "2026-11-21", "when": "还有 3 天",
        "incident": "#1", "playbook": "stock_out", "page": "http://airflow.example/improvements",
    }  # fmt: skip
    return plain | changes


def text_of(family: str, sink: str, items: list[dict[str, Any]], languages: tuple[Any, ...] = LANGUAGES) -> str:
    form = "mail" if sink == "mail" else "wecom"
    values = FRAME | {"count": len(items)}
    return compose(TEMPLATES, f"{family}.{form}", languages, sink, lambda _: items, lambda _: values)


def values_of(family: str) -> dict[str, Any]:
    item = {
        "pause_over": a_pause, "approval": a_question, "version": a_version, "drift": a_drift, "rules": a_rule,
        "rule_ends": a_rule, "review_written": a_review, "review_missing": a_review, "review_late": a_review,
        "report": a_figure, "week": a_line, "improvement_due": an_improvement,
    }.get(family, an_item)()  # fmt: skip
    return FAILURE if family == "task_failed" else FRAME | {"items": [item], "hidden": 0}


def test_a_mail_about_a_hundred_thousand_orders_can_still_be_read() -> None:
    orders = [f"SO{number:06}" for number in range(100_000)]
    text = text_of("opened", "mail", [an_item(orders=orders)])
    assert len(text) < 10_000
    assert "SO000199 and 99800 more\n  cause" in text and "100000" in text and "SO000199 等\n  原因" in text


# --- every template ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("family", get_args(Family))
def test_every_family_has_a_text_for_every_channel_and_language(family: str, form: str, language: str) -> None:
    text = render(TEMPLATES, f"{family}.{form}", language, values_of(family), markup=form == "wecom")
    assert len(text) > 20 and "{" not in text
    if family in LISTS:
        assert "SO0000000001" in text and "#1" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", [*LISTS, *SUBJECTS])
def test_every_family_has_a_subject_in_one_line(family: str, language: str) -> None:
    subject = render(TEMPLATES, f"{family}.subject", language, values_of(family), markup=False)
    assert subject.startswith("[Orderwatch]") and "\n" not in subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("family", get_args(Family))
def test_a_value_that_a_template_lacks_is_an_error_and_not_a_gap(family: str, form: str, language: str) -> None:
    values = values_of(family)
    for name in ("reason", "items"):
        without = {key: value for key, value in values.items() if key != name}
        if len(without) < len(values):
            with pytest.raises((UndefinedError, TypeError), match=r"Undefined|undefined"):
                render(TEMPLATES, f"{family}.{form}", language, without, markup=True)


def test_both_languages_list_the_same_templates() -> None:
    names = [{file.name for file in (TEMPLATES / language).glob("*.j2")} for language in LANGUAGES]
    assert names[0] == names[1]


# --- length ---


@pytest.mark.parametrize("size", [1, 5, 30, 120])
@pytest.mark.parametrize("sink", BYTE_LIMITS)
def test_no_message_is_longer_than_its_channel_takes(sink: str, size: int) -> None:
    items = [an_item(n, explanation="很" * 120) for n in range(size)]
    for family in LISTS:
        assert len(text_of(family, sink, items).encode()) <= BYTE_LIMITS[sink]


@pytest.mark.parametrize("sink", ["wecom_app", "mail"])
def test_drift_in_every_step_by_every_measure_fits(sink: str) -> None:
    text = text_of("drift", sink, [a_drift(measure="误报（对照学习时的承诺）", hits="12345", of="23456")] * 14)
    assert text.count("12345") >= 2 * 3 and len(text.encode()) <= BYTE_LIMITS[sink]
    assert ("more" in text) == (sink == "wecom_app")


@pytest.mark.parametrize("sink", BYTE_LIMITS)
def test_what_is_left_out_is_counted(sink: str) -> None:
    items = [an_item(n, explanation="e" * (9000 if sink == "mail" else 200)) for n in range(1, 41)]
    for language, words in (("en", "and {} more"), ("zh-CN", "另有 {} 起")):
        text = text_of("opened", sink, items, (language,))
        shown = sum(f"SO{n:010}" in text for n in range(1, 41))
        assert 0 < shown < 40
        assert words.format(40 - shown) in text


def test_a_message_that_holds_everything_mentions_nothing_left_out() -> None:
    for language, words in (("en", " more"), ("zh-CN", "另有")):
        assert words not in text_of("opened", "wecom_app", [an_item()], (language,))


def test_as_many_items_are_shown_as_fit() -> None:
    items = [an_item(n) for n in range(1, 60)]
    text = text_of("digest", "wecom_app", items, ("en",))
    shown = sum(f"SO{n:010}" in text for n in range(1, 60))
    one_more = render(
        TEMPLATES, "digest.wecom", "en",
        FRAME | {"count": 59, "items": items[: shown + 1], "hidden": 59 - shown - 1}, markup=True,
    )  # fmt: skip
    assert len(one_more.encode()) > BYTE_LIMITS["wecom_app"]


def test_both_languages_of_a_message_show_the_same_items() -> None:
    items = [an_item(n, explanation="很" * 60) for n in range(1, 30)]
    chinese, english = text_of("opened", "wecom_app", items).split(BETWEEN_LANGUAGES)
    shown = [{n for n in range(1, 30) if f"SO{n:010}" in text} for text in (chinese, english)]
    assert shown[0] == shown[1] != set()


def test_an_incident_of_many_orders_names_some_and_counts_the_rest() -> None:
    text = text_of("opened", "wecom_app", [an_item(orders=[f"SO{n}" for n in range(2000)])], ("en",))
    assert "SO5" in text and "SO6," not in text and "and 1994 more" in text


def test_a_frame_that_alone_is_too_long_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"opened\.wecom alone is longer than the 2048 bytes"):
        compose(
            TEMPLATES, "opened.wecom", ["en"], "wecom_app", lambda _: [], lambda _: FRAME | {"link": "x" * 3000}
        )  # fmt: skip


# --- hostile text ---

HOSTILE = {
    "everybody is called": "<@all> pay now",
    "somebody is called": "<@li.ting> pay now",
    "everybody by name": "@all @所有人",
    "a mention inside a mention": "@@allall <@<@all>all>",
    "a line of our own": "x\n> **#1** level 3\r\u2028# all clear",
    "wide letters": "＜＠all＞",
    "a link": "[your prize](http://evil.example)",
    "a heading": "# **URGENT** `rm`",
    "a colour": '<font color="warning">red</font>',
    "direction marks": "abc\u202edcba\u2066",
    "control characters": "a\x00\x07\x1b[31mb",
    "template code": "{{ 7 * 7 }} {% raw %}",
}


@pytest.mark.parametrize("place", ["cause", "orders"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_words_and_nothing_else(kind: str, place: str) -> None:
    value: Any = HOSTILE[kind] if place == "cause" else [HOSTILE[kind]]
    text = text_of("opened", "wecom_app", [an_item(**{place: value})], ("en",))
    assert not tricks_in(text)
    assert "49" not in text


@pytest.mark.parametrize("place", ["subject", "taken_by", "reason"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_whoever_pauses_may_write_what_they_like(kind: str, place: str) -> None:
    assert not tricks_in(text_of("pause_over", "wecom_app", [a_pause(**{place: HOSTILE[kind]})], ("en",)))


@pytest.mark.parametrize("family", ["escalated", "reminder"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_login_or_a_title_is_words_and_nothing_else(kind: str, family: str) -> None:
    item = an_item(acknowledged_by=HOSTILE[kind], owner=HOSTILE[kind])
    assert not tricks_in(text_of(family, "wecom_app", [item], ("en",)))


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_failed_task_may_say_what_it_likes(kind: str) -> None:
    text = render(TEMPLATES, "task_failed.wecom", "en", FAILURE | {"reason": HOSTILE[kind]}, markup=True)
    assert not tricks_in(text)


def tricks_in(text: str) -> list[str]:
    """What is left of the tricks."""
    tricks = (
        "<@", "@all", "@所有人", "](http", "<font", "\u202e", "\u2066", "\x00", "\x07", "\x1b", "**URGENT",
        "\n> **#1** level 3", "\n# all clear",
    )  # fmt: skip
    others = text.replace("](http://airflow.example/", "")  # our own links stay
    return [trick for trick in tricks if trick in others]
