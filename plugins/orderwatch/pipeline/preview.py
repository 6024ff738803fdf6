"""What a playbook would do about a live incident: to whom, with which words, for how much. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from orderwatch.core.playbook.acts import Act, Situation, acts_of
from orderwatch.core.playbook.decide import choose, decide, in_order
from orderwatch.core.playbook.load import Loaded
from orderwatch.core.policy import Policy
from orderwatch.pipeline.look import situation
from orderwatch.store import responses
from orderwatch.store.database import business_now


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One step: what it does, why in words, and its acts."""

    step: str
    does: str
    why: str
    acts: tuple[Act, ...]


def preview(
    conn: Connection, policy: Policy, playbooks: Collection[Loaded], incident_id: int, playbook: str | None = None
) -> tuple[Loaded, list[Foreseen]]:
    """The playbook that answers the incident (or the one named), and every step of it as things stand now.

    Raises:
        LookupError: there is no such incident, or no playbook answers it.
    """
    now = business_now(conn)
    incident = responses.read_incident(conn, incident_id)
    about = situation(conn, policy, incident, responses.read_members(conn, incident_id), now)
    loaded = choose(playbooks, about.first.facts) if playbook is None else _named(playbooks, playbook)
    if loaded is None:
        raise LookupError(f"no playbook answers incident {incident_id} ({incident.kind}, level {incident.level})")
    return loaded, list(_steps(loaded, about))


def _named(playbooks: Collection[Loaded], name: str) -> Loaded:
    found = next((one for one in playbooks if one.id == name), None)
    if found is None:
        raise LookupError(f"there is no playbook {name!r}; known are {', '.join(sorted(one.id for one in playbooks))}")
    return found


def _steps(loaded: Loaded, at: Situation) -> Iterator[Foreseen]:
    for step_id in in_order(loaded.playbook):
        decisions = [decide(loaded, step_id, subject.facts) for subject in at.subjects]
        wanted = [one for one, decision in zip(at.subjects, decisions, strict=True) if decision.does != "not_needed"]
        if not wanted:
            yield Foreseen(step_id, "not_needed", decisions[0].why, ())
            continue
        step = loaded.playbook.steps[step_id]
        about = replace(at, subjects=wanted)
        acts = acts_of(loaded, step_id, about) if step.gate is None else ()
        does = next(decision.does for decision in decisions if decision.does != "not_needed")
        words = f"asks {step.gate.roles[0]}" if step.gate else step.act.title.en if step.act else ""
        yield Foreseen(step_id, does, words, tuple(acts))
