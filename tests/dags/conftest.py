"""Airflow with its tables, a company to watch, and a database that has learned from it by Airflow itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Databases
from tests.dags import airflow_home  # sets Airflow's environment
from tests.dags.installation import HISTORY, Installation, states
from tests.pipeline.company import Company

LEARNED = "dags_learned"
Install = Callable[..., Installation]


@pytest.fixture(scope="session")
def airflow(databases: Databases) -> Iterator[None]:
    """Airflow's own tables."""
    airflow_home.create_tables(databases.server)
    yield
    airflow_home.disconnect()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = Company(tmp_path_factory.mktemp("company"))
    yield company
    company.close()


@pytest.fixture(scope="session")
def learned(airflow: None, databases: Databases, company: Company) -> dict[str, str]:
    """The task states of the retraining that left the database ``LEARNED``."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return states(Installation(databases.copy(name=LEARNED), company, monkeypatch).run(HISTORY))


@pytest.fixture
def install(
    airflow: None,
    databases: Databases,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Install:
    """An installation that has learned what is normal and knows no open order; or one on another database."""

    def install(template: str = LEARNED) -> Installation:
        if template == LEARNED:
            request.getfixturevalue("learned")
        return Installation(databases.copy(template), company, monkeypatch)

    return install
