"""Ask the order's own systems once more, between the claim of an act and the act: has the order moved on?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, get_args
from zoneinfo import ZoneInfo

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.standing import MovedOn, OrderNow, ShipmentNow, moved_on
from orderwatch.core.words import Node, OrderStatus, Payment
from orderwatch.hooks.sources.config import FeedConfig, SourceConfig
from orderwatch.hooks.sources.decode import decode
from orderwatch.hooks.sources.errors import ConfigError, SourceError

ORDERS, SHIPMENTS = "orders", "shipments"
Row = Mapping[str, Any]


class Source(Protocol):
    """What is needed of a source hook."""

    config: SourceConfig

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]: ...


class Unreadable(ValueError):
    """The source answered, but not in a way that says where the order stands."""


def recheck(effect: Effect, source_of: Callable[[str], Source], now: datetime, zone: str) -> Outcome | None:
    """``None``: the order still stands where it was late, the act may go out. Otherwise why it may not.

    ``source_of`` gives the source of a feed. A feed whose file has no ``look_up`` cannot be asked; our books, which
    the claim has asked already, then have the last word. A source that does not answer puts the act off: nobody is
    written to or paid on a guess.
    """
    if effect.late_in is None or effect.order_id is None:
        return None
    try:
        orders = _rows(source_of(ORDERS), ORDERS, effect.order_id, now)
        if orders == []:
            raise Unreadable(f"{source_of(ORDERS).config.source} does not know order {effect.order_id}")
        order = _order(orders[0]) if orders else OrderNow("open", "paid")
        shipments = _rows(source_of(SHIPMENTS), SHIPMENTS, effect.order_id, now)
    except (ConfigError, SourceError, Unreadable) as error:
        return Outcome("put_off", f"nobody can say whether the order still waits: {error}")
    found = moved_on(Node(effect.late_in), order, [_shipment(row) for row in shipments or ()])
    return None if found is None else Outcome("called_off", _say(found, zone))


def _rows(source: Source, feed: str, order_id: str, now: datetime) -> list[Row] | None:
    """The source's records of this order; none at all where it cannot be asked for one order."""
    spec: FeedConfig = source.config.feed(feed)
    if spec.look_up is None:
        return None
    frame = decode(source.look_up(feed, order_id), spec, now)
    rows: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    mine = [row for row in rows if row.get("order_id") == order_id]
    if broken := next((row["decode_errors"] for row in mine if row["decode_errors"]), None):
        raise Unreadable(f"{source.config.source} says of order {order_id}: {broken}")
    return mine


def _order(row: Row) -> OrderNow:
    if row["status"] not in get_args(OrderStatus) or row["payment"] not in get_args(Payment):
        raise Unreadable(
            f"order {row['order_id']} is {row['status']!r} and {row['payment']!r}: nobody knows these words"
        )
    return OrderNow(row["status"], row["payment"], _instant(row.get("approved_at")))


def _shipment(row: Row) -> ShipmentNow:
    times = {name: _instant(row.get(name)) for name in ("printed_at", "picked_at", "shipped_at", "signed_at")}
    version = _instant(row["version"])
    if version is None:
        raise Unreadable(f"shipment {row['shipment_id']} has no version")
    return ShipmentNow(row["shipment_id"], version, row["status"], **times)


def _instant(value: Any) -> datetime | None:
    return None if value is None else value.to_pydatetime()


def _say(found: MovedOn, zone: str) -> str:
    at = f" at {found.at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" if found.at else ""
    return f"the order has moved on: {found.what}{at}"
