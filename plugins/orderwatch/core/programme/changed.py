"""What an improvement has changed: a learned rule, a threshold version or a version of a playbook, or words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(
    r"rule:(?P<rule>\d{1,9})|threshold:(?P<version>\d{1,9})"
    r"|playbook:(?P<playbook>[a-z0-9_]{1,80})@(?P<sha>[0-9a-f]{8,64})"
)
_MEANT: Final = re.compile(r"(rule|threshold|playbook):")


@dataclass(frozen=True, slots=True)
class Changed:
    """One of a rule's number, a threshold version's number, or a playbook with the beginning of its version's sha."""

    rule: int | None = None
    version: int | None = None
    playbook: str | None = None
    sha: str | None = None


def read_changed(text: str) -> Changed | None:
    """``rule:12``, ``threshold:14`` or ``playbook:stock_out@1a2b3c4d``; other words are none of them.

    Raises ``ValueError`` for what begins like one of them and is none.
    """
    if not _MEANT.match(text):
        return None
    found = _LINK.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} names no rule, version or playbook")
    rule, version = (int(found[name]) if found[name] else None for name in ("rule", "version"))
    return Changed(rule, version, found["playbook"], found["sha"])
