"""Alert times of orders that were promised a day, by the clock of a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from orderwatch.core.policy import Policy
from orderwatch.core.words import CODES
from orderwatch.store.alerts import PromiseClock
from orderwatch.store.database import copy_rows, run


def promise_clock(policy: Policy, version: int | None = None) -> PromiseClock:
    """What fills in the promise's alert times; it does nothing where the version goes by limits alone.

    ``version``: another one than that in force.
    """

    def fill(conn: Connection) -> None:
        kept = run(conn, "thresholds/read_document", version=version).one_or_none()
        if kept is not None:
            _fill(conn, kept.document, ZoneInfo(policy.calendars.business_zone))

    return fill


def _fill(conn: Connection, document: Mapping[str, Any], zone: ZoneInfo) -> None:
    import numpy as np
    import pandas as pd

    from orderwatch.core.models.clocks import Clocks
    from orderwatch.core.models.document import load
    from orderwatch.core.models.passages import NEVER
    from orderwatch.core.rest import Rest

    asked = run(conn, "alerts/read_promised")
    rows = pd.DataFrame(asked.all(), columns=list(asked.keys()))
    if rows.empty:
        return
    passages = rows.assign(node=rows["node"].map(CODES), left_s=NEVER)
    said = load(document).alert_at(passages, Clocks(zone, rest=Rest.of(document["rest"], document.get("holidays"))))
    known = np.flatnonzero(said.at_s < NEVER)
    chance = [None if np.isnan(one) else float(one) for one in said.chance[known]]
    run(conn, "alerts/create_promised")
    copy_rows(
        conn,
        "promised_alert",
        ("order_id", "node", "alert_s", "chance"),
        zip(
            rows["order_id"].iloc[known],
            rows["node"].iloc[known].tolist(),
            said.at_s[known].tolist(),
            chance,
            strict=True,
        ),
    )
    conn.execute(text("analyze promised_alert"))
    run(conn, "alerts/take_promised")
    conn.execute(text("drop table promised_alert"))
