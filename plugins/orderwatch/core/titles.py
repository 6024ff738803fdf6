"""The names of levels and kinds of incidents, as people read them."""

from __future__ import annotations

from typing import Literal

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
Reported = Literal["wrong_item"]
REPORTS: dict[str, dict[Language, str]] = {
    "wrong_item": {"zh-CN": "错发商品", "en": "wrong article"},
}
"""What a person can find wrong with an order, each with a playbook of its own."""
EVERY_NODE: dict[Language, str] = {"zh-CN": "多个环节", "en": "several steps"}
ALL_NODES: dict[Language, str] = {"zh-CN": "全部环节合计", "en": "all steps together"}
CODES: dict[str, dict[Language, str]] = {
    "pulling": {"zh-CN": "拉取中", "en": "pulling"},
    "pulled": {"zh-CN": "已拉取", "en": "pulled"},
    "failed": {"zh-CN": "失败", "en": "failed"},
    "broken": {"zh-CN": "无法使用", "en": "unusable"},
    "validated": {"zh-CN": "已校验", "en": "validated"},
    "rejected": {"zh-CN": "整批拒绝", "en": "rejected as a whole"},
    "applied": {"zh-CN": "已入库", "en": "applied"},
    "changes": {"zh-CN": "增量", "en": "changes"},
    "open": {"zh-CN": "全部在途", "en": "everything open"},
    "completed": {"zh-CN": "历史完成", "en": "completed history"},
    "new": {"zh-CN": "待处理", "en": "waiting"},
    "replayed": {"zh-CN": "已重新接收", "en": "taken in later"},
    "superseded": {"zh-CN": "已被正确记录取代", "en": "superseded"},
    "discarded": {"zh-CN": "已丢弃", "en": "discarded"},
    "planned": {"zh-CN": "待发送", "en": "planned"},
    "sending": {"zh-CN": "发送中", "en": "sending"},
    "delivered": {"zh-CN": "已送达", "en": "delivered"},
    "unknown": {"zh-CN": "结果未知", "en": "outcome unknown"},
    "needs_human": {"zh-CN": "需人确认", "en": "needs a person"},
    "undone": {"zh-CN": "已撤回", "en": "taken back"},
    "held": {"zh-CN": "待审批", "en": "waits for a decision"},
    "cancelled": {"zh-CN": "不再需要", "en": "not needed any more"},
    "expired": {"zh-CN": "已过期未发", "en": "expired unsent"},
    "opened": {"zh-CN": "新事件", "en": "opened"},
    "triage_expired": {"zh-CN": "核实超时转正式", "en": "nobody checked it in time"},
    "reopened": {"zh-CN": "重新打开", "en": "reopened"},
    "level_raised": {"zh-CN": "升级", "en": "level raised"},
    "anomaly_joined": {"zh-CN": "订单增加", "en": "more orders"},
    "inhibition_ended": {"zh-CN": "不再被抑制", "en": "no longer inhibited"},
    "grown": {"zh-CN": "订单增加", "en": "grown"},
    "digest": {"zh-CN": "汇总", "en": "digest"},
    "resolved": {"zh-CN": "已恢复", "en": "resolved"},
    "escalated": {"zh-CN": "升级通知", "en": "escalated"},
    "reminder": {"zh-CN": "提醒", "en": "reminder"},
    "acknowledged": {"zh-CN": "已确认", "en": "acknowledged"},
    "mitigated": {"zh-CN": "已缓解", "en": "mitigated"},
    "merged": {"zh-CN": "已并入", "en": "merged"},
    "closed": {"zh-CN": "已关闭", "en": "closed"},
    "triage": {"zh-CN": "待核实", "en": "doubtful"},
    "dismissed": {"zh-CN": "已驳回", "en": "dismissed"},
    "false_alarm": {"zh-CN": "误报", "en": "a false alarm"},
    "not_an_order": {"zh-CN": "不是真实订单", "en": "no order"},
    "duplicate": {"zh-CN": "重复", "en": "known already"},
    "healed": {"zh-CN": "自行恢复", "en": "healed by itself"},
    "system": {"zh-CN": "系统", "en": "system"},
    "human": {"zh-CN": "人为", "en": "human"},
    "external": {"zh-CN": "外部", "en": "external"},
    "arrived": {"zh-CN": "发出去了", "en": "it arrived"},
    "did_not_arrive": {"zh-CN": "没有发出", "en": "it did not arrive"},
    "acknowledge": {"zh-CN": "确认", "en": "acknowledge"},
    "pause": {"zh-CN": "暂停", "en": "pause"},
    "take_over": {"zh-CN": "接管", "en": "take over"},
    "hand_back": {"zh-CN": "交还", "en": "hand back"},
    "merge": {"zh-CN": "并入", "en": "merge"},
    "snooze": {"zh-CN": "延后", "en": "snooze"},
    "dismiss": {"zh-CN": "驳回", "en": "dismiss"},
    "close": {"zh-CN": "关闭", "en": "close"},
    "raise_level": {"zh-CN": "升级", "en": "raise the level"},
    "lower_level": {"zh-CN": "降级", "en": "lower the level"},
    "release": {"zh-CN": "放行", "en": "release"},
    "settle": {"zh-CN": "确认结果", "en": "settle"},
    "undo": {"zh-CN": "撤回", "en": "take back"},
    "report": {"zh-CN": "上报", "en": "report"},
    "rate": {"zh-CN": "评价", "en": "rate"},
    "silence": {"zh-CN": "静默", "en": "silence"},
    "end_silence": {"zh-CN": "结束静默", "en": "end a silence"},
    "quarantine": {"zh-CN": "处理隔离记录", "en": "settle refused records"},
    "activate_thresholds": {"zh-CN": "启用阈值版本", "en": "put limits in force"},
    "rules": {"zh-CN": "决定学到的规则", "en": "decide on a learned rule"},
    "proposed": {"zh-CN": "建议", "en": "proposed"},
    "shadow": {"zh-CN": "影子运行", "en": "in the shadow"},
    "active": {"zh-CN": "生效", "en": "active"},
    "retired": {"zh-CN": "退役", "en": "retired"},
    "draft": {"zh-CN": "草案", "en": "draft"},
    "rule_in_shadow": {"zh-CN": "规则开始影子运行", "en": "rule taken into the shadow"},
    "rule_activated": {"zh-CN": "规则启用", "en": "rule activated"},
    "rule_renewed": {"zh-CN": "规则续期", "en": "rule renewed"},
    "rule_rejected": {"zh-CN": "规则被拒绝", "en": "rule rejected"},
    "rule_retired": {"zh-CN": "规则退役", "en": "rule retired"},
    "rule_expired": {"zh-CN": "规则到期", "en": "rule expired"},
    "rule_revised": {"zh-CN": "规则改条件后重新提出", "en": "rule proposed with another condition"},
    "silenced": {"zh-CN": "已静默", "en": "silenced"},
    "silence_ended": {"zh-CN": "静默结束", "en": "silence ended"},
    "everything": {"zh-CN": "全部自动化", "en": "all automation"},
    "playbook": {"zh-CN": "预案", "en": "playbook"},
    "order": {"zh-CN": "订单", "en": "order"},
    "incident": {"zh-CN": "事件", "en": "incident"},
    "wecom_app": {"zh-CN": "企业微信", "en": "WeCom"},
    "wecom_robot": {"zh-CN": "企业微信群", "en": "WeCom group"},
    "mail": {"zh-CN": "邮件", "en": "mail"},
    "approval": {"zh-CN": "请求决定", "en": "asked to decide"},
    "response": {"zh-CN": "预案", "en": "playbook"},
}


def say_code(code: str, language: Language) -> str:
    """A code of our tables in a reader's words; a code nobody has named yet stays as it is."""
    return CODES.get(code, {}).get(language, code)
