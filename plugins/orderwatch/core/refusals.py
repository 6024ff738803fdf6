"""Why a person's action is refused, in the words of the person who reads it: what, why, and who may instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from orderwatch.core.durations import Language

Kind = Literal["bad_input", "forbidden", "not_found", "conflict", "impossible", "busy"]
Words = Mapping[Language, str]

_WORDS: Final[dict[str, tuple[Kind, Words]]] = {
    "no_role": (
        "forbidden",
        {
            "zh-CN": "{login} 没有任何角色，不能操作。可以：{who}。角色写在 roles.yaml",
            "en": "{login} holds no role and can do nothing here; these can: {who}. Roles are written in roles.yaml",
        },
    ),
    "no_right": (
        "forbidden",
        {
            "zh-CN": "{roles} 不能在 {level} 级上做这件事（{action}）。可以：{who}",
            "en": "{roles} may not do this ({action}) at level {level}; these may: {who}",
        },
    ),
    "too_much_money": (
        "forbidden",
        {
            "zh-CN": "这次涉及 {amount}，超过 {roles} 的额度。可以：{who}",
            "en": "this moves {amount}, more than {roles} may; these may: {who}",
        },
    ),
    "not_your_answer": (
        "forbidden",
        {"zh-CN": "这笔放行不由你决定：{why}", "en": "this release is not yours to decide: {why}"},
    ),
    "no_question": ("not_found", {"zh-CN": "没有问题 {number}", "en": "there is no question {number}"}),
    "answered_already": (
        "impossible",
        {
            "zh-CN": "这个问题已经不等人回答（{said}，{by}）",
            "en": "this question waits for nobody any more ({said}, {by})",
        },
    ),
    "answered_by_you": (
        "impossible",
        {"zh-CN": "你已经同意，还要另一个人同意", "en": "you have said yes already; another person has to say so, too"},
    ),
    "asked_yourself": (
        "forbidden",
        {
            "zh-CN": "这是 {by} 自己提出的，要由另一个人批准",
            "en": "{by} asked for this, so somebody else has to answer",
        },
    ),
    "not_asked_of_you": (
        "forbidden",
        {"zh-CN": "这个问题不是问你的。可以回答：{who}", "en": "you are not asked here; these may answer: {who}"},
    ),
    "above_your_right": (
        "forbidden",
        {
            "zh-CN": "{amount} 超过 {roles} 的审批额度。可以批准：{who}",
            "en": "{amount} is more than {roles} may approve; these may: {who}",
        },
    ),
    "changed": (
        "conflict",
        {
            "zh-CN": "#{incident} 刚刚被改过。先看改了什么，再决定",
            "en": "#{incident} has just been changed. See the change, then decide",
        },
    ),
    "no_incident": ("not_found", {"zh-CN": "没有事件 #{incident}", "en": "there is no incident #{incident}"}),
    "no_cause": (
        "bad_input",
        {
            "zh-CN": "没有这个根因，或它不属于所选的类别：{cause}。请选择已有的根因，或只说明类别",
            "en": "there is no such cause of that kind: {cause}. Choose one that there is, or name the kind alone",
        },
    ),
    "no_order": ("not_found", {"zh-CN": "没有订单 {order}", "en": "nothing is known about order {order}"}),
    "no_effect": ("not_found", {"zh-CN": "没有动作 {effect}", "en": "there is no effect {effect}"}),
    "nothing_of_that_name": (
        "not_found",
        {"zh-CN": "没有可以暂停的 {scope} {subject}", "en": "there is no {scope} {subject} that could be paused"},
    ),
    "no_pause": ("not_found", {"zh-CN": "没有生效中的暂停 {number}", "en": "there is no live pause {number}"}),
    "no_silence": ("not_found", {"zh-CN": "没有生效中的静默 {number}", "en": "there is no silence {number} in force"}),
    "no_version": ("not_found", {"zh-CN": "没有阈值版本 {number}", "en": "there is no version {number}"}),
    "no_such_rows": (
        "not_found",
        {"zh-CN": "复盘 {number} 里没有这个数字", "en": "review {number} has no such number"},
    ),
    "bad_address": (
        "bad_input",
        {"zh-CN": "这个地址有误：{fields}", "en": "something in this address is wrong: {fields}"},
    ),
    "not_printed": (
        "not_found",
        {
            "zh-CN": "复盘 {number} 还没有 PDF：由 incident_postmortem 的 print_reviews 任务生成，看它旁边的说明",
            "en": "review {number} is not on paper yet: see the task print_reviews of incident_postmortem",
        },
    ),
    "no_review": ("not_found", {"zh-CN": "没有复盘 {number}", "en": "there is no review {number}"}),
    "no_rule": ("not_found", {"zh-CN": "没有规则 {rule}", "en": "there is no rule {rule}"}),
    "rule_not_in_this_state": (
        "impossible",
        {"zh-CN": "规则 {rule} 现在是“{state}”，不能这样做", "en": "rule {rule} is {state}: that cannot be done now"},
    ),
    "second_person": (
        "forbidden",
        {
            "zh-CN": "规则 {rule} 由 {by} 放进影子运行，须由另一个人启用",
            "en": "{by} took rule {rule} into the shadow; a second person has to activate it",
        },
    ),
    "shadow_too_short": (
        "impossible",
        {
            "zh-CN": "规则 {rule} 的影子运行还不够：满 {days} 天，或问过 {least} 单（现在 {asked} 单）后才能启用",
            "en": "rule {rule} has not been in the shadow for long: it takes {days} days or {least} orders asked"
            " ({asked} so far)",
        },
    ),
    "no_expiry": (
        "bad_input",
        {
            "zh-CN": "请写明规则到什么时候为止，最长 {days} 天",
            "en": "say until when the rule is active; at most {days} days from now",
        },
    ),
    "rule_over": (
        "impossible",
        {
            "zh-CN": "规则 {rule} 已到期，不能再续期",
            "en": "the time of rule {rule} is up: it cannot be renewed",
        },
    ),
    "rule_known": (
        "conflict",
        {
            "zh-CN": "同样条件的规则已经有了，没有新建（从规则 {rule} 修改）",
            "en": "a rule with this condition is there already; none was made from rule {rule}",
        },
    ),
    "bad_condition": (
        "bad_input",
        {"zh-CN": "这个条件不能用：{why}", "en": "this condition cannot be used: {why}"},
    ),
    "no_record": ("not_found", {"zh-CN": "没有待处理的记录", "en": "none of these records waits for anybody"}),
    "not_in_this_state": (
        "impossible",
        {"zh-CN": "#{incident} 现在是“{state}”，不能这样做", "en": "#{incident} is {state}: that cannot be done now"},
    ),
    "acknowledged_already": (
        "impossible",
        {"zh-CN": "#{incident} 已由 {by} 确认", "en": "#{incident} was acknowledged by {by} already"},
    ),
    "not_paused": (
        "impossible",
        {
            "zh-CN": "#{incident} 本身没有被暂停或接管，不能交还",
            "en": "#{incident} itself is neither paused nor taken over: there is nothing to hand back",
        },
    ),
    "same_level": ("impossible", {"zh-CN": "#{incident} 已是 {level} 级", "en": "#{incident} is of level {level}"}),
    "not_higher": (
        "bad_input",
        {"zh-CN": "升级要高于现在的 {level} 级", "en": "raising goes above the present level {level}"},
    ),
    "not_lower": (
        "bad_input",
        {"zh-CN": "降级要低于现在的 {level} 级", "en": "lowering goes below the present level {level}"},
    ),
    "into_itself": (
        "bad_input",
        {"zh-CN": "事件不能并入它自己", "en": "an incident cannot become a part of itself"},
    ),
    "nothing_held": (
        "impossible",
        {"zh-CN": "#{incident} 没有等待放行的动作", "en": "nothing of #{incident} waits to be released"},
    ),
    "another_amount": (
        "conflict",
        {
            "zh-CN": "现在等待放行的一共是 {amount}，和你看到的不同",
            "en": "{amount} waits to be released now, which is not what you have seen",
        },
    ),
    "not_asked": (
        "impossible",
        {
            "zh-CN": "动作 {effect} 现在是“{state}”，不等人确认",
            "en": "effect {effect} is {state}: nobody is asked whether it arrived",
        },
    ),
    "no_reason": ("bad_input", {"zh-CN": "请写明原因", "en": "say why; whoever comes next has to know"}),
    "too_long": (
        "bad_input",
        {
            "zh-CN": "{field} 有 {length} 个字符，最多 {most} 个",
            "en": "{field} is too long: {length}, at most {most}",
        },
    ),
    "bad_link": ("forbidden", {"zh-CN": "这个链接无效", "en": "this link is not valid"}),
    "expired_link": ("forbidden", {"zh-CN": "这个链接已过期", "en": "this link has expired"}),
    "used_link": (
        "impossible",
        {"zh-CN": "这个链接已用过，只算一次", "en": "this link has been used; it counts once"},
    ),
    "no_step": (
        "not_found",
        {"zh-CN": "#{incident} 的处理没有步骤 {step}", "en": "no step {step} was done about #{incident}"},
    ),
    "not_one_thing": (
        "bad_input",
        {
            "zh-CN": "请只写一项：订单、原因或类型；环节和级别只能缩小类型的范围",
            "en": "name one of: an order, a cause, a kind; a step and a level narrow a kind only",
        },
    ),
    "no_end": (
        "bad_input",
        {"zh-CN": "请写明到什么时候为止，最长 7 天", "en": "say until when; at most 7 days from now"},
    ),
    "cross_site": (
        "forbidden",
        {
            "zh-CN": "请求不是从本页面发出的，已拒绝。请用 JSON 并从同一站点发出，或带 Bearer 令牌",
            "en": "this was not sent by our own pages: send JSON from the same site, or a bearer token",
        },
    ),
    "too_large": ("bad_input", {"zh-CN": "请求太大，最多 64 kB", "en": "the request is too large: at most 64 kB"}),
    "no_length": ("bad_input", {"zh-CN": "请求没有说明长度", "en": "the request does not say how long it is"}),
    "not_logged_in": ("forbidden", {"zh-CN": "请先登录 Airflow", "en": "log in to Airflow first"}),
    "not_allowed": ("forbidden", {"zh-CN": "Airflow 不允许", "en": "Airflow does not allow it"}),
    "not_found": ("not_found", {"zh-CN": "没有这个地址", "en": "there is nothing at this address"}),
    "wrong_method": ("bad_input", {"zh-CN": "这个地址不接受这种请求", "en": "this address takes no such request"}),
    "bad_input": ("bad_input", {"zh-CN": "输入有误，见 fields", "en": "the input is wrong, see fields"}),
    "broken": ("busy", {"zh-CN": "出错了，已记入日志", "en": "something went wrong; it is in the log"}),
    "scanning": (
        "busy",
        {"zh-CN": "正在扫描，请过一分钟再试", "en": "a scan is running; try again in a minute"},
    ),
    "no_text": ("bad_input", {"zh-CN": "请写明{field}", "en": "say {field}"}),
    "about_nothing": (
        "bad_input",
        {
            "zh-CN": "改进要说明是关于哪个事件或哪个预案",
            "en": "an improvement is about an incident or a playbook: name one",
        },
    ),
    "day_over": ("bad_input", {"zh-CN": "{day} 已经过去", "en": "{day} is over: choose a day to come"}),
    "no_target": (
        "bad_input",
        {
            "zh-CN": "自动测量的数字要有目标值，目标值也要有对应的数字：请两项都填，或都不填",
            "en": "a figure that measures itself needs a target, and a target its figure: give both or none",
        },
    ),
    "no_metric": (
        "bad_input",
        {
            "zh-CN": "{metric} 不能自动测量。请从列表中选择，或用文字写明怎么知道有效",
            "en": "{metric} does not measure itself: choose one of the list, or say in words what will show it",
        },
    ),
    "nothing_changed": (
        "bad_input",
        {
            "zh-CN": "没有 {what}。请写已有的 rule:编号、threshold:版本号 或 playbook:名称@版本，或不带前缀的文字",
            "en": "there is no {what}: name an existing rule:number, threshold:version or playbook:name@version, or use"
            " words without such a beginning",
        },
    ),
    "no_improvement": ("not_found", {"zh-CN": "没有改进 {number}", "en": "there is no improvement {number}"}),
    "improvement_over": (
        "conflict",
        {"zh-CN": "改进 {number} 已由 {by} 结束", "en": "improvement {number} has been ended by {by} already"},
    ),
    "undone_already": (
        "impossible",
        {
            "zh-CN": "动作 {effect} 已由动作 {by} 撤回",
            "en": "effect {effect} is taken back by effect {by} already",
        },
    ),
    "not_arrived": (
        "impossible",
        {
            "zh-CN": "动作 {effect} 现在是“{state}”，只有已送达的才能撤回",
            "en": "effect {effect} is {state}: only what has arrived can be taken back",
        },
    ),
    "no_way_back": (
        "impossible",
        {"zh-CN": "动作 {effect}（{about}）不能撤回", "en": "effect {effect} ({about}) cannot be taken back"},
    ),
    "not_on_its_way": (
        "impossible",
        {
            "zh-CN": "订单 {order} 不在履约途中。它在哪里，见订单页，或 orderwatch why {order}",
            "en": "order {order} is not on its way; its page, or orderwatch why {order}, says where it stands",
        },
    ),
    "reported_already": (
        "impossible",
        {"zh-CN": "已经有人上报：事件 #{incident}", "en": "that is known already: incident #{incident}"},
    ),
    "unknown_report": (
        "bad_input",
        {"zh-CN": "不能上报 {what}；可以上报：{known}", "en": "nobody can report {what}; known are {known}"},
    ),
    "refused": ("impossible", {"zh-CN": "不能这样做：{why}", "en": "this cannot be done: {why}"}),
}


class Refusal(ValueError):
    """An action that a person may not do, or not now. ``changes``: of a conflict, what others have done meanwhile."""

    def __init__(self, code: str, *, changes: Sequence[Mapping[str, Any]] = (), **values: Any) -> None:
        self.code = code
        self.kind, self._words = _WORDS[code]
        self.changes = tuple(changes)
        self._values = values
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """The sentence; a value that is itself bilingual is said in the same language."""
        said = {name: one[language] if isinstance(one, Mapping) else one for name, one in self._values.items()}
        return self._words[language].format_map(said)
