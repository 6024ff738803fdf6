"""What the installed Airflow says about docker-compose.yaml: its options, its commands, its connections."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.deploy.compose_rules import INIT
from tests.deploy.render import Stack

SETTINGS = {
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__TEST_CONNECTION": "Disabled",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://airflow-apiserver:8080/execution/",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
    "GX_ANALYTICS_ENABLED": "False",
}
SHARED = (
    "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API__BASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CELERY__BROKER_URL", "AIRFLOW_CONN_ORDERWATCH_DB", "ORDERWATCH_DB_URL",
)  # fmt: skip
ROLES = {
    "airflow-apiserver": "api-server",
    "airflow-scheduler": "scheduler",
    "airflow-dag-processor": "dag-processor",
    "airflow-worker": "celery worker",
    "airflow-triggerer": "triggerer",
}
# Programs of images that are not ours; whatever else is called must exist in this environment.
FOREIGN = {"pg_isready", "redis-server", "redis-cli", "grep"}


@cache
def options() -> Mapping[str, Mapping[str, Any]]:
    """Every option of Airflow and its providers, under the name of its environment variable."""
    from airflow.configuration import retrieve_configuration_description

    return {
        f"AIRFLOW__{section.replace('.', '_')}__{option}".upper(): described
        for section, content in retrieve_configuration_description().items()
        for option, described in content["options"].items()
    }


@cache
def _airflow() -> argparse.ArgumentParser:
    from airflow.cli import cli_parser

    parser: argparse.ArgumentParser = cli_parser.get_parser()
    return parser


@cache
def _why_not_airflow(words: tuple[str, ...]) -> str:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            _airflow().parse_args(list(words))
        except SystemExit:
            lines = [line for line in said.getvalue().splitlines() if "error:" in line]
            return lines[-1] if lines else "refused"
    return ""


def _why_not_orderwatch(words: list[str]) -> str:
    from typer.main import get_command

    from orderwatch.cli import app

    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word not in command.commands:
            return f"orderwatch has no command {word!r}"
        command = command.commands[word]
    return ""


def _why_not_celery(words: list[str]) -> str:
    from importlib import import_module

    from celery.app.control import Inspect  # type: ignore[import-untyped]  # celery has no types
    from celery.bin.celery import celery  # type: ignore[import-untyped]

    module, _, name = words[words.index("--app") + 1].rpartition(".")
    try:
        getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        return str(error)
    command, action = words[words.index("--app") + 2 :][:2]
    if command not in celery.commands:
        return f"celery has no command {command!r}"
    known = {option for parameter in celery.commands[command].params for option in parameter.opts}
    unknown = [word for word in words[4:] if word.startswith("--") and word not in known]
    if unknown:
        return f"celery {command} has no option {unknown[0]}"
    return "" if hasattr(Inspect, action) else f"celery inspect knows no {action!r}"


def why_not(words: list[str]) -> str:
    """Why a command cannot run in its image; empty when it can."""
    program = words[0].rpartition("/")[2]
    if program in FOREIGN:
        return ""
    if program == "airflow":
        return _why_not_airflow(tuple(words[1:]))
    if program == "orderwatch":
        return _why_not_orderwatch(words[1:])
    if program == "celery":
        return _why_not_celery(words)
    if program == "python" and words[1] == "-c":
        try:
            compile(words[2], "health check", "exec")
        except SyntaxError as error:
            return str(error)
        return ""
    return f"nobody knows the program {program}"


def commands(given: Any) -> list[list[str]]:
    """The single commands behind ``command`` or ``test``: out of a shell, a prefix, a pipe."""
    if not given:
        return []
    words = list(given)
    if words[0] == "CMD":
        words = words[1:]
    if words[0] == "CMD-SHELL":
        words = ["sh", "-c", *words[1:]]
    if words[0] not in {"sh", "bash"}:
        return [words]
    script = re.sub(r"<<(\w+)\n.*?^\1$", "", words[-1].replace("\\\n", " "), flags=re.DOTALL | re.MULTILINE)
    parts = (shlex.split(part) for line in script.splitlines() for part in line.split("|"))
    return [list(_without_prefix(part)) for part in parts if part]


def _without_prefix(words: list[str]) -> Iterator[str]:
    started = False
    for word in words:
        started = started or not (word == "exec" or re.match(r"[A-Z_]+=", word))
        if started:
            yield word


def commands_exist(stack: Stack) -> Iterator[str]:
    for name, service in stack.services.items():
        for given in (service.get("command"), service.get("healthcheck", {}).get("test")):
            for words in commands(given):
                reason = why_not(words)
                if reason:
                    yield f"{name}: {reason}"


def services_play_their_role(stack: Stack) -> Iterator[str]:
    for name, role in ROLES.items():
        if stack.services.get(name, {}).get("command") != ["airflow", *role.split()]:
            yield f"{name} must run airflow {role}"
    first = [words[:3] for words in commands(stack.services[INIT].get("command"))]
    expected = [["airflow", "db", "migrate"], ["orderwatch", "db", "migrate"], ["airflow", "users", "create"]]
    if first != expected:
        yield f"{INIT} must migrate both databases, then create the administrator"


def options_exist(stack: Stack) -> Iterator[str]:
    """Airflow ignores a misspelt option without a word."""
    for name, service in stack.services.items():
        yield from wrong_options(name, service.get("environment", {}))


def wrong_options(name: str, environment: Mapping[str, str]) -> Iterator[str]:
    for key, value in environment.items():
        if not key.startswith("AIRFLOW__"):
            continue
        described = options().get(key)
        if described is None:
            yield f"{name}: Airflow has no option {key}"
        elif described.get("type") == "boolean" and value not in {"True", "False"}:
            yield f"{name}: {key} must be True or False, not {value}"
        elif described.get("type") == "integer" and not value.isdigit():
            yield f"{name}: {key} must be a number, not {value}"


def settings_agree(stack: Stack) -> Iterator[str]:
    """Every Airflow service has the settings that matter, and the same ones."""
    reference = stack.services[INIT]["environment"]
    for name, service in stack.services.items():
        if not name.startswith("airflow-"):
            continue
        environment = service.get("environment", {})
        for key, value in SETTINGS.items():
            if environment.get(key) != value:
                yield f"{name}: {key} must be {value}"
        for key in SHARED:
            if not environment.get(key) or environment[key] != reference.get(key):
                yield f"{name}: {key} must be set, the same everywhere"


def connections(stack: Stack) -> dict[str, str]:
    """The connections of the services, by name."""
    prefix = "AIRFLOW_CONN_"
    return {
        key.removeprefix(prefix).lower(): value
        for key, value in stack.services["airflow-worker"]["environment"].items()
        if key.startswith(prefix)
    }


def connections_are_understood(stack: Stack) -> Iterator[str]:
    """Each is JSON for Airflow, of a type that is installed, with extra fields that its hook reads."""
    from airflow.sdk import Connection

    from orderwatch.provider import CONNECTION_TYPES

    forms = {form["connection-type"]: set(form["conn-fields"]) for form in CONNECTION_TYPES}
    forms["orderwatch_wecom"].add("robot_keys_secret")
    forms |= {"postgres": set(), "smtp": {"from_email", "security", "disable_tls", "disable_ssl"}}
    for name, value in connections(stack).items():
        try:
            connection = Connection.from_json(value, conn_id=name)
            extra = connection.extra_dejson
        except (json.JSONDecodeError, TypeError, ValueError) as error:
            yield f"connection {name} is not what Airflow reads: {error}"
            continue
        if connection.conn_type not in forms:
            yield f"connection {name}: nobody knows the type {connection.conn_type}"
            continue
        for field in extra.keys() - forms[connection.conn_type]:
            yield f"connection {name}: its hook does not read {field}"


RULES = (
    commands_exist, services_play_their_role, options_exist, settings_agree, connections_are_understood,
)  # fmt: skip
