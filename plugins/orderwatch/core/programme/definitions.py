"""What each figure of the programme report is called and what exactly is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from orderwatch.core.durations import Language
from orderwatch.core.programme.figure import Unit

Words = Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Definition:
    """``better``: which way the figure should go. Texts may name ``{within}`` and ``{repeat}``, which are policy."""

    key: str
    unit: Unit
    better: Literal["higher", "lower"]
    title: Words
    meaning: Words


FIGURES: Final = (
    Definition(
        "found_first",
        "share",
        "higher",
        {"zh-CN": "先于投诉发现", "en": "Found before a complaint"},
        {
            "zh-CN": "当月开始的事件中，由系统自己发现、且此前没有客户投诉其中任何订单延误的比例。"
            "有订单的事件才计入；驳回的和并入其他事件的不计。",
            "en": "Of the incidents that began in the month, the share that the system found by itself "
            "before any customer had complained that one of their orders was late. Incidents with "
            "orders count; dismissed and merged ones do not.",
        },
    ),
    Definition(
        "first_response",
        "share",
        "higher",
        {"zh-CN": "{within}内首次响应", "en": "First response within {within}"},
        {
            "zh-CN": "从事件第一张订单的告警时刻，到第一条消息送达负责人、或第一封信或补偿券送达客户。"
            "计入的事件同上；还没响应但时限未到的不计，一直没有响应的算超时。",
            "en": "From the alert time of an incident's first order until the first message has reached an "
            "owner, or the first letter or voucher a customer. The same incidents count; one that "
            "has not been answered counts once its time is up, and as late.",
        },
    ),
    Definition(
        "false_alarms",
        "share",
        "lower",
        {"zh-CN": "误报率", "en": "False alarms"},
        {
            "zh-CN": "当月关闭或驳回的事件中，被驳回为误报或“不是真实订单”、或在评价里最后说是误报的比例。",
            "en": "Of the incidents that were closed or dismissed in the month, the share that people "
            "dismissed as a false alarm or as no order, or called a false alarm in their last rating.",
        },
    ),
    Definition(
        "repeats",
        "share",
        "lower",
        {"zh-CN": "同一根因重复发生", "en": "Repeated causes"},
        {
            "zh-CN": "当月结束、根因已知的事件中，此前 {repeat}内已有同一根因、同一对象（故障码、商品、承运商等）"
            "的事件结束的比例。按根因分列。",
            "en": "Of the incidents that ended in the month and whose cause is known, the share whose "
            "cause had ended another incident of the same (fault code, article, carrier …) in the "
            "{repeat} before. Cause by cause.",
        },
    ),
    Definition(
        "nps",
        "nps",
        "higher",
        {"zh-CN": "受影响客户的净推荐值", "en": "NPS of affected customers"},
        {
            "zh-CN": "当月被问到的客户中，答 9、10 分的比例减去答 0 至 6 分的比例，按百分点计。"
            "先列受事件影响的客户，旁边是订单从未超时的其他客户。没有回答的不计。",
            "en": "Of the customers who were asked in the month and answered, the share of 9 and 10 less the share "
            "of 0 to 6, in points: of those whom an incident affected, and beside it of the others, whose orders "
            "were never late. Whoever has not answered does not count.",
        },
    ),
    Definition(
        "money",
        "money",
        "lower",
        {"zh-CN": "每个事件的花费", "en": "Money per incident"},
        {
            "zh-CN": "当月开始、有订单的事件，已送达客户的补偿减去撤回的，除以事件数；没有花钱的也算一个事件。"
            "驳回的事件也计入：钱已经花了。按币种分列，不换算。",
            "en": "Of the incidents with orders that began in the month, what customers received less what "
            "was taken back, divided by the number of incidents, those that cost nothing included. "
            "Dismissed ones count, too: the money is spent. Currency by currency, nothing is "
            "converted.",
        },
    ),
    Definition(
        "playbooks",
        "share",
        "higher",
        {"zh-CN": "预案成功率", "en": "Playbook success"},
        {
            "zh-CN": "当月开始、已经结束的预案处置中，每个动作都已送达或不再需要、没有动作要人去查结果、"
            "也没有人接管的比例。按预案分列，附评分。",
            "en": "Of the responses that began in the month and are over, the share in which every act has "
            "arrived or was not needed any more, nobody had to find out whether one arrived, and "
            "nobody took over. Playbook by playbook, with its rating.",
        },
    ),
    Definition(
        "missed",
        "share",
        "lower",
        {"zh-CN": "漏报的订单", "en": "Missed orders"},
        {
            "zh-CN": "当月超过承诺日期仍未送达、或客户投诉延误的订单中，从来没有告过警的比例。"
            "取消、退款、无效的订单不计；因正当理由等待的订单只有投诉才计。",
            "en": "Of the orders whose promised day passed in the month before they were delivered, or "
            "about whose lateness a customer complained, the share that nobody was ever alarmed "
            "about. Cancelled, refunded and invalid orders do not count; orders that waited for a "
            "stated reason count only by a complaint.",
        },
    ),
)
PARTS: Final[Mapping[str, Words]] = {
    "promise": {"zh-CN": "超过承诺日期", "en": "later than promised"},
    "complaint": {"zh-CN": "客户投诉", "en": "complained about"},
    "affected": {"zh-CN": "受影响的客户", "en": "affected customers"},
    "others": {"zh-CN": "其他客户", "en": "other customers"},
}
"""What parts are called that have no name elsewhere."""
