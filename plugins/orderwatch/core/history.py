"""An incident's timeline in words: what happened, and by whom or why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from orderwatch.core.durations import Language
from orderwatch.core.titles import LEVELS, REPORTS, say_code

Detail = Mapping[str, Any]
SHOWN: Final = 5  # orders of one line that are named; the others are counted

_WORDS: Final[dict[str, dict[Language, str]]] = {
    "opened": {"zh-CN": "新开，{level}：{reasons}", "en": "opened, {level}: {reasons}"},
    "triage_expired": {"zh-CN": "核实超时，转为正式事件（{level}）", "en": "nobody checked it in time: {level} now"},
    "reopened": {"zh-CN": "恢复后再次发生：{reasons}", "en": "began again after it had been over: {reasons}"},
    "level_raised": {"zh-CN": "升为{level}：{reasons}", "en": "raised to {level}: {reasons}"},
    "inhibited": {"zh-CN": "由 #{by} 解释，不再单独通知", "en": "explained by #{by}: silent under it"},
    "inhibition_ended": {"zh-CN": "#{by} 已结束，恢复单独通知", "en": "#{by} is over: speaks for itself again"},
    "merged": {"zh-CN": "并入 #{into}{note}", "en": "merged into #{into}{note}"},
    "resolved": {"zh-CN": "已恢复", "en": "resolved"},
    "closed": {"zh-CN": "已关闭", "en": "closed"},
    "owner_changed": {"zh-CN": "负责人由 {from} 变为 {to}", "en": "passed from {from} to {to}: {because}"},
    "reported": {"zh-CN": "{actor} 上报：{what}{note}", "en": "{actor} reports: {what}{note}"},
    "taken_back": {"zh-CN": "{actor} 撤回 {step}（{ref}）{note}", "en": "{actor} takes back {step} ({ref}){note}"},
    "acknowledged": {"zh-CN": "{actor} 已确认{note}", "en": "acknowledged by {actor}{note}"},
    "escalated": {
        "zh-CN": "无人确认，第 {step} 步升级至 {role}（{to}）",
        "en": "not acknowledged: step {step} asks {role} ({to})",
    },
    "silenced": {
        "zh-CN": "{by} 的静默 {silence} 生效至 {until}：{reason}",
        "en": "silence {silence} of {by} until {until}: {reason}",
    },
    "silence_ended": {"zh-CN": "静默 {silence} 结束", "en": "silence {silence} is over"},
    "response_started": {"zh-CN": "开始执行预案 {playbook}（{run}）", "en": "answered by {playbook} ({run})"},
    "paused": {"zh-CN": "{actor} 暂停自动化：{reason}", "en": "automation paused by {actor}: {reason}"},
    "taken_over": {
        "zh-CN": "{actor} 接管至 {until}：{reason}",
        "en": "taken over by {actor} until {until}: {reason}",
    },
    "snoozed": {"zh-CN": "{actor} 延后至 {until}：{reason}", "en": "snoozed by {actor} until {until}: {reason}"},
    "silence_begun": {
        "zh-CN": "{actor} 对 {about} 静默至 {until}：{reason}",
        "en": "{actor} silences {about} until {until}: {reason}",
    },
    "silence_called_off": {"zh-CN": "{actor} 结束静默 {silence}", "en": "{actor} ends silence {silence}"},
    "dismissed": {
        "zh-CN": "{actor} 驳回（{dismissed_as}）：{reason}",
        "en": "dismissed by {actor} ({dismissed_as}): {reason}",
    },
    "closed_by_hand": {
        "zh-CN": "{actor} 关闭，根因（{root_cause}）：{reason}",
        "en": "closed by {actor}, root cause ({root_cause}): {reason}",
    },
    "cause_corrected": {
        "zh-CN": "{actor} 确定根因（{root_cause}）：{reason}",
        "en": "{actor} names the root cause ({root_cause}): {reason}",
    },
    "raised_by_hand": {"zh-CN": "{actor} 升为{level}：{reason}", "en": "raised to {level} by {actor}: {reason}"},
    "lowered_by_hand": {"zh-CN": "{actor} 降为{level}：{reason}", "en": "lowered to {level} by {actor}: {reason}"},
    "released": {
        "zh-CN": "{actor} 放行 {count} 项对客户的动作{note}",
        "en": "{actor} releases {count} act(s) towards customers{note}",
    },
    "settled": {
        "zh-CN": "{actor} 确认动作 {effect}：{arrived}。{reason}",
        "en": "{actor} says of effect {effect}: {arrived}. {reason}",
    },
    "records_settled": {
        "zh-CN": "{actor} 处理了 {count} 条隔离记录（{what_done}）",
        "en": "{actor} settles {count} refused record(s) ({what_done})",
    },
    "limits_activated": {
        "zh-CN": "{actor} 启用阈值版本 {version}：{reason}",
        "en": "{actor} puts version {version} of the limits in force: {reason}",
    },
    "rule_in_shadow": {
        "zh-CN": "{actor} 让规则 {rule} 开始影子运行：{reason}",
        "en": "{actor} takes rule {rule} into the shadow: {reason}",
    },
    "rule_activated": {
        "zh-CN": "{actor} 启用规则 {rule} 至 {until}：{reason}",
        "en": "{actor} activates rule {rule} until {until}: {reason}",
    },
    "rule_renewed": {
        "zh-CN": "{actor} 将规则 {rule} 续期至 {until}：{reason}",
        "en": "{actor} renews rule {rule} until {until}: {reason}",
    },
    "rule_rejected": {"zh-CN": "{actor} 拒绝规则 {rule}：{reason}", "en": "{actor} rejects rule {rule}: {reason}"},
    "rule_retired": {"zh-CN": "{actor} 退役规则 {rule}：{reason}", "en": "{actor} retires rule {rule}: {reason}"},
    "rule_expired": {"zh-CN": "规则 {rule} 到期退役", "en": "rule {rule} is over: nobody has renewed it"},
    "rule_revised": {
        "zh-CN": "{actor} 改规则 {replaces} 的条件，提出规则 {rule}：{reason}",
        "en": "{actor} proposes rule {rule} with another condition than rule {replaces}: {reason}",
    },
    "improvement_begun": {
        "zh-CN": "{actor} 提出改进 {improvement}：{title}（{owner}，{day} 前）",
        "en": "{actor} proposes improvement {improvement}: {title} ({owner}, by {day})",
    },
    "improvement_done": {
        "zh-CN": "{actor} 完成改进 {improvement}（{title}）{note}",
        "en": "{actor} has done improvement {improvement} ({title}){note}",
    },
    "improvement_dropped": {
        "zh-CN": "{actor} 放弃改进 {improvement}（{title}）{note}",
        "en": "{actor} gives up improvement {improvement} ({title}){note}",
    },
    "rated": {"zh-CN": "{actor} 评价 {stars}/5（{about}）", "en": "rated {stars}/5 by {actor} ({about})"},
    "review_wanted": {
        "zh-CN": "预案 {playbook} 最近 {ratings} 次评价均分 {mean}，需要复盘",
        "en": "the last {ratings} ratings of {playbook} have a mean of {mean}: a review is wanted",
    },
    "handed_back": {"zh-CN": "{actor} 交还自动化", "en": "handed back to the automation by {actor}"},
    "answered": {
        "zh-CN": "{actor}{decision}（{about}）{note}",
        "en": "{actor} {decision} ({about}){note}",
    },
    "approval": {"zh-CN": "{step}：{words}", "en": "{step}: {words}"},
    "mitigated": {"zh-CN": "预案 {playbook} 已全部执行", "en": "{playbook} has done all its steps"},
}
_JOINED: Final[dict[Language, str]] = {"zh-CN": "加入 {count} 单：{orders}", "en": "{count} order(s) joined: {orders}"}


def say_event(
    event: str,
    detail: Detail,
    actor: str,
    language: Language,
    *,
    orders: Sequence[str] | None = None,
    time: Callable[[str], str] = str,
) -> str:
    """One line of the timeline; an event that nobody has put into words yet stays as it is written.

    ``time`` says an instant (ISO) on the reader's clock.
    """
    if orders is not None:
        shown = "、".join(orders[:SHOWN]) if language == "zh-CN" else ", ".join(orders[:SHOWN])
        return _JOINED[language].format(count=len(orders), orders=shown + ("…" if len(orders) > SHOWN else ""))
    words = _WORDS.get(event, {}).get(language)
    said = {name: _plain(value, language) for name, value in detail.items()} | {"actor": actor}
    said["note"] = f": {said['note']}" if said.get("note") else ""
    if "level" in detail:
        said["level"] = LEVELS[language][detail["level"]]
    if "what" in detail:
        said["what"] = REPORTS[detail["what"]][language]
    for code in ("dismissed_as", "root_cause", "arrived", "decision"):
        if code in detail:
            said[code] = say_code(detail[code], language)
    if "until" in detail:
        said["until"] = time(detail["until"])
    try:
        return (words or "").format_map({"reasons": "-"} | said).removesuffix(": -").removesuffix("：-") or event
    except KeyError:  # written by an older version, with less in it
        return event


def _plain(value: object, language: Language) -> str:
    """A value in both languages is said in the reader's."""
    if isinstance(value, Mapping):
        return str(value.get(language, "-"))
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else str(value)
