"""A source's file: a mistake is found before it asks anybody anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orderwatch.hooks.sources.config import SourceConfig, load_source
from orderwatch.hooks.sources.errors import ConfigError

SourceFile = Callable[[str, str], Path]


@pytest.mark.parametrize("name", ["erp", "wms", "crm"])
def test_shipped_files_load(name: str, shipped: Callable[[str], SourceConfig]) -> None:
    config = shipped(name)
    assert config.source == name
    assert all(feed.source == name and feed.zone == "Asia/Shanghai" for feed in config.feeds.values())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("source: crm", "source: crm\nsource: wms", "source"),
        ("as: iso_time", "as: isotime", "feeds.customers.fields.version"),
        ("overlap: 30m", "overlap: 30", "overlap"),
        ("zone: Asia/Shanghai", "zone: Asia/Shanghei", "zone"),
        ("lag: 5s", "lag: 5s\nsurprise: 1", "surprise"),
        ("key: customer_id", "key: customer", "customer"),
        ('records: "@"', 'records: "@["', "feeds.customers.records"),
        ("{path: tier,", "{path: 'tier[',", "feeds.customers.fields.tier"),
        ("personal: [name, phone]", "personal: ['name[0]']", "personal"),
        ("{path: id, as: text}", "{path: id, as: text, max_length: 2704}", "feeds.customers.fields.customer_id"),
        ("{path: id, as: text}", "{path: id, as: integer, at_least: 2, at_most: 1}", "no number would do"),
        ("    fields:\n", "    derive: {n: {by: count_of, of: lines}}\n    fields:\n", "derive.n: lines"),
        ("changes: {since: updated_since}\n", "changes: {since: 5}\n", "feeds.customers.pull.changes.since"),
    ],
)
def test_mistake_names_file_and_field(old: str, new: str, told: str, source_file: SourceFile) -> None:
    with pytest.raises(ValueError, match=r"crm\.yaml") as found:
        load_source(source_file(old, new))
    assert told in str(found.value)


def test_window_overlaps_backwards_and_stays_behind_now(shipped: Callable[[str], SourceConfig], now: datetime) -> None:
    feed = shipped("erp").feed("orders")
    assert feed.window(now, now) == (now - timedelta(minutes=30), now - timedelta(seconds=5))
    assert feed.window(None, now) == (None, now - timedelta(seconds=5))


def test_unknown_feed_lists_the_known_ones(shipped: Callable[[str], SourceConfig]) -> None:
    with pytest.raises(ConfigError, match="customers, delay_requests, complaints"):
        shipped("crm").feed("orders")
