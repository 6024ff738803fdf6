"""How the limits of every step move: the middle and the spread over its cells, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from orderwatch.core.durations import Language
from orderwatch.web.pictures.svg import ROLES, Size, picture
from orderwatch.web.pictures.words import DAY, HOUR, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW: Final = 92  # pixels per step
TOP: Final = 4
LEFT: Final = 76  # for the names of the versions
RIGHT: Final = 58  # for the limits of whole steps
MUCH: Final = 4 * DAY


@dataclass(frozen=True, slots=True)
class Spread:
    """The limits of one step in one version, in seconds; no ``cells`` (10, 50, 90 %) where it has only the whole."""

    whole: float | None
    cells: tuple[float, float, float] | None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step after and before (none: nothing was known of it then); ``moved``: the factors (10 %, 50 %, 90 %) by
    which the limits of the cells moved that both know."""

    title: str
    working: bool
    after: Spread
    before: Spread | None
    moved: tuple[float, float, float] | None = None


def draw(steps: Sequence[Step], names: tuple[str, str], language: Language, size: Size) -> Markup:
    """One small axis per step; ``names`` of the version before and of this one."""
    height = TOP + ROW * len(steps)
    label = say(
        language,
        "每个环节的上限，旧版本与新版本：整个环节的上限、各单元的中位数和 10–90 % 范围",
        "limits of every step, before and after: of the whole step, and the median and 10–90 % range of its cells",
    )

    def on(figure: Figure) -> dict[str, str]:
        for number, step in enumerate(steps):
            bottom = height - TOP - ROW * (number + 1) + 20
            axes = figure.add_axes((
                LEFT / size.width,
                bottom / height,
                1 - (LEFT + 58) / size.width,
                (ROW - 46) / height,
            ))
            _draw_step(axes, step, names, language)
        return {}

    return picture("limits", label, height, size, on)


def unit_of(steps: Sequence[Spread], working: bool, language: Language) -> tuple[float, str]:
    """The unit in which a person reads these limits, in seconds and in words."""
    longest = max((one for spread in steps for one in (spread.whole, *(spread.cells or ())) if one), default=0)
    if working:
        return (HOUR, say(language, "工时（小时）", "working hours")) if longest >= HOUR else (
            60, say(language, "工时（分钟）", "working minutes"))  # fmt: skip
    if longest >= MUCH:
        return DAY, say(language, "天", "days")
    return (HOUR, say(language, "小时", "hours")) if longest >= HOUR else (60, say(language, "分钟", "minutes"))


def _draw_step(axes: Axes, step: Step, names: tuple[str, str], language: Language) -> None:
    rows = [*([(1, step.before, ROLES["ink-2"])] if step.before else []), (0, step.after, ROLES["link"])]
    unit, told = unit_of([row[1] for row in rows], step.working, language)
    far = max((one for _, spread, _ in rows for one in (spread.whole, *(spread.cells or ())) if one), default=unit)
    axes.set_xlim(0, 1.04 * far / unit)
    axes.set_ylim(-0.6, 1.6)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="x", color=ROLES["line"], lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=11, pad=2)
    axes.set_yticks([place for place, _, _ in rows], [names[1 - place] for place, _, _ in rows])
    axes.annotate(step.title, (0, 1), xycoords="axes fraction", xytext=(4 - LEFT, 2), textcoords="offset points",
                  va="bottom", fontweight="bold")  # fmt: skip
    axes.text(1, 1.06, told, transform=axes.transAxes, ha="right", va="bottom", color=ROLES["ink-2"], fontsize=11)
    for place, spread, colour in rows:
        if spread.cells:
            low, middle, high = (one / unit for one in spread.cells)
            axes.plot([low, high], [place, place], color=colour, lw=5, alpha=0.4, solid_capstyle="butt")
            axes.plot(middle, place, "o", color=colour, ms=8)
        if spread.whole:
            axes.plot(spread.whole / unit, place, "|", color=colour, ms=17, mew=2.2)
            axes.annotate(f"{spread.whole / unit:.1f}", (1.0, place), xycoords=("axes fraction", "data"), xytext=(8, 0),
                          textcoords="offset points", color=colour, va="center_baseline")  # fmt: skip
