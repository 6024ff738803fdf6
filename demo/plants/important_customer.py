"""Late orders of VIP customers, and one of more than 5,000 CNY: a service call and a voucher each."""

from demo.book import Extra
from demo.plants.base import Planted, World, line
from demo.verdict import IMPORTANT

VALUE_MINOR = 688_000


def plant(world: World) -> list[Planted]:
    return [
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
