"""Presale orders: waiting is normal until the promised ship-by date, and a broken promise afterwards."""

from dataclasses import replace

from demo.book import Extra
from demo.instants import DAY, HOUR
from demo.plants.base import Planted, World, line
from demo.verdict import PROMISE_BROKEN, SINGLE, suppressed

WINDOW_ENDS_IN_S = 6 * HOUR


def plant(world: World) -> list[Planted]:
    now = world.now
    return [*_in_window(world), _window_ends_soon(now), _past(now), _moved_by_seller(now), _mixed_cart(now)]


def _presale(ship_by: int, original: int | None = None) -> Extra:
    article = replace(line("electronics", 29_900), presale=True, ship_by=ship_by, original_ship_by=original or ship_by)
    return Extra(presale=True, lines=(article,))


def _in_window(world: World) -> list[Planted]:
    """They leave their node in two working days, in time for the promise."""
    leaves = int(world.calendars.warehouse.add_work(world.now, 2 * 12 * HOUR))
    return [
        Planted(
            node,
            (suppressed("presale"),),
            category="electronics",
            region="湖北",
            leaves=leaves,
            extra=_presale(world.now + 7 * DAY),
        )
        for node in ("print", "pick")
    ]


def _window_ends_soon(now: int) -> Planted:
    """Normal now, late in six hours: truth is a function of time."""
    ship_by = now + WINDOW_ENDS_IN_S
    verdicts = (suppressed("presale", until=ship_by), replace(PROMISE_BROKEN, since=ship_by))
    return Planted("pick", verdicts, category="electronics", region="辽宁", extra=_presale(ship_by))


def _past(now: int) -> Planted:
    return Planted("pick", (PROMISE_BROKEN,), category="electronics", region="浙江", extra=_presale(now - 20 * HOUR))


def _moved_by_seller(now: int) -> Planted:
    """The seller postponed the date; the first promise still counts."""
    extra = _presale(now + 3 * DAY, original=now - DAY)
    return Planted("print", (PROMISE_BROKEN,), category="electronics", region="陕西", extra=extra)


def _mixed_cart(now: int) -> Planted:
    """The presale line may wait; the line that is in stock is late."""
    in_window = _presale(now + 5 * DAY).lines[0]
    extra = Extra(presale=True, lines=(in_window, line("apparel", 15_900)))
    return Planted("pick", (SINGLE,), category="electronics", region="广东", extra=extra)
