"""The table of recipes: everything that is planted among the ordinary orders."""

from collections.abc import Callable

from demo.plants import (
    appointment,
    customer_delay,
    customs,
    holiday_stocking,
    important_customer,
    invalid,
    late_batch,
    late_single,
    platform_deadline,
    presale,
    print_service,
    split,
    stock_out,
    supplier,
    suspect,
)
from demo.plants.base import Planted, World

RECIPES: dict[str, Callable[[World], list[Planted]]] = {
    "late_single": late_single.plant,
    "important_customer": important_customer.plant,
    "late_batch": late_batch.plant,
    "stock_out": stock_out.plant,
    "print_service": print_service.plant,
    "presale": presale.plant,
    "holiday_stocking": holiday_stocking.plant,
    "customer_delay": customer_delay.plant,
    "customs": customs.plant,
    "split": split.plant,
    "supplier": supplier.plant,
    "platform_deadline": platform_deadline.plant,
    "suspect": suspect.plant,
    "invalid": invalid.plant,
    "appointment": appointment.plant,
}


def plant_all(world: World) -> list[Planted]:
    """All planted orders in the table's order."""
    return [order for recipe in RECIPES.values() for order in recipe(world)]
