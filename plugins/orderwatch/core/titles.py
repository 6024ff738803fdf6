"""The names of levels and kinds of incidents, as people read them."""

from __future__ import annotations

from orderwatch.core.durations import Language

LEVELS: dict[Language, tuple[str, str, str, str]] = {
    "zh-CN": ("普通", "一级", "二级", "三级"),
    "en": ("level 0", "level 1", "level 2", "level 3"),
}
KINDS: dict[str, dict[Language, str]] = {
    "single": {"zh-CN": "单个订单超时", "en": "single order late"},
    "triage": {"zh-CN": "存疑订单待核实", "en": "doubtful order to be checked"},
    "batch": {"zh-CN": "同批次多单超时", "en": "several orders of one batch late"},
    "stock_out": {"zh-CN": "断货", "en": "stock-out"},
    "system_failure": {"zh-CN": "系统故障", "en": "system failure"},
    "mass_delay": {"zh-CN": "大面积延迟", "en": "mass delay"},
    "source": {"zh-CN": "数据源中断", "en": "source is silent"},
}
EVERY_NODE: dict[Language, str] = {"zh-CN": "多个环节", "en": "several steps"}
