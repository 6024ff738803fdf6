"""`.env.example` documents exactly what the file uses, and how to make each secret."""

from __future__ import annotations

import re

import pytest
from cryptography.fernet import Fernet

from tests.deploy.compose_rules import SECRET
from tests.deploy.env_file import Entry, make_secret
from tests.deploy.render import Stack

KEPT_BY_OTHERS = re.compile(r"AIRFLOW_CONN_")  # passwords that another system has given out


def test_it_lists_every_variable_and_no_other(stack: Stack, documented: dict[str, Entry]) -> None:
    assert {use.name for use in stack.uses()} == documented.keys()


def test_every_variable_has_its_comment(documented: dict[str, Entry]) -> None:
    assert [entry.name for entry in documented.values() if len(entry.comment) < 8] == []


def test_every_secret_says_how_to_make_it(documented: dict[str, Entry]) -> None:
    secrets = {name for name in documented if SECRET.search(name) and not KEPT_BY_OTHERS.match(name)}
    assert secrets == {name for name, entry in documented.items() if entry.is_secret}


def test_the_defaults_shown_are_those_of_the_file(stack: Stack, documented: dict[str, Entry]) -> None:
    defaults = {use.name: use.word for use in stack.uses() if use.operator == ":-"}
    assert defaults == {name: entry.value for name, entry in documented.items() if entry.value and not entry.optional}


def test_secrets_are_long_and_never_the_same(documented: dict[str, Entry], variables: dict[str, str]) -> None:
    made = {name: variables[name] for name, entry in documented.items() if entry.is_secret}
    assert len(set(made.values())) == len(made)
    assert min(map(len, made.values())) >= 20
    Fernet(made["AIRFLOW_FERNET_KEY"])
    assert len(made["AIRFLOW_JWT_SECRET"]) >= 64


def test_passwords_fit_into_urls(variables: dict[str, str]) -> None:
    for name in ("AIRFLOW_DB_PASSWORD", "ORDERWATCH_DB_PASSWORD", "REDIS_PASSWORD"):
        assert variables[name].isalnum()


def test_no_connection_of_the_example_holds_a_password(documented: dict[str, Entry]) -> None:
    for entry in documented.values():
        if entry.optional:
            assert re.findall(r'"password": "([^"]*)"', entry.value) == [""]


def test_a_command_that_fails_is_noticed() -> None:
    with pytest.raises(Exception, match="non-zero"):
        make_secret("python3 -c 'import nothing_of_this_name'")
