"""Stocked up before the holiday, picked after it: normal for goods that keep, never for fresh food.

Planted only when a closure of at least three days has just ended.
"""

from dataclasses import replace

from demo.book import Extra
from demo.instants import DAY, HOUR, OFFSET
from demo.plants.base import Planted, World
from demo.verdict import SINGLE, suppressed

_STOCKING = Extra(tags=("stocking",), remark="节前备货，节后出库")


def plant(world: World) -> list[Planted]:
    closure = world.closure()
    if closure is None:
        return []
    closed, opened = closure
    midnight = (closed + OFFSET) // DAY * DAY - OFFSET
    keeps = [
        Planted(
            "pick",
            (suppressed("holiday_stocking"),),
            category="furniture",
            region=region,
            warehouse="WH-CD",
            paid=midnight - days * DAY + 10 * HOUR,
            extra=_STOCKING,
        )
        for region, days in (("四川", 1), ("湖北", 2))
    ]
    spoils = Planted(
        "pick",
        (SINGLE,),
        category="fresh",
        region="浙江",
        warehouse="WH-SH",
        paid=midnight - 2 * DAY + 10 * HOUR,
        extra=_STOCKING,
    )
    waiting = [_resumes(order, world, opened) for order in keeps]
    return [*(order for order in waiting if order.leaves > world.now), spoils]


def _resumes(order: Planted, world: World, opened: int) -> Planted:
    """Picked within its normal working time after the warehouse opened again."""
    leaves = world.calendars.warehouse.add_work(opened, 0.9 * order.mean_s(2))
    return replace(order, leaves=int(leaves))
