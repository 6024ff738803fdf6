"""Parcels at the border: clearing takes its time, a hold is a real problem at once."""

from demo.book import Customs, Extra
from demo.instants import HOUR
from demo.plants.base import Planted, World
from demo.verdict import SINGLE, suppressed


def plant(world: World) -> list[Planted]:
    entered = world.now - 20 * HOUR
    clearing = [
        Planted(
            "transport",
            (suppressed("customs"),),
            region="广东",
            carrier=carrier,
            leaves=world.now + 44 * HOUR,
            touched=entered,
            extra=Extra(customs=Customs("CLEARING", entered)),
        )
        for carrier in ("SF", "ZTO")
    ]
    held = Planted(
        "transport",
        (SINGLE,),
        region="广东",
        carrier="JD",
        touched=entered,
        extra=Extra(customs=Customs("HOLD", entered)),
    )
    return [*clearing, held]
