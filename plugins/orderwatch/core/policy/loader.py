"""Read policy files so that a mistake is found before it decides anything, and is easy to find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

File = TypeVar("File", bound=BaseModel)


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


class _Loader(yaml.SafeLoader):
    """SafeLoader that reads plain words as people mean them and refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        lines: dict[object, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in lines:
                raise yaml.MarkedYAMLError(
                    problem=f"{key!r} is written twice; it is already on line {lines[key]}",
                    problem_mark=key_node.start_mark,
                )
            lines[key] = key_node.start_mark.line + 1
        return dict(super().construct_mapping(node, deep=deep))


# YAML 1.1 reads 18:00 as the number 1080, NO as false and 2026-10-01 as a date. Here they stay text.
_KEPT: Final = {"tag:yaml.org,2002:float", "tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _firsts in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, yaml.resolver.re.compile(_pattern), list(_firsts))  # type: ignore[attr-defined]


def load_file(path: Path, model: type[File]) -> File:
    """Read one policy file.

    Raises:
        PolicyError: the file is missing, is not YAML, repeats a key or breaks the model.
    """
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PolicyError([Problem(path.name, None, "", f"missing in {path.parent}")]) from None
    try:
        root = loader.get_single_node()
        content = loader.construct_document(root) if root else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PolicyError([Problem(path.name, line, "", error.problem or str(error))]) from error
    finally:
        loader.dispose()
    try:
        # Strict validation knows tuples, dates and times in JSON only; YAML has the same types as JSON.
        return model.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise PolicyError(list(_problems(path.name, root, error))) from error


def _problems(file: str, root: yaml.Node | None, error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
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
