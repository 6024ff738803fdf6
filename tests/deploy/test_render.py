"""The renderer reads variables as Compose does, and the file refuses to start without its secrets."""

from __future__ import annotations

import pytest

from tests.deploy import env_file
from tests.deploy.env_file import Entry
from tests.deploy.render import MissingVariable, Stack, interpolate

KNOWN = {"full": "x", "empty": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$full ${full}y", "x xy"),
        ("${none}", ""),
        ("${empty:-d} ${empty-d} ${none-d} ${full:-d}", "d  d x"),
        ("${full:?m} ${empty?m}", "x "),
        ("${full:+y} ${empty:+y} ${empty+y}", "y  y"),
        ("$$full $${HOSTNAME}", "$full ${HOSTNAME}"),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, expected: str) -> None:
    assert interpolate(text, KNOWN) == expected


@pytest.mark.parametrize("text", ["${none:?m}", "${empty:?m}", "${none?m}"])
def test_a_demanded_variable_is_named(text: str) -> None:
    with pytest.raises(MissingVariable, match=r"variable (none|empty) is missing"):
        interpolate(text, KNOWN)


@pytest.mark.parametrize("text", ["cost: 5$", "${}", "${a b}", "${a:-${b}}x${"])
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid"):
        interpolate(text, KNOWN)


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2: image stands twice"):
        _ = Stack("services:\n  {image: a, image: b}", {}).raw


def test_a_merged_service_keeps_what_it_says_itself(stack: Stack) -> None:
    init = stack.services["airflow-init"]
    assert init["restart"] == "no"
    assert init["cap_drop"] == ["ALL"]
    assert init["environment"].keys() > stack.services["airflow-worker"]["environment"].keys()
    assert "airflow-init" not in init["depends_on"]


def test_every_empty_value_of_the_example_is_demanded(
    stack: Stack, documented: dict[str, Entry], variables: dict[str, str]
) -> None:
    """Who copies the example and fills in all but one is told which one; with all, it renders."""
    assert stack.services
    empty = [name for name, entry in documented.items() if not entry.value]
    assert len(empty) >= 10
    for name in empty:
        absent = {key: value for key, value in variables.items() if key != name}
        for without in (variables | {name: ""}, absent):
            with pytest.raises(MissingVariable, match=f"{name} is missing"):
                _ = Stack(stack.text, without).rendered


def test_the_example_as_it_is_does_not_start(stack: Stack, documented: dict[str, Entry]) -> None:
    with pytest.raises(MissingVariable):
        _ = Stack(stack.text, {name: e.value for name, e in documented.items() if not e.optional}).rendered


def test_a_system_that_is_left_out_has_no_connection(stack: Stack, variables: dict[str, str]) -> None:
    """An empty variable would hide the connection that somebody entered in Airflow."""
    fewer = {name: value for name, value in variables.items() if name != "AIRFLOW_CONN_ORDERWATCH_CRM"}
    environment = Stack(stack.text, fewer).services["airflow-worker"]["environment"]
    assert "AIRFLOW_CONN_ORDERWATCH_CRM" not in environment
    assert "AIRFLOW_CONN_ORDERWATCH_ERP" in environment


def test_the_example_refuses_what_is_no_variable() -> None:
    with pytest.raises(ValueError, match="example:1"):
        env_file.read("export A=b")
    with pytest.raises(ValueError, match="AB stands twice"):
        env_file.read("AB=1\nAB=2")


def test_the_example_holds_no_secret(documented: dict[str, Entry]) -> None:
    assert all(not entry.value for entry in documented.values() if entry.is_secret)
