"""Late on paper only: a test order, a duplicate, a refunded one, and a presale whose balance is unpaid."""

from dataclasses import replace

from demo.book import Extra
from demo.instants import DAY
from demo.plants.base import Planted, World, line
from demo.verdict import suppressed


def plant(world: World) -> list[Planted]:
    article = replace(
        line("electronics", 29_900),
        presale=True,
        ship_by=world.now + 6 * DAY,
        original_ship_by=world.now + 6 * DAY,
    )
    return [
        Planted("review", (suppressed("invalid:test_order"),), extra=Extra(tags=("test",))),
        Planted("pick", (suppressed("invalid:duplicate"),), extra=Extra(tags=("duplicate",))),
        Planted("outbound", (suppressed("invalid:refunded"),), extra=Extra(refunded=True)),
        Planted(
            "review",
            (),  # its clock has not started
            category="electronics",
            deposit_only=True,
            extra=Extra(presale=True, lines=(article,)),
        ),
    ]
