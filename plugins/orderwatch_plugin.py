"""What Orderwatch adds to Airflow's own pages."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


async def _pages(scope: Any, receive: Any, send: Any) -> None:
    """Our pages, imported at the first request: every Airflow process loads plugins, only the API server serves."""
    from orderwatch.web.app import app

    await app(scope, receive, send)


class OrderwatchPlugin(AirflowPlugin):
    """*Order Health* in the navigation, where people act, and its numbers on the home page; the *Orderwatch* tab on
    runs and tasks: what came in, what was refused, what was found, who was told, or the incident that is answered."""

    name = "orderwatch"
    fastapi_apps = [{"app": _pages, "url_prefix": "/orderwatch", "name": "Orderwatch"}]  # noqa: RUF012  # read by Airflow as is
    external_views = [  # noqa: RUF012  # read by Airflow as is
        {
            "name": "Order Health",
            "href": "/orderwatch/board",
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "order-health",
            "icon": "/orderwatch/static/health.svg",
            "icon_dark_mode": "/orderwatch/static/health-dark.svg",
        },
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
    react_apps = [  # noqa: RUF012  # read by Airflow as is
        {
            "name": "OrderHealthStrip",
            "bundle_url": "/orderwatch/static/home.js",
            "destination": "dashboard",
            "url_route": "order-health-strip",
        },
    ]
