"""One sentence that tells a person why, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from orderwatch.core.context import Context
from orderwatch.core.durations import Language, say_duration
from orderwatch.core.plain_text import harmless, one_line
from orderwatch.core.policy.base import Text
from orderwatch.core.shares import longer_than
from orderwatch.core.words import Candidate

Why = Literal["limit", "at_risk", "overdue", "promise", "platform", "stopped", "exempt", "suspect", "invalid"]

WHOLE: Final = "node"  # the orders it is compared with are all of the node
NAMED: Final = 30  # characters of a category, region or channel
COMPARED: Final = ("limit", "at_risk", "overdue")  # what the waiting of other orders explains
_STAY: Final[dict[Language, str]] = {"zh-CN": "在{node}已 {wall}", "en": "in {node} for {wall}"}
_WORKED: Final[dict[Language, str]] = {
    "zh-CN": "（工作时间 {worked}）",
    "en": " ({worked} of working time)",
}
_WHY: Final[dict[Why, dict[Language, str]]] = {
    "limit": {"zh-CN": "，同类订单上限 {limit}", "en": ", limit for orders like it {limit}"},
    "at_risk": {
        "zh-CN": "，承诺 {until} 前送达，还有 {left}{rest}{chance}",
        "en": ", promised to the customer by {until}, in {left}{rest}{chance}",
    },
    "overdue": {"zh-CN": "，承诺 {until} 前送达，已超时", "en": ", promised to the customer by {until} and still here"},
    "promise": {"zh-CN": "，原定最晚 {until}", "en": ", was expected by {until}"},
    "platform": {"zh-CN": "，平台发货期限 {until}", "en": ", platform deadline {until}"},
    "stopped": {"zh-CN": "，海关扣留或缺少单证", "en": ", held by customs or lacking papers"},
    "exempt": {"zh-CN": "，{until} 前属正常：{rules}", "en": ", normal until {until}: {rules}"},
    "suspect": {"zh-CN": "，须先由人核实：{rules}", "en": ", a person should look first: {rules}"},
    "invalid": {"zh-CN": "，不是有效订单：{rules}", "en": ", not a valid order: {rules}"},
}
_LONGER: Final[dict[Language, str]] = {
    "zh-CN": "，比 {samples} 个{alike}订单中的 {share}% 更久",
    "en": ", longer than {share} % of {samples} orders {alike}",
}
_ALIKE: Final[dict[Language, str]] = {"zh-CN": "同类", "en": "like it"}
_WHOLE: Final[dict[Language, str]] = {"zh-CN": "本环节", "en": "in this step"}
_VERSION: Final[dict[Language, str]] = {"zh-CN": "（阈值版本 {version}）", "en": "; version {version}"}
_REST: Final[dict[Language, str]] = {"zh-CN": "（含休息日 {count} 天）", "en": " with {count} days of rest"}
_ONE_REST: Final[dict[Language, str]] = {
    "zh-CN": "（含休息日 1 天：{day}）",
    "en": " with one day of rest ({day})",
}
_DAYS: Final[dict[Language, tuple[str, ...]]] = {
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_CHANCE: Final[dict[Language, str]] = {"zh-CN": "，{percent}% 的可能无法兑现", "en": ": {percent} % likely to break"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The same sentence in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        return self.zh if language == "zh-CN" else self.en


def explain(
    candidate: Candidate,
    context: Context,
    why: Why,
    *,
    until: datetime | None = None,
    rules: Sequence[Text] = (),
) -> Explanation:
    """``in pick for 3 d 4 h (16 h 10 m of working time), limit for orders like it 14 h 24 m``.

    Clock times are in the business zone.
    """

    worked = worked_in(candidate, context)
    share = _share(candidate, worked or context.now - candidate.entered_at)
    compared = why in COMPARED

    def sentence(language: Language) -> str:
        stayed = _STAY[language] + (_WORKED[language] if worked is not None else "")
        longer = _LONGER[language] if compared and share is not None else ""
        version = _VERSION[language] if compared and context.version is not None else ""
        return (stayed + longer + _WHY[why][language] + version).format(
            node=context.policy.node(candidate.node).title.say(language),
            wall=say_duration(context.now - candidate.entered_at, language),
            worked=say_duration(worked or timedelta(0), language, largest="h"),
            limit=say_duration(candidate.threshold, language, largest="h" if candidate.working_time else "d"),
            until=_local(until, context),
            chance="" if candidate.chance is None else _CHANCE[language].format(percent=round(100 * candidate.chance)),
            left=say_duration(until - context.now, language, largest="h") if until else "",
            rest=_say_rest(until, context, language) if until else "",
            samples=f"{candidate.samples:,}",
            alike=_say_alike(candidate, context, language),
            share=share,
            version=context.version,
            rules=("、" if language == "zh-CN" else ", ").join(rule.say(language) for rule in rules),
        )

    return Explanation(sentence("zh-CN"), sentence("en"))


def _share(candidate: Candidate, stayed: timedelta) -> int | None:
    """How many in a hundred orders like it took less time; none where nothing is known of them."""
    if not candidate.quantiles:
        return None
    return int(longer_than(stayed.total_seconds(), candidate.quantiles))


def _say_alike(candidate: Candidate, context: Context, language: Language) -> str:
    """``like it (home / 上海)``: what the orders it is compared with have in common; the words come from outside."""
    if candidate.alike == WHOLE:
        return _WHOLE[language]
    every = context.policy.thresholds.keys.of(candidate.node)
    keys = every if candidate.alike == "cell" else (candidate.alike or "").split("_")
    said = [one_line(harmless(getattr(candidate.order, key)), NAMED) for key in keys if key in every]
    pattern = "{like}（{said}）" if language == "zh-CN" else "{like} ({said})"
    return pattern.format(like=_ALIKE[language], said=" / ".join(said)) if said else _ALIKE[language]


def _say_rest(until: datetime, context: Context, language: Language) -> str:
    """How many days of rest are left until then, as the promise clock counts them."""
    if context.rest is None:
        return ""
    zone = ZoneInfo(context.policy.calendars.business_zone)
    days = context.rest.between(context.now.astimezone(zone).date(), until.astimezone(zone).date())
    if len(days) == 1:
        return _ONE_REST[language].format(day=_DAYS[language][days[0].weekday()])
    return _REST[language].format(count=len(days)) if days else ""


def worked_in(candidate: Candidate, context: Context) -> timedelta | None:
    """Working time that the order has spent in the node; none where the clock is wall time."""
    calendar = context.calendar_for(candidate)
    if calendar is None:
        return None
    return timedelta(seconds=calendar.work_between(candidate.entered_at, context.now))


def _local(at: datetime | None, context: Context) -> str:
    return f"{at.astimezone(ZoneInfo(context.policy.calendars.business_zone)):%m-%d %H:%M}" if at else ""
