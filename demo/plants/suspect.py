"""Orders that may not be real: a person looks at them first."""

from demo.book import Extra
from demo.plants.base import Planted, World
from demo.verdict import TRIAGE


def plant(world: World) -> list[Planted]:
    placeholder = Extra(tags=("placeholder",), remark="占位单，预约安装时段")
    return [
        Planted("review", (TRIAGE,), category="electronics", region="广东", extra=placeholder),
        Planted("print", (TRIAGE,), region="浙江", warehouse="WH-SH", extra=Extra(tags=("fraud_hold",))),
        Planted("pick", (TRIAGE,), region="四川", warehouse="WH-CD", extra=Extra(address="")),
    ]
