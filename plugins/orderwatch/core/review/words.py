"""What a rule of evidence found, as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderwatch.core.durations import Language
from orderwatch.core.policy.review import ReviewFile
from orderwatch.core.review.facts import Evidence
from orderwatch.core.titles import say_code

_SHARE: Final[dict[str, dict[Language, str]]] = {
    "system_fault": {
        "zh-CN": "{of} 单中 {orders} 单有仓库系统故障码 {code}",
        "en": "{orders} of {of} orders carry a fault code of the warehouse's systems {code}",
    },
    "stock_shortage": {
        "zh-CN": "{of} 单中 {orders} 单缺货 {sku}",
        "en": "{orders} of {of} orders are short of an article {sku}",
    },
    "customs_stop": {
        "zh-CN": "{of} 单中 {orders} 单被海关扣留或缺文件",
        "en": "{orders} of {of} orders are held at customs or lack papers",
    },
    "holiday": {
        "zh-CN": "{of} 单中 {orders} 单的等待跨过节假日 {holiday}；其他承运商另有 {batches} 个批次超时",
        "en": "{orders} of {of} orders waited over a public holiday {holiday}; "
        "{batches} batches of other carriers were late",
    },
    "supplier_silent": {
        "zh-CN": "{of} 单中 {orders} 单供应商从未接单",
        "en": "{orders} of {of} orders were never acknowledged by their supplier",
    },
    "address_incomplete": {
        "zh-CN": "{of} 单中 {orders} 单地址不完整",
        "en": "{orders} of {of} orders have an incomplete address",
    },
    "placeholder": {
        "zh-CN": "{of} 单中 {orders} 单是占位订单",
        "en": "{orders} of {of} orders only held a slot",
    },
    "moved_by_seller": {
        "zh-CN": "{of} 单中 {orders} 单被商家改期",
        "en": "{orders} of {of} orders had their date moved by the seller",
    },
    "node_capacity": {
        "zh-CN": "{of} 单中 {orders} 单在 {place}；该环节同期 {seen} 单中 {late} 单超时，涉及 {batches} 个批次",
        "en": "{orders} of {of} orders were in {place}; of {seen} orders in the step there {late} were late, "
        "in {batches} batches",
    },
    "carrier_delay": {
        "zh-CN": "{of} 单中 {orders} 单由 {carrier} 承运，其 {batches} 个批次有超时；"
        "其他承运商同期 {others} 单中 {others_late} 单超时",
        "en": "{orders} of {of} orders travel with {carrier}, which is late in {batches} batches; "
        "of {others} orders of others {others_late} are late",
    },
}
_OTHERWISE: Final[dict[str, dict[Language, str]]] = {
    "source_outage": {"zh-CN": "数据源正常", "en": "the sources spoke"},
    "source_outage match": {"zh-CN": "事件即该数据源的中断", "en": "the incident is the outage of this source itself"},
    "node_capacity unknown": {
        "zh-CN": "{place} 的该环节同期只有 {seen} 单，无法比较",
        "en": "only {seen} orders were in the step in {place} meanwhile, too few to compare with",
    },
    "carrier_delay unknown": {
        "zh-CN": "{of} 单中 {orders} 单由 {carrier} 承运；其他承运商只有 {others} 单，无法比较",
        "en": "{orders} of {of} orders travel with {carrier}; only {others} orders of others to compare with",
    },
    "carrier_delay alone": {"zh-CN": "没有共同的承运商", "en": "no carrier in common"},
    "nothing": {"zh-CN": "没有订单可以查看", "en": "there are no orders to look at"},
}


MISSING: Final[dict[str, dict[Language, str]]] = {
    "cause": {"zh-CN": "根因尚无定论，也没有人说明", "en": "the cause is open, and nobody has named it"},
    "outcome": {"zh-CN": "有动作的结果还没有人确认", "en": "of some acts nobody has said whether they arrived"},
    "document": {"zh-CN": "复盘尚未生成", "en": "the review has not been written"},
}


def say_cause(root_cause: str | None, cause: str | None, rules: ReviewFile, language: Language) -> str:
    """Both levels as people read them; ``cause``: the second level, where it is known."""
    if root_cause is None:
        return {"zh-CN": "未定", "en": "undetermined"}[language]
    known = rules.causes.of(cause).title.say(language) if cause in type(rules.causes).model_fields and cause else ""
    return " · ".join(filter(None, (say_code(root_cause, language), known)))


def say_missing(missing: Sequence[str], language: Language) -> str:
    """What only people can still say; a review of which nothing is missing has simply not been written."""
    words = [MISSING[one][language] for one in missing or ["document"]]
    return ("；" if language == "zh-CN" else "; ").join(words)


def say_evidence(cause: str, evidence: Evidence, language: Language) -> str:
    """One sentence for one answer, the same for the same facts."""
    return _template(cause, evidence)[language].format_map(evidence.facts).rstrip()


def _template(cause: str, evidence: Evidence) -> dict[Language, str]:
    if cause != "source_outage" and not evidence.facts["of"]:
        return _OTHERWISE["nothing"]
    for key in (f"{cause} {evidence.outcome}", cause):
        if key in _OTHERWISE:
            return _OTHERWISE[key]
    if cause == "carrier_delay" and not evidence.facts["orders"]:
        return _OTHERWISE["carrier_delay alone"]
    return _SHARE[cause]
