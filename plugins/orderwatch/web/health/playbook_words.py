"""The words of the very file that a run follows: its title, its steps, and what its questions do in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from orderwatch.core.durations import Language
from orderwatch.core.playbook.load import parse_served
from orderwatch.core.playbook.schema import Gate, Playbook
from orderwatch.core.policy.loader import PolicyError


@dataclass(frozen=True, slots=True)
class Words:
    """Of a file that cannot be read any more: the codes as they are."""

    playbook: Playbook | None = None
    name: str = ""

    def title(self, language: Language) -> str:
        return self.playbook.title.say(language) if self.playbook else self.name

    def step(self, step: str, language: Language) -> str:
        known = self.playbook.steps.get(step) if self.playbook else None
        return known.title.say(language) if known else step

    def gate(self, step: str) -> Gate | None:
        known = self.playbook.steps.get(step) if self.playbook else None
        return known.gate if known else None


@dataclass(frozen=True, slots=True)
class Files:
    """The words of several versions."""

    by_sha: Mapping[str, Words] = field(default_factory=dict)

    def of(self, sha: str | None) -> Words:
        return self.by_sha.get(sha or "", Words())


def words_of(raw: Mapping[str, tuple[str, str]]) -> Files:
    """``raw``: (playbook, its text) by version."""
    return Files({sha: _words(playbook, text) for sha, (playbook, text) in raw.items()})


@lru_cache(maxsize=64)
def _words(playbook: str, text: str) -> Words:
    try:
        return Words(parse_served(playbook, text).playbook, playbook)
    except PolicyError:  # served before the form of the files changed
        return Words(None, playbook)


def answer_within(gate: Gate | None, level: int) -> timedelta | None:
    """How long after it was asked first the question goes on to somebody else, or is a no."""
    return None if gate is None else gate.timeout * (level + 1)
