"""From one page to the next, without going in circles and without trusting a broken row."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orderwatch.hooks.sources.config import FeedConfig
from orderwatch.hooks.sources.fields import EPOCH, decoder, empty_of, read
from orderwatch.hooks.sources.paths import compile_path

Position = tuple[datetime, str]
AHEAD = timedelta(hours=1)  # a version further beyond the window's end than this is a broken row, not a place


def write_instant(instant: datetime, feed: FeedConfig) -> str | int:
    """An instant as the source wants to read it, rounded down to what the notation can say."""
    if feed.instant == "epoch_ms":
        return (instant - EPOCH) // timedelta(milliseconds=1)
    if feed.instant == "iso_time":
        return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    local = instant.astimezone(ZoneInfo(feed.zone))
    return local.replace(microsecond=0, tzinfo=None).isoformat(sep=" ")


def position_reader(feed: FeedConfig) -> Callable[[Any], Position | None]:
    """A function from a raw record to its (version, key), or None where either is unusable."""
    zone = ZoneInfo(feed.zone)
    parts = [
        (spec.path, compile_path(spec.path), decoder(spec, zone), empty_of(spec))
        for spec in (feed.fields[feed.version], feed.fields[feed.key])
    ]

    def position(record: Any) -> Position | None:
        if not isinstance(record, dict):
            return None
        version, key = (read(record, *part)[0] for part in parts)
        return (version, key) if version is not None and key is not None else None

    return position


@dataclass(slots=True)
class Keyset:
    """Where a keyset pull stands. Rows behind the last usable one come again and are dropped once."""

    position: Callable[[Any], Position | None]
    limit: datetime
    at: Position | None = None
    _tail: list[str] = field(default_factory=list)

    def fresh(self, records: list[Any]) -> list[Any]:
        """The records without the unusable ones at the end of the page before, which lead this one."""
        tail, self._tail = self._tail, []
        again = tail and [_fingerprint(record) for record in records[: len(tail)]] == tail
        return records[len(tail) :] if again else records

    def advance(self, records: list[Any]) -> bool:
        """Move behind the last usable record; False if no record leads further."""
        for number in range(len(records) - 1, -1, -1):
            found = self.position(records[number])
            if found and found[0] <= self.limit + AHEAD and (self.at is None or found > self.at):
                self.at = found
                self._tail = [_fingerprint(record) for record in records[number + 1 :]]
                return True
        return False


def _fingerprint(record: Any) -> str:
    try:
        return json.dumps(record, sort_keys=True)
    except RecursionError:
        return ""
