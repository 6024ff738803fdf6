"""Where people find a page of Airflow: the links in messages, labels and buttons."""

from __future__ import annotations

from urllib.parse import quote


def base_address() -> str:
    """Airflow's own address as people reach it, without a slash at its end."""
    from airflow.sdk.configuration import conf

    return str(conf.get("api", "base_url", fallback="")).rstrip("/")


def page_of(dag_id: str, run_id: str | None = None) -> str:
    """The address of a DAG, or of one of its runs, as people reach it."""
    page = f"{base_address()}/dags/{quote(dag_id, safe='')}"
    return page if run_id is None else f"{page}/runs/{quote(run_id, safe='')}"


def page_of_ours(name: str) -> str:
    """The address of one of our own pages, as people reach it."""
    return f"{base_address()}/orderwatch/{name}"
