"""A person's word about a threshold version that would change which clock decides what is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row

from orderwatch.core.notices import plan_to_role
from orderwatch.core.policy import Policy
from orderwatch.pipeline.announce import Announcement, duty_of, plan_text
from orderwatch.pipeline.learn import decide
from orderwatch.store.database import run

LEVEL: Final = 2  # a question about which clock decides is never the least of the messages
FIGURES: Final = {
    "fa": "误报 false alarms",
    "fa_bound": "误报上限 at most",
    "rec24": "≥ 24 h",
    "rec48": "≥ 48 h",
    "rec72": "≥ 72 h",
    "alerts_per_1000": "每千单告警 alerts / 1000",
}


@dataclass(frozen=True, slots=True)
class Word:
    """Whether the version may be put in force now, and what was said, in words."""

    yes: bool
    said: str


class WordRefused(ValueError):
    """The answer does not count; the message says why and who may answer."""


def read_version(conn: Connection, version: int) -> Row[Any]:
    """A version with what became of it last. Raises LookupError."""
    row = run(conn, "thresholds/read_version", version=version).one_or_none()
    if row is None:
        raise LookupError(f"there is no threshold version {version}")
    return row


def summon(conn: Connection, policy: Policy, version: int, within: timedelta, link: str, now: datetime) -> int:
    """Plan the messages to whoever may decide, once per version and person; returns how many are new."""
    row = read_version(conn, version)
    before = row.report.get("before")
    about = {
        "version": str(version),
        "model": row.model,
        "before": str(before),
        "model_before": read_version(conn, before).model if before is not None else "-",
        "reason": row.reason,
        "days": str(within.days),
    }
    duty, announcement = duty_of(conn, policy, now), Announcement(policy, None, now, link)
    planned = 0
    for role in policy.thresholds.clock.approvers:
        for notice in plan_to_role("version", role, LEVEL, (), duty):
            key = f"version:{version}:{notice.sink}:{notice.recipient}"
            planned += plan_text(conn, notice, key, lambda _: [about], announcement)
    return planned


def question(conn: Connection, version: int, within: timedelta, pictures: str) -> str:
    """What is to be decided, with the figures of every candidate and the way to the ``pictures``, as Markdown in both
    languages."""
    row = read_version(conn, version)
    before = row.report.get("before")
    model = read_version(conn, before).model if before is not None else "-"
    return "\n\n".join((
        f"阈值版本 {version}（{row.model}）将取代版本 {before}（{model}）。 "
        f"Threshold version {version} ({row.model}) would replace version {before} ({model}).",
        f"依据 Why: {row.reason}",
        f"[决定前请看图 See the pictures before you decide]({pictures})",
        table(row.report["candidates"]),
        f"{within.days} 天内无人批准，则原版本继续有效，本次运行结束。 "
        f"Without a yes within {within.days} days the version in force stays and this run ends.",
    ))


def table(candidates: Sequence[Mapping[str, Any]]) -> str:
    """The candidates as a Markdown table, the earliest warning first."""
    if not candidates:
        return "（没有候选 no candidates）"
    names = ["model", "window", *FIGURES]
    lines = [["时钟 clock", "学习窗口 window", *FIGURES.values()], ["---"] * len(names)]
    ordered = sorted(candidates, key=lambda one: -(one["rec48"] or 0))
    lines += [["–" if one[name] is None else str(one[name]) for name in names] for one in ordered]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def answer(conn: Connection, policy: Policy, version: int, yes: bool, names: Sequence[str], now: datetime) -> Word:
    """Write the person's word down.

    A yes is about what would be replaced: where another version has come into force since, it rejects the version as
    overtaken. Raises WordRefused where this person may not decide.
    """
    held = {row.role for row in run(conn, "approvals/roles_of", logins=list(names), currency="")}
    able = [role for role in policy.thresholds.clock.approvers if role in held]
    who = names[0] if names else "nobody"
    if not able:
        wanted = ", ".join(policy.role(role).title.en for role in policy.thresholds.clock.approvers)
        raise WordRefused(f"{who} holds none of the roles that may decide: {wanted}")
    active = run(conn, "thresholds/read_active").one()
    if yes and active.version != read_version(conn, version).report.get("before"):
        overtaken = f"overtaken: version {active.version} has come into force since it was learned"
        decide(conn, version, "rejected", who, overtaken, now)
        return Word(False, f"version {version} is {overtaken}; learn anew")
    decision = "approved" if yes else "rejected"
    decide(conn, version, decision, who, f"{decision} as {policy.role(able[0]).title.en}", now)
    return Word(yes, f"version {version} {decision} by {who}")
