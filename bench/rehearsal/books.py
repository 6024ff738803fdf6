"""What the ledger says against what has arrived: the company's own sinks are counted, not our log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

Received = Mapping[str, list[dict[str, Any]]]

# where the effects of a ledger's sink arrive in the company
ARRIVES_AT: Final[Mapping[str, str]] = {
    "wecom_app": "wecom",
    "wecom_robot": "wecom",
    "mail": "control",
    "customer_mail": "control",
    "work_order": "tickets",
    "voucher": "vouchers",
    "warehouse": "wms",
    "crm_note": "crm",
    "website": "website",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many effects there are, how often one was sent, and how much each of the company's sinks has received."""

    effects: int
    attempts: int
    arrivals: Mapping[str, int]

    def beyond(self, before: Tally) -> dict[str, int]:
        """What has been added since; empty when nothing has."""
        more = {"effects": self.effects - before.effects, "attempts": self.attempts - before.attempts}
        more |= {name: n - before.arrivals.get(name, 0) for name, n in self.arrivals.items()}
        return {name: n for name, n in more.items() if n}


def count(conn: Connection, received: Received) -> Tally:
    """The ledger and the sinks as they stand."""
    effects, attempts = conn.execute(text("select count(*), coalesce(sum(attempts), 0) from effect")).one()
    return Tally(effects, attempts, _arrivals(received))


def off(conn: Connection, received: Received) -> dict[str, str]:
    """Sinks that have more than the ledger has sent, or less than it claims, in words; empty when the books agree."""
    sure: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    for row in conn.execute(text("select sink, state, count(*) as n from effect group by sink, state")):
        sure[ARRIVES_AT[row.sink]] += row.n * (row.state == "delivered")
        perhaps[ARRIVES_AT[row.sink]] += row.n * (row.state in {"sending", "unknown", "needs_human"})
    return {
        name: f"{n} arrived, {sure[name]} delivered, {perhaps[name]} unsettled"
        for name, n in _arrivals(received).items()
        if not sure[name] <= n <= sure[name] + perhaps[name]
    }


def unsettled(conn: Connection) -> int:
    """Effects of playbooks that are neither done nor given up, those that wait for a person's decision aside."""
    open_ones = """
        select count(*) from effect
        where step is not null and state in ('planned', 'sending', 'unknown', 'needs_human')
    """
    return int(conn.execute(text(open_ones)).scalar_one())


def newest(conn: Connection, n: int) -> list[str]:
    """The keys of the latest effects, to name what should not be there."""
    rows = conn.execute(text("select effect_key from effect order by effect_id desc limit :n"), {"n": n})
    return list(rows.scalars())


def _arrivals(received: Received) -> dict[str, int]:
    """A change of something that has arrived is an arrival, too: a ticket's change, a voucher's end."""
    return {
        name: sum(1 + len(one.get("changes", ())) + bool(one.get("voided")) for one in all_of)
        for name, all_of in received.items()
    }
