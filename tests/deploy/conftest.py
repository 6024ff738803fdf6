"""The deployment files of the repository, started as a reader of `.env.example` would."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))  # before anything imports Airflow

import pytest

from tests.deploy import env_file
from tests.deploy.compose_rules import REPOSITORY
from tests.deploy.env_file import Entry
from tests.deploy.render import Stack


@pytest.fixture(scope="session")
def documented() -> dict[str, Entry]:
    return env_file.read((REPOSITORY / ".env.example").read_text())


@pytest.fixture(scope="session")
def variables(documented: dict[str, Entry]) -> dict[str, str]:
    return env_file.fill_in(documented)


@pytest.fixture(scope="session")
def stack(variables: dict[str, str]) -> Stack:
    return Stack((REPOSITORY / "docker-compose.yaml").read_text(), variables)
