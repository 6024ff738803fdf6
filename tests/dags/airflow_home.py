"""A real Airflow in this process: its own home, its tables in the tests' PostgreSQL, nobody's own settings.

Importing this module sets the environment, so it has to come before the first import of Airflow; conftest files of
the directories whose tests need Airflow import it, and Airflow itself is imported inside tests and fixtures.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from functools import cache

from orderwatch.local import postgres
from orderwatch.paths import HOME

if "airflow" in sys.modules:
    raise RuntimeError("Airflow was imported before its test settings: import it inside tests, not at the top")

FOLDER = tempfile.mkdtemp(prefix="airflow-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
    del os.environ[_name]
os.environ |= {
    "AIRFLOW_HOME": FOLDER,
    "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viewer:viewer",
    "AIRFLOW__API__BASE_URL": "http://airflow.example",
    "AIRFLOW__API_AUTH__JWT_SECRET": "a-secret-of-the-tests-" * 4,
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "GX_ANALYTICS_ENABLED": "False",
}


@cache
def create_tables(server: str) -> None:
    """Airflow's own tables, once per test run, in a database of the given server."""
    postgres.create_database(server, "airflow")
    os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = postgres.url_of(server, "airflow", "postgresql+psycopg2")

    from airflow import settings
    from airflow.utils.db import initdb

    settings.dispose_orm()  # a test that needed no tables may have imported Airflow already
    settings.configure_vars()
    settings.configure_orm()
    initdb()


def disconnect() -> None:
    """Let go of the tables before their server stops."""
    from airflow import settings

    settings.dispose_orm()
