"""One article is out of stock in one warehouse and three orders wait for it in picking."""

from demo.book import Extra, Line
from demo.plants.base import Planted, World
from demo.verdict import Verdict

SKU = "ELEC-0777"
WAREHOUSE = "WH-SH"


def plant(world: World) -> list[Planted]:
    missing = Line(SKU, "electronics", price_minor=45_900, weight_g=1800)
    waiting = Planted(
        "pick",
        (Verdict("stock_out", 3, f"{WAREHOUSE}:{SKU}"),),
        category="electronics",
        region="上海",
        warehouse=WAREHOUSE,
        extra=Extra(lines=(missing,), shortage=(SKU,)),
    )
    return [waiting] * 3
