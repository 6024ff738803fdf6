"""One order from its beginning to its end: where it was, what the clock said of it, and when somebody was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from orderwatch.core.durations import Language
from orderwatch.web.pictures.svg import ROLES, Size, cut, picture
from orderwatch.web.pictures.words import percent, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT: Final = 320
NAME: Final = 160  # pixels, of an event and its time
ROOM: Final = 0.08  # of the order's life, before and after it
HIGHEST: Final = 1.35  # of the time that a step may take


@dataclass(frozen=True, slots=True)
class Passage:
    """The order in one step; ``alert`` is when the clock would have called it late there."""

    number: int  # of the step, from 1
    title: str
    entered: datetime
    left: datetime
    alert: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """A daily look at the order, and the chance that its promise breaks."""

    at: datetime
    chance: float
    decides: bool


@dataclass(frozen=True, slots=True)
class Life:
    """The order; instants are local to the business. No looks and no limit where the clock knows no chance."""

    order_id: str
    ordered: datetime
    promised: datetime | None
    arrived: datetime
    alert: datetime
    passages: Sequence[Passage]
    looks: Sequence[Look]
    limit: float | None


def draw(life: Life, language: Language, size: Size) -> Markup:
    """The chance at every look, or how much of the time that a step may take was used; the steps as bands."""
    order = cut(life.order_id)
    label = say(
        language,
        f"订单 {order} 的经过：告警 {life.alert:%m-%d %H:%M}，送达 {life.arrived:%m-%d %H:%M}",
        f"the life of order {order}: alert {life.alert:%m-%d %H:%M}, delivered {life.arrived:%m-%d %H:%M}",
    )

    def on(figure: Figure) -> dict[str, str]:
        axes = figure.add_axes((48 / size.width, 34 / HEIGHT, 1 - 64 / size.width, 1 - 92 / HEIGHT))
        _frame(axes, life, language, size)
        _bands(axes, life, size)
        titles = _chances(axes, life, language) if life.looks else _used(axes, life)
        _events(axes, life, language, size)
        return titles

    return picture("example", label, HEIGHT, size, on)


def _frame(axes: Axes, life: Life, language: Language, size: Size) -> None:
    from matplotlib.dates import AutoDateLocator, DateFormatter

    end = max(one for one in (life.arrived, life.promised) if one)
    room = (end - life.ordered) * ROOM
    axes.set_xlim(_number(life.ordered - room), _number(end + room))
    axes.set_ylim(0, 1.02 if life.looks else HIGHEST)
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=9 if size.wide else 5))  # type: ignore[no-untyped-call]  # ships none
    axes.xaxis.set_major_formatter(DateFormatter("%m-%d"))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter(lambda value, _: percent(value))
    limit = life.limit or 1.0
    axes.axhline(limit, color=ROLES["warn"], lw=1.2, ls=(0, (5, 3)))
    told = say(language, f"告警线 {percent(limit)}", f"limit {percent(limit)}")
    first = _number(life.alert) > sum(axes.get_xlim()) / 2  # at the end where the alert is not
    axes.annotate(told, (0 if first else 1, limit), xycoords=("axes fraction", "data"), xytext=(4 if first else -4, 4),
                  textcoords="offset points", ha="left" if first else "right", color=ROLES["warn"])  # fmt: skip


def _bands(axes: Axes, life: Life, size: Size) -> None:
    begin, end = axes.get_xlim()
    for one in life.passages:
        first, last = _number(one.entered), _number(one.left)
        axes.axvspan(first, last, color=ROLES[f"step-{one.number}"], lw=0)
        room = (last - first) / (end - begin) * (size.width - 64)
        if room > 13 * len(one.title):
            axes.annotate(one.title, ((first + last) / 2, 0), xycoords=("data", "axes fraction"), xytext=(0, 6),
                          textcoords="offset points", ha="center", color=ROLES["ink-2"])  # fmt: skip


def _chances(axes: Axes, life: Life, language: Language) -> dict[str, str]:
    at = [_number(one.at) for one in life.looks]
    axes.plot(at, [one.chance for one in life.looks], color=ROLES["ink"], lw=1.4)
    for number, (x, one) in enumerate(zip(at, life.looks, strict=True)):
        over = one.decides and one.chance >= (life.limit or 1)
        colour = ROLES["warn" if over else "ink"]
        face = colour if one.decides else ROLES["page"]
        axes.plot(x, one.chance, "o", ms=7, color=colour, mfc=face, gid=f"look-{number}", clip_on=False)
    no = say(language, "（不判定）", " (not decided on)")
    return {
        f"look-{number}": f"{one.at:%m-%d %H:%M}  {percent(one.chance)}{'' if one.decides else no}"
        for number, one in enumerate(life.looks)
    }


def _used(axes: Axes, life: Life) -> dict[str, str]:
    """Straight from 0 when a step begins to 100 % when the clock calls it late there."""
    for one in life.passages:
        if one.alert is None:
            continue
        allowed, stayed = (one.alert - one.entered).total_seconds(), (one.left - one.entered).total_seconds()
        begin, used = (0.0, stayed / allowed) if allowed > 0 else (1.0, 1.0)  # late already when it came
        axes.plot([_number(one.entered), _number(one.left)], [begin, used], color=ROLES["ink"], lw=1.8)
    return {}


def _events(axes: Axes, life: Life, language: Language, size: Size) -> None:
    """Three lines with a name each, left of them where there is room; the later one higher, so that none crosses it."""
    late = life.promised is not None and life.arrived > life.promised
    events = [
        (6, life.alert, say(language, "告警", "alert"), ROLES["warn"], "-"),
        (22, life.promised, say(language, "承诺", "promised"), ROLES["ink-2"], (0, (2, 2))),
        (38, life.arrived, say(language, "送达", "delivered"), ROLES["bad" if late else "ok"], "-"),
    ]
    begin, end = axes.get_xlim()
    for height, at, name, colour, line in events:
        if at is None:
            continue
        x = _number(at)
        side = "right" if (x - begin) / (end - begin) * size.width > NAME else "left"
        over: Any = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        axes.axvline(x, color=colour, lw=1.5, ls=line)
        stem = {"arrowstyle": "-", "color": colour, "lw": 0.8, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x, 1), xytext=(0, height), arrowprops=stem, **over)
        told = f"{name} {at:%m-%d %H:%M}"
        beside = (-4 if side == "right" else 4, height)
        axes.annotate(told, (x, 1), xytext=beside, ha=side, va="center_baseline", color=colour, **over)


def _number(at: datetime) -> float:
    """Days since 1970 on the business' own clock, as matplotlib counts."""
    return (at.replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(days=1)  # noqa: DTZ001  # a wall clock
