"""The way from a task of the retraining to the pictures of the version that its run has learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import BaseOperatorLink

from orderwatch.edge.address import page_of

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

TAB = "orderwatch-run"
"""Our tab on a run, as Airflow's address calls it."""


class VersionReportLink(BaseOperatorLink):
    """A button on the task; Airflow writes its address down when the task ends or begins to wait."""

    name = "图与数据 Pictures of the version"

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        del operator
        return report_of(ti_key.dag_id, ti_key.run_id)


def report_of(dag_id: str, run_id: str) -> str:
    """The address of our tab on a run: the page stays inside Airflow, beside the run's tasks and its question."""
    return f"{page_of(dag_id, run_id)}/plugin/{TAB}"
