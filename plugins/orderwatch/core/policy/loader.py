"""Read policy files so that a mistake is found before it decides anything, and is easy to find."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

File = TypeVar("File", bound=BaseModel)
DEEPEST: Final = 32  # sections within sections
LONGEST_KEY: Final = 80  # characters
MOST_PROBLEMS: Final = 50  # that are told of one file; more of them have one cause


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: which file, which line (1-based, where known), which field, what to do."""

    file: str
    line: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class PolicyError(ValueError):
    """The policy cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


# control characters, halves of characters, and signs that turn the direction of writing
_HIDDEN: Final = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u202a-\\u202e\\u2066-\\u2069]")


class _Loader(yaml.SafeLoader):
    """SafeLoader that reads plain words as people mean them, and refuses what hides something from a reader.

    A key written twice loses one of its values, an alias may stand for a billion values, a tag changes what a value is.
    """

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs of yaml leave it out
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _refusal("anchors and aliases (& and *) are not allowed: write the value again", event)
        if getattr(event, "tag", None) is not None:
            raise _refusal("tags (!) are not allowed: write the plain value", event)
        if self.depth >= DEEPEST:
            raise _refusal("nested too deeply", event)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        if isinstance(node, yaml.ScalarNode) and (hidden := _HIDDEN.search(node.value)):
            raise _refusal(f"the character U+{ord(hidden[0]):04X} is not allowed", node)
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            raise _refusal("the number has too many digits", node) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        lines: dict[str, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refusal("a list or a section cannot be a key", key_node)
            key = key_node.value
            if len(key) > LONGEST_KEY or "\n" in key:
                raise _refusal(f"a key is one line of at most {LONGEST_KEY} characters", key_node)
            if key in lines:
                raise _refusal(f"{key!r} is written twice; it is already on line {lines[key]}", key_node)
            lines[key] = key_node.start_mark.line + 1
        return dict(super().construct_mapping(node, deep=deep))


def _refusal(problem: str, at: Any) -> yaml.MarkedYAMLError:
    """A mistake at a node or an event of YAML."""
    return yaml.MarkedYAMLError(problem=problem, problem_mark=at.start_mark)


# YAML 1.1 reads 18:00 as the number 1080, NO as false and 2026-10-01 as a date. Here they stay text.
_KEPT: Final = {"tag:yaml.org,2002:float", "tag:yaml.org,2002:null"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _firsts in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_firsts))


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values, and where in it each of them stands."""

    file: str
    content: object
    root: yaml.Node | None

    def problem(self, place: Sequence[str | int], message: str) -> Problem:
        """A mistake at a field, with its line."""
        return Problem(self.file, _line(self.root, list(place)), ".".join(map(str, place)), message)


def read_document(file: str, text: str) -> Document:
    """Read YAML as people mean it.

    Raises:
        PolicyError: it is not YAML, repeats a key, uses an alias or a tag, or nests deeper than a person writes.
    """
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        bad = text.count("\n", 0, error.position) + 1
        raise PolicyError([Problem(file, bad, "", f"the character {error.character!r} is not allowed")]) from error
    try:
        root = loader.get_single_node()
        return Document(file, loader.construct_document(root) if root else {}, root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PolicyError([Problem(file, line, "", error.problem or str(error))]) from error
    finally:
        loader.dispose()


def parse_document(document: Document, model: type[File]) -> File:
    """The values as a model; raises ``PolicyError`` with every field that breaks it, and its line."""
    try:
        # Strict validation knows tuples, dates and times in JSON only; YAML has the same types as JSON.
        return model.model_validate_json(json.dumps(document.content))
    except ValidationError as error:
        raise PolicyError(list(_problems(document.file, document.root, error))) from error
    except (TypeError, ValueError) as error:
        raise PolicyError([document.problem([], f"not plain values: {error}")]) from error


def load_file(path: Path, model: type[File]) -> File:
    """Read one policy file.

    Raises:
        PolicyError: the file is missing, is not YAML, repeats a key or breaks the model.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PolicyError([Problem(path.name, None, "", f"missing in {path.parent}")]) from None
    except UnicodeDecodeError as error:
        raise PolicyError([Problem(path.name, None, "", f"not UTF-8: {error.reason}")]) from error
    return parse_document(read_document(path.name, text), model)


def _problems(file: str, root: yaml.Node | None, error: ValidationError) -> Iterator[Problem]:
    errors = error.errors(include_url=False)[:MOST_PROBLEMS]
    for found in errors:
        if found["type"] == "too_short" and any(one["loc"][:-1][: len(found["loc"])] == found["loc"] for one in errors):
            continue  # a list is said to be empty because its only member is wrong
        place = [part for part in found["loc"] if part != "[key]"]
        message = found["msg"].removeprefix("Value error, ")
        yield Problem(file, _line(root, place), ".".join(map(str, place)), message)


def _line(node: yaml.Node | None, place: list[str | int]) -> int | None:
    """Line of the field, or of the innermost section that exists when the field is missing."""
    line = node.start_mark.line + 1 if node else None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            child = next(((key, value) for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = (node.value[part], node.value[part])
        else:
            child = None
        if child is None:
            return line
        line, node = child[0].start_mark.line + 1, child[1]
    return line
