"""Columns that are computed from decoded ones; each function is named in a source's file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderwatch.hooks.sources.config import CountOf, Derive, EmptyWhile, FirstRepeated, FlagIfAnyEmpty, ValueOfLargest
from orderwatch.hooks.sources.paths import ABSENT, Getter, NotAnObject, compile_path

Columns = Mapping[str, Sequence[Any]]


def derive(rule: Derive, records: Sequence[dict[str, Any]], columns: Columns) -> list[Any]:
    """The values of one computed column, one per record."""
    match rule:
        case CountOf():
            return [None if entries is None else len(entries) for entries in columns[rule.of]]
        case FirstRepeated():
            return [_first_repeated(entries, rule.take) for entries in columns[rule.of]]
        case ValueOfLargest():
            return [_largest(entries, rule) for entries in columns[rule.of]]
        case FlagIfAnyEmpty():
            empty = _any_empty([compile_path(path) for path in rule.paths])
            return [
                [*flags, rule.flag] if flags is not None and rule.flag not in flags and empty(record) else flags
                for record, flags in zip(records, columns[rule.to], strict=True)
            ]
        case EmptyWhile():
            return [
                all(columns[name][row] is None for name in rule.of)
                and all(columns[name][row] == value for name, value in rule.meanwhile.items())
                for row in range(len(records))
            ]


def _first_repeated(entries: Sequence[Mapping[str, Any]] | None, name: str) -> Any:
    seen: set[Any] = set()
    for entry in entries or ():
        value = entry.get(name)
        if value is not None and value in seen:
            return value
        seen.add(value)
    return None


def _largest(entries: Sequence[Mapping[str, Any]] | None, rule: ValueOfLargest) -> Any:
    if not entries:
        return None
    largest = max(entries, key=lambda entry: math.prod(entry.get(name) or 0 for name in rule.product))
    return largest.get(rule.take)


def _any_empty(getters: Sequence[Getter]) -> Callable[[dict[str, Any]], bool]:
    return lambda record: any(_empty(get, record) for get in getters)


def _empty(get: Getter, record: dict[str, Any]) -> bool:
    try:
        value = get(record)
    except NotAnObject:
        return True
    return value is None or value is ABSENT or (isinstance(value, str) and not value.strip())
