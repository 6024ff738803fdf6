"""Whoever is responsible for the programme hears of a month's report, beside the month before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from orderwatch.core.durations import Language
from orderwatch.core.months import Month
from orderwatch.core.notices import plan_to_role
from orderwatch.core.programme.report import figure_of
from orderwatch.core.programme.words import say_change, say_count, say_figure, say_more
from orderwatch.pipeline.announce import Announcement, duty_of, plan_text
from orderwatch.store import programme as store

LEVEL: Final = 2  # as everything that is about no incident in particular


def tell_report(conn: Connection, month: Month, version: int, announcement: Announcement) -> int:
    """Plan the messages about the latest version of a month, once per version and person; how many are new."""
    kept = store.list_reports(conn, month.later(-1), month)
    before = kept[month.later(-1)].content if month.later(-1) in kept else None

    def items_in(language: Language) -> list[dict[str, Any]]:
        return [_item(month, one, before, language) for one in kept[month].content["figures"]]

    role, planned = announcement.policy.programme.report.owner, 0
    for notice in plan_to_role("report", role, LEVEL, (), duty_of(conn, announcement.policy, announcement.now)):
        key = f"report:{month}:{version}:{notice.sink}:{notice.recipient}"
        planned += plan_text(conn, notice, key, items_in, announcement)
    return planned


def _item(
    month: Month, figure: Mapping[str, Any], before: Mapping[str, Any] | None, language: Language
) -> dict[str, Any]:
    earlier = figure_of(before, figure["key"]) if before else None
    return {
        "month": str(month), "title": figure["title"][language], "value": say_figure(figure, language),
        "of": say_count(figure, language), "more": say_more(figure, language),
        "change": say_change(figure, earlier, language),
    }  # fmt: skip
