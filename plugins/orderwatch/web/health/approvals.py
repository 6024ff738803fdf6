"""Questions that wait for a person, what an answer does and what silence means; and what was answered before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from orderwatch.core.durations import Language
from orderwatch.core.playbook.schema import DAG_PREFIX, Gate
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.titles import KINDS, REPORTS, say_code
from orderwatch.store import questions
from orderwatch.store.database import business_now
from orderwatch.web.health.clock import Clock, Due
from orderwatch.web.health.playbook_words import Files, answer_within, words_of
from orderwatch.web.health.rows import about_of, title_of
from orderwatch.web.health.sent import WouldSend, would_send
from orderwatch.web.pictures.words import say

SIZE: Final = 25
AUTOMATION: Final = "orderwatch"  # who asks when no person has


@dataclass(frozen=True, slots=True)
class Question:
    """One open question. ``mine``: the reader may say yes; ``why_not`` is why not, in words."""

    approval_id: int
    incident_id: int
    level: int
    title: str
    about: str
    what: str
    gate: str
    playbook: str
    link: str
    order_id: str
    amount: str
    amount_minor: int
    worth: str
    due: Due | None
    asked: str
    asked_by: str
    asks: str
    others: str
    silence: str
    said_yes: str
    missing: int
    evidence: str
    sends: WouldSend
    stopped: str
    may_reject: bool
    mine: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Past:
    """One that is over."""

    approval_id: int
    incident_id: int
    what: str
    order_id: str
    amount: str
    said: str
    code: str
    who: str
    why: str
    at: str
    took: str


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """Both lists; ``mine``: only what is asked of the reader; ``said``: which of the answers."""

    clock: Clock
    waiting: Sequence[Question]
    total: int
    page: int
    mine: bool
    past: Sequence[Past]
    past_total: int
    past_page: int
    said: questions.Said
    roles: Sequence[str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))

    @property
    def past_pages(self) -> int:
        return max(1, -(-self.past_total // SIZE))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see; all of it stands in the address."""

    login: str
    mine: bool = False
    page: int = 1
    said: questions.Said = "all"
    past_page: int = 1


def read_approvals(
    conn: Connection, policy: Policy, asked: Asked, language: Language, size: int = SIZE
) -> ApprovalsPage:
    clock = Clock(business_now(conn), ZoneInfo(policy.calendars.business_zone), language)
    roles = policy.roles.held_by(asked.login)
    waiting = questions.list_open(conn, asked.login, roles, asked.page, size, mine=asked.mine)
    past = questions.list_past(conn, asked.said, asked.past_page, size)
    files = words_of(questions.read_files(conn, {row.sha for row in (*waiting, *past) if row.sha}))
    return ApprovalsPage(
        clock=clock,
        waiting=[_question(row, files, policy, asked.login, roles, clock) for row in waiting],
        total=waiting[0].total if waiting else 0,
        page=asked.page,
        mine=asked.mine,
        past=[_past(row, files, policy, clock) for row in past],
        past_total=past[0].total if past else 0,
        past_page=asked.past_page,
        said=asked.said,
        roles=[policy.role(code).title.say(language) for code in roles],
    )


def _question(row: Row[Any], files: Files, policy: Policy, login: str, roles: Sequence[str], clock: Clock) -> Question:
    words, language = files.of(row.sha), clock.language
    gate = words.gate(row.step)
    within = answer_within(gate, row.level)
    why_not = _why_not(row, policy, login, roles, clock)
    asks = row.roles[min(row.level, len(row.roles) - 1)]
    return Question(
        approval_id=row.approval_id,
        incident_id=row.incident_id,
        level=row.incident_level,
        title=(REPORTS[row.reported] if row.reported else KINDS[row.kind])[language],
        about=about_of(row.dedup_key),
        what=words.step(row.act_step, language),
        gate=words.step(row.step, language),
        playbook=words.title(language),
        link=f"/dags/{DAG_PREFIX}{row.playbook}/runs/{row.run_id}/tasks/{row.step}" if row.run_id else "",
        order_id=row.order_id or "",
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        amount_minor=row.amount_minor,
        worth=money(row.value_minor, row.order_currency) if row.value_minor else "",
        due=clock.due(row.asked_at + within) if within else None,
        asked=clock.at(row.asked_at),
        asked_by="" if row.requested_by == AUTOMATION else policy.roles.name_of(row.requested_by),
        asks=title_of(asks, policy, clock),
        others=_titles([one for one in row.roles if one != asks], policy, clock),
        silence=_silence(row, gate, policy, clock),
        said_yes=", ".join(map(policy.roles.name_of, row.said_yes)),
        missing=row.approvers - len(row.said_yes),
        evidence=(row.explanation or {}).get(language, ""),
        sends=would_send(row.sink, row.recipient, row.payload, language),
        stopped=policy.roles.name_of(row.taken_by) if row.taken_by else "",
        may_reject=_may_reject(row, login, roles),
        mine=not why_not,
        why_not=why_not,
    )


def _silence(row: Row[Any], gate: Gate | None, policy: Policy, clock: Clock) -> str:
    """What happens when nobody answers in time."""
    if gate is None or gate.on_timeout == "escalate":
        following = row.roles[row.level + 1 : row.level + 2]
        if following:
            role = title_of(following[0], policy, clock)
            return say(clock.language, f"到时转给{role}", f"then {role} is asked")
    return say(clock.language, "到时视为拒绝", "then it is a no")


def _may_reject(row: Row[Any], login: str, roles: Sequence[str]) -> bool:
    return bool(set(roles) & set(row.roles)) and login != row.requested_by and login not in row.said_yes


def _why_not(row: Row[Any], policy: Policy, login: str, roles: Sequence[str], clock: Clock) -> str:
    """As the database would refuse a yes; empty where it would not."""
    language = clock.language
    able = [one for one in roles if one in row.roles]
    if not able:
        who = _titles(row.roles, policy, clock)
        return say(language, f"可以回答：{who}", f"these may answer: {who}")
    if login == row.requested_by:
        return say(language, "你提出的，要由另一个人批准", "you asked for this; somebody else has to answer")
    if login in row.said_yes:
        return say(language, "你已经同意，还要另一个人同意", "you have said yes; another person has to, too")
    # the database takes the role with the largest right, of all that are asked
    rights = [policy.response.approval_rights.get(one, {}).get(row.currency) for one in able]
    if not any(right and right.up_to >= row.amount_minor for right in rights):
        return say(language, "超过你的审批额度，只能拒绝", "more than you may approve; you can only say no")
    return ""


def _titles(roles: Sequence[str], policy: Policy, clock: Clock) -> str:
    return say(clock.language, "、", ", ").join(title_of(one, policy, clock) for one in roles)


def _past(row: Row[Any], files: Files, policy: Policy, clock: Clock) -> Past:
    words, language = files.of(row.sha), clock.language
    code = _code(row.outcome, row.answers)
    return Past(
        approval_id=row.approval_id,
        incident_id=row.incident_id,
        what=words.step(row.act_step, language),
        order_id=row.order_id or "",
        amount=money(row.amount_minor, row.currency) if row.amount_minor else "",
        said=say_code(code, language),
        code=code,
        who=say(language, "、", ", ").join(_who(one, policy, clock) for one in row.answers),
        why="; ".join(one["note"] for one in row.answers if one["note"]),
        at=clock.at(row.closed_at),
        took=clock.long(row.closed_at - row.asked_at),
    )


def _code(outcome: str, answers: Sequence[Mapping[str, Any]]) -> str:
    if outcome == "rejected":
        return "refused" if answers else "nobody"
    return outcome


def _who(one: Mapping[str, Any], policy: Policy, clock: Clock) -> str:
    at = clock.at(datetime.fromisoformat(one["at"]))
    return f"{policy.roles.name_of(one['login'])} ({title_of(one['role'], policy, clock)}, {at})"
