"""Conditions and amounts of playbooks: CEL, type-checked when the file is loaded, not in the night."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from orderwatch.core.playbook.facts import VARIABLES, Facts

Wanted = Literal["bool", "int"]
LONGEST: Final = 500  # characters
SHOWN: Final = 80  # characters of an expression in a message
_PLACE = re.compile(r"ERROR: <input>:\d+:(\d+): (.*)")


class ConditionError(ValueError):
    """The expression cannot be used, or has no answer for these facts."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression."""

    source: str
    wanted: Wanted

    def of(self, facts: Facts) -> Any:
        """Its value; raises ``ConditionError`` where there is none, a division by nothing for example."""
        return _answer(self.source, facts.flat())

    def without_facts(self) -> Any:
        """Its value where no fact can change it, ``false && order.value_minor > 5`` for example; otherwise nothing."""
        try:
            return _answer(self.source, {})
        except ConditionError:
            return None


def _answer(source: str, facts: Mapping[str, Any]) -> Any:
    try:
        value = _compiled(source).eval(data=dict(facts)).value()
    except (RuntimeError, TypeError, ValueError) as error:  # a loop within loops within loops
        raise ConditionError(f"{_short(source)} has no answer: {_first_line(error)}") from None
    if not isinstance(value, int):  # what went wrong, as a text
        raise ConditionError(f"{_short(source)} has no answer: {value}")
    return value


def compile_condition(source: str, wanted: Wanted) -> Condition:
    """Check an expression against the facts that exist and the type that is wanted.

    Raises:
        ConditionError: what is wrong, at which character.
    """
    if len(source) > LONGEST:
        raise ConditionError(f"longer than {LONGEST} characters")
    compiled = _compiled(source)
    answers = str(compiled.return_type()).lower()
    if answers != wanted:
        raise ConditionError(f"{_short(source)} answers {answers}, but {_A[wanted]} is needed here")
    return Condition(source, wanted)


_A: Final = {"bool": "yes or no", "int": "a whole number"}


@cache
def _compiled(source: str) -> Any:
    try:
        return _environment().compile(source)
    except (RuntimeError, TypeError, ValueError) as error:  # half a character is no text for it
        raise ConditionError(_in_words(source, str(error))) from None


@cache
def _environment() -> Any:
    from cel_expr_python import cel  # 17 MB of native code: loaded when a condition is

    kinds = {"int": cel.Type.INT, "string": cel.Type.STRING, "bool": cel.Type.BOOL}
    kinds["strings"] = cel.Type.List(cel.Type.STRING)
    return cel.NewEnv(variables={name: kinds[kind] for name, kind in VARIABLES.items()})


def _in_words(source: str, said: str) -> str:
    found = _PLACE.search(said)
    if not found:
        return f"{_short(source)}: {_first_line(said)}"
    column, what = int(found[1]), found[2].replace(" (in container '')", "")
    if what.startswith("undeclared reference to"):
        what = f"there is no {what.partition(' to ')[2].strip()}; known are {', '.join(VARIABLES)}"
    return f"{_short(source)}, character {column}: {what}"


def _short(source: str) -> str:
    return repr(source if len(source) <= SHOWN else f"{source[:SHOWN]}…")


def _first_line(error: object) -> str:
    return (str(error).splitlines() or ["it cannot be read"])[0]
