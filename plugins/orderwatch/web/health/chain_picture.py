"""The links of the chain of one incident beside what is usual, on one scale of time; a table says the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import Any, Final

from markupsafe import Markup, escape

LEFT, RIGHT, STEP, WIDTH = 150, 116, 34, 720  # user units
SHORTEST, LONGEST = 30, 3 * 86_400  # seconds; beyond them a mark stands at the edge
MARKS: Final = (60, 900, 3600, 21_600, 86_400)


def draw_chain(
    links: Sequence[Mapping[str, Any]], titles: Sequence[str], long: Callable[[int | None], str], label: str
) -> Markup:
    """A bar from p50 to p90, a line at the limit, and a dot for this incident: a diamond where it broke the limit.

    ``long`` says so many seconds in the reader's language.
    """
    height = STEP * len(links)
    grid = "".join(
        f'<line class="grid" x1="{_x(s):.1f}" x2="{_x(s):.1f}" y1="0" y2="{height}"/>'
        f'<text class="tick" x="{_x(s):.1f}" y="{height + 16}" text-anchor="middle">{escape(long(s))}</text>'
        for s in MARKS
    )
    rows = "".join(
        _row(link, title, long(link["took_s"]), STEP * number + STEP / 2)
        for number, (link, title) in enumerate(zip(links, titles, strict=True))
    )
    frame = f'class="chain" viewBox="0 0 {WIDTH} {height + 22}" role="img" aria-label="{escape(label)}"'
    return Markup(f"<svg {frame}>{grid}{rows}</svg>")  # noqa: S704  # titles, times and the label are escaped above


def _row(link: Mapping[str, Any], title: str, said: str, y: float) -> str:
    usual, parts = link["usual"], [f'<text class="name" x="0" y="{y + 4:.1f}">{escape(title)}</text>']
    if usual["p50_s"] is not None:
        parts.append(
            f'<line class="usual" x1="{_x(usual["p50_s"]):.1f}" x2="{_x(usual["p90_s"]):.1f}" y1="{y}" y2="{y}"/>'
        )
    if link["limit_s"] is not None:
        x = _x(link["limit_s"])
        parts.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10}" y2="{y + 10}"/>')
    if link["took_s"] is not None:
        x = _x(link["took_s"])
        mark = (
            f'<path class="over" d="M{x:.1f} {y - 7}l7 7-7 7-7-7z"/>'
            if link["broken"]
            else f'<circle class="within" cx="{x:.1f}" cy="{y}" r="5.5"/>'
        )
        parts.append(mark)
    parts.append(f'<text class="took" x="{WIDTH}" y="{y + 4:.1f}" text-anchor="end">{escape(said)}</text>')
    return "".join(parts)


def _x(seconds: float) -> float:
    """Where so long a time stands; every tenfold is as far as the next."""
    share = log(min(max(seconds, SHORTEST), LONGEST) / SHORTEST) / log(LONGEST / SHORTEST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)
