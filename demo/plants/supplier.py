"""Orders that a supplier ships: normal until the agreed slot, real if the supplier never answered."""

from dataclasses import replace

from demo.book import Extra
from demo.instants import DAY, HOUR
from demo.plants.base import Planted, World, line
from demo.verdict import SINGLE, suppressed


def plant(world: World) -> list[Planted]:
    slot = world.now + 2 * DAY
    agreed = [
        Planted(
            node,
            (suppressed("supplier_direct"),),
            category="electronics",
            region="辽宁",
            leaves=slot - 3 * HOUR,
            extra=_from_supplier(world.now - 3 * DAY, slot),
        )
        for node in ("pick", "outbound")
    ]
    silent = Planted("outbound", (SINGLE,), category="electronics", region="辽宁", extra=_from_supplier(None, None))
    return [*agreed, silent]


def _from_supplier(ack: int | None, slot: int | None) -> Extra:
    article = replace(
        line("electronics", 52_900),
        fulfilment="SUPPLIER",
        supplier="SUP-01",
        supplier_ack=ack,
        supplier_slot=slot,
    )
    return Extra(lines=(article,))
