"""How many alerts people would have had to answer every month, and how many of them for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from orderwatch.core.durations import Language
from orderwatch.web.pictures.labels import month_labels
from orderwatch.web.pictures.svg import ROLES, Size, picture
from orderwatch.web.pictures.words import percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT: Final = 300
ROLE: Final = {"champion": "ink-2", "chosen": "link"}


@dataclass(frozen=True, slots=True)
class Bar:
    """Alerts per 1,000 orders of one month; ``false`` is the share for nothing, none where there was no alert."""

    month: str
    alerts: float
    false: float | None
    orders: int


Series = Mapping[str, Sequence[Bar]]  # chosen, champion, raised


def draw(series: Series, language: Language, size: Size) -> Markup:
    """Two bars a month, the part for nothing pale on top; what was really raised as a mark."""
    months = sorted({bar.month for bars in series.values() for bar in bars})
    label = say(
        language,
        f"{months[0]} 至 {months[-1]} 每月每千单的告警数，及其中的误报",
        f"alerts per 1,000 orders from {months[0]} to {months[-1]}, and how many of them were for nothing",
    )

    def on(figure: Figure) -> dict[str, str]:
        axes = figure.add_axes((48 / size.width, 44 / HEIGHT, 1 - 56 / size.width, 1 - 76 / HEIGHT))
        titles = _bars(axes, series, months, language, size)
        axes.set_xlim(-0.6, len(months) - 0.4)
        axes.set_ylim(0, max(1.0, axes.get_ylim()[1]))
        axes.grid(axis="y", color=ROLES["line"], lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="x", length=0)
        axes.set_xticks(range(len(months)), month_labels(months, language, size))
        axes.annotate(say(language, "每千单告警", "alerts per 1,000 orders"), (0, 1), xycoords="axes fraction",
                      xytext=(-40, 12), textcoords="offset points", color=ROLES["ink-2"])  # fmt: skip
        return titles

    return picture("months", label, HEIGHT, size, on)


def _bars(axes: Axes, series: Series, months: Sequence[str], language: Language, size: Size) -> dict[str, str]:
    drawn = [name for name in ROLE if series.get(name)]
    width = 0.74 / max(len(drawn), 1)
    titles = {}
    for number, name in enumerate(drawn):
        for bar in series[name]:
            x = months.index(bar.month) + (number - (len(drawn) - 1) / 2) * width
            wrong = bar.alerts * (bar.false or 0)
            right = bar.alerts - wrong
            gid = f"{name}-{bar.month}"
            axes.bar(x, right, width * 0.92, color=ROLES[ROLE[name]], gid=gid)
            axes.bar(x, wrong, width * 0.92, bottom=right, color=ROLES[ROLE[name]], alpha=0.3, lw=0, gid=gid + "-wrong")
            titles[gid] = titles[gid + "-wrong"] = _bar_told(bar, language)
            if size.wide and name == "chosen" and bar.false is not None:
                axes.annotate(percent(bar.false).replace(" ", ""), (x, bar.alerts), xytext=(0, 3),
                              textcoords="offset points", ha="center", color=ROLES["ink-2"], fontsize=10)  # fmt: skip
    for bar in series.get("raised", ()):
        axes.plot(months.index(bar.month), bar.alerts, "D", ms=7, color=ROLES["warn"], gid=f"raised-{bar.month}")
        titles[f"raised-{bar.month}"] = _bar_told(bar, language)
    return titles


def _bar_told(bar: Bar, language: Language) -> str:
    return say(
        language,
        f"{bar.month}：每千单 {bar.alerts:.0f}，误报 {percent(bar.false)}，{bar.orders} 单",
        f"{bar.month}: {bar.alerts:.0f} per 1,000, for nothing {percent(bar.false)}, {bar.orders} orders",
    )
