"""What the automation is doing about an incident now, or who keeps it from doing it, in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.texts import money
from orderwatch.web.health.clock import Clock
from orderwatch.web.pictures.words import say


@dataclass(frozen=True, slots=True)
class Doing:
    """``state``: the colour (run, ok, warn, bad, held or none); ``icon``: the sign beside it."""

    state: str
    icon: str
    said: str
    more: str = ""


def doing(row: Row[Any], clock: Clock, name: Callable[[str], str] = str) -> Doing:
    """The first of these that is true; people before machines. ``name`` says who somebody is by their login."""
    return (
        _stopped(row, clock, name)
        or _for_people(row, clock.language)
        or _acting(row, clock.language)
        or _waiting(row, clock)
    )


def _stopped(row: Row[Any], clock: Clock, name: Callable[[str], str]) -> Doing | None:
    language = clock.language
    who = name(row.taken_by) if row.taken_by else ""
    if row.control == "manual":
        said = say(language, f"{who} 正在人工处理，自动化待命", f"{who} works on it; automation stands by")
        return Doing("warn", "hand", said, row.pause_reason)
    if row.control == "paused":
        return Doing("held", "pause", say(language, f"{who} 已暂停", f"paused by {who}"), row.pause_reason)
    if row.inhibited_by is not None:
        by = row.inhibited_by
        return Doing("", "quiet", say(language, f"由 #{by} 解释，不单独通知", f"explained by #{by}, silent under it"))
    if row.snoozed_until is not None:
        until = clock.at(row.snoozed_until)
        return Doing("held", "snooze", say(language, f"已延后到 {until}", f"snoozed until {until}"))
    return None


def _for_people(row: Row[Any], language: Language) -> Doing | None:
    if row.needs_human:
        n = row.needs_human
        said = say(language, f"{n} 个动作不知道是否送达，等人确认", f"{n} of unknown outcome: a person has to say")
        return Doing("warn", "person", said, row.step or "")
    if row.held:
        amount = money(row.held_minor, row.held_currency) if row.held_minor else ""
        said = say(language, f"扣住 {row.held} 项，等人放行", f"{row.held} held until a person decides")
        return Doing("held", "lock", said, amount)
    return None


def _acting(row: Row[Any], language: Language) -> Doing | None:
    done = say(language, f"已完成 {row.delivered}", f"{row.delivered} done")
    if row.unknown:
        said = say(
            language, f"{row.unknown} 个结果未知，正在核对", f"{row.unknown} of unknown outcome, being asked about"
        )
        return Doing("run", "unknown", said, row.step or "")
    if row.sending:
        return Doing(
            "run", "send", say(language, f"正在发送 {row.sending}，{done}", f"sending {row.sending}, {done}"), row.step
        )
    if row.planned:
        return Doing(
            "run",
            "plan",
            say(language, f"还有 {row.planned} 个动作，{done}", f"{row.planned} to come, {done}"),
            row.step,
        )
    return None


def _waiting(row: Row[Any], clock: Clock) -> Doing:
    language, orders = clock.language, row.orders
    if row.state == "resolved":
        return Doing(
            "ok", "check", say(language, "订单已恢复，到时自动关闭", "its orders have moved on; closes by itself")
        )
    if row.state == "triage":
        return Doing(
            "", "person", say(language, "等人核实订单是否真实", "a person has to say whether the order is real")
        )
    if row.kind == "source":
        said = say(
            language, "每次扫描都会再问；依赖它的订单记为未知", "asked again at every scan; its orders are unknown"
        )
        return Doing("run", "send", said)
    if row.finished_at is not None or row.state == "mitigated":
        said = say(language, f"预案已做完，等 {orders} 单恢复", f"all steps done; waits for {orders} to move on")
        return Doing("ok", "check", said, row.playbook or "")
    if row.run_id is not None:
        done = say(language, f"已完成 {row.delivered}", f"{row.delivered} done")
        return Doing("run", "send", say(language, f"预案执行中，{done}", f"its playbook runs, {done}"), row.playbook)
    if row.level == 0:
        return Doing("", "digest", say(language, "在环节负责人的汇总里", "in the digest of the step's first responder"))
    return Doing("", "plan", say(language, "下次扫描开始预案", "a playbook begins with the next scan"))
