"""How long one link of the chain took, month by month: for half of the incidents, and for nine in ten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from orderwatch.core.durations import Language, say_duration
from orderwatch.web.pictures.labels import month_labels
from orderwatch.web.pictures.svg import ROLES, Size, picture
from orderwatch.web.pictures.words import DAY, HOUR, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT: Final = 240
UNITS: Final = ((2 * HOUR, 60, "分", "min"), (2 * DAY, HOUR, "时", "h"), (float("inf"), DAY, "天", "d"))


@dataclass(frozen=True, slots=True)
class Month:
    """How long it took in the incidents that were closed in a month, in seconds."""

    month: str
    incidents: int
    p50_s: int
    p90_s: int


def draw(
    title: str,
    months: Sequence[str],
    rows: Mapping[str, Month],
    limit_s: int | None,
    this_s: int | None,
    language: Language,
    size: Size,
) -> Markup:
    """Two lines with a band between them, dots at the limit, and this incident in the last month.

    A month without such incidents is a gap; ``this_s`` above ``limit_s`` is drawn as broken.
    """
    highest = max([one.p90_s for one in rows.values()] + [s for s in (limit_s, this_s) if s is not None])
    _, per, zh, en = next(one for one in UNITS if highest < one[0])
    label = say(language, f"{title}用时，{months[0]} 至 {months[-1]}", f"{title}, from {months[0]} to {months[-1]}")

    def on(figure: Figure) -> dict[str, str]:
        axes = figure.add_axes((44 / size.width, 44 / HEIGHT, 1 - 120 / size.width, 1 - 72 / HEIGHT))
        titles = _lines(axes, months, rows, per, language)
        axes.set_xlim(-0.5, len(months) - 0.5)
        axes.set_ylim(0, max(highest / per * 1.12, 1))
        if limit_s is not None:
            axes.axhline(limit_s / per, color=ROLES["ink"], lw=1, ls=(0, (1, 2)))
            _beside(axes, limit_s / per, say(language, "时限", "limit"), "ink-2")
        if this_s is not None:
            broken = limit_s is not None and this_s > limit_s
            role, marker = ("bad", "D") if broken else ("ok", "o")
            axes.plot(len(months) - 1, this_s / per, marker, ms=8, color=ROLES[role], gid="this", clip_on=False)
            titles["this"] = say(language, "本次：", "this one: ") + _long(this_s, language)
            _beside(axes, this_s / per, say(language, "本次", "this one"), role, near=limit_s, per=per)
        axes.grid(axis="y", color=ROLES["line"], lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="x", length=0)
        each = 1 if size.wide else 3
        axes.set_xticks(range(0, len(months), each), month_labels(months, language, size)[::each])
        axes.annotate(say(language, zh, en), (0, 1), xycoords="axes fraction", xytext=(-36, 10),
                      textcoords="offset points", color=ROLES["ink-2"])  # fmt: skip
        return titles

    return picture("trend", label, HEIGHT, size, on)


def _lines(
    axes: Axes, months: Sequence[str], rows: Mapping[str, Month], per: int, language: Language
) -> dict[str, str]:  # fmt: skip
    nan = float("nan")
    half = [rows[m].p50_s / per if m in rows else nan for m in months]
    most = [rows[m].p90_s / per if m in rows else nan for m in months]
    axes.fill_between(range(len(months)), half, most, color=ROLES["link"], alpha=0.1, lw=0)
    axes.plot(most, color=ROLES["ink-2"], lw=1, ls="--")
    axes.plot(half, color=ROLES["link"], lw=2)
    titles = {}
    for place, month in enumerate(months):
        if month not in rows:
            continue
        one = rows[month]
        for name, s, role in (("p50", one.p50_s, "link"), ("p90", one.p90_s, "ink-2")):
            axes.plot(place, s / per, "o", ms=4, color=ROLES[role], gid=f"{name}-{month}")
            titles[f"{name}-{month}"] = say(
                language,
                f"{month} {name}：{_long(s, language)}，{one.incidents} 个事件",
                f"{month} {name}: {_long(s, language)}, {one.incidents} incidents",
            )
    return titles


def _beside(axes: Axes, at: float, words: str, role: str, *, near: int | None = None, per: int = 1) -> None:
    """To the right of the last month; moved away where the limit's name stands at the same height."""
    close = near is not None and abs(at - near / per) < 0.08 * axes.get_ylim()[1]
    shift = 0 if near is None or not close else 12 if at >= near / per else -12
    axes.annotate(words, (1, at), xycoords=("axes fraction", "data"), xytext=(10, shift), textcoords="offset points",
                  va="center", color=ROLES[role])  # fmt: skip


def _long(seconds: int, language: Language) -> str:
    return say_duration(timedelta(seconds=seconds), language)
