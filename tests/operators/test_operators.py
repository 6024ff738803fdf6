"""What all operators have in common: the house's way of being made."""

from __future__ import annotations

import inspect
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from orderwatch import operators
from orderwatch.paths import HOME

MODULES = sorted(one.name for one in iter_modules(operators.__path__) if one.name != "base")


def operator_of(module: str) -> Any:
    """The one operator of a module, which is named for what it does."""
    name = "".join(word.capitalize() for word in module.split("_")) + "Operator"
    return getattr(import_module(f"orderwatch.operators.{module}"), name)


@pytest.mark.parametrize("module", MODULES)
def test_an_operator_takes_its_settings_by_name(module: str) -> None:
    parameters = list(inspect.signature(operator_of(module).__init__).parameters.values())[1:]
    assert all(one.kind in {one.KEYWORD_ONLY, one.VAR_KEYWORD, one.VAR_POSITIONAL} for one in parameters)


@pytest.mark.parametrize("module", MODULES)
def test_what_is_rendered_is_a_setting_of_the_operator(module: str) -> None:
    operator = operator_of(module)
    settings = set(inspect.signature(operator.__init__).parameters)
    assert set(operator.template_fields) <= settings
    assert "scan_id" not in settings or "scan_id" in operator.template_fields


@pytest.mark.parametrize("module", MODULES)
def test_an_operator_says_what_it_does(module: str) -> None:
    assert (operator_of(module).__doc__ or "").strip()


def test_every_operator_is_used_by_a_dag() -> None:
    made = [*(HOME / "dags").glob("*.py"), HOME / "plugins" / "orderwatch" / "bundles" / "dags.py"]
    dags = "".join(file.read_text(encoding="utf-8") for file in made)
    assert [module for module in MODULES if operator_of(module).__name__ not in dags] == []
