"""The mark of a business effect: it stands in every text that is sent, so that each sink can count by it."""

from __future__ import annotations

import re

_MARK = re.compile(r"\[(SO\d+/[a-z_]+)\]")


def mark(order_id: str, sink: str) -> str:
    """One effect on one order, whatever incident, attempt or key asks for it."""
    return f"{order_id}/{sink}"


def mark_in(text: str) -> str:
    """The mark that a request carries; raises ``ValueError`` where there is none."""
    found = _MARK.search(text)
    if found is None:
        raise ValueError(f"no mark in {text[:200]!r}")
    return found.group(1)
