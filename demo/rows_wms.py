"""The order book in the warehouse system's words."""

from __future__ import annotations

from demo.book import AUDITED, CANCELLED, PICKED, PRINTED, SHIPPED, SIGNED, Book, Customs, Package
from demo.feed import Row

STATES = (10, 20, 30, 40, 50)  # waiting print, printed, picked, shipped, signed
CANCELLED_STATE = 90


def outbound_no(order_no: str) -> str:
    return f"OB{order_no.removeprefix('SO')}"


def shipment_row(book: Book, row: int, modified: int, now: int) -> Row:
    """One outbound order as the warehouse shows it at ``now`` (epoch seconds)."""
    extra = book.special(row)
    times = book.times[row]
    order_no = str(book.order_no[row])
    return {
        "outbound_no": outbound_no(order_no),
        "order_no": order_no,
        "modified": modified * 1000,
        "wh": str(book.warehouse[row]),
        "state": state(book, row, now),
        "wave": book.wave[row],
        "manifest": book.manifest[row] if times[SHIPPED] <= now else None,
        "carrier": str(book.carrier[row]) if times[PRINTED] <= now else None,
        "created": past_ms(int(times[AUDITED]), now),
        "printed": past_ms(int(times[PRINTED]), now),
        "picked": past_ms(int(times[PICKED]), now),
        "shipped": past_ms(int(times[SHIPPED]), now),
        "signed": past_ms(int(times[SIGNED]), now),
        "shortage": list(extra.shortage),
        "fault": extra.fault,
        "packages": [package_row(package, now) for package in extra.packages],
        "customs": customs_row(extra.customs, now),
    }


def state(book: Book, row: int, now: int) -> int:
    if book.times[row, CANCELLED] <= now:
        return CANCELLED_STATE
    return STATES[int((book.times[row, [PRINTED, PICKED, SHIPPED, SIGNED]] <= now).sum())]


def past_ms(at: int, now: int) -> int | None:
    """An instant that has come, in milliseconds; ``None`` for the future."""
    return at * 1000 if at <= now else None


def package_row(package: Package, now: int) -> Row:
    return {
        "no": package.no,
        "lines": list(package.lines),
        "eta": None if package.eta is None else package.eta * 1000,
        "shipped": past_ms(package.shipped, now),
        "signed": past_ms(package.signed, now),
    }


def customs_row(customs: Customs | None, now: int) -> Row | None:
    if customs is None or customs.entered > now:
        return None
    return {"status": customs.status, "entered": customs.entered * 1000, "route": customs.route}
