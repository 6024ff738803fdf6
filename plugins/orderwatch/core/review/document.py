"""What a review says, as plain values: the same facts give the same document, whenever it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from orderwatch.core.durations import Language
from orderwatch.core.policy.review import RootCause
from orderwatch.core.review.chain import Link, first_broken
from orderwatch.core.review.classify import CauseFinding, Classification
from orderwatch.core.review.words import say_evidence

LANGUAGES: Final[tuple[Language, Language]] = ("zh-CN", "en")
Part = Mapping[str, Any]


class Word(Protocol):
    """What a person says the cause was; ``cause``: the second level, if one is named."""

    root_cause: RootCause
    cause: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """What counts as the cause: a person's last word, else what the rules say; none of both is undetermined."""

    root_cause: RootCause | None
    cause: str | None

    @property
    def known(self) -> bool:
        return self.root_cause is not None


def cause_of(said: Classification, words: Sequence[Word]) -> Cause:
    """A person who names the first level only leaves the second to the rules where they agree on the first."""
    if not words:
        return Cause(said.root_cause, said.cause)
    last = words[-1]
    return Cause(last.root_cause, last.cause or (said.cause if said.root_cause == last.root_cause else None))


def cause_part(said: Classification, counts: Cause, words: Sequence[Part]) -> dict[str, Any]:
    """The cause that counts, what the rules said with their evidence, and every word of a person beside it."""
    return {
        "root_cause": counts.root_cause,
        "cause": counts.cause,
        "by": "person" if words else "rules",
        "rules": {
            "cause": said.cause, "root_cause": said.root_cause, "confidence": said.confidence, "open": said.open,
            "findings": [_finding(one) for one in said.findings],
        },
        "words": list(words),
    }  # fmt: skip


def chain_part(links: Sequence[Link]) -> dict[str, Any]:
    """Every link with its limit and what is usual, and the one that broke its limit first."""
    return {"links": [asdict(one) for one in links], "first_broken": first_broken(links)}


def _finding(one: CauseFinding) -> dict[str, Any]:
    return {
        "cause": one.cause, "root_cause": one.root_cause, "state": one.state, "outcome": one.evidence.outcome,
        "confidence": one.confidence, "facts": dict(one.evidence.facts),
        "said": {language: say_evidence(one.cause, one.evidence, language) for language in LANGUAGES},
    }  # fmt: skip
