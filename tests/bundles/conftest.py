"""A bundle of playbooks over a folder that the test may edit, with our database behind it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from orderwatch.paths import PLAYBOOKS
from tests.dags import airflow_home  # sets Airflow's environment

if TYPE_CHECKING:
    from orderwatch.bundles.playbooks import PlaybookBundle

assert airflow_home
Open = Callable[..., "PlaybookBundle"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two of the shipped playbooks."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    for name in ("single_important", "triage_check"):
        shutil.copy(PLAYBOOKS / f"{name}.yaml", folder)
    return folder


@pytest.fixture
def open_bundle(engine: Engine, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The bundle as a DAG processor opens it, or with ``version=`` as a worker does; ``machine`` has its own disk."""
    url = engine.url
    own = {"conn_type": "postgres", "login": url.username, "schema": url.database, "host": url.query["host"]}
    monkeypatch.setenv("AIRFLOW_CONN_ORDERWATCH_DB", json.dumps(own))

    def open_bundle(version: str | None = None, machine: str = "first") -> PlaybookBundle:
        from orderwatch.bundles.playbooks import PlaybookBundle

        monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH", str(tmp_path / machine))
        bundle = PlaybookBundle(name="playbooks", source=str(source), version=version)
        bundle.initialize()
        return bundle

    return open_bundle
