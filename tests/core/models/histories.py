"""A made-up company's order history: reviewed in hours, on the road for days, a promise for every order."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from orderwatch.core.models.passages import DAY, HOUR, NEVER
from orderwatch.core.models.terms import Step, Terms

BEGIN = 1_480_550_400  # 2016-12-01 00:00 UTC, a Thursday
KEYS = ("category", "region")
STEPS = {"review": Step(KEYS), "transport": Step(KEYS, buffered=True)}
TERMS = Terms(STEPS, frozenset({"transport"}), Fraction("1.8"), 30)
FAR, NEAR = "far", "near"


def a_history(orders: int = 3000, days: int = 330, seed: int = 1) -> pd.DataFrame:
    """Both passages of every order; far regions take longer, and every tenth order or so breaks its promise."""
    draw = np.random.default_rng(seed)
    ordered = BEGIN + np.sort(draw.integers(0, days * DAY, orders))
    region = np.where(draw.random(orders) < 0.3, FAR, NEAR)
    reviewed = ordered + draw.integers(HOUR, 20 * HOUR, orders)
    mean = np.where(region == FAR, 10.0, 5.0)
    took = (mean * draw.lognormal(0, 0.5, orders) * DAY).astype(np.int64)
    arrived = np.where(draw.random(orders) < 0.01, NEVER, reviewed + took)
    due = ((ordered // DAY) + np.where(region == FAR, 19, 10) + 1) * DAY - 1
    shared = {
        "order_id": np.array([f"O{number:05d}" for number in range(orders)], dtype=object),
        "category": pd.Categorical(draw.choice(["food", "home"], orders)),
        "region": pd.Categorical(region),
        "channel": pd.Categorical(["shop"] * orders),
        "ordered_s": ordered,
        "promised_s": due,
        "weight": 1.0,
    }
    first = pd.DataFrame({**shared, "node": "review", "entered_s": ordered, "left_s": reviewed})
    second = pd.DataFrame({**shared, "node": "transport", "entered_s": reviewed, "left_s": arrived})
    both = pd.concat([first, second], ignore_index=True)
    return both.assign(node=pd.Categorical(both["node"], ["review", "transport"]))


def a_passage(node: str = "transport", **changed: object) -> pd.DataFrame:
    """One order on its way to a near region since ``BEGIN``, promised for the end of the tenth day after it."""
    plain = {
        "order_id": "O1", "node": node, "category": "food", "region": NEAR, "channel": "shop", "ordered_s": BEGIN,
        "entered_s": BEGIN, "left_s": NEVER, "promised_s": BEGIN + 11 * DAY - 1, "weight": 1.0,
    }  # fmt: skip
    return pd.DataFrame([plain | changed])


def as_file(rows: pd.DataFrame) -> pd.DataFrame:
    """The same in the replay format."""

    def instants(column: str) -> pd.Series:
        return pd.to_datetime(rows[column].where(rows[column] < NEVER), unit="s").astype("datetime64[us]")

    return pd.DataFrame(
        {
            "order_id": rows["order_id"], "stage": rows["node"].astype(str), "entered_at": instants("entered_s"),
            "left_at": instants("left_s"), "category": rows["category"].astype(str), "origin_region": "here",
            "dest_region": rows["region"].astype(str), "channel": rows["channel"].astype(str),
            "customer_segment": "plain", "order_value": 10.0, "promised_at": instants("promised_s"),
            "ordered_at": instants("ordered_s"),
        }
    )  # fmt: skip
