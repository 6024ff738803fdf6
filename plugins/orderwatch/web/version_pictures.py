"""The pictures of a version, from what it kept of its learning; none where it kept nothing of the kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from orderwatch.core.durations import Language
from orderwatch.web.pictures import candidates, example, limits, months
from orderwatch.web.pictures.candidates import Gate, Point
from orderwatch.web.pictures.example import Life, Look, Passage
from orderwatch.web.pictures.months import Bar
from orderwatch.web.pictures.svg import SIZES
from orderwatch.web.pictures.words import say
from orderwatch.web.version_page import Report, VersionPage

Row = Mapping[str, Any]
PREFERRED: Final = "rec48"  # by versions that did not keep what they preferred
FIGURES: Final = (
    "fa", "fa_bound", "rec24", "rec48", "rec72", "lead_median_h", "alerts_per_1000", "alerted", "false", "n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pictures:
    """Each picture in every size, none where there is nothing to draw; and what was drawn, for the tables."""

    candidates: Markup | None
    limits: Markup | None
    example: Markup | None
    months: Markup | None
    rows: Sequence[Row]
    life: Life | None
    series: Mapping[str, Sequence[Bar]]


def draw_pictures(page: VersionPage, language: Language) -> Pictures:
    """All that can be drawn of a version; about half a second."""
    report = page.report
    rows, life, series = clocks(report), _life(page), _series(report)
    names = (_version(page.before, language), _version(page.version, language))
    points = [_point(row, report) for row in rows if row["fa"] is not None]
    return Pictures(
        candidates=_sizes(candidates.draw, points, _gate(report), language) if points else None,
        limits=_sizes(limits.draw, page.steps, names, language) if page.steps else None,
        example=_sizes(example.draw, life, language) if life else None,
        months=_sizes(months.draw, series, language) if any(series.values()) else None,
        rows=rows,
        life=life,
        series=series,
    )


def clocks(report: Report) -> list[Row]:
    """All candidates, the earliest warning first, and before them the chosen clock and the one in force before where
    they were no candidates; each marked with what it is."""
    gate = report["gate"]
    prefer = gate["prefer"] if gate else PREFERRED
    special = {part: _name(report[part]) for part in ("chosen", "champion") if report[part]}
    judged = sorted(report["candidates"], key=lambda one: (-(one[prefer] or 0), one["fa_bound"]))
    names = [_name(row) for row in judged]
    others = {name: report[part] for part, name in special.items() if name not in names}
    return [
        {
            **dict.fromkeys((*FIGURES, "mode")),
            **row,
            "early": row.get(prefer),
            "candidate": _name(row) in names,
            "chosen": special.get("chosen") == _name(row),
            "champion": special.get("champion") == _name(row),
            "allowed": _allowed(row, gate),
        }
        for row in [*others.values(), *judged]
    ]


def _allowed(row: Row, gate: Row | None) -> bool | None:
    """Whether the gate lets this clock pass; nobody knows of a version that kept no rules."""
    if gate is None or row.get("fa") is None:
        return None
    return bool(row["fa_bound"] <= gate["false_alarms"] and row["alerted"] >= gate["least_alerts"])


def _name(row: Row) -> tuple[str, str]:
    return row["model"], row["window"]


def _point(row: Row, report: Report) -> Point:
    return Point(
        row["model"],
        row["window"],
        row["fa"],
        row["fa_bound"],
        row["early"] or 0.0,
        row["allowed"] is not False,
        row["chosen"],
        row["champion"],
        row["candidate"],
    )


def _gate(report: Report) -> Gate:
    gate = report["gate"]
    prefer = gate["prefer"] if gate else PREFERRED
    return Gate(gate["false_alarms"] if gate else None, int(prefer.removeprefix("rec")))


def _life(page: VersionPage) -> Life | None:
    kept, local = page.report["example"], page.local
    if not kept:
        return None
    passages = []
    for one in kept["passages"]:
        number, title = page.step_title(one["node"])
        alert = None if one["alert_s"] is None else local(one["alert_s"])
        passages.append(Passage(number, title, local(one["entered_s"]), local(one["left_s"]), alert))
    return Life(
        kept["order_id"],
        local(kept["ordered_s"]),
        None if kept["promised_s"] is None else local(kept["promised_s"]),
        local(kept["arrived_s"]),
        local(kept["alert_s"]),
        passages,
        [Look(local(one["at_s"]), one["chance"], one["decides"]) for one in kept["looks"]],
        kept["limit"],
    )


def _series(report: Report) -> dict[str, list[Bar]]:
    kept = report["months"]
    return {
        name: [Bar(one["month"], one["alerts_per_1000"] or 0.0, one["fa"], one["n"]) for one in rows]
        for name in ("champion", "chosen", "raised")
        if (rows := kept.get(name))
    }


def _version(version: int | None, language: Language) -> str:
    return "" if version is None else say(language, f"版本 {version}", f"version {version}")


def _sizes(draw: Any, *about: Any) -> Markup:
    return Markup("\n").join(draw(*about, size) for size in SIZES)
