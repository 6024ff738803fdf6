"""Decide which playbook answers which incident, and begin its run: once, and again if Airflow did not hear it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from orderwatch.core.playbook.decide import choose
from orderwatch.core.playbook.load import Loaded
from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.core.policy import Policy
from orderwatch.store import responses
from orderwatch.store.database import Lock, business_now, hold, run
from orderwatch.store.detection import write_line

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a playbook's DAG to begin: the name says which incident and which attempt."""

    dag_id: str
    run_id: str
    conf: dict[str, Any]
    note: str


Trigger = Callable[[Run], str]
"""Begins the run and says ``started``, or ``exists`` if that name has been begun before."""


def start_responses(
    engine: Engine, policy: Policy, playbooks: Collection[Loaded], trigger: Trigger, scan_id: int | None
) -> dict[str, int]:
    """Answer every incident that waits for one, the gravest first; returns how many runs were started.

    What is decided is committed before Airflow is asked, so that a crash in between is made up for by the next call,
    under the same name.
    """
    with engine.begin() as conn:
        hold(conn, Lock.SCAN)
        _decide(conn, policy, playbooks, scan_id)
        waiting = run(conn, "responses/read_untriggered", most=policy.response.runs_per_scan).all()
    said: Counter[str] = Counter()
    for row in waiting:
        one = Run(
            dag_id=f"{DAG_PREFIX}{row.playbook}",
            run_id=row.run_id,
            conf={"incident_id": row.incident_id},
            note=f"#{row.incident_id} {row.dedup_key} (level {row.level})",
        )
        try:
            said[trigger(one)] += 1
        except RuntimeError:
            log.exception("%s could not be begun; the next scan tries again", one.run_id)
            said["failed"] += 1
            continue
        with engine.begin() as conn:
            run(conn, "responses/mark_triggered", run_id=row.run_id, now=business_now(conn))
    return dict(said)


def _decide(conn: Connection, policy: Policy, playbooks: Collection[Loaded], scan_id: int | None) -> None:
    now = business_now(conn)
    matches = [one.playbook.match for one in playbooks]
    answered = {(kind, level) for match in matches for kind in match.kinds for level in match.levels}
    for incident, first in responses.read_waiting(conn, answered):
        facts = responses.facts_of(incident, first, policy, now)
        chosen = choose(playbooks, facts)
        if chosen is None:
            continue
        run(
            conn,
            "responses/insert_version",
            sha=chosen.sha,
            playbook=chosen.id,
            raw=chosen.raw,
            now=now,
        )
        run(conn, "responses/finish_earlier", incident_id=incident.incident_id, now=now)
        begun = run(
            conn,
            "responses/insert_response",
            incident_id=incident.incident_id,
            playbook=chosen.id,
            sha=chosen.sha,
            now=now,
        ).one_or_none()
        if begun is not None:
            write_line(
                conn,
                now=now,
                event="response_started",
                incident_id=incident.incident_id,
                scan_id=scan_id,
                policy_version=policy.version,
                detail={"playbook": chosen.id, "sha": chosen.sha, "run": begun.run_id},
            )
