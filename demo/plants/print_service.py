"""The print service of a warehouse failed and two orders are stuck in printing."""

from demo.book import Extra
from demo.plants.base import Planted, World
from demo.verdict import Verdict

FAULT = "PRINT_SERVICE"


def plant(world: World) -> list[Planted]:
    stuck = Planted("print", (Verdict("system_failure", 3, FAULT),), region="湖北", extra=Extra(fault=FAULT))
    return [stuck] * 2
