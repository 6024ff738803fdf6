"""A picking wave with four late orders and a carrier's manifest with three: one notice, one incident each."""

from demo.plants.base import Planted, World
from demo.verdict import BATCH


def plant(world: World) -> list[Planted]:
    wave = Planted("pick", (BATCH,), region="浙江", warehouse="WH-SH", batch="late wave")
    manifest = Planted("transport", (BATCH,), region="陕西", warehouse="WH-CD", carrier="ZTO", batch="late manifest")
    return [wave] * 4 + [manifest] * 3
