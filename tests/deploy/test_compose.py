"""docker-compose.yaml keeps its rules, and each rule notices when it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.deploy import airflow_rules, compose_rules
from tests.deploy.render import Stack

Rule = Callable[[Stack], Iterator[str]]
RULES: dict[str, Rule] = {rule.__name__: rule for rule in (*compose_rules.RULES, *airflow_rules.RULES)}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_file_keeps_the_rule(rule: Rule, stack: Stack) -> None:
    assert list(rule(stack)) == []


POSTGRES_SECRET = "${POSTGRES_PASSWORD:?see .env.example}"
BROKER_SECRET = "${REDIS_PASSWORD:?see .env.example}"
PORT = '"127.0.0.1:${ORDERWATCH_PORT:-8080}:8080"'
TRIGGERER_CHECK = "'airflow jobs check --job-type TriggererJob --hostname \"$${HOSTNAME}\"'"
# For each rule: what stands in the file, what somebody makes of it, what the rule says.
BREAKAGES: dict[str, list[tuple[str, str, str]]] = {
    "services_are_complete": [
        ("airflow-triggerer:", "airflow-trigger:", "airflow-triggerer is missing"),
    ],
    "keys_are_known": [
        ("    stop_grace_period: 2m", "    stop_grace: 2m", "unknown key stop_grace"),
        ("      start_period: 10s", "      start: 10s", "redis: unknown key healthcheck.start"),
        ('LOAD_EXAMPLES: "False"', "LOAD_EXAMPLES: False", "must be a string, not False"),
    ],
    "services_recover": [
        ("  restart: always", "  restart: unless-stopped", "redis: restart must be always"),
        ('restart: "no"', "restart: always", "airflow-init runs once"),
        (f'      test: ["CMD-SHELL", {TRIGGERER_CHECK}]\n', "", "triggerer has no health check"),
        ("      retries: 12\n      start_period: 10s", "      start_period: 10s", "healthcheck.retries"),
    ],
    "dependencies_hold": [
        ("      airflow-apiserver: {condition", "      airflow-web: {condition", "does not exist"),
        ("redis: {condition: service_healthy}", "redis: {condition: healthy}", "unknown condition"),
        ("  redis: {condition: service_healthy}\n", "", "does not wait for redis"),
        (
            "    airflow-init: {condition: service_completed_successfully}\n",
            "",
            "airflow-scheduler does not wait for airflow-init",
        ),
        (
            "    depends_on: *airflow-stores",
            "    depends_on: {<<: *airflow-stores, airflow-worker: {condition: service_started}}",
            "airflow-init waits for itself",
        ),
    ],
    "ports_are_local": [
        (PORT, '"0.0.0.0:8080:8080"', "not bound to 127.0.0.1"),
        (PORT, '"8080:8080"', "not bound to 127.0.0.1"),
        ("    shm_size: 256mb", '    ports: ["5432:5432"]', "postgres: port 5432:5432"),
    ],
    "secrets_are_demanded": [
        (POSTGRES_SECRET, "${POSTGRES_PASSWORD:-postgres}", "POSTGRES_PASSWORD is a secret"),
        (POSTGRES_SECRET, "${POSTGRES_PASSWORD}", "POSTGRES_PASSWORD is a secret"),
        (POSTGRES_SECRET, "postgres", "holds a secret that is not a demanded variable"),
        (f":{BROKER_SECRET}@", ":redis@", "a URL of nobody holds a password"),
        (f":{BROKER_SECRET}@", "", "reaches a store without a password"),
        (
            '"password": "${ORDERWATCH_DB_PASSWORD:?see .env.example}"',
            '"password": "orderwatch"',
            "a JSON field holds a secret",
        ),
        (f"POSTGRES_PASSWORD: {POSTGRES_SECRET}", "POSTGRES_HOST_AUTH_METHOD: trust", "opens the database"),
    ],
    "secrets_stay_home": [
        ("requirepass $$REDIS", f"requirepass {BROKER_SECRET}#", "would stand in the command line"),
        ('GX_ANALYTICS_ENABLED: "False"', f"X: {POSTGRES_SECRET}", "does not need POSTGRES_PASSWORD"),
    ],
    "services_are_confined": [
        ("  cap_drop: [ALL]", "  cap_drop: [NET_RAW]", "keeps capabilities"),
        ("no-new-privileges:true", "seccomp:unconfined", "may gain privileges"),
        ("    user: redis\n", "", "redis runs as root"),
        ("  build: .\n", '  build: .\n  user: "0:0"\n', "airflow-worker runs as root"),
    ],
    "images_are_pinned": [
        ("postgres:18-bookworm", "postgres:latest", "has no version"),
        ("redis:7.2-bookworm", "redis", "has no version"),
    ],
    "mounts_exist": [
        ("./include/policy:/opt", "./include/rules:/opt", "./include/rules is not in the repository"),
        ("policy:ro", "policy", "can be written"),
        ("./include/policy:/opt", "/var/run/docker.sock:/opt", "is not in the repository"),
        ("\n  airflow-logs:", "\n  logs:", "volume airflow-logs is not declared"),
        ("        mode: 0444", "        mode: 0440", "needs mode 0444"),
        ("- source: databases", "- source: database", "config database is not declared"),
    ],
    "build_context_exists": [
        ("  build: .\n", "  build: docker\n", "no Dockerfile in docker"),
    ],
    "database_script_fits": [
        ("create role orderwatch login", "create role watch login", "logs in as orderwatch"),
        ("create database airflow owner airflow;", "", "uses the database airflow"),
        ("\\getenv airflow_password AIRFLOW_DB", "\\getenv a AIRFLOW", "not given AIRFLOW_PASS"),
        (
            "postgresql://orderwatch:${ORDERWATCH_DB_PASSWORD",
            "postgresql://orderwatch:${AIRFLOW_DB_PASSWORD",
            "ORDERWATCH_DB_URL has another",
        ),
    ],
    "commands_exist": [
        ("[airflow, celery, worker]", "[airflow, worker]", "airflow-worker: "),
        ("jobs check --job-type Trig", "jobs check --type Trig", "airflow-triggerer: "),
        ("TriggererJob", "TriggerJob", "airflow-triggerer: "),
        ("users create --role=", "users create --rank=", "airflow-init: "),
        ("celery_executor.app", "celery_executor.application", "no attribute 'application'"),
        ("inspect ping --destination", "inspect pong --destination", "knows no 'pong'"),
        ("ping --destination", "ping --target", "no option --target"),
        ('"CMD", "pg_isready"', '"CMD", "pg_ready"', "nobody knows the program pg_ready"),
        ("exit(server.getresponse()", "exit(server.getresponse()(", "airflow-scheduler: "),
        ("orderwatch db migrate", "orderwatch db upgrade", "no command 'upgrade'"),
    ],
    "services_play_their_role": [
        ("[airflow, scheduler]", "[airflow, standalone]", "must run airflow scheduler"),
        ("        orderwatch db migrate\n", "", "must migrate both databases"),
    ],
    "options_exist": [
        ("AIRFLOW__CORE__LOAD_EXAMPLES", "AIRFLOW__CORE__LOAD_EXAMPLE", "no option AIRFLOW__CORE__LOAD_EX"),
        ("AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__CELERY__BROKER", "no option AIRFLOW__CELERY__BROKER"),
        ('ENABLE_HEALTH_CHECK: "True"', 'ENABLE_HEALTH_CHECK: "sure"', "must be True or False"),
        ("AIRFLOW__CELERY__WORKER_CONCURRENCY: $", "AIRFLOW__CORE__PARALLELISM: x$", "must be a number"),
    ],
    "settings_agree": [
        ("TEST_CONNECTION: Disabled", "TEST_CONNECTION: Enabled", "must be Disabled"),
        ("  AIRFLOW__API_AUTH__JWT_SECRET:", "  JWT_SECRET:", "API_AUTH__JWT_SECRET must be set"),
        ("apiserver:8080/execution/", "apiserver:8080/", "EXECUTION_API_SERVER_URL must be"),
    ],
    "connections_are_understood": [
        ('{"conn_type": "postgres",', '{"conn_type": "postgres"', "is not what Airflow reads"),
        ('"conn_type": "postgres"', '"conn_type": "pg"', "nobody knows the type pg"),
        ('"port": 5432,', '"extra": {"ssl": 1},', "its hook does not read ssl"),
    ],
}
CASES = [(rule, *breakage) for rule, breakages in BREAKAGES.items() for breakage in breakages]


@pytest.mark.parametrize(("rule", "before", "after", "says"), CASES)
def test_a_breakage_is_reported(rule: str, before: str, after: str, says: str, stack: Stack) -> None:
    assert before in stack.text, "the file has changed: this breakage no longer breaks anything"
    broken = Stack(stack.text.replace(before, after), stack.variables)
    complaints = list(RULES[rule](broken))
    assert any(says in complaint for complaint in complaints), complaints


def test_every_rule_is_broken_once() -> None:
    assert BREAKAGES.keys() == RULES.keys()
