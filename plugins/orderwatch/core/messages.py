"""Messages from templates: one text per language, never longer than the channel takes, never raw foreign text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orderwatch.core.durations import Language
from orderwatch.core.plain_text import harmless, visible

BYTE_LIMITS = {"wecom_app": 2048, "wecom_robot": 4096, "mail": 200_000}
BETWEEN_LANGUAGES = "\n\n---\n\n"


@cache
def _environment(folder: Path) -> Environment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def render(folder: Path, name: str, language: str, values: Mapping[str, Any], markup: bool) -> str:
    """One template in one language; foreign text is escaped where the channel understands markup."""
    environment = _environment(folder)
    clean: Callable[[str], str] = harmless if markup else visible
    return environment.get_template(f"{language}/{name}.j2").render(clean=clean, **values).strip()


def compose(
    folder: Path,
    name: str,
    languages: Sequence[Language],
    sink: str,
    items_in: Callable[[Language], Sequence[Mapping[str, Any]]],
    values_in: Callable[[Language], Mapping[str, Any]],
) -> str:
    """The message in every language the reader wants, with as many items as the channel has room for.

    What does not fit is counted in the text ("and 12 more"). Raises ``ValueError`` when not even the
    frame without items fits.
    """
    items = {language: items_in(language) for language in languages}

    def write(shown: int) -> str:
        return BETWEEN_LANGUAGES.join(
            render(
                folder,
                name,
                language,
                {**values_in(language), "items": found[:shown], "hidden": len(found) - shown},
                markup=sink != "mail",
            )
            for language, found in items.items()
        )

    def too_long(shown: int) -> bool:
        return len(write(shown).encode()) > BYTE_LIMITS[sink]

    fitting = bisect_left(range(max(map(len, items.values())) + 1), True, key=too_long)
    if not fitting:
        raise ValueError(f"template {name} alone is longer than the {BYTE_LIMITS[sink]} bytes that {sink} takes")
    return write(fitting - 1)
