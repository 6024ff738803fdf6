"""The strip on Airflow's home page: the few numbers that say whether somebody has to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.web.health.board import Asked, Board, read_board
from orderwatch.web.pictures.words import say

Tone = Literal["", "ok", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Pill:
    """One number; ``place`` is the page with what is behind it, below where our pages are mounted."""

    value: str
    title: str
    more: str
    tone: Tone
    place: str


@dataclass(frozen=True, slots=True)
class Strip:
    """``warning``: why no number here is of now; empty as a rule."""

    title: str
    open: str
    warning: str
    pills: Sequence[Pill]


def read_strip(conn: Connection, policy: Policy, login: str, language: Language) -> Strip:
    """The same facts as on the board, in the same statements."""
    board = read_board(conn, policy, Asked(login), language, size=1)
    return Strip(
        title=say(language, "订单健康", "Order Health"),
        open=say(language, "打开看板", "Open the board"),
        warning=_warning(board, language),
        pills=[_deadline(board, language), _live(board, language), _mine(board, language), _late(board, language),
               _sources(board, language)],
    )  # fmt: skip


def _warning(board: Board, language: Language) -> str:
    if board.scan is None:
        return say(language, "还没有完成过扫描，所以没有数字。", "No scan has ended yet, so there are no numbers.")
    if board.stopped:
        return say(language, "全部自动化已停止。", "All automation is stopped.")
    ago = board.scan.stale
    return say(language, f"{ago} 没有完成扫描，数字停在 {board.scan.at}。",
               f"No scan has ended for {ago}: the numbers are of {board.scan.at}.") if ago else ""  # fmt: skip


def _deadline(board: Board, language: Language) -> Pill:
    title = say(language, "下一个时限", "Next deadline")
    first = board.hero
    if first is None or first.act is None:
        return Pill("–", title, say(language, "没有人须做什么", "nobody has to act"), "ok", "board")
    value = say(language, f"超时 {first.act.said}", f"{first.act.said} over") if first.act.over else first.act.said
    tone: Tone = "bad" if first.act.over else "warn" if first.act.soon else ""
    return Pill(value, title, f"{first.due_said} #{first.incident_id}", tone, f"incident/{first.incident_id}")


def _live(board: Board, language: Language) -> Pill:
    gravest = board.counts.by_level[3]
    more = say(language, f"{gravest} 个 3 级", f"{gravest} at level 3")
    return Pill(
        f"{board.counts.all_of_them:,}", say(language, "进行中的事件", "Live incidents"), more,
        "bad" if gravest else "", "board",
    )  # fmt: skip


def _mine(board: Board, language: Language) -> Pill:
    waiting = board.counts.needs_me
    more = say(language, "确认、批准、核实", "to acknowledge, approve, settle")
    return Pill(f"{waiting:,}", say(language, "等你处理", "Waiting for you"), more, "warn" if waiting else "ok",
                "board?who=needs_me")  # fmt: skip


def _late(board: Board, language: Language) -> Pill:
    late = sum(node.late for node in board.nodes)
    more = say(language, f"{board.waiting:,} 单在途", f"of {board.waiting:,} on their way")
    return Pill(f"{late:,}", say(language, "超时订单", "Late orders"), more, "", "orders?state=late")


def _sources(board: Board, language: Language) -> Pill:
    title = say(language, "异常的数据源", "Sources in trouble")
    out = [one for one in board.sources if one.state in {"silent", "never"}]
    if not out:
        return Pill("0", title, say(language, f"{len(board.sources)} 个正常", f"{len(board.sources)} answer"), "ok",
                    "board")  # fmt: skip
    first = out[0]
    place = f"incident/{first.incident_id}" if first.incident_id else "board"
    return Pill(str(len(out)), title, f"{first.name} {first.said}", "bad", place)
