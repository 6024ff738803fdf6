"""False alarms against early warning, for every candidate: what was to choose from, and why the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from orderwatch.core.durations import Language
from orderwatch.web.pictures.labels import place
from orderwatch.web.pictures.svg import ROLES, Size, cut, picture
from orderwatch.web.pictures.words import MARKERS, clock, kind_of, percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT: Final = 380
BEYOND: Final = (1.6, 2.2)  # times the limit: clocks that are far worse would press all others together


@dataclass(frozen=True, slots=True)
class Point:
    """One clock that was judged; shares of 1. ``allowed``: enough alerts, and the bound is within the limit."""

    model: str
    window: str
    false: float
    bound: float
    early: float
    allowed: bool
    chosen: bool = False
    champion: bool = False
    candidate: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """The limit on false alarms as a share (none: not known of an old version), and the hours of warning that count."""

    limit: float | None
    hours: int


def draw(points: Sequence[Point], gate: Gate, language: Language, size: Size) -> Markup:
    """One mark per clock, a bar up to its bound; the limit as a line."""
    shown = _distinct(points)
    label = say(
        language,
        f"{len(points)} 个时钟：误报率（横轴）与提前 {gate.hours} 小时以上预警的比例（纵轴），"
        f"误报上限 {percent(gate.limit)}",
        f"{len(points)} clocks: share of false alarms (across) and of late orders known {gate.hours} h ahead (up), "
        f"limit of false alarms {percent(gate.limit)}",
    )

    def on(figure: Figure) -> dict[str, str]:
        axes = figure.add_axes((48 / size.width, 48 / HEIGHT, 1 - 64 / size.width, 1 - 88 / HEIGHT))
        edge = _edge(shown, gate)
        _frame(axes, gate, edge, language)
        for number, point in enumerate(shown):
            _mark(axes, point, edge, f"clock-{number}")
        marks = [(min(one.false, edge), one.early, min(one.bound, edge)) for one in shown]
        if gate.limit is not None:
            marks.append((gate.limit, 0.045, gate.limit + 0.35 * edge))  # the name of the limit
        place(axes, [_spot(one, edge, language, size) for one in _named(shown, size)], marks)
        return {f"clock-{number}": _told(one, gate, language) for number, one in enumerate(shown)}

    return picture("candidates", label, HEIGHT, size, on)


def _distinct(points: Sequence[Point]) -> list[Point]:
    """A clock that learns nothing judges alike from every window: drawn once, the chosen one if it is among them."""
    kept: dict[tuple[str, float, float], Point] = {}
    for one in sorted(points, key=lambda one: (not one.chosen, not one.champion)):
        kept.setdefault((one.model, one.false, one.early), one)
    return list(kept.values())


def _named(points: Sequence[Point], size: Size) -> list[Point]:
    """The chosen one and the one before; at a desk also the earliest of each kind that no other clock beats in one
    figure without losing in the other. All others say their names when the mouse rests on them, and in the table."""

    def beaten(one: Point) -> bool:
        same = one.bound, one.early
        return any(
            other.bound <= one.bound and other.early >= one.early and (other.bound, other.early) != same
            for other in points
        )

    marked = [one for one in points if one.chosen or one.champion]
    known = {one.model for one in marked}
    if size.wide:
        for one in sorted(points, key=lambda one: -one.early):
            if one.candidate and one.model not in known and not beaten(one):
                known.add(one.model)
                marked.append(one)
    return marked


def _edge(points: Sequence[Point], gate: Gate) -> float:
    """Where the axis ends: a little beyond the limit; what is worse stands at the edge, with its figure."""
    worst = max((max(one.bound, one.false) for one in points if one.candidate), default=1.0)
    if gate.limit is None:
        return min(1.02, 1.06 * worst)
    return min(1.02, 1.06 * min(max(worst, BEYOND[0] * gate.limit), BEYOND[1] * gate.limit))


def _frame(axes: Axes, gate: Gate, edge: float, language: Language) -> None:
    axes.set_xlim(0, edge)
    axes.set_ylim(0, 1.04)
    axes.locator_params(axis="x", nbins=5)
    if gate.limit is not None:
        axes.axvspan(gate.limit, edge, color=ROLES["bad"], alpha=0.06, lw=0)
        axes.axvline(gate.limit, color=ROLES["bad"], lw=1.2, ls=(0, (5, 3)))
        told = say(language, f"误报上限 {percent(gate.limit)}", f"limit {percent(gate.limit)}")
        axes.annotate(told, (gate.limit, 0), xytext=(6, 8), textcoords="offset points", color=ROLES["bad"])
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    axes.yaxis.set_major_formatter(lambda value, _: percent(value))
    axes.grid(color=ROLES["line"], lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(say(language, "误报率（横线到 90 % 置信上限）", "false alarms (bar: up to the 90 % bound)"))
    ahead = say(language, f"提前 ≥ {gate.hours} h 预警", f"warned ≥ {gate.hours} h ahead")
    axes.text(0, 1.055, ahead, color=ROLES["ink-2"], ha="left", va="bottom")


def _mark(axes: Axes, point: Point, edge: float, gid: str) -> None:
    colour = ROLES["link" if point.chosen else "ink" if point.champion or point.allowed else "ink-2"]
    filled = point.chosen or point.allowed
    x = min(point.false, edge)
    axes.plot([x, min(max(point.bound, point.false), edge)], [point.early] * 2, color=colour, lw=1.2, alpha=0.55)
    axes.plot(
        x, point.early, MARKERS.get(kind_of(point.model), "o"), gid=gid, clip_on=False, color=colour,
        mfc=colour if filled else ROLES["page"], mew=1.3, ms=10 if point.chosen else 7, zorder=4 if point.chosen else 3,
    )  # fmt: skip
    if point.champion:
        axes.plot(x, point.early, "o", ms=17, mfc="none", mec=ROLES["ink"], mew=1.1, clip_on=False)


def _spot(point: Point, edge: float, language: Language, size: Size) -> tuple[float, float, str, str]:
    """Where a clock is, what it is called, and in which colour."""
    told = cut(clock(point.model, point.window, language), 28)
    if point.champion and size.wide:
        told = say(language, f"之前 {told}", f"before: {told}")
    if point.false > edge:
        told += f" → {percent(point.false)}"
    return min(point.false, edge), point.early, told, ROLES["link" if point.chosen else "ink"]


def _told(point: Point, gate: Gate, language: Language) -> str:
    name = clock(point.model, point.window, language)
    false, bound, early = (percent(share, 1) for share in (point.false, point.bound, point.early))
    return say(
        language,
        f"{name}：误报 {false}（最多 {bound}），≥ {gate.hours} h {early}",
        f"{name}: false alarms {false} (at most {bound}), ≥ {gate.hours} h {early}",
    )
