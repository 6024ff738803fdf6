"""Every DAG can be read, reads fast, tells people what it is for, and cannot be started with nonsense."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderwatch.edge.assets import CLOSED, CLOSED_ALIAS
from orderwatch.operators.approve_version import WAITS
from orderwatch.paths import HOME, POLICY
from tests.dags.installation import DRIFT, HISTORY, PROGRAMME, REVIEWS, RULES, SCAN, read_dag

if TYPE_CHECKING:
    from airflow.sdk import DAG

DAGS = (DRIFT, HISTORY, PROGRAMME, REVIEWS, RULES, SCAN)
FILES = sorted((HOME / "dags").glob("*.py"))
HEADINGS = ["Purpose", "Flow", "When it fails", "Owner"]
TASKS = {
    DRIFT: {"check_drift"},
    RULES: {"learn_rules"},
    REVIEWS: {"write_reviews", "print_reviews", "remind_owners", "ask_customers"},
    PROGRAMME: {"write_report"},
    HISTORY: {
        "open_scan", "erp.pull", "wms.pull", "validate_feeds", "apply_feeds", "learn_thresholds", "approve_version",
        "activate_version",
    },
    SCAN: {
        "open_scan", "erp.pull", "wms.pull", "crm.pull",
        "validate_feeds", "apply_feeds", "detect_anomalies", "start_responses", "notify_owners",
    },
}  # fmt: skip
VERBS = {
    "check", "open", "pull", "validate", "apply", "learn", "approve", "activate", "detect", "start", "notify", "write",
    "print", "remind", "ask",
}  # fmt: skip
PARSE_SECONDS = 0.3
PARSE = """
import json, os, runpy, sys, time
import airflow.sdk

def measure(file):
    reading, writing = os.pipe()
    if os.fork() == 0:
        begun = time.process_time()
        runpy.run_path(file)
        os.write(writing, str(time.process_time() - begun).encode())
        os._exit(0)
    os.wait()
    os.close(writing)
    return float(os.read(reading, 99))

print(json.dumps({file: [measure(file) for _ in range(5)] for file in sys.argv[1:]}))
"""


@pytest.fixture(params=DAGS)
def dag(request: pytest.FixtureRequest) -> DAG:
    return read_dag(request.param)


def test_the_folder_holds_these_dags_and_every_file_can_be_read() -> None:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(HOME / "dags")
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(DAGS)
    assert {(HOME / "dags" / f"{name}.py") for name in (*bag.dags, "playbooks")} == set(FILES)


def test_the_page_of_a_dag_says_purpose_flow_failure_and_owner(dag: DAG) -> None:
    assert re.findall(r"^### (.+)$", dag.doc_md or "", re.MULTILINE) == HEADINGS
    assert all(len(part.split()) > 5 for part in re.split(r"^### .+$", dag.doc_md or "", flags=re.MULTILINE)[1:])


def test_every_task_has_an_owner_retries_and_somebody_who_hears_of_its_failure(dag: DAG) -> None:
    from orderwatch.notifiers.task_failed import TaskFailedNotifier

    for task in dag.tasks:
        assert task.owner == "order-operations"
        assert task.retries == 2
        assert [type(callback) for callback in task.on_failure_callback] == [TaskFailedNotifier]
    assert "orderwatch" in dag.tags


def test_tasks_are_called_what_they_do_and_stand_in_the_documentation(dag: DAG) -> None:
    ids = {task.task_id for task in dag.tasks}
    assert ids == TASKS[dag.dag_id]
    assert {task_id.rpartition(".")[2].partition("_")[0] for task_id in ids} <= VERBS
    undocumented = ids - {"open_scan"} - set(re.findall(r"`([a-z_.]+)`", dag.doc_md or ""))
    assert undocumented <= {"validate_feeds", "apply_feeds"}  # said in words where a DAG shares them with the scan
    if dag.dag_id == SCAN:
        assert undocumented == set()


def test_runs_never_overlap_and_never_catch_up(dag: DAG) -> None:
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    allowed = {str(one.value) for one in dag.allowed_run_types}  # a backfill is refused
    assert allowed == {"scheduled", "manual"} | ({"asset_triggered"} if dag.dag_id == REVIEWS else set())


def test_reviews_begin_when_a_scan_has_closed_incidents_and_every_half_hour_without_it() -> None:
    reviews, scan = read_dag(REVIEWS), read_dag(SCAN)
    assert [asset.name for asset in reviews.timetable.asset_condition.objects] == [CLOSED]
    assert [one.name for one in scan.get_task("detect_anomalies").outlets] == [CLOSED_ALIAS]


def test_a_scan_that_hangs_is_over_before_the_next_one_is_due() -> None:
    scan = read_dag(SCAN)
    assert scan.dagrun_timeout is not None and scan.dagrun_timeout < timedelta(minutes=15)
    assert all(task.execution_timeout < scan.dagrun_timeout for task in scan.tasks)
    assert read_dag(HISTORY).dagrun_timeout == WAITS  # as long as the question says


@pytest.mark.parametrize(
    ("dag_id", "after", "due"),
    [
        (SCAN, "2026-11-22T10:01+00:00", "2026-11-22T10:15+00:00"),
        (SCAN, "2026-11-22T10:15+00:00", "2026-11-22T10:30+00:00"),
        (DRIFT, "2026-11-22T10:00+00:00", "2026-11-23T01:30+00:00"),  # 09:30 on Monday in Shanghai
        (REVIEWS, "2026-11-22T10:01+00:00", "2026-11-22T10:30+00:00"),
        (RULES, "2026-11-22T10:00+00:00", "2026-11-23T02:00+00:00"),  # 10:00 on Monday in Shanghai
        (PROGRAMME, "2026-11-22T10:00+00:00", "2026-12-01T00:00+00:00"),  # 08:00 on 1 December in Shanghai
        (HISTORY, "2026-11-22T10:00+00:00", "2026-11-30T19:00+00:00"),  # 03:00 on 1 December in Shanghai
    ],
)
def test_the_schedule_is_every_quarter_of_an_hour_every_week_and_every_month(dag_id: str, after: str, due: str) -> None:
    from airflow.sdk import timezone

    assert _timetable(dag_id)._get_next(timezone.parse(after)) == timezone.parse(due)


def test_unpausing_starts_no_run_of_the_past(dag: DAG) -> None:
    """At most the tick that has just come due: Airflow lets it run for 5 minutes or a tenth of the period."""
    from airflow.sdk import timezone
    from airflow.timetables.base import TimeRestriction

    timetable = _timetable(dag.dag_id)
    assert dag.start_date is None
    assert all(task.start_date is None for task in dag.tasks)
    now = timezone.coerce_datetime(timezone.utcnow())
    nothing_ran_yet = {"last_automated_data_interval": None, "restriction": TimeRestriction(None, None, False)}
    first = timetable.next_dagrun_info(**nothing_ran_yet)
    period = timetable._get_next(now) - timetable._get_prev(now)
    assert first is not None
    assert now - first.run_after <= max(period / 10, timedelta(minutes=5)) + timedelta(seconds=10)


def test_a_dag_survives_serialisation(dag: DAG) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    stored = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    read = DagSerialization.from_dict(stored)
    assert {task.task_id: task.downstream_task_ids for task in read.tasks} == {
        task.task_id: task.downstream_task_ids for task in dag.tasks
    }
    assert all(task.has_on_failure_callback for task in read.tasks)
    assert dict(read.params.dump()) == dict(dag.params.dump())


def test_the_form_of_a_scan_has_the_documented_fields() -> None:
    scan = read_dag(SCAN)
    assert dict(scan.params.dump()) == {
        "sources": ["erp", "wms", "crm"], "look_back": None, "dry_run": False, "note": None
    }  # fmt: skip
    assert all(scan.params.get_param(name).schema["title"] for name in scan.params)
    assert dict(read_dag(HISTORY).params.dump()) == {
        "node": "all", "window": "as the policy says", "mode": "as the policy says", "candidates": None,
        "dry_run": False,
    }  # fmt: skip
    assert dict(read_dag(RULES).params.dump()) == {"window": "as the policy says", "dry_run": False}
    assert dict(read_dag(PROGRAMME).params.dump()) == {"month": None}


def test_the_form_of_a_retraining_takes_every_clock_that_there_is() -> None:
    from orderwatch.core.models.spec import EXAMPLES, MODES
    from orderwatch.core.policy import load_policy

    names = [*EXAMPLES.split(", "), *MODES, *load_policy(POLICY).thresholds.clock.candidates]
    assert _fill({"candidates": names, "window": "120d"}, HISTORY)["candidates"] == names
    offered = read_dag(HISTORY).params.get_param("mode").schema
    assert {"formula", "best", *MODES} < set(offered["enum"]) == set(offered["values_display"])


@pytest.mark.parametrize(
    "form",
    [
        {"candidates": ["nonsense"]},
        {"candidates": ["risk:2"]},
        {"candidates": ["fixed"]},
        {"candidates": "risk:0.80"},
        {"window": "soon"},
        {"mode": "magic"},
        {"node": "packing"},
    ],
    ids=str,
)
def test_the_form_of_a_retraining_refuses_at_once_what_nobody_could_learn(form: Mapping[str, Any]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        _fill(form, HISTORY)


@pytest.mark.parametrize(
    "form",
    [
        {"sources": ["wms"], "look_back": "90m"},
        {"look_back": "2d", "dry_run": True, "note": "备注 " * 100},
        {"look_back": None, "note": None},
    ],
)
def test_the_form_takes_what_it_explains(form: Mapping[str, Any]) -> None:
    assert _fill(form) == {"sources": ["erp", "wms", "crm"], "look_back": None, "dry_run": False, "note": None} | form


@pytest.mark.parametrize(
    "form",
    [
        {"sources": ["sap"]},
        {"sources": []},
        {"sources": "erp"},
        {"look_back": "6"},
        {"look_back": "six hours"},
        {"look_back": "6h; drop table orders"},
        {"look_back": "0h"},
        {"look_back": "99999999999d"},
        {"look_back": 6},
        {"dry_run": "no"},
        {"note": "x" * 501},
    ],
    ids=lambda form: str(form)[:40],
)
def test_the_form_refuses_nonsense(form: Mapping[str, Any]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        _fill(form)


@pytest.mark.parametrize("window", ["180", "half a year", "0d", ""])
def test_the_form_of_a_retraining_refuses_a_window_before_anything_is_fetched(window: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        _fill({"window": window}, HISTORY)


def test_a_retraining_takes_its_window_in_days_or_hours() -> None:
    assert _fill({"window": "400d"}, HISTORY)["window"] == "400d"
    assert _fill({}, HISTORY)["window"] == "as the policy says"


@pytest.mark.parametrize("month", ["2026-13", "last month", "2026-10-01", 202610])
def test_the_form_of_a_report_takes_a_month_and_nothing_else(month: object) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    assert _fill({"month": "2026-10"}, PROGRAMME) == {"month": "2026-10"}
    with pytest.raises(ParamValidationError):
        _fill({"month": month}, PROGRAMME)


def test_dag_files_hold_wiring_only() -> None:
    assert all(len(file.read_text().splitlines()) <= 150 for file in FILES)


def test_dag_files_are_read_fast() -> None:
    """Every task process reads its DAG file again, so what is heavy is imported where it runs; the processor's own time
    counts, whoever else is at work."""
    done = subprocess.run(
        [sys.executable, "-c", PARSE, *map(str, FILES)], check=True, capture_output=True, text=True, timeout=60
    )
    seconds = {file: statistics.median(times) for file, times in json.loads(done.stdout.splitlines()[-1]).items()}
    assert len(seconds) == len(DAGS) + 1
    assert all(median < PARSE_SECONDS for median in seconds.values()), seconds


def test_airflow_loads_our_plugin_and_none_of_our_modules_under_a_bare_name() -> None:
    from airflow import plugins_manager

    plugins_manager.ensure_plugins_loaded()
    assert plugins_manager.get_import_errors() == {}
    ours = next(plugin for plugin in plugins_manager.get_plugin_info() if plugin["name"] == "orderwatch")
    assert [view["destination"] for view in ours["external_views"]] == ["nav", "dag_run", "task_instance"]
    package = str(HOME / "plugins" / "orderwatch") + os.sep
    strangers = {
        name
        for name, module in sys.modules.items()
        if str(getattr(module, "__file__", None)).startswith(package) and not name.startswith("orderwatch")
    }
    assert strangers == set()


def _timetable(dag_id: str) -> Any:
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable = coerce_to_core_timetable(read_dag(dag_id).timetable)
    return getattr(timetable, "timetable", timetable)  # of what also starts by an event: its clock


def _fill(form: Mapping[str, Any], dag: str = SCAN) -> dict[str, Any]:
    """What a run would see that somebody starts with this form."""
    params = read_dag(dag).params
    params.update(dict(form))
    return params.validate()
