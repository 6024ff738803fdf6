"""Has everyone heard of their own orders, and nobody of another's? The company's own sinks are asked.

Who owns what is read from the policy files, and who is reached by which channel is spelt out here once more: to ask
the code that plans the messages would only show that it agrees with itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple

from orderwatch.core.policy import Policy
from orderwatch.core.words import Node

Received = Sequence[Mapping[str, Any]]
Orders = frozenset[str]

_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_LEFT_OUT: Final = re.compile(r"另有 (\d+) 起，详见邮件|and (\d+) more, see the mail")  # where a chat has no more room


class Listener(NamedTuple):
    """One address in one channel: ``mail``, ``app`` (a person in WeCom) or ``robot`` (its groups share one)."""

    channel: str
    address: str

    def __str__(self) -> str:
        return f"{self.address} by {self.channel}"


def misdirected(truth: Mapping[str, Any], chat: Received, mails: Received, policy: Policy) -> Iterator[str]:
    """Every order of which somebody has not heard who should, or has heard who should not, as a sentence."""
    due = _due(truth, policy)
    heard = _heard(chat, mails)
    room = _left_out(chat)
    planted = {one["order_id"] for one in (*truth["anomalies"], *truth["suppressed"])}
    for listener in sorted(due.keys() | heard.keys()):
        named = heard.get(listener, set())
        for order in sorted(_unheard(due.get(listener, ()), named, listener, room.get(listener, 0))):
            yield f"{listener} was not told about {order}"
        for order in sorted((named & planted) - frozenset[str]().union(*due.get(listener, ()))):
            yield f"{listener} was told about {order}, which is not theirs"


def _due(truth: Mapping[str, Any], policy: Policy) -> dict[Listener, list[Orders]]:
    """The incidents that each listener must hear of, as the orders of each."""
    nodes = {one["order_id"]: one["node"] for one in truth["anomalies"]}
    due: dict[Listener, list[Orders]] = defaultdict(list)
    for incident in truth["incidents"]:
        orders = frozenset(incident["order_ids"])
        for listener in _owners(incident["level"], nodes[min(orders)], policy):
            due[listener].append(orders)
    return due


def _owners(level: int, node: str, policy: Policy) -> Iterator[Listener]:
    """Everyone in the owning role, in chat and by mail; a digest goes to the role's group instead of its people."""
    responder = policy.node(Node[node.upper()]).first_responder
    role = policy.role(policy.grading.levels[level].owner or responder)
    for person in role.people:
        yield Listener("mail", person.mail)
        yield Listener("robot", "robot") if level == 0 and role.robot_group else Listener("app", person.wecom)


def _heard(chat: Received, mails: Received) -> dict[Listener, set[str]]:
    """The words that each listener has read; order numbers are among them."""
    heard: dict[Listener, set[str]] = defaultdict(set)
    for message in chat:
        for user in message["to"]:
            heard[Listener(message["channel"], user)].update(_WORD.findall(str(message["content"])))
    for mail in mails:
        for address in mail["to"]:
            heard[Listener("mail", address)].update(_WORD.findall(str(mail["text"])))
    return heard


def _left_out(chat: Received) -> dict[Listener, int]:
    """How many incidents each listener's chat messages have only counted."""
    counted: dict[Listener, int] = defaultdict(int)
    for message in chat:
        in_each_language = [int(zh or en) for zh, en in _LEFT_OUT.findall(str(message["content"]))]
        for user in message["to"]:
            counted[Listener(message["channel"], user)] += max(in_each_language, default=0)
    return counted


def _unheard(due: Iterable[Orders], named: Set[str], listener: Listener, left_out: int) -> Orders:
    """A mail names every order; a chat message names every incident by some of its orders, or says how many more."""
    if listener.channel == "mail":
        return frozenset[str]().union(*due) - named
    silent = [orders for orders in due if not orders & named]
    return frozenset() if len(silent) <= left_out else frozenset[str]().union(*silent)
