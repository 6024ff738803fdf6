"""What this person may do about this incident now, and what each act asks before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Row

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import PersonAction
from orderwatch.web.pictures.words import say

Words = tuple[str, str]
Field = Literal["until", "reason", "note", "into", "dismissed_as", "root_cause", "level", "amount"]


@dataclass(frozen=True, slots=True)
class Act:
    """``path``: where it is sent. ``asks``: the fields of its dialog; one that asks nothing is done at once."""

    path: str
    icon: str
    verb: Words
    does: Words
    asks: Sequence[Field] = ()
    grave: bool = False


ACTS: Final[Mapping[str, Act]] = {
    "acknowledge": Act(
        "acknowledge", "acknowledged", ("确认", "Acknowledge"),
        ("由你接手；不再询问别人。", "You take it on; nobody else is asked any more."), ("note",),
    ),
    "pause": Act(
        "pause", "pause", ("暂停", "Pause"),
        ("正在发送的会发完，之后不会开始任何新动作。时限照常计时；到期只提醒，不会自己恢复。",
         "What is being sent is finished, and nothing new begins. Deadlines run on; at the end you are reminded, and"
         " nothing restarts by itself."), ("reason", "until"),
    ),
    "take_over": Act(
        "take-over", "hand", ("接管", "Take over"),
        ("自动化停下，由你人工处理；同时算作已确认。",
         "The automation stops and you do the work; it counts as acknowledged."),
        ("reason", "until"),
    ),
    "hand_back": Act(
        "hand-back", "auto", ("交还自动化", "Hand back"),
        ("暂停结束；等待的步骤自己继续。", "The pause ends; steps that wait go on by themselves."), ("note",),
    ),
    "snooze": Act(
        "snooze", "snooze", ("延后", "Snooze"),
        ("到期之前不通知任何人，也不开始预案。时限照常计时。",
         "Until then nobody is told and no playbook begins. Deadlines run on."), ("reason", "until"),
    ),
    "release": Act(
        "release", "send", ("放行", "Release"),
        ("对扣住的动作说“可以”；下次扫描发出。每一笔仍按审批权限检查。",
         "Says yes to what is held; the next scan sends it. Each voucher is still checked against your right."),
        ("amount", "note"),
    ),
    "merge": Act(
        "merge", "merged", ("并入", "Merge"),
        ("它的订单归入另一个事件，它自己的处理停止。", "Its orders become the other's, and its own response stops."),
        ("into", "note"),
    ),
    "raise_level": Act(
        "level", "up", ("升级", "Raise level"),
        ("新的负责人会收到通知，并按新级别的预案处理。",
         "The new owner is told, and the playbook of that level begins."),
        ("level", "reason"),
    ),
    "lower_level": Act(
        "level", "up", ("降级", "Lower level"),
        ("只有出现更严重的情况，扫描才会再次升级。", "A scan raises it again only to something graver."),
        ("level", "reason"),
    ),
    "dismiss": Act(
        "dismiss", "dismissed", ("驳回", "Dismiss"),
        ("立即结束；还没开始的动作取消。同样的订单和原因不会再次打开。",
         "Over at once; what had not begun is called off. The same orders do not open it again for the same reason."),
        ("dismissed_as", "reason"), grave=True,
    ),
    "close": Act(
        "close", "closed", ("关闭", "Close"),
        ("立即结束，订单仍卡住也一样；72 小时内复盘。",
         "Over at once, also while orders are stuck; its review is due in 72 hours."),
        ("root_cause", "reason"), grave=True,
    ),
}  # fmt: skip
_LIVE: Final = {"triage", "open", "acknowledged", "mitigated"}
_LEVELLED: Final = {"open", "acknowledged", "mitigated"}


def offered(row: Row[Any], policy: Policy, roles: Sequence[str], held_minor: int, currency: str | None) -> list[str]:
    """The acts that one of these roles may do at the incident's level, and that its state allows."""
    return [name for name in ACTS if possible(name, row) and may(policy, roles, name, row, held_minor, currency)]


def may(
    policy: Policy, roles: Sequence[str], name: str, row: Row[Any], amount: int = 0, currency: str | None = None
) -> bool:
    action: PersonAction = name  # type: ignore[assignment]  # the names are those of the policy
    spent = (amount, currency) if name in {"release", "settle"} else (0, None)
    return any(code in policy.rights.who_may(action, row.level, *spent) for code in roles)


def possible(name: str, row: Row[Any]) -> bool:
    """Whether the incident's state allows it, whoever asks."""
    own_pause = row.pause_scope == "incident"
    possible: Mapping[str, bool] = {
        "acknowledge": row.state in {"open", "mitigated"} and not row.acknowledged_by,
        "pause": row.state in _LIVE and not own_pause,
        "take_over": row.state in _LIVE and not own_pause,
        "hand_back": own_pause,
        "snooze": row.state in _LIVE and row.silence_id is None,
        "release": bool(row.held),
        "merge": row.state in {*_LIVE, "resolved"} and row.kind != "source",
        "raise_level": row.state in _LEVELLED and row.level < 3,
        "lower_level": row.state in _LEVELLED and row.level > 0,
        "dismiss": row.state in {*_LIVE, "resolved"},
        "close": row.state in {*_LEVELLED, "resolved"},
    }
    return possible[name]


def levels_for(name: str, level: int) -> list[int]:
    """The levels that can be chosen in the dialog of raising or lowering."""
    if name == "raise_level":
        return list(range(level + 1, 4))
    return list(range(level)) if name == "lower_level" else []


def said(words: Words, language: Language) -> str:
    return say(language, *words)
