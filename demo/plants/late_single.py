"""One ordinary order per node that is simply late: told to the node's first responder, nothing more."""

from demo.plants.base import Planted, World
from demo.verdict import SINGLE
from demo.vocabulary import CARRIERS, NODES, REGIONS, WAREHOUSES


def plant(world: World) -> list[Planted]:
    return [
        Planted(
            node,
            (SINGLE,),
            region=REGIONS[(at + copy) % len(REGIONS)],
            warehouse=WAREHOUSES[copy % len(WAREHOUSES)],
            carrier=CARRIERS[at % len(CARRIERS)],
        )
        for copy in range(world.copies)
        for at, node in enumerate(NODES)
    ]
