"""Home appliances whose review runs late in the course of the day: what sales entered early, to hold an appointment for
its installation, is no order yet, and nothing in it says so; genuine orders stand beside it.

Two waves, so that what people say about the first can be of use for the second.
"""

from dataclasses import replace

from demo.book import Extra
from demo.instants import DAY, HOUR
from demo.plants.base import Planted, World
from demo.verdict import SINGLE
from demo.vocabulary import mean_seconds

LIMIT = 1.8  # times the mean of its cell
SURE_S = HOUR  # after that nobody who has learned from this history can think it in time any more
WAVES_S = (2 * HOUR, 6 * HOUR)  # from now until its review is late
HELD_FOR = 30 * DAY
PLACES = (("广东", "jd", "WH-GZ"), ("浙江", "tmall", "WH-SH"), ("四川", "wechat", "WH-CD"))
PLACEHOLDERS, GENUINE = 6, 3  # of a wave


def plant(world: World) -> list[Planted]:
    return [order for wave in WAVES_S for order in (*_placeholders(world, wave), *_genuine(world, wave))]


def _placeholders(world: World, wave: int) -> list[Planted]:
    held = Extra(entry="SALES", appointment=world.now + HELD_FOR, remark="安装日期待客户确认")
    return [_late(world, wave, n, held, "placeholder") for n in range(PLACEHOLDERS)]


def _genuine(world: World, wave: int) -> list[Planted]:
    """Bought by the customer with a day for the installation; entered by sales for a customer, without one."""
    bought = Extra(entry="BUYER", appointment=world.now + 20 * DAY)
    return [_late(world, wave, n, bought if n % 2 == 0 else Extra(entry="SALES"), None) for n in range(GENUINE)]


def _late(world: World, wave: int, n: int, extra: Extra, really: str | None) -> Planted:
    region, channel, warehouse = PLACES[n % len(PLACES)]
    limit = LIMIT * mean_seconds("review", "appliances", region, channel)
    entered = int(world.calendars.back(0, int(world.calendars.forth(0, world.now, wave)), limit))
    return Planted(
        "review",
        (replace(SINGLE, since=int(world.calendars.forth(0, world.now, wave + SURE_S)), really=really),),
        category="appliances",
        region=region,
        channel=channel,
        warehouse=warehouse,
        value_minor=329_900,
        entered=entered,
        extra=extra,
    )
