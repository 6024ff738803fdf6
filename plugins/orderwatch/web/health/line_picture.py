"""A figure over the months as a small line: gaps where there is no data, a dot at the month that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

WIDTH, HEIGHT, EDGE = 240, 48, 6  # user units
BOUNDS: Final = {"share": (0.0, 1.0), "nps": (-100.0, 100.0)}


def draw_line(unit: str, values: Sequence[float | None], label: str) -> Markup:
    """``values``: one per month, the oldest first, none where there is no data. Money begins at nothing.

    ``label`` says it to whoever cannot see it.
    """
    low, high = BOUNDS.get(unit, (0.0, max([1.0, *(one for one in values if one is not None)])))
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    points = [
        None if one is None else (EDGE + number * step, _y((one - low) / (high - low)))
        for number, one in enumerate(values)
    ]
    lines = "".join(f'<polyline points="{_said(run)}"/>' for run in _runs(points) if len(run) > 1)
    alone = "".join(f'<circle class="alone" cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="2"/>' for run in _runs(points)
                    if len(run) == 1)  # fmt: skip
    last = points[-1] if points else None
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3.5"/>' if last else ""
    base = f'<line x1="{EDGE}" x2="{WIDTH - EDGE}" y1="{_y(0):.1f}" y2="{_y(0):.1f}"/>'
    frame = f'class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}"'
    return Markup(f"<svg {frame}>{base}{lines}{alone}{dot}</svg>")  # noqa: S704  # numbers; the label is escaped above


def _y(share: float) -> float:
    return HEIGHT - EDGE - min(max(share, 0.0), 1.0) * (HEIGHT - 2 * EDGE)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """Neighbours that have data."""
    runs: list[list[tuple[float, float]]] = [[]]
    for one in points:
        if one is None:
            runs.append([])
        else:
            runs[-1].append(one)
    return [run for run in runs if run]


def _said(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
