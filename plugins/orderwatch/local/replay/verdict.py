"""What a set of rules would have meant: for customers, for money, and for those who are woken by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from orderwatch.core.backtest.truth import Truth, cases
from orderwatch.core.models.passages import HOUR, NEVER, Seconds
from orderwatch.core.words import CODES, Node
from orderwatch.local.history_file import History
from orderwatch.local.replay.course import Course, Span

MESSAGES: Final = ("wecom_app", "wecom_robot", "mail")
CHANGED: Final = ("told_at", "step", "level", "kind", "vouchers", "silent")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What really became of the orders: when each case broke, whether it was late, and whose it was."""

    late: np.ndarray
    breaks_s: Seconds
    keys: pd.Index[Any]  # order, or order and node where a passage is judged
    unknown: int


def outcome_of(history: History, truth: Truth, final: Collection[str], nodes: Mapping[str, Node]) -> Outcome:
    """The cases of a history whose outcome is known."""
    table, number, unknown = cases(history.rows, truth, final, history.until)
    rows = history.rows[number >= 0].assign(case=number[number >= 0]).drop_duplicates("case").sort_values("case")
    order_ids = rows["order_id"].astype(str)
    if truth.by_promise:
        keys: pd.Index[Any] = pd.Index(order_ids)
    else:
        keys = pd.MultiIndex.from_arrays([order_ids, rows["node"].map({name: int(n) for name, n in nodes.items()})])
    return Outcome(table["late"].to_numpy(dtype=bool), table["breaks_s"].to_numpy(dtype=np.int64), keys, unknown)


def figures_of(course: Course, outcome: Outcome, span: Span) -> dict[str, Any]:
    """The figures of one set of rules.

    ``late`` cases are those that broke within the time replayed; ``in_time`` of them somebody heard before they did,
    ``missed`` nobody heard of at all. ``false_alarms``: alerted within that time, and fine in the end. Amounts in minor
    units by currency.
    """
    told = _first_told(course.late, outcome)
    broke = outcome.late & (outcome.breaks_s > span.begins) & (outcome.breaks_s <= span.ends)
    alerted = (told > span.begins) & (told < NEVER)
    lead = (outcome.breaks_s - told)[broke & (told <= outcome.breaks_s)] / HOUR
    incidents = course.incidents[course.incidents["state"] != "merged"]
    fresh = course.late[~course.late["standing"]]
    effects = course.effects
    money = effects[effects["amount_minor"] > 0].groupby("currency")["amount_minor"].sum()
    sent = effects.groupby("sink")["sent"].sum()
    return {
        "incidents": len(incidents),
        "by_level": {str(level): int(n) for level, n in incidents["level"].value_counts().sort_index().items()},
        "orders_alerted": int(fresh["order_id"].nunique()),
        "late": int(broke.sum()),
        "in_time": int((broke & (told <= outcome.breaks_s)).sum()),
        "lead_median_h": round(float(np.median(lead)), 1) if len(lead) else None,
        "missed": int((broke & (told >= NEVER)).sum()),
        "false_alarms": int((alerted & ~outcome.late).sum()),
        "exempt": _count_silent(course, "exempted"),
        "invalid": _count_silent(course, "not_valid"),
        "responses": int(incidents["playbook"].notna().sum()),
        "vouchers_minor": {str(currency): int(amount) for currency, amount in money.items()},
        "letters": int(sent.get("customer_mail", 0)),
        "work_orders": int(sent.get("work_order", 0)),
        "warehouse_commands": int(sent.get("warehouse", 0)),
        "messages": int(sent.reindex(MESSAGES).sum()),
        "kept_back": dict(course.kept_back),
    }


def orders_of(course: Course) -> pd.DataFrame:
    """One row per order that was found late or kept silent: when told first and where, how grave, what it was given.

    ``standing``: late already when the replay began.
    """
    found = course.late.sort_values(["order_id", "detected_at"])
    told = found.groupby("order_id").agg(
        told_at=("detected_at", "first"),
        standing=("standing", "first"),
        step=("node", "first"),
        level=("incident_level", "max"),
        kind=("kind", "last"),
    )
    vouchers = course.effects[course.effects["amount_minor"] > 0].groupby("order_id")["amount_minor"].sum()
    kept = course.silent[~course.silent["standing"]]
    silent = kept.assign(said=[_say_silent(*one) for one in zip(kept["event"], kept["reasons"], strict=True)])
    quiet = silent.groupby("order_id")["said"].agg(lambda said: ", ".join(sorted(set(said)))).rename("silent")
    orders = told.join(vouchers.rename("vouchers"), how="outer").join(quiet, how="outer")
    return orders.assign(
        step=orders["step"].map(CODES),
        level=orders["level"].astype("Int64"),
        vouchers=orders["vouchers"].fillna(0).astype(np.int64),
    )


def differences(before: Course, after: Course, outcome: Outcome) -> pd.DataFrame:
    """The orders that the two sets of rules treat differently, what matters most first: late orders that nobody hears
    of any more, those that somebody hears of now, new false alarms, false alarms that are gone, everything else.

    Columns ``…_before`` and ``…_after``; ``late``: what became of the order, where that is known.
    """
    both = orders_of(before).add_suffix("_before").join(orders_of(after).add_suffix("_after"), how="outer")
    same = pd.Series(True, index=both.index)
    for name in CHANGED:
        one, two = both[f"{name}_before"], both[f"{name}_after"]
        same &= (one == two).fillna(False).astype(bool) | (one.isna() & two.isna())
    late = pd.Series(outcome.late, index=_orders(outcome)).groupby(level=0).max()
    found = both[~same].assign(late=late.reindex(both.index[~same]))
    lost = found["told_at_before"].notna() & found["told_at_after"].isna()
    gained = found["told_at_before"].isna() & found["told_at_after"].notna()
    is_late = found["late"].fillna(True).astype(bool)  # an open question is as grave as a late order
    kinds = [lost & is_late, gained & is_late, gained, lost]
    ordered = found.assign(rank=np.select(kinds, range(len(kinds)), len(kinds)))
    return ordered.sort_values(["rank", "told_at_before", "told_at_after"]).drop(columns="rank")


def _first_told(late: pd.DataFrame, outcome: Outcome) -> Seconds:
    """When somebody heard of each case first, in epoch seconds; ``NEVER`` if nobody did, shape (cases,)."""
    at = pd.to_datetime(late["detected_at"], utc=True).astype("datetime64[s, UTC]").astype(np.int64)
    keyed = late.assign(at=at)
    single = outcome.keys.nlevels == 1
    first = keyed.groupby("order_id" if single else ["order_id", "node"])["at"].min()
    found: Seconds = first.reindex(outcome.keys).fillna(NEVER).to_numpy(dtype=np.int64)
    return found


def _orders(outcome: Outcome) -> pd.Index[Any]:
    return outcome.keys if outcome.keys.nlevels == 1 else outcome.keys.get_level_values(0)


def _count_silent(course: Course, event: str) -> int:
    mine = (course.silent["event"] == event) & ~course.silent["standing"]
    return int(course.silent.loc[mine, "order_id"].nunique())


def _say_silent(event: str, reasons: list[list[str]]) -> str:
    said = sorted({reason for each in reasons for reason in each or ()})
    return f"{'exempt' if event == 'exempted' else 'not valid'}: {', '.join(said)}"
