"""Bulky goods in several parcels: normal while every parcel keeps its own date, not without a plan."""

from dataclasses import replace

from demo.book import Extra, Line, Package
from demo.instants import DAY, HOUR
from demo.plants.base import Planted, World, line
from demo.verdict import SINGLE, suppressed


def plant(world: World) -> list[Planted]:
    now = world.now
    shipped, delivered = now - 14 * DAY, now + 36 * HOUR
    delivering = (
        Package("P1", (1,), now - 22 * HOUR, shipped=shipped, signed=now - DAY),
        Package("P2", (2,), now + 40 * HOUR, shipped=shipped, signed=delivered),
    )
    shipping = (
        Package("P1", (1,), now + DAY, shipped=now - HOUR),
        Package("P2", (2,), now + 2 * DAY + 8 * HOUR, shipped=now + 2 * DAY),
    )
    return [
        replace(_bulky("transport", delivering, leaves=delivered, touched=now - DAY), entered=shipped),
        _bulky("outbound", shipping, leaves=now + 2 * DAY, touched=now - HOUR),
        Planted(
            "outbound",
            (SINGLE,),
            category="furniture",
            region="四川",
            warehouse="WH-CD",
            extra=Extra(lines=_lines()),
        ),
    ]


def _bulky(node: str, packages: tuple[Package, ...], *, leaves: int, touched: int) -> Planted:
    return Planted(
        node,
        (suppressed("bulky_split"),),
        category="furniture",
        region="湖北",
        warehouse="WH-CD",
        carrier="ZTO",
        leaves=leaves,
        touched=touched,
        extra=Extra(lines=_lines(), packages=packages),
    )


def _lines() -> tuple[Line, Line]:
    bulky = replace(line("furniture", 89_900), bulky=True, weight_g=45_000)
    return bulky, replace(bulky, sku="FURNITURE-0901", price_minor=49_900)
