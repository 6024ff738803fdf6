"""What others ask of the warehouse: hurry, hold, release, recall; the caller's command number makes it happen once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from demo.arrival import arrival
from demo.book import AUDITED, CANCELLED, SHIPPED, SIGNED
from demo.clock import Clock
from demo.company import Company
from demo.rows_wms import outbound_no

ACTIONS = ("PRIORITISE", "HOLD", "RELEASE", "RECALL")
UNKNOWN_OUTBOUND, ALREADY_SHIPPED, ALREADY_SIGNED, ALREADY_CANCELLED, NUMBER_REUSED = 30, 31, 32, 33, 34
FIELDS = ("cmd_no", "action", "outbound_nos", "order_nos", "reason")
Body = dict[str, Any]


class CommandRefused(ValueError):
    """The warehouse says no, with its own code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Commands:
    """All commands in the order in which they came. One is carried out for all its shipments or for none."""

    company: Company
    clock: Clock
    received: list[Body] = field(default_factory=list)
    _answers: dict[str, tuple[Body, Body]] = field(default_factory=dict)  # number to its content and first answer
    _rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = self.company.book.order_no.tolist()
        self._rows = {outbound_no(number): row for row, number in enumerate(numbers)}

    def take(self, biz: Body) -> Body:
        """Carry out one command; the same number and content again gets the first answer.

        Raises ``ValueError`` for a command that is none, ``CommandRefused`` for one that cannot be carried out.
        """
        command = _read(biz)
        number = command["cmd_no"]
        if number in self._answers:
            content, answer = self._answers[number]
            if content != command:
                raise CommandRefused(NUMBER_REUSED, f"cmd_no {number} was used for another command")
            return answer
        for outbound in command["outbound_nos"]:
            self._check(outbound, command["action"])
        answer = {"receipt_no": f"WC-{len(self.received) + 1:05d}", "cmd_no": number}
        self.received.append(command | answer | arrival(self.clock))
        self._answers[number] = (command, answer)
        return answer

    def _check(self, outbound: str, action: str) -> None:
        """A recall reaches a parcel on its way too; the others end at the warehouse's door."""
        times = self.company.book.times[self._rows[outbound]] if outbound in self._rows else None
        now = self.clock.now()
        if times is None or times[AUDITED] > now:
            raise CommandRefused(UNKNOWN_OUTBOUND, f"unknown outbound {outbound}")
        if times[CANCELLED] <= now:
            raise CommandRefused(ALREADY_CANCELLED, f"{outbound} is cancelled")
        if times[SIGNED] <= now:
            raise CommandRefused(ALREADY_SIGNED, f"{outbound} is signed for")
        if times[SHIPPED] <= now and action != "RECALL":
            raise CommandRefused(ALREADY_SHIPPED, f"{outbound} is shipped")


def _read(biz: Body) -> Body:
    if biz.keys() != set(FIELDS):
        raise ValueError(f"a command has exactly {', '.join(FIELDS)}")
    if biz["action"] not in ACTIONS:
        raise ValueError(f"action must be one of {', '.join(ACTIONS)}")
    for name in ("cmd_no", "reason"):
        if not isinstance(biz[name], str) or not biz[name]:
            raise ValueError(f"{name} must be text")
    for name in ("outbound_nos", "order_nos"):
        if not isinstance(biz[name], list) or not all(isinstance(one, str) for one in biz[name]):
            raise ValueError(f"{name} must be a list of numbers")
    if not biz["outbound_nos"]:
        raise ValueError("outbound_nos is empty")
    return dict(biz)
