"""docker-compose.yaml as Compose would read it: anchors, merges, and variables in its own notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|"
    r"\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[-?+])(?P<word>[^{}]*))?\}|(?P<odd>.?))",
    re.DOTALL,
)


class MissingVariable(ValueError):
    """A variable that the file demands is unset or empty."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place where the file uses a variable: ``${name:?word}`` has the operator ``:?``."""

    name: str
    operator: str
    word: str


class _StrictLoader(yaml.SafeLoader):
    """Compose refuses a key that stands twice; PyYAML would keep the last."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    own = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    twice = {key for key in own if own.count(key) > 1}
    if twice:
        raise ValueError(f"line {node.start_mark.line + 1}: {', '.join(sorted(twice))} stands twice")
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def interpolate(text: str, variables: Mapping[str, str]) -> str:
    """Fill in ``$V``, ``${V}`` and the forms ``:-  -  :?  ?  :+  +``; ``$$`` is a dollar.

    Raises ``MissingVariable`` with the name, and ``ValueError`` for what Compose does not know either.
    """

    def fill(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        name = match["plain"] or match["name"]
        if not name:
            raise ValueError(f"invalid interpolation in {text!r}")
        return _value(Use(name, match["operator"] or "", match["word"] or ""), variables)

    return _VARIABLE.sub(fill, text)


def _value(use: Use, variables: Mapping[str, str]) -> str:
    value = variables.get(use.name)
    given = bool(value) if use.operator.startswith(":") else value is not None
    match use.operator[-1:]:
        case "?" if not given:
            raise MissingVariable(f"required variable {use.name} is missing a value: {use.word}")
        case "-" if not given:
            return use.word
        case "+":
            return use.word if given else ""
    return value or ""


def uses(text: str) -> list[Use]:
    """Every variable that a text asks for."""
    return [
        Use(match["plain"] or match["name"], match["operator"] or "", match["word"] or "")
        for match in _VARIABLE.finditer(text)
        if match["plain"] or match["name"]
    ]


def _walk(node: Any, change: Callable[[str], str]) -> Any:
    if isinstance(node, dict):
        return {key: _walk(value, change) for key, value in node.items()}
    if isinstance(node, list):
        return [_walk(value, change) for value in node]
    return change(node) if isinstance(node, str) else node


@dataclass(frozen=True)
class Stack:
    """The file and the variables it is started with."""

    text: str
    variables: Mapping[str, str]

    @cached_property
    def raw(self) -> dict[str, Any]:
        """Anchors and merges resolved, variables still as written; what Compose ignores (x-…) is gone."""
        whole: dict[str, Any] = yaml.load(self.text, _StrictLoader)
        return {key: value for key, value in whole.items() if not key.startswith("x-")}

    @cached_property
    def rendered(self) -> dict[str, Any]:
        """What the engine gets; a name without a value in ``environment`` is taken over when it is known."""
        filled: dict[str, Any] = _walk(self.raw, lambda text: interpolate(text, self.variables))
        for service in filled["services"].values():
            environment = service.get("environment", {})
            for name in [name for name, value in environment.items() if value is None]:
                del environment[name]
                if name in self.variables:
                    environment[name] = self.variables[name]
        return filled

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        services: dict[str, dict[str, Any]] = self.rendered["services"]
        return services

    @property
    def written(self) -> dict[str, dict[str, Any]]:
        """The services with their variables as written."""
        services: dict[str, dict[str, Any]] = self.raw["services"]
        return services

    def uses(self) -> list[Use]:
        """Every variable of the file, those taken over by name alone included."""
        found: list[Use] = []

        def note(text: str) -> str:
            found.extend(uses(text))
            return text

        _walk(self.raw, note)
        for service in self.written.values():
            taken = service.get("environment", {})
            found += [Use(name, "", "") for name, value in taken.items() if value is None]
        return found
