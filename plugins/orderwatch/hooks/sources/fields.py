"""Decoders: one raw value of a source becomes one typed value of ours, or a short reason why not.

Reasons show at most a few characters and never a long run of digits, which could be a telephone number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from orderwatch.hooks.sources import config
from orderwatch.hooks.sources.paths import ABSENT, NotAnObject, compile_path

Decode = Callable[[Any], Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AMOUNT = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_LONG_NUMBER = re.compile(r"\d{7,}")
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_INT64 = 2**63


class NotDecodable(ValueError):
    """The value is not what the source's file says; args are (place below the field, reason) pairs."""

    args: tuple[tuple[str, str], ...]


def show(value: object, limit: int = 20) -> str:
    """A value for an error text: short, printable, without long numbers; containers only by kind."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        head = _LONG_NUMBER.sub("***", value[: limit * 4])
        shown = "".join(letter if letter.isprintable() else "?" for letter in head[:limit])
        return f"'{shown}…'" if len(head) > limit or len(value) > limit * 4 else f"'{shown}'"
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a very large number"
    return _LONG_NUMBER.sub("***", str(value))[:limit]


def _no(value: object, what: str) -> NotDecodable:
    return NotDecodable(("", f"{show(value)} is not {what}"))


def text(value: Any) -> str | None:
    """Trimmed text; blank is nothing; a whole number is taken as an identifier."""
    if type(value) is int:
        return str(value) if abs(value) < _INT64 else _raise(_no(value, "text"))
    if not isinstance(value, str):
        raise _no(value, "text")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _no(value, "storable text")
    if "\x00" in value:
        raise _no(value, "storable text")
    return value.strip() or None


def text_up_to(longest: int) -> Decode:
    """Text of at most so many characters: what ends up in an index must fit into it."""

    def decode(value: Any) -> str | None:
        found = text(value)
        if found is not None and len(found) > longest:
            raise _no(value, f"a text of at most {longest} characters")
        return found

    return decode


def _raise(error: Exception) -> Any:
    raise error


def enum(values: dict[str, str]) -> Decode:
    """The table's word; a received word that is not in it stays, marked if it would pass for one of ours."""
    ours = frozenset(values.values())

    def decode(value: Any) -> str | None:
        if isinstance(value, str) and value in values:
            return values[value]
        word = text(value)
        if word is None or word in values:
            return None if word is None else values[word]
        return f"?{word}" if word in ours else word

    return decode


def _plausible(instant: datetime, value: Any) -> datetime:
    if not _FIRST <= instant < _LAST:
        raise _no(value, "a plausible time")
    return instant


def iso_time(zone: ZoneInfo | None) -> Decode:
    """ISO text; without an offset it is wall time in ``zone``, and an error where there is none.

    In the repeated hour of a clock change the first of the two instants is meant.
    """

    def decode(value: Any) -> datetime | None:
        if value == "":
            return None
        if not isinstance(value, str) or len(value) < len("2026-10-08 09:58"):
            raise _no(value, "a time")
        try:
            parsed = datetime.fromisoformat(value)
            if parsed.tzinfo is None:
                if zone is None:
                    raise _no(value, "a time with an offset")
                parsed = parsed.replace(tzinfo=zone)
            instant = parsed.astimezone(UTC)
        except NotDecodable:
            raise
        except (ValueError, OverflowError):
            raise _no(value, "a time") from None
        return _plausible(instant, value)

    return decode


def epoch_ms(value: Any) -> datetime:
    """Milliseconds since 1970 as a whole number."""
    number = _whole(value, "a time in milliseconds")
    try:
        instant = EPOCH + timedelta(milliseconds=number)
    except OverflowError:
        raise _no(value, "a time in milliseconds") from None
    return _plausible(instant, value)


def money(digits: int, at_least: int | None = None, at_most: int | None = None) -> Decode:
    """Minor units, exactly: an amount finer than the currency's smallest unit is an error, not rounded.

    The limits are in major units.
    """

    def decode(value: Any) -> int:
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        written = str(value).strip() if plain and not _huge(value) else ""
        if not _AMOUNT.fullmatch(written):
            raise _no(value, "an amount")
        amount = Decimal(written)
        _refuse_beyond(amount, value, at_least, at_most)
        minor = amount.scaleb(digits)
        if minor != int(minor):
            raise _no(value, f"an amount with {digits} decimals")
        return _bounded(int(minor), value, "an amount")

    return decode


def _huge(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= _INT64


def _bounded(number: int, value: Any, what: str) -> int:
    if abs(number) >= _INT64:
        raise _no(value, what)
    return number


def _whole(value: Any, what: str) -> int:
    if type(value) is int:
        return _bounded(value, value, what)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return _bounded(int(value), value, what)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    raise _no(value, what)


def _refuse_beyond(number: int | Decimal, value: Any, at_least: int | None, at_most: int | None) -> None:
    if at_least is not None and number < at_least:
        raise _no(value, f"at least {at_least}")
    if at_most is not None and number > at_most:
        raise _no(value, f"at most {at_most}")


def integer(times: int, at_least: int | None = None, at_most: int | None = None) -> Decode:
    """A whole number in our unit; the limits are in the source's."""

    def decode(value: Any) -> int:
        number = _whole(value, "a whole number")
        _refuse_beyond(number, value, at_least, at_most)
        return _bounded(number * times, value, "a whole number")

    return decode


def boolean(value: Any) -> bool:
    """true or false; 0 and 1 count, words do not."""
    if isinstance(value, bool) or (type(value) is int and value in {0, 1}):
        return bool(value)
    raise _no(value, "true or false")


def _list_of(decode: Decode, what: str) -> Decode:
    def decode_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _no(value, "a list")
        found: list[Any] = []
        for position, entry in enumerate(value):
            try:
                done = None if entry is None else decode(entry)
            except NotDecodable as error:
                raise NotDecodable(*((f"[{position}]{place}", why) for place, why in error.args)) from None
            if done is None:
                raise NotDecodable((f"[{position}]", f"is empty instead of {what}"))
            found.append(done)
        return found

    return decode_list


def _iso_text(decode: Decode) -> Decode:
    def to_text(value: Any) -> str | None:
        instant: datetime | None = decode(value)
        return None if instant is None else instant.isoformat().replace("+00:00", "Z")

    return to_text


def _objects(field: config.ObjectsField, zone: ZoneInfo) -> Decode:
    parts = [
        (name, name in field.needs, (part.path, compile_path(part.path), _nested(part, zone), empty_of(part)))
        for name, part in field.fields.items()
    ]

    def decode_one(entry: Any) -> dict[str, Any]:
        if not isinstance(entry, dict):
            raise _no(entry, "an object")
        row: dict[str, Any] = {}
        wrong: list[tuple[str, str]] = []
        for name, needed, part in parts:
            row[name], why = read(entry, *part)
            if needed and row[name] is None and not why:
                why = [(part[0], "is empty")]
            wrong += [(f".{place}", reason) for place, reason in why]
        if wrong:
            raise NotDecodable(*wrong)
        return row

    return _list_of(decode_one, "an object")


def read(
    record: dict[str, Any], path: str, get: Decode, decode: Decode, empty: Callable[[], Any]
) -> tuple[Any, list[tuple[str, str]]]:
    """One field of one record: (value, what is wrong with it)."""
    try:
        value = get(record)
        if value is None or value is ABSENT:
            return empty(), []
        return decode(value), []
    except NotAnObject as error:
        return empty(), [(path, str(error))]
    except NotDecodable as error:
        return empty(), [(path + place, why) for place, why in error.args]


def _nested(field: config.AnyField, zone: ZoneInfo) -> Decode:
    if isinstance(field, config.EnumField):
        return _closed(enum(field.values), frozenset(field.values.values()))
    if isinstance(field, config.TextField):
        return text_up_to(field.max_length or config.INSIDE)
    decode = decoder(field, zone)
    return _iso_text(decode) if field.kind in {"local_time", "epoch_ms", "iso_time"} else decode


def _closed(decode: Decode, ours: frozenset[str]) -> Decode:
    def decode_known(value: Any) -> str | None:
        word: str | None = decode(value)
        if word is not None and word not in ours:
            raise _no(value, "a known word")
        return word

    return decode_known


def empty_of(field: config.AnyField) -> Callable[[], Any]:
    """What "nothing" is in this field: an empty list for lists, otherwise None."""
    return list if isinstance(field, _LISTS) else _none


def _none() -> None:
    return None


_LISTS = (config.TextListField, config.IntegerListField, config.ObjectsField)


def decoder(field: config.AnyField, zone: ZoneInfo) -> Decode:
    """The decoder that the field's declaration asks for; it never sees None. Raises NotDecodable."""
    match field:
        case config.TextField():
            return text if field.max_length is None else text_up_to(field.max_length)
        case config.EnumField():
            return enum(field.values)
        case config.LocalTimeField():
            return iso_time(ZoneInfo(field.zone) if field.zone else zone)
        case config.EpochMsField():
            return epoch_ms
        case config.IsoTimeField():
            return iso_time(None)
        case config.MoneyField():
            return money(field.digits, field.at_least, field.at_most)
        case config.IntegerField():
            return integer(field.times, field.at_least, field.at_most)
        case config.BooleanField():
            return boolean
        case config.TextListField():
            return _list_of(text_up_to(field.max_length), "text")
        case config.IntegerListField():
            return _list_of(integer(1), "a whole number")
        case config.ObjectsField():
            return _objects(field, zone)
