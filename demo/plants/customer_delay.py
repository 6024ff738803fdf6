"""Customers who asked for a later delivery: normal if confirmed, not if the seller refused."""

from demo.instants import DAY, HOUR
from demo.plants.base import Planted, Request, World
from demo.verdict import SINGLE, suppressed


def plant(world: World) -> list[Planted]:
    now = world.now
    confirmed = Request("CUSTOMER", now - 4 * DAY, now + 3 * DAY, "CONFIRMED")
    refused = Request("CUSTOMER", now - 4 * DAY, now + 2 * DAY, "REFUSED")
    granted = [
        Planted(
            node,
            (suppressed("customer_delay"),),
            region="北京",
            warehouse="WH-SH",
            leaves=now + 2 * DAY + 4 * HOUR,
            requests=(confirmed,),
        )
        for node in ("outbound", "transport")
    ]
    return [*granted, Planted("outbound", (SINGLE,), region="北京", warehouse="WH-SH", requests=(refused,))]
