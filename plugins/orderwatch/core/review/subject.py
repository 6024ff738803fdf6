"""What a cause happened to. The same cause of the same is a repeat: somebody has not mended it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from orderwatch.core.review.facts import CauseFacts

_SUBJECTS: Final[Mapping[str, Callable[[CauseFacts], str]]] = MappingProxyType({
    "source_outage": lambda about: about.source,
    "system_fault": lambda about: about.fault_code,
    "stock_shortage": lambda about: f"{about.place} {about.sku}" if about.sku else "",
    "node_capacity": lambda about: f"{about.step} {about.place}" if about.place else "",
    "carrier_delay": lambda about: about.carrier,
    "customs_stop": lambda about: about.route,
    "holiday": lambda about: about.holiday,
    "supplier_silent": lambda about: about.supplier,
    "address_incomplete": lambda about: about.channel,
    "placeholder": lambda about: about.channel,
    "moved_by_seller": lambda about: about.channel,
})


def subject_of(cause: str | None, facts: CauseFacts) -> str | None:
    """A code, an article in its warehouse, a carrier …; none where no cause is named, or nothing is known of it."""
    return (_SUBJECTS[cause](facts) or None) if cause is not None else None
