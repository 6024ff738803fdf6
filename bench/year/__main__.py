"""``python -m bench.year``: a year of the demo company, from its first order to its last review.

Ordinary orders, and among them some two thousand incidents whose causes are planted, or that have none in the data.
Every scan and every run of the reviews is the product's own code against a real database; the clock stands where it is
set. Scans come every 6 hours and not every 15 minutes, the reviews every 12 hours and not every half hour; messages are
planned, and none is sent. The last line is one JSON object; exit 0 only if every claim holds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.year import people, verdict
from bench.year.feed import Feed
from bench.year.office import Office
from bench.year.orders import Orders, make_orders, walk
from bench.year.plants import Days, outages, plant
from demo.instants import DAY, HOUR
from orderwatch.local import postgres
from orderwatch.store.migrate import migrate

FIRST: Final = int(datetime(2025, 1, 5, 20, tzinfo=UTC).timestamp())  # 04:00 on a Monday in Shanghai
BEFORE: Final = 75 * DAY  # from which the company's limits are learned
AFTER: Final = 12 * DAY  # until everything is over
SCAN: Final = 6 * HOUR
REVIEW: Final = 12 * HOUR
LEARN: Final = 30 * DAY
LOST_DAYS: Final = 10  # on which no run of the reviews comes
KILLED: Final = 6


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--per-day", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", type=int, default=0, help="how many wrong reviews to print")
    chosen = options.parse_args()
    began = time.monotonic()
    days = Days(FIRST, FIRST + chosen.days * DAY, chosen.seed, chosen.days / 365)
    orders = _company(days, chosen.per_day)
    with tempfile.TemporaryDirectory(prefix="orderwatch-") as folder:
        server = postgres.start(Path(folder) / "pg")
        try:
            postgres.create_database(server, "year")
            url = postgres.url_of(server, "year")
            migrate(url)
            office = Office(url)
            _live(office, orders, days)
            result = _judge(office, orders, days, chosen.show)
            office.engine.dispose()
        finally:
            postgres.stop(Path(folder) / "pg")
    print(json.dumps({**result, "seconds": round(time.monotonic() - began)}))
    return 0 if not result["missed"] else 1


def _company(days: Days, per_day: int) -> Orders:
    dice = np.random.default_rng(days.seed)
    orders = make_orders(dice, days.first - BEFORE, (days.last - days.first + BEFORE) // DAY, per_day)
    for step in walk(orders):
        plant(orders, step, days)
    print(f"{len(orders)} orders, of which {int(orders.taken.sum())} are late for a planted reason or for none")
    return orders


def _live(office: Office, orders: Orders, days: Days) -> None:
    """Scan by scan, with the people and the reviews between."""
    feed, silent = Feed(orders), outages(days)
    dice = np.random.default_rng([days.seed, 99])
    span = range(days.first + SCAN, days.last + AFTER, SCAN)
    lost = _some(dice, (days.last - days.first) // DAY, LOST_DAYS * days.scale)
    kills = _some(dice, len(span), KILLED * days.scale)
    office.set_time(days.first)
    office.load(feed.news(0, days.first))
    office.learn()
    heard = dict.fromkeys(office.feeds, days.first)
    began = time.monotonic()
    for number, at in enumerate(span):
        office.set_time(at)
        if (at - days.first) % LEARN < SCAN:
            office.learn()
        quiet = {one.source for one in silent if one.begins <= at < one.ends}
        office.scan(_tell(feed, heard, quiet, at), quiet)
        if at < days.last:
            people.end_by_hand(office, dice)
        if (at - days.first) // DAY in lost:
            office.done["review_runs_lost"] += (at - days.first) % REVIEW == 0
            continue
        if number in kills:
            office.review_killed(number % 3)
        elif (at - days.first) % REVIEW == 0:
            office.review()
            people.name_causes(office, dice)
        if number % 60 == 0:
            passed = time.monotonic() - began
            print(f"{office.now:%Y-%m-%d}  {passed:4.0f} s  {office.done['incidents_opened']} incidents", flush=True)


def _some(dice: np.random.Generator, among: int, count: float) -> set[int]:
    """So many of them, at least one, and no two that follow one another."""
    return set((2 * dice.choice(among // 2, max(1, round(count)), replace=False)).tolist())


FEEDS_OF: Final = {"orders": "erp", "shipments": "wms", "customers": "crm"}


def _tell(feed: Feed, heard: dict[str, int], quiet: set[str], at: int) -> dict[str, list[Any]]:
    """What the sources that speak have to say since they spoke last."""
    told: dict[str, list[Any]] = {}
    for since in {heard[source] for source in heard if source not in quiet}:
        news = feed.news(since, at)
        speak = {source for source in heard.keys() - quiet if heard[source] == since}
        told |= {name: rows for name, rows in news.items() if FEEDS_OF[name] in speak}
    for source in heard.keys() - quiet:
        heard[source] = at
    return told


def _judge(office: Office, orders: Orders, days: Days, show: int) -> dict[str, Any]:
    since = datetime.fromtimestamp(days.first, UTC) + timedelta(days=1)
    reviews = verdict.read(office, orders.truth, since)
    rules = office.policy.review
    for line in verdict.table(reviews):
        print(line)
    for one in [one for one in reviews if one.said != one.truth.cause and one.row.level >= 2][:show]:
        print(one.row.incident_id, one.row.dedup_key, one.truth, one.said, one.confidence, one.why)
    result = verdict.judge(reviews, rules.confidence)
    result["repeats"] = verdict.repeats(reviews, rules.repeat_within.total_seconds())
    result["done"] = dict(office.done)
    result["missed"] = verdict.missed(result, days.scale)
    return result


if __name__ == "__main__":
    sys.exit(main())
