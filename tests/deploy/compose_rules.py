"""What must hold in docker-compose.yaml: one rule a function, and each says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.deploy.render import Stack, uses

REPOSITORY = Path(__file__).resolve().parents[2]
INIT = "airflow-init"
REQUIRED = {
    "postgres", "redis", INIT, "airflow-apiserver", "airflow-scheduler", "airflow-dag-processor",
    "airflow-worker", "airflow-triggerer",
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
KEYS = {
    "build", "cap_drop", "command", "configs", "depends_on", "environment", "healthcheck", "image", "init",
    "logging", "ports", "restart", "security_opt", "shm_size", "stop_grace_period", "user", "volumes",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}
TOP_KEYS = {"name", "services", "configs", "volumes"}
SECRET = re.compile(r"PASSWORD|SECRET|FERNET|TOKEN|_KEY$")
FILLED = "\0"  # stands for a demanded variable
DEMANDED = re.compile(r"\$\{\w+:\?[^{}]+\}")
CREDENTIALS = re.compile(r"\w://(?P<user>[^:@/\s]*)(?::(?P<password>[^@\s]*))?@")
FIELD = re.compile(r'"(?:password|[a-z_]*(?:secret|token|key))"\s*:\s*"(?P<value>[^"]*)"')


def strings(node: Any) -> Iterator[str]:
    """Every text in a part of the file."""
    if isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node


def one_shots(stack: Stack) -> set[str]:
    """Services that others wait for to end."""
    return {
        other
        for service in stack.services.values()
        for other, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }


def services_are_complete(stack: Stack) -> Iterator[str]:
    for name in sorted(REQUIRED - stack.services.keys()):
        yield f"service {name} is missing"


def keys_are_known(stack: Stack) -> Iterator[str]:
    """A misspelt key is a setting that silently is not there."""
    for key in stack.raw.keys() - TOP_KEYS:
        yield f"unknown top-level key {key}"
    for name, service in stack.services.items():
        for key in service.keys() - KEYS:
            yield f"{name}: unknown key {key}"
        for key in service.get("healthcheck", {}).keys() - HEALTH_KEYS:
            yield f"{name}: unknown key healthcheck.{key}"
        for key, value in service.get("environment", {}).items():
            if not isinstance(value, str):
                yield f"{name}: {key} must be a string, not {value!r}"


def services_recover(stack: Stack) -> Iterator[str]:
    """What runs on is checked and restarted; what runs once is not."""
    ends = one_shots(stack)
    for name, service in stack.services.items():
        health = service.get("healthcheck", {})
        if name in ends:
            if service.get("restart") != "no":
                yield f'{name} runs once: restart must be "no"'
        else:
            if service.get("restart") != "always":
                yield f"{name}: restart must be always"
            if not health.get("test"):
                yield f"{name} has no health check"
            for key in sorted(HEALTH_KEYS - health.keys() - {"test"}):
                yield f"{name}: healthcheck.{key} is missing"


def dependencies_hold(stack: Stack) -> Iterator[str]:
    """Every dependency exists, can reach its condition, and nobody waits in a circle."""
    waits = {name: service.get("depends_on", {}) for name, service in stack.services.items()}
    for name, others in waits.items():
        for other, how in others.items():
            if other not in stack.services:
                yield f"{name} depends on {other}, which does not exist"
            elif how.get("condition") not in CONDITIONS:
                yield f"{name} depends on {other} with the unknown condition {how.get('condition')}"
            elif how["condition"] == "service_healthy" and "healthcheck" not in stack.services[other]:
                yield f"{name} waits for the health of {other}, which has no health check"
        if name in _reachable(name, waits):
            yield f"{name} waits for itself"
        if name.startswith("airflow-"):
            for store in {"postgres", "redis"} - others.keys():
                yield f"{name} does not wait for {store}"
            if name != INIT and others.get(INIT, {}).get("condition") != "service_completed_successfully":
                yield f"{name} does not wait for {INIT} to end"


def _reachable(start: str, waits: dict[str, dict[str, Any]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(waits.get(start, ()))
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += waits.get(name, ())
    return seen


def ports_are_local(stack: Stack) -> Iterator[str]:
    for name, service in stack.services.items():
        for port in service.get("ports", []):
            if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", str(port)):
                yield f"{name}: port {port} is not bound to 127.0.0.1"


def secrets_are_demanded(stack: Stack) -> Iterator[str]:
    """No secret has a value or a default in the file, and a missing one stops the start with its name."""
    for use in stack.uses():
        if SECRET.search(use.name) and not (use.operator == ":?" and use.word):
            yield f"{use.name} is a secret: write ${{{use.name}:?see .env.example}}"
    for name, service in stack.written.items():
        for key, value in service.get("environment", {}).items():
            text = DEMANDED.sub(FILLED, value or "")
            if SECRET.search(key) and value is not None and text != FILLED:
                yield f"{name}: {key} holds a secret that is not a demanded variable"
            if key == "POSTGRES_HOST_AUTH_METHOD":
                yield f"{name}: {key} opens the database"
    for text in strings(stack.raw):
        text = DEMANDED.sub(FILLED, text)
        for match in CREDENTIALS.finditer(text):
            if match["password"] != FILLED:
                yield f"a URL of {match['user'] or 'nobody'} holds a password that is not a demanded variable"
        for match in FIELD.finditer(text):
            if match["value"] != FILLED:
                yield "a JSON field holds a secret that is not a demanded variable"
        if re.search(r"\w://(postgres|redis)\b", text):
            yield "a URL reaches a store without a password"


def secrets_stay_home(stack: Stack) -> Iterator[str]:
    """No secret among process arguments, and each powerful one in a single service only."""
    for name, service in stack.written.items():
        for text in strings([service.get("command"), service.get("healthcheck")]):
            for use in uses(text):
                yield f"{name}: {use.name} would stand in the command line; write $${use.name}"
        seen = {use.name for text in strings(service) for use in uses(text)}
        for variable, home in (("POSTGRES_PASSWORD", "postgres"), ("ORDERWATCH_ADMIN_PASSWORD", INIT)):
            if variable in seen and name != home:
                yield f"{name} does not need {variable}"


def services_are_confined(stack: Stack) -> Iterator[str]:
    """No capability, no way to gain one, no root, and nothing of the host that can be written."""
    for name, service in stack.services.items():
        if service.get("cap_drop") != ["ALL"]:
            yield f"{name} keeps capabilities: cap_drop must be [ALL]"
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield f"{name} may gain privileges: no-new-privileges:true is missing"
        if "build" not in service and not service.get("user"):
            yield f"{name} runs as root: set user"
        if str(service.get("user", "")).split(":")[0] in {"0", "root"}:
            yield f"{name} runs as root"


def images_are_pinned(stack: Stack) -> Iterator[str]:
    for name, service in stack.services.items():
        if not re.search(r":\d[\w.-]*$", service.get("image", "")):
            yield f"{name}: image {service.get('image')} has no version"


def mounts_exist(stack: Stack) -> Iterator[str]:
    """Folders of the repository are there and read-only; volumes and configs are declared and readable."""
    for name, service in stack.services.items():
        for mount in service.get("volumes", []):
            source, target, *mode = mount.split(":")
            if not source.startswith((".", "/")):
                if source not in stack.raw.get("volumes", {}):
                    yield f"{name}: volume {source} is not declared"
                continue
            if source.startswith("/") or not (REPOSITORY / source).exists():
                yield f"{name}: {source} is not in the repository"
            if mode != ["ro"]:
                yield f"{name}: {source} can be written through {target}"
        for config in service.get("configs", []):
            if config["source"] not in stack.raw.get("configs", {}):
                yield f"{name}: config {config['source']} is not declared"
            if config.get("mode") != 0o444:
                yield f"{name}: config {config['source']} needs mode 0444 for a user that is not root"


def build_context_exists(stack: Stack) -> Iterator[str]:
    for name, service in stack.services.items():
        if "build" in service and not (REPOSITORY / service["build"] / "Dockerfile").is_file():
            yield f"{name}: no Dockerfile in {service['build']}"


def database_script_fits(stack: Stack) -> Iterator[str]:
    """The script creates the roles and databases of the URLs, with the passwords that postgres is given."""
    [script] = [config["content"] for config in stack.rendered.get("configs", {}).values()] or [""]
    given = stack.services["postgres"]["environment"]
    for variable in re.findall(r"^\\getenv \w+ (\w+)$", script, re.MULTILINE):
        if variable not in given:
            yield f"postgres is not given {variable}"
    for name, service in stack.services.items():
        for key, value in service.get("environment", {}).items():
            match = re.search(r"postgresql\S*://(\w+):(\w+)@postgres:5432/(\w+)$", value)
            if match is None:
                continue
            role, password, database = match.groups()
            if not re.search(rf"^create role {role} login password :'\w+';$", script, re.MULTILINE):
                yield f"{name}: {key} logs in as {role}, whom the database script does not create"
            if f"create database {database} owner {role};" not in script:
                yield f"{name}: {key} uses the database {database}, which the script does not give to {role}"
            if password != given.get(f"{role.upper()}_DB_PASSWORD"):
                yield f"{name}: {key} has another password than postgres gives to {role}"


RULES = (
    services_are_complete, keys_are_known, services_recover, dependencies_hold, ports_are_local,
    secrets_are_demanded, secrets_stay_home, services_are_confined, images_are_pinned, mounts_exist,
    build_context_exists, database_script_fits,
)  # fmt: skip
