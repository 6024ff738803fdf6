"""Ask the order's own systems once more, between the claim of an act and the act: has the order moved on?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, get_args
from zoneinfo import ZoneInfo

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.standing import MovedOn, OrderNow, ShipmentNow, moved_on
from orderwatch.core.words import Node, OrderStatus, Payment
from orderwatch.hooks.sources.config import FeedConfig, SourceConfig
from orderwatch.hooks.sources.errors import ConfigError, SourceError
from orderwatch.hooks.sources.fields import decoder, empty_of, read
from orderwatch.hooks.sources.paths import compile_path

ORDERS, SHIPMENTS = "orders", "shipments"
SHIPMENT_FIELDS = tuple(field.name for field in fields(ShipmentNow))
Row = Mapping[str, Any]


class Source(Protocol):
    """What is needed of a source hook."""

    config: SourceConfig

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]: ...


class Unreadable(ValueError):
    """The source answered, but not in a way that says where the order stands."""


def recheck(effect: Effect, source_of: Callable[[str], Source], zone: str) -> Outcome | None:
    """``None``: the order still stands where it was late, the act may go out. Otherwise why it may not.

    ``source_of`` gives the source of a feed. A feed whose file has no ``look_up`` cannot be asked; our books, which
    the claim has asked already, then have the last word. A source that does not answer puts the act off: nobody is
    written to or paid on a guess.
    """
    if effect.late_in is None or effect.order_id is None:
        return None
    try:
        orders = _rows(source_of(ORDERS), ORDERS, effect.order_id, ("status", "payment", "approved_at"))
        if orders == []:
            raise Unreadable(f"{source_of(ORDERS).config.source} does not know order {effect.order_id}")
        order = _order(orders[0]) if orders else OrderNow("open", "paid")
        shipments = _rows(source_of(SHIPMENTS), SHIPMENTS, effect.order_id, SHIPMENT_FIELDS)
    except (ConfigError, SourceError, Unreadable) as error:
        return Outcome("put_off", f"nobody can say whether the order still waits: {error}")
    found = moved_on(Node(effect.late_in), order, [_shipment(row) for row in shipments or ()])
    return None if found is None else Outcome("called_off", _say(found, zone))


def _rows(source: Source, feed: str, order_id: str, names: Sequence[str]) -> list[Row] | None:
    """These fields of the source's records of this order; nothing at all where it cannot be asked for one order.

    Field by field and without a data frame: every act waits for this, in a process of its own.
    """
    spec: FeedConfig = source.config.feed(feed)
    if spec.look_up is None:
        return None
    zone = ZoneInfo(spec.zone)
    wanted = {name: spec.fields[name] for name in ("order_id", *names) if name in spec.fields}
    rows: list[Row] = []
    for record in source.look_up(feed, order_id):
        row: dict[str, Any] = {}
        wrong: list[str] = []
        for name, field in wanted.items():
            path = field.path
            row[name], problems = read(record, path, compile_path(path), decoder(field, zone), empty_of(field))
            wrong += [f"{place}: {why}" for place, why in problems]
        if row["order_id"] != order_id:
            continue
        if wrong:
            raise Unreadable(f"{source.config.source} says of order {order_id}: {'; '.join(wrong)}")
        rows.append(row)
    return rows


def _order(row: Row) -> OrderNow:
    if row["status"] not in get_args(OrderStatus) or row["payment"] not in get_args(Payment):
        raise Unreadable(
            f"order {row['order_id']} is {row['status']!r} and {row['payment']!r}: nobody knows these words"
        )
    return OrderNow(row["status"], row["payment"], row.get("approved_at"))


def _shipment(row: Row) -> ShipmentNow:
    if row["version"] is None:
        raise Unreadable(f"shipment {row['shipment_id']} has no version")
    return ShipmentNow(**{name: row[name] for name in SHIPMENT_FIELDS if name in row})


def _say(found: MovedOn, zone: str) -> str:
    at = f" at {found.at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" if found.at else ""
    return f"the order has moved on: {found.what}{at}"
