"""Where people find a page of Airflow: the links in messages, labels and buttons."""

from __future__ import annotations

from urllib.parse import quote


def page_of(dag_id: str, run_id: str | None = None) -> str:
    """The address of a DAG, or of one of its runs, as people reach it."""
    from airflow.sdk.configuration import conf

    base = conf.get("api", "base_url", fallback="").rstrip("/")
    page = f"{base}/dags/{quote(dag_id, safe='')}"
    return page if run_id is None else f"{page}/runs/{quote(run_id, safe='')}"
