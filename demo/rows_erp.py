"""The order book in the ERP's words."""

from __future__ import annotations

from demo.book import AUDITED, BALANCE, CANCELLED, PAID, SIGNED, Book, Line
from demo.feed import Row
from demo.instants import DAY, NEVER, local_text
from demo.people import address, customer_no, person_name, phone
from demo.vocabulary import CATEGORIES, WEIGHT_G

INSTALLED_AFTER, INSTALLED_LATE = 8 * DAY, 20 * DAY  # from the payment to the appointment: most, and one in five


def order_row(book: Book, row: int, modified: int, now: int) -> Row:
    """One order as the ERP shows it at ``now`` (epoch seconds)."""
    extra = book.special(row)
    times = book.times[row]
    lines = extra.lines or ordinary_lines(book, row)
    customer = int(book.customer[row])
    region, channel = str(book.region[row]), str(book.channel[row])
    latest_ship = extra.latest_ship if extra.latest_ship is not None else int(book.latest_ship[row])
    return {
        "order_no": str(book.order_no[row]),
        "modified": local_text(modified),
        "state": state(book, row, now),
        "order_type": "PRESALE" if extra.presale else "NORMAL",
        "entry": {"by": entry(book, row)},
        "appointment_time": appointment(book, row),
        "shop": {"code": f"{channel}-01", "channel": channel},
        "buyer": {
            "customer_no": customer_no(customer),
            "name": person_name(customer),
            "phone": phone(customer),
            "province": region,
            "address": address(customer, region) if extra.address is None else extra.address,
        },
        "paid_time": past(int(times[PAID]), now),
        "balance_paid_time": past(int(times[BALANCE]), now) if extra.presale else None,
        "audit_time": past(int(times[AUDITED]), now),
        "pay": {
            "state": payment(book, row, now),
            "amount": money(sum(line.qty * line.price_minor for line in lines)),
            "currency": book.currency,
        },
        "latest_ship_time": None if latest_ship == NEVER else local_text(latest_ship),
        "promise_time": None if book.promised[row] == NEVER else local_text(int(book.promised[row])),
        "warehouse": str(book.warehouse[row]),
        "tags": list(extra.tags),
        "remark": extra.remark,
        "lines": [line_row(number, line) for number, line in enumerate(lines, 1)],
    }


def state(book: Book, row: int, now: int) -> str:
    times = book.times[row]
    if times[CANCELLED] <= now:
        return "CANCELLED"
    if times[SIGNED] <= now:
        return "FINISHED"
    return "AUDITED" if times[AUDITED] <= now else "WAIT_AUDIT"


def payment(book: Book, row: int, now: int) -> str:
    extra = book.special(row)
    if extra.refunded or book.times[row, CANCELLED] <= now:
        return "REFUNDED"
    return "DEPOSIT" if extra.presale and book.times[row, BALANCE] > now else "PAID"


def entry(book: Book, row: int) -> str:
    """Who entered it: as a rule the buyer, now and then sales or the customer service on the telephone."""
    said, customer = book.special(row).entry, int(book.customer[row])
    return said or ("SALES" if customer % 16 == 0 else "SERVICE" if customer % 23 == 0 else "BUYER")


def appointment(book: Book, row: int) -> str | None:
    """When it is installed: whoever buys a home appliance chooses a day; what sales enters gets its day later."""
    said = book.special(row).appointment
    if said is None and str(book.category[row]) == "appliances" and entry(book, row) != "SALES":
        said = int(book.times[row, PAID]) + (INSTALLED_LATE if int(book.customer[row]) % 5 == 0 else INSTALLED_AFTER)
    return instant(said)


def past(at: int, now: int) -> str | None:
    """An instant that has come, ``None`` for the future."""
    return local_text(at) if at <= now else None


def instant(at: int | None) -> str | None:
    return None if at is None else local_text(at)


def money(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def ordinary_lines(book: Book, row: int) -> tuple[Line, ...]:
    """The one to three articles of an ordinary order, all of its category."""
    category = str(book.category[row])
    known = category in CATEGORIES
    return tuple(
        Line(
            sku=f"{category.upper()}-{int(sku):04d}",
            category=category,
            qty=int(qty),
            price_minor=int(price),
            perishable=category == "fresh",
            weight_g=WEIGHT_G[CATEGORIES.index(category)] if known else 1000,
        )
        for sku, qty, price in zip(book.sku[row], book.qty[row], book.price[row], strict=True)
        if qty
    )


def line_row(number: int, line: Line) -> Row:
    return {
        "line_no": number,
        "sku": line.sku,
        "category": line.category,
        "qty": line.qty,
        "price": money(line.price_minor),
        "presale": line.presale,
        "ship_by": instant(line.ship_by),
        "original_ship_by": instant(line.original_ship_by),
        "ship_within_hours": line.ship_within_hours,
        "perishable": line.perishable,
        "bulky": line.bulky,
        "weight_g": line.weight_g,
        "fulfilment": line.fulfilment,
        "supplier": line.supplier,
        "supplier_ack_time": instant(line.supplier_ack),
        "supplier_slot_time": instant(line.supplier_slot),
    }
