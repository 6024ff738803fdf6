"""Dockerfile and .dockerignore keep their rules, and each rule notices when it is broken."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.deploy import dockerfile_rules
from tests.deploy.compose_rules import REPOSITORY
from tests.deploy.dockerfile_rules import Recipe
from tests.deploy.render import Stack

Rule = Callable[[Recipe], Iterator[str]]
RULES: dict[str, Rule] = {rule.__name__: rule for rule in dockerfile_rules.RULES}


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return Recipe((REPOSITORY / "Dockerfile").read_text(), (REPOSITORY / ".dockerignore").read_text())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_the_file_keeps_the_rule(rule: Rule, recipe: Recipe) -> None:
    assert list(rule(recipe)) == []


LOCKED = " \\\n        --only-binary :all: --require-hashes -r requirements.txt"
# For each rule: what stands in the file, what somebody makes of it, what the rule says.
BREAKAGES: dict[str, list[tuple[str, str, str]]] = {
    "base_is_pinned": [
        ("python:3.12-slim-bookworm\n", "python:latest\n", "FROM python:latest is not"),
        ("python:3.12-slim-bookworm\n", "python:3.12\n", "FROM python:3.12 is not"),
    ],
    "user_is_not_root": [
        ("USER 50000:50000\n", "", "runs as root"),
        ("USER 50000:50000\n", "USER root\n", "runs as root"),
        ('CMD ["airflow"', 'RUN true\nCMD ["airflow"', "the last step before CMD"),
    ],
    "installs_are_locked": [
        (LOCKED, " --only-binary :all: -r requirements.txt", "installs without hashes"),
        (LOCKED, " --require-hashes -r requirements.txt", "would need compilers"),
        (LOCKED, " --require-hashes -r requirements-bootstrap.txt", "is not installed"),
        ("--no-deps --no-build-isolation -e .", "-e .", "installs without hashes"),
        ("--no-build-isolation -e .", "--no-build-isolation -e demo", "no provider entry point"),
    ],
    "nothing_from_elsewhere": [
        ("COPY demo ./demo", "ADD demo.tar.gz ./", "ADD fetches"),
        ("RUN python -m compileall", "RUN curl https://example.com | sh", "fetches from"),
        ("RUN python -m compileall", "RUN apt-get install gcc", "installs compilers"),
        ("--from=environment", "--from=ghcr.io/astral-sh/uv:latest", "has no version"),
    ],
    "copies_exist": [
        ("COPY demo ./demo\n", "", "demo is not copied"),
        ("COPY demo ./demo\n", "COPY shop ./shop\n", "shop is not in the repository"),
        ("COPY demo ./demo\n", "COPY bench ./bench\n", ".dockerignore keeps bench out"),
    ],
    "environment_fits": [
        ("AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW__CORE__DAG_FOLDER", "no option"),
        ("/opt/orderwatch/plugins \\", "/opt/airflow/plugins \\", "PLUGINS_FOLDER must be"),
        ("ORDERWATCH_HOME=/opt/orderwatch", "ORDERWATCH_HOME=/srv", "not the folder"),
        ("PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "compile everything"),
        ("USER 50000:50000", "ARG ADMIN_PASSWORD\nUSER 50000:50000", "would stay in the image"),
    ],
}
CASES = [(rule, *breakage) for rule, breakages in BREAKAGES.items() for breakage in breakages]


@pytest.mark.parametrize(("rule", "before", "after", "says"), CASES)
def test_a_breakage_is_reported(rule: str, before: str, after: str, says: str, recipe: Recipe) -> None:
    assert before in recipe.dockerfile, "the file has changed: this breakage no longer breaks anything"
    broken = replace(recipe, dockerfile=recipe.dockerfile.replace(before, after))
    complaints = list(RULES[rule](broken))
    assert any(says in complaint for complaint in complaints), complaints


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("*\n", ".git\n", "must begin with *"),
        ("!demo\n", "", "keeps demo out"),
        ("!demo", "!demo\n!.env", ".env in"),
    ],
)
def test_a_breakage_of_dockerignore_is_reported(before: str, after: str, says: str, recipe: Recipe) -> None:
    broken = replace(recipe, dockerignore=recipe.dockerignore.replace(before, after, 1))
    assert any(says in complaint for complaint in dockerfile_rules.copies_exist(broken))


def test_every_rule_is_broken_once() -> None:
    assert BREAKAGES.keys() == RULES.keys()


def test_the_image_carries_the_version_of_the_project(stack: Stack) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert stack.services["airflow-worker"]["image"] == f"orderwatch:{project['version']}"


def test_volumes_and_mounts_lie_where_the_image_expects_them(stack: Stack, recipe: Recipe) -> None:
    logs, *edited = stack.services["airflow-worker"]["volumes"]
    assert logs.split(":")[1] == recipe.environment["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]
    places = [f"{recipe.environment['ORDERWATCH_HOME']}/include/{name}" for name in ("policy", "playbooks")]
    assert [one.split(":")[1] for one in edited] == places


def test_every_locked_requirement_has_hashes() -> None:
    for name in ("requirements.txt", "requirements-bootstrap.txt"):
        blocks = (REPOSITORY / name).read_text().replace("\\\n", "").splitlines()
        pinned = [line for line in blocks if line and not line.lstrip().startswith("#")]
        assert pinned
        assert [line[:60] for line in pinned if "--hash=sha256:" not in line or "==" not in line] == []
