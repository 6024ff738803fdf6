"""`.env.example`: what it documents, and a filled-in copy as its reader would make it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass

_ENTRY = re.compile(r"^(?P<off># )?(?P<name>[A-Z][A-Z0-9_]+)=(?P<value>.*)$")
_MAKE = re.compile(r"Make: (?P<command>python3 .+)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable; ``optional`` ones are commented out, ``command`` prints a fresh secret."""

    name: str
    value: str
    comment: str
    optional: bool

    @property
    def command(self) -> str:
        match = _MAKE.search(self.comment)
        return match["command"] if match else ""

    @property
    def is_secret(self) -> bool:
        return bool(self.command)


def read(text: str) -> dict[str, Entry]:
    """The documented variables by name; ``ValueError`` for a line that is neither that nor a comment."""
    entries: dict[str, Entry] = {}
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        match = _ENTRY.match(line)
        if match:
            value = match["value"]
            if value[:1] == value[-1:] == "'":
                value = value[1:-1]
            if match["name"] in entries:
                raise ValueError(f".env.example:{number}: {match['name']} stands twice")
            entries[match["name"]] = Entry(match["name"], value, before, bool(match["off"]))
        elif line and not line.startswith("#"):
            raise ValueError(f".env.example:{number}: not NAME=value: {line!r}")
        before = line.removeprefix("#").strip() if line.startswith("#") and not match else ""
    return entries


def make_secret(command: str) -> str:
    """Run the documented command, with the Python of these tests."""
    done = subprocess.run(
        ["sh", "-euc", 'python3() { "$PY" "$@"; }; ' + command],
        env={"PY": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.removesuffix("\n")


def fill_in(entries: dict[str, Entry]) -> dict[str, str]:
    """What a reader of the file would end up with, optional systems included."""
    answers = {"ORDERWATCH_ADMIN_USER": "chief", "ORDERWATCH_ADMIN_EMAIL": "chief@example.com"}
    values = {name: entry.value.replace('": ""', '": "made-up"') for name, entry in entries.items()}
    values |= {name: make_secret(entry.command) for name, entry in entries.items() if entry.is_secret}
    return values | answers
