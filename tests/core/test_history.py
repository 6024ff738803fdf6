"""Every line of a timeline reads as a sentence in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.core.history import say_event

LINES: list[tuple[str, dict[str, Any], str, str]] = [
    ("opened", {"level": 1, "reasons": ["vip", "a"]}, "opened, level 1: vip, a", "新开，一级：vip, a"),
    ("opened", {"level": 0, "reasons": []}, "opened, level 0", "新开，普通"),
    ("level_raised", {"level": 2, "reasons": []}, "raised to level 2", "升为二级"),
    ("merged", {"into": 9}, "merged into #9", "并入 #9"),
    ("acknowledged", {}, "acknowledged by li.ting", "li.ting 已确认"),
    ("acknowledged", {"note": "I call"}, "acknowledged by li.ting: I call", "li.ting 已确认: I call"),
    (
        "escalated", {"step": 1, "role": "vice_president", "to": ["zhou.jianguo"]},
        "not acknowledged: step 1 asks vice_president (zhou.jianguo)",
        "无人确认，第 1 步升级至 vice_president（zhou.jianguo）",
    ),
    (
        "silenced", {"silence": 3, "by": "li.na", "until": "2026-11-18T05:00:00+00:00", "reason": "known"},
        "silence 3 of li.na until <13:00>: known", "li.na 的静默 3 生效至 <13:00>：known",
    ),
    ("response_started", {"playbook": "p", "run": "r1", "sha": "x"}, "answered by p (r1)", "开始执行预案 p（r1）"),
    ("something_new", {"a": 1}, "something_new", "something_new"),
    ("merged", {}, "merged", "merged"),  # written with less in it
]  # fmt: skip


@pytest.mark.parametrize(("event", "detail", "en", "zh"), LINES)
def test_a_line_is_said_in_words(event: str, detail: dict[str, Any], en: str, zh: str) -> None:
    said = [
        say_event(event, detail, "li.ting", language, time=lambda _: "<13:00>")
        for language in ("en", "zh-CN")  # type: ignore[arg-type]
    ]
    assert said == [en, zh]


def test_orders_that_joined_are_named_up_to_five_and_counted() -> None:
    orders = [f"SO{n}" for n in range(7)]
    assert (
        say_event("anomaly_joined", {}, "scan", "en", orders=orders[:5]) == "5 order(s) joined: SO0, SO1, SO2, SO3, SO4"
    )
    assert say_event("anomaly_joined", {}, "scan", "zh-CN", orders=orders) == "加入 7 单：SO0、SO1、SO2、SO3、SO4…"


def test_a_reason_that_looks_like_a_template_is_a_reason() -> None:
    assert say_event("opened", {"level": 1, "reasons": ["{actor}"]}, "scan", "en") == "opened, level 1: {actor}"
