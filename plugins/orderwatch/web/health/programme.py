"""What the programme has achieved in a month: every figure with its count, the month before, and the last twelve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.core.policy import Policy
from orderwatch.core.programme.month import Month
from orderwatch.core.programme.report import figure_of
from orderwatch.core.programme.words import say_change, say_count, say_figure, say_more, say_part, say_value
from orderwatch.core.review.classify import CAUSES
from orderwatch.pipeline.programme import count_month, zone_of
from orderwatch.store import programme as store
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock
from orderwatch.web.health.line_picture import draw_line
from orderwatch.web.pictures.words import say

SHOWN: Final = 12  # months of a line
OFFERED: Final = 36  # months to choose from
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartRow:
    """A cause, playbook, currency or group: ``link`` leads to its DAG in Airflow."""

    name: str
    link: str
    value: str
    count: str
    stars: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure; ``change`` against the month before, empty where one of the two has no data."""

    key: str
    title: str
    meaning: str
    value: str
    known: bool
    unit: str
    hits: int
    count: int
    counted: str
    more: str
    before: str
    change: str
    picture: Markup
    parts: Sequence[PartRow]


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """All of it, in one language; ``kept`` is the version that is shown, none of a month that was counted just now."""

    clock: Clock
    month: Month
    complete: bool
    kept: Row[Any] | None
    tiles: Sequence[Tile]
    months: Sequence[Month]
    lines: Sequence[tuple[Month, Sequence[str]]]

    @property
    def earlier(self) -> Month | None:
        return self.month.later(-1) if self.month > self.months[-1] else None

    @property
    def later(self) -> Month | None:
        return self.month.later(1) if self.month < self.months[0] else None


def read_programme(conn: Connection, policy: Policy, wanted: Month | None, language: Language) -> ProgrammePage:
    """The month as it was kept, or counted now where it was not; by default the one that goes on."""
    zone = zone_of(policy)
    clock = Clock(business_now(conn), zone, language)
    running = Month.of(clock.now, zone)
    month = min(wanted or running, running)
    kept = store.list_reports(conn, month.later(1 - SHOWN), month)
    content = kept[month].content if month in kept else count_month(conn, policy, month, clock.now)
    documents: dict[Month, Content] = {one: row.content for one, row in kept.items()} | {month: content}
    began = store.first_day(conn)
    first = max(min(Month.of(began, zone) if began else month, month), running.later(1 - OFFERED))
    back = range((running.first.year - first.first.year) * 12 + running.first.month - first.first.month + 1)
    span = [month.later(-step) for step in range(SHOWN)]
    return ProgrammePage(
        clock=clock,
        month=month,
        complete=content["complete"],
        kept=kept.get(month),
        tiles=[_tile(one, month, documents, policy, language) for one in content["figures"]],
        months=[running.later(-step) for step in back],
        lines=[(one, list(_line(content, documents.get(one), language))) for one in span if one in documents],
    )


def part_name(key: str, part: str, policy: Policy, language: Language) -> str:
    """What a part of a figure is called where people read it."""
    if key == "repeats" and part in CAUSES:
        return policy.review.causes.of(part).title.say(language)
    return say_part(part, language)


def _tile(
    figure: Content, month: Month, documents: Mapping[Month, Content], policy: Policy, language: Language
) -> Tile:
    key = figure["key"]
    series = {step: _of(documents.get(month.later(step)), key) for step in range(1 - SHOWN, 1)}
    before = series[-1]
    return Tile(
        key=key,
        title=figure["title"][language],
        meaning=figure["meaning"][language],
        value=say_figure(figure, language),
        known=figure["value"] is not None,
        unit=figure["unit"],
        hits=figure["hits"],
        count=figure["count"],
        counted=say_count(figure, language),
        more=say_more(figure, language),
        before=say_figure(before, language) if before else "",
        change=say_change(figure, before, language),
        picture=draw_line(figure["unit"], [one["value"] if one else None for one in series.values()],
                          _label(figure, month, series, language)),
        parts=[_part(key, figure["unit"], part, policy, language) for part in figure.get("parts", ())],
    )  # fmt: skip


def _part(key: str, unit: str, part: Content, policy: Policy, language: Language) -> PartRow:
    stars = ""
    if part.get("rated"):
        stars = say(
            language, f"{part['stars']} 星（{part['rated']} 次评价）", f"{part['stars']} stars of {part['rated']}"
        )
    return PartRow(
        name=part_name(key, part["part"], policy, language),
        link=f"/dags/{DAG_PREFIX}{part['part']}" if key == "playbooks" else "",
        value=say_value(unit, part["value"], language, part["part"]),
        count=say_count({"unit": unit, **part}, language),
        stars=stars,
    )


def _of(content: Content | None, key: str) -> Content | None:
    return figure_of(content, key) if content else None


def _line(shown: Content, content: Content | None, language: Language) -> Iterator[str]:
    """A month as a row of the table behind the lines."""
    for figure in shown["figures"]:
        found = _of(content, figure["key"])
        if found is None:
            yield "–"
        else:
            of = f"{found['count']}" if found["unit"] == "nps" else f"{found['hits']}/{found['count']}"
            yield f"{say_figure(found, language)} ({of})"


def _label(figure: Content, month: Month, series: Mapping[int, Content | None], language: Language) -> str:
    said = [f"{month.later(step)} {say_figure(one, language)}" for step, one in series.items() if one]
    return f"{figure['title'][language]}: {('；' if language == 'zh-CN' else '; ').join(said)}"
