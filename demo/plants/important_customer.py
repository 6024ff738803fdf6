"""Late orders of VIP customers, and one of more than 5,000 CNY: a service call and a voucher each."""

from demo.book import Extra
from demo.plants.base import Planted, World, line
from demo.verdict import IMPORTANT

VALUE_MINOR = 688_000


NODES = ("review", "print", "pick", "outbound")
REGIONS = ("上海", "北京", "浙江", "广东", "四川")
WAREHOUSES = ("WH-SH", "WH-GZ", "WH-CD")


def plant(world: World) -> list[Planted]:
    more = [
        Planted(
            NODES[n % len(NODES)],
            (IMPORTANT,),
            tier="VIP",
            region=REGIONS[n % len(REGIONS)],
            warehouse=WAREHOUSES[n % len(WAREHOUSES)],
        )
        for n in range(world.important)
    ]
    return [
        *more,
        Planted("review", (IMPORTANT,), tier="VIP", category="electronics", region="上海", warehouse="WH-SH"),
        Planted(
            "pick",
            (IMPORTANT,),
            category="electronics",
            region="北京",
            warehouse="WH-SH",
            value_minor=VALUE_MINOR,
            extra=Extra(lines=(line("electronics", VALUE_MINOR),)),
        ),
        Planted("transport", (IMPORTANT,), tier="VIP", region="四川", warehouse="WH-CD", carrier="JD"),
    ]
