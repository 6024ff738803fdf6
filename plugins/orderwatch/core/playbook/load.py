"""From a file to a playbook that can be relied on: read, typed, linted; or every reason why not, with its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orderwatch.core.playbook.actions import Action
from orderwatch.core.playbook.lint import lint, lint_together
from orderwatch.core.playbook.schema import Playbook
from orderwatch.core.policy.base import Strict
from orderwatch.core.policy.loader import (
    MOST_PROBLEMS,
    Document,
    PolicyError,
    Problem,
    parse_document,
    read_document,
)

LARGEST = 64 * 1024  # bytes of a file


@dataclass(frozen=True, slots=True)
class Loaded:
    """A playbook with the typed inputs of its steps; ``sha`` names this very version of the file."""

    playbook: Playbook
    inputs: Mapping[str, Strict]
    sha: str
    raw: str

    @property
    def id(self) -> str:
        return self.playbook.playbook


def load_folder(folder: Path, roles: Collection[str] | None = None) -> tuple[dict[str, Loaded], dict[str, PolicyError]]:
    """Every playbook of a folder by its id, and what is wrong with the others by file: no file harms another one."""
    if not folder.is_dir():
        return {}, {folder.name: _unreadable(folder.name, "there is no such folder")}
    return load_files(sorted(folder.glob("*.yaml")), roles)


def load_files(
    paths: Iterable[Path], roles: Collection[str] | None = None
) -> tuple[dict[str, Loaded], dict[str, PolicyError]]:
    """The same for some files."""
    good, problems = {}, {}
    for path in paths:
        try:
            loaded = load_playbook(path, roles)
            good[loaded.id] = loaded
        except PolicyError as error:
            problems[path.name] = error
    return good, problems


def load_playbook(path: Path, roles: Collection[str] | None = None) -> Loaded:
    """Read one file; ``roles`` are those of the policy, unless it is not at hand.

    Raises:
        PolicyError: every mistake with file, line and reason.
    """
    try:
        if not path.is_file():
            raise _unreadable(path.name, "there is no such file")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        raw = content.decode("utf-8", "replace" if len(content) > LARGEST else "strict")
    except OSError as error:
        raise _unreadable(path.name, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _unreadable(path.name, f"not UTF-8: {error.reason}", line) from error
    return parse_playbook(path.name, raw, roles)


def parse_playbook(file: str, raw: str, roles: Collection[str] | None = None) -> Loaded:
    """The same for a text that is at hand already."""
    return _parse(file, raw, lambda playbook, inputs: lint(playbook, inputs, roles))


def parse_served(playbook: str, raw: str) -> Loaded:
    """A version that has been served: it was linted then, and a stricter linter must not stop what runs on it."""
    return _parse(f"{playbook}.yaml", raw, lambda playbook, inputs: ())


def _parse(
    file: str, raw: str, check: Callable[[Playbook, dict[str, Strict]], Iterable[tuple[Sequence[str | int], str]]]
) -> Loaded:
    if len(raw.encode("utf-8", "replace")) > LARGEST:
        raise _unreadable(file, f"larger than {LARGEST // 1024} KiB")
    document = read_document(file, raw)
    if document.root is None:
        raise _unreadable(file, "is empty")
    playbook = parse_document(document, Playbook)
    problems: list[Problem] = []
    if playbook.playbook != Path(file).stem:
        problems.append(document.problem(["playbook"], f"must be {Path(file).stem!r}, like the file's name"))
    inputs = {}
    for step_id, step in playbook.steps.items():
        if step.act is not None:
            try:
                inputs[step_id] = _typed(step.act, step.inputs)
            except ValidationError as error:
                problems += _input_problems(document, step_id, error)
        elif step.inputs:
            problems.append(document.problem(["steps", step_id, "with"], "a gate takes no inputs"))
    problems += [document.problem(place, what) for place, what in check(playbook, inputs)]
    if problems:
        raise PolicyError(problems[:MOST_PROBLEMS])
    return Loaded(playbook, inputs, hashlib.sha256(raw.encode()).hexdigest()[:16], raw)


def problems_together(playbooks: Iterable[Loaded]) -> list[Problem]:
    """What is wrong between playbooks each of which is right; none of them is to be left out because of it."""
    by_id = {one.id: one for one in playbooks}
    found = lint_together([one.playbook for one in by_id.values()])
    return [read_document(f"{name}.yaml", by_id[name].raw).problem(place, what) for name, place, what in found]


def _unreadable(file: str, reason: str, line: int = 1) -> PolicyError:
    return PolicyError([Problem(file, line, "", reason)])


def _typed(action: Action, given: Mapping[str, Any]) -> Strict:
    return action.inputs.model_validate_json(json.dumps(dict(given)))


def _input_problems(document: Document, step_id: str, error: ValidationError) -> list[Problem]:
    return [
        document.problem(
            ["steps", step_id, "with", *(part for part in found["loc"] if part != "[key]")],
            found["msg"].removeprefix("Value error, "),
        )
        for found in error.errors(include_url=False)[:MOST_PROBLEMS]
    ]
