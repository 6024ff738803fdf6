"""A recorded order history, served as if it happened in this company."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from demo.book import AUDITED, CANCELLED, EVENTS, PAID, SIGNED, Book, Ints, Texts
from demo.company import Company
from demo.dirty import Dirt
from demo.instants import DAY, NEVER
from demo.people import TIERS, Customers
from demo.vocabulary import NODES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "order_id",
    "stage",
    "entered_at",
    "left_at",
    "category",
    "origin_region",
    "dest_region",
    "channel",
    "customer_segment",
    "order_value",
    "promised_at",
)
ALIASES = {"approval": "review", "handover": "outbound"}


def load(path: Path, start: int, zone: ZoneInfo, currency: str) -> tuple[Company, dict[str, int]]:
    """The company of a file in the replay format, and how many orders each unknown stage name cost.

    Naive times are local times of ``zone``. Raises ``ValueError`` when columns are
    missing or nothing is left.
    """
    frame, skipped = _known_stages(_read(path))
    if frame.empty:
        raise ValueError(f"no order of {path} has stages that are all among {', '.join((*NODES, *ALIASES))}")
    orders = frame.sort_values("entered_at", kind="stable").drop_duplicates("order_id").set_index("order_id")
    orders = orders.sort_index()
    book = _book(orders, _life(frame, orders.index, zone))
    book.currency = currency
    book.promised = _promises(orders, zone)
    return Company(start, book, _customers(orders, book), (), Dirt(), None), skipped


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        frame = pd.read_csv(path, dtype={"order_id": str}, parse_dates=["entered_at", "left_at"])
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise ValueError(f"{path} lacks the columns {', '.join(missing)}")
    frame = frame.astype({"order_id": str, "stage": str})
    return frame[frame["entered_at"].notna()]


def _known_stages(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Stages under our own names; orders with any other stage are left out and counted by its name."""
    import pandas as pd

    stage = frame["stage"].replace(ALIASES)
    unknown = ~stage.isin(NODES)
    lost = frame.loc[unknown, "order_id"]
    skipped = Counter(frame.loc[unknown].drop_duplicates(["order_id", "stage"])["stage"].tolist())
    known = ~frame["order_id"].isin(lost)
    return frame[known].assign(stage=pd.Categorical(stage[known], NODES)), dict(skipped)


def _life(frame: pd.DataFrame, order_ids: pd.Index[str], zone: ZoneInfo) -> Ints:
    """The events of each order, shape (orders, EVENTS), epoch seconds.

    A node without a row has no length: it is entered and left when the next one is entered. An order whose
    last row was left before transport has gone away there, which our systems call cancelled.
    """
    entered, left = (_grid(frame, order_ids, name, zone) for name in ("entered_at", "left_at"))
    present = _grid(frame, order_ids, "entered_at", zone) < NEVER
    ends = np.where(present, left, NEVER)
    for node in range(3, -1, -1):  # absent nodes end where the next begins
        begins = np.where(present[:, node + 1], entered[:, node + 1], ends[:, node + 1])
        ends[:, node] = np.where(present[:, node], ends[:, node], np.where(begins < NEVER, begins, NEVER))
    life = np.full((len(order_ids), EVENTS), NEVER, dtype=np.int64)
    life[:, PAID] = entered.min(axis=1)
    life[:, AUDITED : SIGNED + 1] = ends
    life[:, AUDITED : SIGNED + 1] = np.maximum.accumulate(
        np.maximum(life[:, AUDITED : SIGNED + 1], life[:, [PAID]]), axis=1
    )
    last = 4 - np.argmax(present[:, ::-1], axis=1)
    last_left = left[np.arange(len(left)), last]
    gone = (last < 4) & (last_left < NEVER)
    life[gone, CANCELLED] = np.maximum(last_left[gone], life[gone, PAID])
    return life


def _grid(frame: pd.DataFrame, order_ids: pd.Index[str], column: str, zone: ZoneInfo) -> Ints:
    """One column as (orders, nodes) in epoch seconds, ``NEVER`` where there is nothing."""
    import pandas as pd

    local = pd.to_datetime(frame[column]).astype("datetime64[s]")
    instants = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    known = instants.notna().to_numpy()
    rows = order_ids.get_indexer(pd.Index(frame["order_id"]))[known]
    nodes = frame["stage"].cat.codes.to_numpy()[known]
    grid = np.full((len(order_ids), len(NODES)), NEVER, dtype=np.int64)
    grid[rows, nodes] = instants[known].astype("int64").to_numpy()
    return grid


def _book(orders: pd.DataFrame, life: Ints) -> Book:
    n = len(orders)
    value = (orders["order_value"].astype(float).fillna(0.0).to_numpy() * 100).round().astype(np.int64)
    only_first = np.array([1, 0, 0], dtype=np.int64)
    return Book(
        times=life,
        category=_texts(orders, "category", "unknown"),
        region=_texts(orders, "dest_region", "unknown"),
        channel=_texts(orders, "channel", "unknown"),
        warehouse=_texts(orders, "origin_region", "WH"),
        carrier=_texts(orders, "carrier", "CARRIER"),
        customer=np.arange(n, dtype=np.int64),
        sku=np.ones((n, 3), dtype=np.int64),
        qty=np.tile(only_first, (n, 1)),
        price=value[:, None] * only_first,
        latest_ship=np.full(n, NEVER, dtype=np.int64),
        promised=np.full(n, NEVER, dtype=np.int64),
        order_no=np.array(orders.index.tolist(), dtype=np.str_),
        wave=_optional(orders, "wave"),
        manifest=_optional(orders, "manifest"),
    )


def _promises(orders: pd.DataFrame, zone: ZoneInfo) -> Ints:
    """What each order's customer was promised, in epoch seconds."""
    import pandas as pd

    local = pd.to_datetime(orders["promised_at"]).astype("datetime64[s]")
    instants = local.dt.tz_localize(zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward")
    known = instants.notna().to_numpy()
    at = np.full(len(orders), NEVER, dtype=np.int64)
    at[known] = instants[known].astype("int64").to_numpy()
    return at


def _texts(orders: pd.DataFrame, column: str, default: str) -> Texts:
    if column not in orders.columns:
        return np.full(len(orders), default)
    values = orders[column].astype(object)
    return np.array(values.where(values.notna(), default).astype(str).tolist(), dtype=np.str_)


def _optional(orders: pd.DataFrame, column: str) -> list[str | None]:
    return [text or None for text in _texts(orders, column, "").tolist()]


def _customers(orders: pd.DataFrame, book: Book) -> Customers:
    """One customer per order; only segments called VIP or SVIP are important."""
    segment = np.char.upper(_texts(orders, "customer_segment", "REGULAR"))
    tier = np.where(np.isin(segment, TIERS), segment, "REGULAR")
    none = np.zeros(len(orders), dtype=np.bool_)
    return Customers(tier, np.maximum(book.times[:, PAID] - DAY, 1), none)
