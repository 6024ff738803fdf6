"""What a learned rule may speak about: facts of an order that repeat, and never a person, a number or a free text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from orderwatch.core.durations import Language
from orderwatch.core.plain_text import harmless, one_line
from orderwatch.core.words import Line, Order

YES: Final = "yes"
MIXED: Final = "mixed"  # the lines of the order differ
LONGEST: Final = 64  # characters of a value that comes from outside
BANDS: Final = (10_000, 50_000, 100_000, 500_000)  # minor units; the value of an order is told by its band
EARLY: Final = timedelta(days=14)  # between the payment and the appointment: nobody needs the goods yet
Words = Mapping[Language, str]
Facts = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Attribute:
    """``read``: its values on an order, none where the sources say nothing. ``values``: our own codes in words."""

    title: Words
    read: Callable[[Order], Iterable[str | None]]
    values: Mapping[str, Words] = field(default_factory=dict)


def facts_of(order: Order) -> Facts:
    """Everything that a rule could ask about this order."""
    return {name: values_of(name, order) for name in ATTRIBUTES}


def values_of(name: str, order: Order) -> frozenset[str]:
    """What one attribute is on this order; none where nobody has said it, or more than a person would read."""
    return frozenset(value for value in ATTRIBUTES[name].read(order) if value and len(value) <= LONGEST)


def say_fact(name: str, value: str, language: Language) -> str:
    """``entered by: sales``, or only the title where the answer is yes."""
    attribute = ATTRIBUTES[name]
    title = attribute.title[language]
    if value == YES:
        return title
    said = attribute.values.get(value, {}).get(language) or one_line(harmless(value), LONGEST)  # words from outside
    return f"{title}：{said}" if language == "zh-CN" else f"{title}: {said}"


def _words(zh: str, en: str) -> Words:
    return {"zh-CN": zh, "en": en}


def _one(read: Callable[[Order], str | None]) -> Callable[[Order], Iterable[str | None]]:
    return lambda order: (read(order),)


def _if(read: Callable[[Order], object]) -> Callable[[Order], Iterable[str | None]]:
    """Yes or nothing: what is not so is no reason for anything."""
    return lambda order: (YES,) if read(order) else ()


def _lines(read: Callable[[Line], str | None]) -> Callable[[Order], Iterable[str | None]]:
    """What all lines have in common."""

    def common(order: Order) -> Iterable[str | None]:
        values: Collection[str | None] = {read(line) for line in order.lines}
        return values if len(values) == 1 else (MIXED,) if values else ()

    return common


def _every_line(read: Callable[[Line], bool]) -> Callable[[Order], Iterable[str | None]]:
    return lambda order: (YES,) if order.lines and all(map(read, order.lines)) else ()


def _band(order: Order) -> str | None:
    return next((f"<{limit}" for limit in BANDS if order.value_minor < limit), f">={BANDS[-1]}")


def _early(order: Order) -> bool:
    if order.appointment_at is None or order.paid_at is None:
        return False
    return order.appointment_at - order.paid_at > EARLY


def _band_words() -> dict[str, Words]:
    first, last = BANDS[0], BANDS[-1]
    between = {f"<{up_to}": f"{at_least // 100:,}–{up_to // 100:,}" for at_least, up_to in pairwise(BANDS)}
    said = {f"<{first}": f"< {first // 100:,}", **between, f">={last}": f"≥ {last // 100:,}"}
    return {band: _words(words, words) for band, words in said.items()}


_ENTERED: Final = {
    "customer": _words("客户", "customer"),
    "sales": _words("销售", "sales"),
    "service": _words("客服", "customer service"),
}
_KINDS: Final = {"normal": _words("普通", "ordinary"), "presale": _words("预售", "presale")}
_FULFILMENT: Final = {
    "warehouse": _words("仓库", "warehouse"),
    "supplier": _words("供应商", "supplier"),
    MIXED: _words("混合", "mixed"),
}
_CUSTOMS: Final = {
    "clearing": _words("清关中", "clearing"),
    "hold": _words("扣留", "hold"),
    "documents_missing": _words("缺单证", "papers missing"),
    "released": _words("已放行", "released"),
}
_MIXED: Final = {MIXED: _words("混合", "mixed")}

ATTRIBUTES: Final[Mapping[str, Attribute]] = MappingProxyType({
    "kind": Attribute(_words("订单类型", "kind"), _one(lambda order: order.kind), _KINDS),
    "entered_by": Attribute(_words("录入方", "entered by"), _one(lambda order: order.entered_by), _ENTERED),
    "appointment": Attribute(_words("已预约安装或交付", "has an appointment"), _if(lambda order: order.appointment_at)),
    "appointment_early": Attribute(_words("预约晚于付款 14 天", "appointment 14 days after payment"), _if(_early)),
    "channel": Attribute(_words("渠道", "channel"), _one(lambda order: order.channel)),
    "region": Attribute(_words("地区", "region"), _one(lambda order: order.region)),
    "category": Attribute(_words("品类", "category"), _one(lambda order: order.category)),
    "warehouse": Attribute(_words("仓库", "warehouse"), _one(lambda order: order.warehouse)),
    "value": Attribute(_words("金额", "value"), _one(_band), _band_words()),
    "currency": Attribute(_words("币种", "currency"), _one(lambda order: order.currency)),
    "tier": Attribute(_words("客户等级", "customer tier"), _one(lambda order: order.tier)),
    "flag": Attribute(_words("标记", "flag"), lambda order: order.flags),
    "promised": Attribute(_words("有承诺送达日", "has a promised day"), _if(lambda order: order.promised_at)),
    "platform_deadline": Attribute(
        _words("有平台发货期限", "has a platform deadline"), _if(lambda order: order.platform_deadline_at)
    ),
    "sources_disagree": Attribute(
        _words("各系统数据不一致", "source systems disagree"), _if(lambda order: order.sources_disagree_since)
    ),
    "line_category": Attribute(
        _words("所有商品的品类", "all lines of category"), _lines(lambda line: line.category), _MIXED
    ),
    "fulfilment": Attribute(_words("发货方", "shipped by"), _lines(lambda line: line.fulfilment), _FULFILMENT),
    "supplier": Attribute(_words("供应商", "supplier"), _lines(lambda line: line.supplier), _MIXED),
    "bulky": Attribute(_words("全部为大件", "all lines bulky"), _every_line(lambda line: line.bulky)),
    "perishable": Attribute(_words("全部为生鲜", "all lines perishable"), _every_line(lambda line: line.perishable)),
    "presale_lines": Attribute(_words("全部为预售", "all lines on presale"), _every_line(lambda line: line.presale)),
    "carrier": Attribute(_words("承运商", "carrier"), _one(lambda order: order.shipment.carrier)),
    "customs": Attribute(_words("清关状态", "customs"), _one(lambda order: order.shipment.customs_status), _CUSTOMS),
    "route": Attribute(_words("跨境线路", "route"), _one(lambda order: order.shipment.customs_route)),
    "parcels": Attribute(_words("分多个包裹", "several parcels"), _if(lambda order: len(order.shipment.packages) > 1)),
    "shortage": Attribute(_words("缺货", "stock-out"), _if(lambda order: order.shipment.shortage_skus)),
    "fault": Attribute(_words("仓库系统故障", "fault in the warehouse"), _if(lambda order: order.shipment.fault_code)),
})  # fmt: skip
"""In the order in which a rule names them."""
