"""A scan killed anywhere is finished by its rerun or by the next scan: same books, nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from orderwatch.pipeline.apply import apply_feeds
from orderwatch.pipeline.validate import validate_feeds
from tests.pipeline.books import books
from tests.pipeline.conftest import Install
from tests.pipeline.harness import Pipeline
from tests.pipeline.killing import count_statements, killed_after, killed_after_seconds

SOURCES: Final = ("erp", "wms", "crm")
STEPS: Final[dict[str, Callable[[Pipeline, int], Any]]] = {
    "pull": lambda pipeline, scan_id: pipeline.pull(scan_id, SOURCES),
    "validate": lambda pipeline, scan_id: validate_feeds(pipeline.engine, scan_id, pipeline.now()),
    "apply": lambda pipeline, scan_id: apply_feeds(pipeline.engine, scan_id, pipeline.now(), pipeline.policy),
    "detect": lambda pipeline, scan_id: pipeline.detect(scan_id),
}
FRACTIONS: Final = {"pull": (0, 0.6), "validate": (0.5, 1), "apply": (0, 0.5, 1), "detect": (0, 0.3, 0.7, 1)}
POINTS: Final = [pytest.param(step, at, id=f"{step}-{at}") for step, places in FRACTIONS.items() for at in places]


@dataclass(frozen=True)
class Halt:
    """A database in which a scan has come up to a step, and how many statements that step runs."""

    database: str
    statements: int


@pytest.fixture(scope="module")
def before(install: Install) -> dict[str, Halt]:
    halts = {}
    template: dict[str, Any] = {}
    for step, work in STEPS.items():
        pipeline = install(name=f"before_{step}", **template)
        scan_id = pipeline.open() if step == "pull" else _scan(pipeline)
        ahead = install(f"before_{step}", name=f"after_{step}")
        halts[step] = Halt(f"before_{step}", count_statements(lambda: work(ahead, scan_id), ahead.engine))  # noqa: B023 - called at once
        template = {"template": f"after_{step}"}
    return halts


def _scan(pipeline: Pipeline) -> int:
    with pipeline.engine.connect() as conn:
        return int(conn.exec_driver_sql("select max(scan_id) from scan_run").scalar_one())


def _kill(pipeline: Pipeline, step: str, halt: Halt, at: float) -> None:
    point = int(at * (halt.statements - 1))
    assert killed_after(point, lambda: STEPS[step](pipeline, _scan(pipeline)), pipeline.engine)


@pytest.mark.parametrize(("step", "at"), POINTS)
def test_a_killed_step_is_finished_by_its_rerun(
    install: Install, before: dict[str, Halt], undisturbed: dict[str, Any], step: str, at: float
) -> None:
    pipeline = install(before[step].database)
    _kill(pipeline, step, before[step], at)
    for rest in list(STEPS)[list(STEPS).index(step) :]:
        STEPS[rest](pipeline, _scan(pipeline))
    assert books(pipeline.engine) == undisturbed


@pytest.mark.parametrize(("step", "at"), POINTS[2::4])
def test_a_killed_scan_is_made_good_by_the_next_one(
    install: Install, before: dict[str, Halt], undisturbed: dict[str, Any], step: str, at: float
) -> None:
    pipeline = install(before[step].database)
    _kill(pipeline, step, before[step], at)
    pipeline.scan()
    assert books(pipeline.engine) == undisturbed


@pytest.mark.parametrize("step", STEPS)
def test_a_scan_that_ends_between_two_steps_is_made_good_by_the_next_one(
    install: Install, before: dict[str, Halt], undisturbed: dict[str, Any], step: str
) -> None:
    pipeline = install(before[step].database)
    pipeline.scan()
    assert books(pipeline.engine) == undisturbed


@pytest.mark.parametrize("seconds", [0.15, 0.5, 0.9])
def test_a_scan_killed_at_any_moment_is_made_good_by_the_next_one(
    install: Install, undisturbed: dict[str, Any], seconds: float
) -> None:
    pipeline = install()
    killed_after_seconds(seconds, pipeline.scan)
    pipeline.scan()
    assert books(pipeline.engine) == undisturbed
