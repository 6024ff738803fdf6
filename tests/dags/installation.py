"""One installation on real Airflow: connections from the environment, runs with ``dag.test()``, books and sinks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, text

from orderwatch.local.demo import connections_of
from orderwatch.local.verdict import Reality
from orderwatch.paths import HOME
from orderwatch.store import findings
from tests.pipeline.company import Company

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.sdk import DAG

HISTORY, SCAN = "threshold_retraining", "order_health_scan"
DRIFT, RULES, REVIEWS = "threshold_drift", "rule_learning", "incident_postmortem"
PROGRAMME = "programme_report"


def read_dag(dag_id: str, folder: Path = HOME / "dags") -> DAG:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(folder / f"{dag_id}.py")
    assert bag.import_errors == {}
    return bag.dags[dag_id]


@dataclass
class Installation:
    """Our database, the company's systems, and the Airflow connections between them."""

    engine: Engine
    company: Company
    monkeypatch: pytest.MonkeyPatch
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        url = self.engine.url
        own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
        for name, value in {"orderwatch_db": own, **connections_of(self.company.at)}.items():
            self.monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(value))
        with self.engine.begin() as conn:
            ahead = {"s": self.company.ahead()}
            conn.execute(text("update clock set ahead = make_interval(secs => :s)"), ahead)
        self._seen = {"chat": len(self.company.chat()), "mails": len(self.company.mails())}

    def run(self, dag_id: str, **form: Any) -> DagRun:
        """One run of the DAG, now; the keywords are what somebody filled into its form."""
        return read_dag(dag_id).test(run_conf=form)

    def scan(self, **form: Any) -> DagRun:
        return self.run(SCAN, **form)

    def run_all_again(self, run: DagRun) -> DagRun:
        """The same run once more, from its first task."""
        return read_dag(run.dag_id).test(logical_date=run.logical_date, run_after=run.run_after)

    def run_again(self, run: DagRun, *task_ids: str) -> dict[str, str]:
        """Clear these tasks of a finished run and let each run once more, as the Clear button does."""
        from airflow.sdk.definitions.dag import _run_task  # what dag.test() runs each task with
        from airflow.utils.session import create_session

        dag = read_dag(run.dag_id)
        for task_id in task_ids:
            ti = run.get_task_instance(task_id)
            with create_session() as session:
                ti = session.merge(ti)
                ti.clear_next_method_args()
                ti.try_number += 1
                ti.state = "scheduled"
            _run_task(ti=ti, task=dag.get_task(task_id))
        return states(run)

    def ask(self, question: str, **values: Any) -> list[Any]:
        """The rows of one question to the books; of one column, its values."""
        with self.engine.connect() as conn:
            rows = conn.execute(text(question), values).all()
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def chat(self) -> list[Mapping[str, Any]]:
        """What WeCom has shown since this installation is here."""
        return self.company.chat()[self._seen["chat"] :]

    def mails(self) -> list[Mapping[str, Any]]:
        return self.company.mails()[self._seen["mails"] :]

    def reality(self) -> Reality:
        with self.engine.connect() as conn:
            messages = findings.count_messages(conn)
            return Reality(
                orders=findings.count_waiting(conn),
                found=findings.read_found(conn),
                silenced=findings.read_silenced(conn),
                quarantined=findings.read_quarantined(conn),
                chat=self.chat(),
                mails=self.mails(),
                unsettled_messages=sum(n for state, n in messages.items() if state != "delivered"),
                scan_seconds=0.0,
            )


def states(run: DagRun) -> dict[str, str]:
    """Task id to state."""
    return {ti.task_id: str(ti.state) for ti in run.get_task_instances()}


def returned(run: DagRun, task_id: str) -> Any:
    """What a task of the run has returned."""
    return run.get_task_instance(task_id).xcom_pull(task_ids=task_id)
