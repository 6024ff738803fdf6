"""One bar of all customers who were asked: who would recommend us, who would not, and who has not answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup, escape

LETTER: Final = 2.0  # per cent of the width on a phone; whatever has no room has its number in the words below only
_HATCH: Final = (
    '<defs><pattern id="unsaid" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="ground" width="8" height="8"/><line class="stroke" x1="0" y1="0" x2="0" y2="8"/></pattern></defs>'
)


def draw_survey(parts: Sequence[tuple[str, str, int]], label: str) -> Markup:
    """``parts``: (class, title, customers) from left to right; empty where nobody was asked."""
    whole = sum(count for *_, count in parts)
    if not whole:
        return Markup()
    x, drawn = 0.0, []
    for kind, title, count in parts:
        width = 100 * count / whole
        if not count:
            continue
        said = f"{title} {count}"
        drawn.append(f'<g class="{kind}"><rect x="{x:.2f}%" width="{width:.2f}%" height="100%"/>')
        if width >= LETTER * sum(2 if ord(sign) > 0x2E80 else 1 for sign in said):
            drawn.append(f'<text x="{x + width / 2:.2f}%" y="21" text-anchor="middle">{escape(said)}</text>')
        drawn.append(f"<title>{escape(said)}</title></g>")
        x += width
    frame = f'class="opinions" height="32" role="img" aria-label="{escape(label)}"'
    return Markup(f"<svg {frame}>{_HATCH}{''.join(drawn)}</svg>")  # noqa: S704  # titles and the label are escaped above
