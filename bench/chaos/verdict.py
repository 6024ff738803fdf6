"""What the ledger says against what the sinks have: neither twice, nor lost, nor claimed and untrue."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from bench.chaos.marks import mark

OVER = frozenset({"failed", "cancelled", "expired"})
Arrivals = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """All zero and drained is the only good end."""

    intents: int
    duplicates: int  # a business effect that reached its sink more than once, each time beyond the first
    lost: int  # asked for, still wanted, and nowhere; or gone from the ledger
    false_delivered: int  # the ledger says so, the sink has never seen it
    false_failed: int  # the ledger gave it up, and the sink has it
    budgets_off: int  # budgets that are not the sum of their effects, and orders whose vouchers are not
    drained: bool
    needs_human: int  # how often a person had to look
    duplicates_at: dict[str, int]
    suspects: tuple[str, ...]  # marks with which something is wrong

    @property
    def good(self) -> bool:
        wrong = self.duplicates + self.lost + self.false_delivered + self.false_failed + self.budgets_off
        return wrong == 0 and self.drained


def judge(conn: Connection, asked: Counter[str], arrived: Arrivals) -> Verdict:
    """``asked`` counts by mark how many effects the ledger has taken and committed."""
    effects = conn.execute(text("select order_id, sink, state from effect")).all()
    states: dict[str, list[str]] = defaultdict(list)
    for one in effects:
        states[mark(one.order_id, one.sink)].append(one.state)
    came = Counter(str(one["mark"]) for one in arrived)
    delivered = {name: one.count("delivered") for name, one in states.items()}
    unsettled = {"held", "planned", "sending", "unknown", "needs_human"}
    twice = {name: n - 1 for name, n in came.items() if n > 1}
    nowhere = [name for name, all_of in states.items() if not came[name] and not set(all_of) <= OVER]
    untrue = {name: n - came[name] for name, n in delivered.items() if n > came[name]}
    given_up = [name for name, n in came.items() if n and not delivered.get(name)]
    gone = {name: n - len(states[name]) for name, n in asked.items() if n > len(states[name])}
    return Verdict(
        intents=len(effects),
        duplicates=sum(twice.values()),
        lost=sum(gone.values()) + len(nowhere),
        false_delivered=sum(untrue.values()),
        false_failed=len(given_up),
        budgets_off=_budgets_off(conn, arrived),
        drained=not any(unsettled & set(all_of) for all_of in states.values()),
        needs_human=conn.execute(text("select count(*) from effect_event where after = 'needs_human'")).scalar_one(),
        duplicates_at=dict(Counter(name.partition("/")[2] for name, n in twice.items() for _ in range(n))),
        suspects=tuple(sorted({*twice, *nowhere, *untrue, *given_up, *gone})),
    )


def history(conn: Connection, name: str, arrived: Arrivals) -> list[str]:
    """Everything that is known about one mark, to find out what went wrong."""
    order, _, sink = name.partition("/")
    rows = conn.execute(
        text("""
            select v.at, e.effect_key, v.before, v.after, v.fence, v.note
            from effect_event as v inner join effect as e on v.effect_id = e.effect_id
            where e.order_id = :order and e.sink = :sink order by v.event_id
        """),
        {"order": order, "sink": sink},
    )
    said = [
        f"  {row.at:%T.%f} {row.effect_key} {row.before} > {row.after} #{row.fence} {row.note or ''}" for row in rows
    ]
    return [name, *said, *(f"  arrived {one}" for one in arrived if one["mark"] == name)]


def _budgets_off(conn: Connection, arrived: Arrivals) -> int:
    """Budgets against the sum of their committed effects, orders against the vouchers that the service has issued."""
    wanted: Counter[str] = Counter()
    rows = conn.execute(
        text("""
            select customer_id, order_id, incident_id, currency, amount_minor,
                split_part(business_key, ':', 1) as campaign,
                (planned_at at time zone 'Asia/Shanghai')::date as day
            from effect where side_effect = 'money' and is_committed(state)
        """)
    )
    in_ledger: Counter[str] = Counter()
    for row in rows:
        about = (f"customer:{row.customer_id}", f"order:{row.order_id}", f"incident:{row.incident_id}")
        for scope in (*about, f"day:{row.day}", f"campaign:{row.campaign}:{row.day:%Y-%m}"):
            wanted[f"{scope}:{row.currency}"] += row.amount_minor
        in_ledger[row.order_id] += row.amount_minor
    booked = {row.scope: row.committed_minor for row in conn.execute(text("select * from budget"))}
    paid: Counter[str] = Counter()
    for one in arrived:
        if one["sink"] == "voucher":
            paid[one["order"]] += one["amount"]
    wrong = [scope for scope in booked.keys() | wanted.keys() if booked.get(scope, 0) != wanted[scope]]
    return len(wrong) + sum(paid[order] != in_ledger[order] for order in paid.keys() | in_ledger.keys())


def has_arrived(effect_key: str, name: str, arrived: Arrivals) -> bool:
    """What a person hears who asks the sink: it has this very effect, by its key or by its words."""
    mails = hashlib.sha256(effect_key.encode()).hexdigest()[:32]
    return any(one["mark"] == name and one["key"] in {effect_key, mails, ""} for one in arrived)
