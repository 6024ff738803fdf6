"""Names beside points that cover neither one another nor the points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from orderwatch.core.durations import Language
from orderwatch.web.pictures.svg import ROLES, Size
from orderwatch.web.pictures.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Spot = tuple[float, float, str, str]  # x, y, text, colour
Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels
SIZE: Final = 12
HEIGHT: Final = 16
MARK: Final = 8
FAR: Final = 18  # pixels; beyond it a thin line says whose name it is


def place(axes: Axes, spots: Sequence[Spot], marks: Sequence[tuple[float, float, float]]) -> None:
    """Write each name at the nearest free place, the first ones first; one that finds none is left to the table.

    ``marks``: x, y of every point, and how far to the right its bar reaches.
    """
    taken = [_around(axes, *mark) for mark in marks]
    frame = axes.get_window_extent()
    for x, y, text, colour in spots:
        at = axes.transData.transform((x, y))
        for dx, dy in _offsets():
            width = _width(text)
            left = at[0] + dx - (width if dx < 0 else width / 2 if dx == 0 else 0)
            box = (left, at[1] + dy - HEIGHT / 2, left + width, at[1] + dy + HEIGHT / 2)
            inside = frame.x0 <= box[0] and box[2] <= frame.x1 + 12 and frame.y0 <= box[1] and box[3] <= frame.y1 + 4
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                _write(axes, (at[0], at[1]), box, text, colour)
                break


def _offsets() -> Iterator[tuple[int, int]]:
    """Ways to go from a point, the near ones first."""
    for far in range(14, 180, 8):
        yield from ((-far, 0), (0, far), (0, -far), (far, 0), (-far, far), (far, -far), (-far, -far), (far, far))


def _width(text: str) -> float:
    """A little more than the widest font of the page takes."""
    return sum(SIZE if ord(one) > 0x2E80 else 0.58 * SIZE for one in text)


def _around(axes: Axes, x: float, y: float, until: float) -> Box:
    """What a point and its bar cover."""
    (left, middle), (right, _) = axes.transData.transform([(x, y), (until, y)])
    return left - MARK, middle - MARK, max(right, left + MARK), middle + MARK


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _write(axes: Axes, point: tuple[float, float], box: Box, text: str, colour: str) -> None:
    back = axes.transData.inverted()
    left, middle = back.transform((box[0], (box[1] + box[3]) / 2))
    axes.text(left, middle, text, color=colour, fontsize=SIZE, ha="left", va="center_baseline", clip_on=False)
    near = min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])
    if abs(near[0] - point[0]) + abs(near[1] - point[1]) > FAR:
        line = back.transform([point, near])
        axes.plot(line[:, 0], line[:, 1], color=ROLES["ink-2"], lw=0.7, zorder=2)


def month_labels(months: Sequence[str], language: Language, size: Size) -> list[str]:
    """The months below a picture, and the year below the first one and every January."""
    unit = say(language, "月", "") if size.wide else ""
    told = []
    for place, (year, month) in enumerate(one.split("-") for one in months):
        below = year if place == 0 or month == "01" else " "  # two lines everywhere, or they would not stand level
        told.append(f"{int(month)}{unit}\n{below}")
    return told
