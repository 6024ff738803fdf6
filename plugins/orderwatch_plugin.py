"""What Orderwatch adds to Airflow's own pages."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


def _app() -> Any:
    from orderwatch.web.app import app  # the API server serves it; the scheduler never needs it

    return app


class OrderwatchPlugin(AirflowPlugin):
    """The *Orderwatch* tab on runs and tasks: what came in, what was refused, what was found, who was told."""

    name = "orderwatch"
    fastapi_apps = [{"app": _app(), "url_prefix": "/orderwatch", "name": "Orderwatch"}]
    external_views = [
        {
            "name": "Orderwatch",
            "href": "/orderwatch/run?dag_id={DAG_ID}&run_id={RUN_ID}",
            "destination": "dag_run",
            "url_route": "orderwatch-run",
        },
        {
            "name": "Orderwatch",
            "href": "/orderwatch/run?dag_id={DAG_ID}&run_id={RUN_ID}&task_id={TASK_ID}",
            "destination": "task_instance",
            "url_route": "orderwatch-task",
        },
    ]
