"""The order book: every order with its whole planned life, shown by the services as of the virtual now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from demo.instants import NEVER
from demo.vocabulary import NODES

PAID, BALANCE, AUDITED, PRINTED, PICKED, SHIPPED, SIGNED, CANCELLED, ERP_TOUCHED, WMS_TOUCHED = range(10)
EVENTS = 10
ERP_EVENTS = (PAID, BALANCE, AUDITED, SIGNED, CANCELLED, ERP_TOUCHED)
WMS_EVENTS = (AUDITED, PRINTED, PICKED, SHIPPED, SIGNED, CANCELLED, WMS_TOUCHED)

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Line:
    """One article of an order; prices in minor units, instants in epoch seconds."""

    sku: str
    category: str
    qty: int = 1
    price_minor: int = 10_000
    presale: bool = False
    ship_by: int | None = None
    original_ship_by: int | None = None
    ship_within_hours: int | None = None
    perishable: bool = False
    bulky: bool = False
    weight_g: int = 1000
    fulfilment: str = "WAREHOUSE"
    supplier: str | None = None
    supplier_ack: int | None = None
    supplier_slot: int | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One parcel of a split plan."""

    no: str
    lines: tuple[int, ...]
    eta: int | None
    shipped: int = NEVER
    signed: int = NEVER


@dataclass(frozen=True, slots=True)
class Customs:
    """Where a cross-border parcel stands at the border."""

    status: str
    entered: int
    route: str = "HK-SZ"


@dataclass(frozen=True, slots=True)
class Extra:
    """What makes an order out of the ordinary; most orders have none."""

    presale: bool = False
    refunded: bool = False
    tags: tuple[str, ...] = ()
    remark: str | None = None
    address: str | None = None
    latest_ship: int | None = None
    lines: tuple[Line, ...] = ()
    shortage: tuple[str, ...] = ()
    fault: str | None = None
    packages: tuple[Package, ...] = ()
    customs: Customs | None = None
    entry: str | None = None  # BUYER, SALES or SERVICE; None: as usual
    appointment: int | None = None  # when somebody comes to install it; None: as usual


ORDINARY = Extra()


@dataclass(slots=True)
class Book:
    """One row per order, sorted by ``order_no`` from :mod:`demo.numbering` on.

    ``times`` has shape (orders, EVENTS) in epoch seconds, ``NEVER`` for what does not happen;
    ``sku``, ``qty`` and ``price`` have shape (orders, 3), quantity 0 for no line.
    """

    times: Ints
    category: Texts
    region: Texts
    channel: Texts
    warehouse: Texts
    carrier: Texts
    customer: Ints
    sku: Ints
    qty: Ints
    price: Ints
    latest_ship: Ints
    promised: Ints
    extras: Mapping[int, Extra] = field(default_factory=dict)
    order_no: Texts = field(default_factory=lambda: np.array([], dtype=np.str_))
    wave: list[str | None] = field(default_factory=list)
    manifest: list[str | None] = field(default_factory=list)
    currency: str = "CNY"

    def __len__(self) -> int:
        return len(self.times)

    def special(self, row: int) -> Extra:
        return self.extras.get(row, ORDINARY)

    def latest(self, events: tuple[int, ...], now: int) -> Ints:
        """When a system last changed each order, 0 where it does not know the order yet."""
        times = self.times[:, events]
        return np.asarray(np.where(times <= now, times, 0).max(axis=1), dtype=np.int64)

    def node(self, row: int, now: int) -> str | None:
        """Where an open order stands, ``None`` when it is over or not paid yet."""
        times = self.times[row]
        if times[PAID] > now or times[SIGNED] <= now or times[CANCELLED] <= now:
            return None
        return NODES[int((times[[AUDITED, PRINTED, PICKED, SHIPPED]] <= now).sum())]

    def is_open(self, now: int) -> npt.NDArray[np.bool_]:
        """The orders that are neither completed nor cancelled."""
        times = self.times
        opened = (times[:, PAID] <= now) & (times[:, SIGNED] > now) & (times[:, CANCELLED] > now)
        return np.asarray(opened, dtype=np.bool_)


_COLUMNS = (
    "times",
    "category",
    "region",
    "channel",
    "warehouse",
    "carrier",
    "customer",
    "sku",
    "qty",
    "price",
    "latest_ship",
    "promised",
)


def columns_of(book: Book) -> dict[str, Any]:
    """The arrays of a book by name, without its document numbers."""
    return {name: getattr(book, name) for name in _COLUMNS}


def join(books: list[Book]) -> Book:
    """Several books as one, rows in the given order."""
    extras: dict[int, Extra] = {}
    start = 0
    for book in books:
        extras |= {start + row: extra for row, extra in book.extras.items()}
        start += len(book)
    columns: dict[str, Any] = {name: np.concatenate([getattr(book, name) for book in books]) for name in _COLUMNS}
    return Book(**columns, extras=extras)


def take(book: Book, rows: Ints) -> Book:
    """The chosen rows in the given order."""
    place = {int(row): at for at, row in enumerate(rows)}
    extras = {place[row]: extra for row, extra in book.extras.items() if row in place}
    columns = {name: values[rows] for name, values in columns_of(book).items()}
    return Book(**columns, extras=extras, currency=book.currency)
