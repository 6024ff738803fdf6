"""A company to watch, and databases in which it is already known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from sqlalchemy import Engine

from tests.conftest import Databases
from tests.pipeline.books import Rows, books
from tests.pipeline.company import Company
from tests.pipeline.harness import Pipeline

LEARNED = "orderwatch_learned"
_names = count(1)

StartCompany = Callable[[], Company]
Install = Callable[..., Pipeline]


@pytest.fixture(scope="session")
def start_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartCompany]:
    """Start one more company like the first; all of them close with the tests."""
    companies: list[Company] = []

    def start() -> Company:
        companies.append(Company(tmp_path_factory.mktemp("company")))
        return companies[-1]

    yield start
    for company in companies:
        company.close()


@pytest.fixture(scope="session")
def company(start_company: StartCompany) -> Company:
    """A company whose clock nobody moves and whose services nobody breaks."""
    return start_company()


@pytest.fixture(scope="session")
def learned(databases: Databases, company: Company) -> str:
    """The name of a database that has learned what is normal in this company and knows no open order."""
    _connect(databases.copy(name=LEARNED), company).learn()
    return LEARNED


@pytest.fixture(scope="session")
def install(databases: Databases, company: Company, learned: str) -> Install:
    """A Pipeline on its own copy of a database, by default the learned one, for a company, by default ours."""

    def install(template: str = learned, of: Company = company, name: str | None = None) -> Pipeline:
        return _connect(databases.copy(template, name), of)

    return install


@pytest.fixture(scope="session")
def scanned(install: Install) -> Pipeline:
    """After one scan that nobody disturbed; to look at, not to go on with."""
    pipeline = install()
    pipeline.scan()
    return pipeline


@pytest.fixture(scope="session")
def undisturbed(scanned: Pipeline) -> dict[str, Rows]:
    """The books of that scan."""
    return books(scanned.engine)


def _connect(engine: Engine, company: Company) -> Pipeline:
    pipeline = Pipeline(engine, company.at)
    pipeline.set_clock(company.ahead())
    return pipeline
