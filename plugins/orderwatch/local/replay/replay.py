"""Replay a recorded history through the whole pipeline, under one set of rules or under two side by side."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from orderwatch.core.backtest.truth import Truth
from orderwatch.core.models.terms import terms_like
from orderwatch.core.policy.histories import HistoriesFile
from orderwatch.core.words import NODES
from orderwatch.local import postgres
from orderwatch.local.history_file import History, HistoryError, read_history
from orderwatch.local.replay.course import Course, Progress, Span, run_course
from orderwatch.local.replay.facts import COLUMNS, read_facts
from orderwatch.local.replay.paper import Answers
from orderwatch.local.replay.rules import Rules
from orderwatch.local.replay.story import Story, story_of
from orderwatch.local.replay.verdict import differences, figures_of, outcome_of
from orderwatch.store.migrate import migrate


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed: days of the business (both included; none: the last whole month), how often a scan runs,
    what late means, and what those say who are asked."""

    first: date | None
    last: date | None
    every: timedelta
    truth: Truth
    answers: Answers


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What came out; ``differing`` is empty where only one set of rules was replayed."""

    first: date
    last: date
    zone: ZoneInfo
    truth: Truth
    history: History
    unknown: int
    courses: Sequence[Course]
    figures: Sequence[Mapping[str, Any]]
    differing: pd.DataFrame

    def as_document(self, file: str) -> dict[str, Any]:
        """All figures, their definition of truth beside them."""
        return {
            "file": file,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "truth": str(self.truth),
            "left_out": {**self.history.left_out, "outcome_unknown": self.unknown},
            "rules": [
                {
                    "name": course.rules.name,
                    "policy_version": course.rules.policy.version,
                    "versions": {at.isoformat(): said for at, said in course.versions},
                    **figures,
                }
                for course, figures in zip(self.courses, self.figures, strict=True)
            ],
            "differing_orders": len(self.differing),
        }


def replay(file: Path, rules: Sequence[Rules], known: HistoriesFile, asked: Asked, progress: Progress) -> Replayed:
    """Each set of rules on a database of its own, at the same time.

    Raises HistoryError where the file is at fault, ModelError where nothing can be learned from it.
    """
    zone = ZoneInfo(rules[0].policy.calendars.business_zone)
    history = read_history(file, known, asked.truth.by_promise, zone, COLUMNS)
    facts = read_facts(file, history.further, zone)
    nodes = {name: NODES[known.steps[name].like] for name in history.steps}
    terms = terms_like({name: node.code for name, node in nodes.items()}, rules[0].policy)
    if asked.truth.stage and asked.truth.stage not in terms.steps:
        raise HistoryError(f"{file.name}: stage is {asked.truth.stage} in no row; it has {', '.join(terms.steps)}")
    first, last = _days(file, history, asked, zone)
    span = Span(_epoch(first, zone), _epoch(last + timedelta(days=1), zone), int(asked.every.total_seconds()))
    currency = next(iter(rules[0].policy.grading.high_value), "CNY")
    courses = _run_all(rules, story_of(history, facts, nodes, currency), span, asked.answers, progress)
    outcome = outcome_of(history, asked.truth, terms.final, nodes)
    return Replayed(
        first=first,
        last=last,
        zone=zone,
        truth=asked.truth,
        history=history,
        unknown=outcome.unknown,
        courses=courses,
        figures=[figures_of(course, outcome, span) for course in courses],
        differing=differences(courses[0], courses[-1], outcome) if len(courses) > 1 else pd.DataFrame(),
    )


def write(replayed: Replayed, file: str, figures: Path | None, orders: Path | None) -> None:
    """Figures as JSON, differing orders as parquet. Raises OSError."""
    if figures:
        figures.write_text(json.dumps(replayed.as_document(file), ensure_ascii=False, indent=1) + "\n")
    if orders:
        replayed.differing.rename_axis("order_id").reset_index().to_parquet(orders, index=False)


def _run_all(rules: Sequence[Rules], story: Story, span: Span, answers: Answers, progress: Progress) -> list[Course]:
    with tempfile.TemporaryDirectory(prefix="orderwatch-") as folder:
        data = Path(folder) / "pg"
        server = postgres.start(data)
        try:
            urls = []
            for number, _ in enumerate(rules):
                postgres.create_database(server, f"replay_{number}")
                urls.append(postgres.url_of(server, f"replay_{number}"))
                migrate(urls[-1])
            return _side_by_side(
                [partial(run_course, url, one, story, span, answers) for url, one in zip(urls, rules, strict=True)],
                progress,
            )
        finally:
            postgres.stop(data)


def _side_by_side(courses: Sequence[Callable[[Progress], Course]], progress: Progress) -> list[Course]:
    """All at once; when one fails, or somebody ends it, the others stop at their next scan."""
    over = Event()

    def go_on(name: str, done: int, all_of: int) -> None:
        if over.is_set():
            raise InterruptedError(f"the replay of the rules {name} was stopped at scan {done}")
        progress(name, done, all_of)

    with ThreadPoolExecutor(len(courses)) as pool:
        work = [pool.submit(course, go_on) for course in courses]
        try:
            ended, _ = wait(work, return_when=FIRST_EXCEPTION)
        finally:
            over.set()
    for one in ended:
        one.result()  # what failed first, and not that the others were stopped for it
    return [one.result() for one in work]


def _days(file: Path, history: History, asked: Asked, zone: ZoneInfo) -> tuple[date, date]:
    begins = datetime.fromtimestamp(int(history.rows["entered_s"].min()), UTC).astimezone(zone).date()
    ends = datetime.fromtimestamp(history.until, UTC).astimezone(zone).date()
    last = asked.last or (asked.first and ends) or ends.replace(day=1) - timedelta(days=1)
    first = asked.first or last.replace(day=1)
    if not begins < first <= last <= ends:
        raise HistoryError(
            f"{file.name} goes from {begins} to {ends} (entered_at, left_at); {first} to {last} cannot be replayed: "
            "something has to lie before it to learn from, --from and --to choose the days"
        )
    return first, last


def _epoch(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
