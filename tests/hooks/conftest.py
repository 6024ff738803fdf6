"""Connections as an administrator enters them, through the environment."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))  # before anything imports Airflow

import pytest

Enter = Callable[..., None]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """Enters the connection of this id."""

    def define(conn_id: str, **described: Any) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(described))

    return define
