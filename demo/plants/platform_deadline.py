"""Inside its normal time, but the platform's penalty clock runs out in one hour."""

from dataclasses import replace

from demo.book import Extra
from demo.instants import HOUR
from demo.plants.base import NORMAL, Planted, World
from demo.verdict import SINGLE


def plant(world: World) -> list[Planted]:
    order = Planted(
        "outbound",
        (SINGLE,),
        channel="tmall",
        region="上海",
        warehouse="WH-SH",
        extra=Extra(latest_ship=world.now + HOUR),
    )
    entered = world.calendars.warehouse.sub_work(world.now, NORMAL * order.mean_s(3))
    return [replace(order, entered=int(entered))]
