"""The first thing that happens to received records: personal data is masked, monsters are cut.

Nothing later in the program, in a log or in the quarantine sees a record as it came.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

TOO_LARGE = "_too_large"
CONTENT = "_content"
WRONG_SHAPE = "_wrong_shape"
MASK = "***"
_KEY = secrets.token_bytes(32)
_KEPT = 64  # characters of a text that is cut
_CUTS = 8  # texts that are cut before the record is given up
_Place = tuple[Any, Any, str]  # container, key in it, path of the value


def take_in(records: Sequence[Any], personal: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Records without personal data, each an object of at most ``limit`` bytes of JSON.

    A record that is no object becomes {"_wrong_shape": kind}, its content dropped: personal data in it could
    not be found. One beyond the limit keeps its fields, its longest texts cut, and names the longest one in
    "_too_large". "_content" is `content_id` of the record as it came. Records are changed in place.
    """
    paths = [path.split(".") for path in personal]
    return [_take(record, paths, limit) for record in records]


def content_id(record: Any) -> str:
    """What tells two records apart although their personal data is masked: a keyed digest of everything.

    The key lives as long as this process, so that nobody can try telephone numbers against a stored digest.
    """
    return _digest(_written(record))


def _take(record: Any, personal: Sequence[Sequence[str]], limit: int) -> dict[str, Any]:
    if not isinstance(record, dict):
        return {WRONG_SHAPE: kind(record)}
    try:
        written = _written(record)
    except RecursionError:
        return {WRONG_SHAPE: "nested too deeply"}
    large = len(written) > limit
    longest = _longest(record) if large else None
    for path in personal:
        _mask(record, path)
    taken = _cut(record, longest, limit) if large else record
    taken[CONTENT] = _digest(written)
    return taken


def kind(value: Any) -> str:
    """A value's kind in plain words."""
    return {list: "a list", str: "text", type(None): "null"}.get(type(value), "a single value")


def _written(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _digest(written: bytes) -> str:
    return hashlib.blake2b(written, key=_KEY, digest_size=12).hexdigest()


def _mask(value: Any, path: Sequence[str]) -> None:
    """Replace what is at the path, through lists; where the shape differs, replace what stands in the way."""
    if isinstance(value, list):
        for position, entry in enumerate(value):
            if isinstance(entry, dict | list):
                _mask(entry, path)
            else:
                value[position] = _masked(entry)
    elif isinstance(value, dict) and path[0] in value:
        inner = value[path[0]]
        if len(path) > 1 and isinstance(inner, dict | list):
            _mask(inner, path[1:])
        else:
            value[path[0]] = _masked(inner)


def _masked(value: Any) -> str | None:
    if value is None:
        return None
    return "" if isinstance(value, str) and not value.strip() else MASK


def _texts(record: dict[str, Any]) -> Iterator[_Place]:
    open_places: list[tuple[Any, str]] = [(record, "")]
    while open_places:
        value, path = open_places.pop()
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, entry in inside:
            place = f"{path}[{key}]" if isinstance(value, list) else f"{path}.{key}".lstrip(".")
            if isinstance(entry, str):
                yield value, key, place[:80]
            elif isinstance(entry, dict | list):
                open_places.append((entry, place[:80]))


def _longest(record: dict[str, Any]) -> _Place | None:
    return max(_texts(record), key=lambda place: len(place[0][place[1]]), default=None)


def _cut(record: dict[str, Any], longest: _Place | None, limit: int) -> dict[str, Any]:
    named = longest[2] if longest else "(record)"
    for _ in range(_CUTS):
        place = _longest(record)
        if len(_written(record)) <= limit or place is None:
            break
        container, key, _path = place
        container[key] = container[key][:_KEPT] + "…"
    if len(_written(record)) > limit:  # not one long text but very many fields: keep the plain ones at the top
        plain = [(key, value) for key, value in record.items() if not isinstance(value, dict | list)]
        record = {key[:_KEPT]: value for key, value in plain[:50] if len(str(value)) <= 2 * _KEPT}
    return {**record, TOO_LARGE: named}
