"""Small histories in the replay format, written down by hand or made up by rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from orderwatch.core.policy.histories import load_histories
from orderwatch.core.words import Node
from orderwatch.local.history_file import History, read_history
from orderwatch.local.replay.facts import COLUMNS, read_facts
from orderwatch.local.replay.story import Story, story_of
from orderwatch.paths import POLICY

ZONE = ZoneInfo("Asia/Shanghai")
PLAIN = {
    "category": "home", "origin_region": "WH-SH", "dest_region": "上海", "channel": "jd", "customer_segment": "regular",
    "order_value": 200.0, "promised_at": None,
}  # fmt: skip
STEPS = ("review", "print", "pick", "outbound", "transport")
TAKES_H = {"review": 2, "print": 3, "pick": 8, "outbound": 12, "transport": 60}


def a_passage(order_id: str, stage: str, entered: str, left: str | None, **more: Any) -> dict[str, Any]:
    """One row; times like ``06-03 12:00`` of the year 2026, local."""
    times = {"entered_at": f"2026-{entered}:00", "left_at": left and f"2026-{left}:00"}
    return {**PLAIN, "order_id": order_id, "stage": stage, **times, **more}


def write(folder: Path, rows: list[dict[str, Any]] | pd.DataFrame) -> Path:
    file = folder / "history.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return file


def tell(file: Path) -> tuple[History, Story]:
    history = read_history(file, load_histories(POLICY), by_promise=False, zone=ZONE, further=COLUMNS)
    nodes = {node.code: node for node in Node}
    return history, story_of(history, read_facts(file, history.further, ZONE), nodes, "CNY")


def at(local: str) -> int:
    """An instant of 2026 in epoch seconds."""
    return int(pd.Timestamp(f"2026-{local}:00", tz=ZONE).timestamp())


def a_company(orders: int = 900, days: int = 60) -> pd.DataFrame:
    """Orders that come in evenly from April 2026 on, as they stand three days after the last one; every 20th is stuck
    in one of its steps for eight days, every 40th is a VIP's. All were promised within ten days."""
    rows = []
    chance = np.random.default_rng(7)
    begin = pd.Timestamp("2026-04-01 09:00")
    for number in range(orders):
        entered = begin + pd.Timedelta(days=days * number / orders)
        promised = (entered + pd.Timedelta(days=10)).normalize() + pd.Timedelta(hours=23, minutes=59)
        stuck = STEPS[number // 20 % 5] if number % 20 == 19 else None
        segment = "vip" if number % 40 == 39 else "regular"
        for stage in STEPS:
            takes = pd.Timedelta(hours=TAKES_H[stage] * float(chance.lognormal(0, 0.4)))
            left = entered + takes + pd.Timedelta(days=8 * (stage == stuck))
            rows.append({
                **PLAIN, "order_id": f"SO{number:05}", "stage": stage, "entered_at": entered, "left_at": left,
                "promised_at": promised, "customer_segment": segment, "kind": "normal", "flags": "", "lines": None,
            })  # fmt: skip
            entered = left
    known = pd.DataFrame(rows)
    end = begin + pd.Timedelta(days=days + 3)
    known = known[known["entered_at"] < end].reset_index(drop=True)
    return known.assign(left_at=known["left_at"].where(known["left_at"] < end))
