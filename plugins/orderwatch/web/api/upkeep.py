"""Pauses and silences over more than one incident, refused records, and versions of limits."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from orderwatch.core.policy.rights import PersonAction
from orderwatch.core.refusals import Refusal
from orderwatch.core.words import Node
from orderwatch.pipeline.people.act import By
from orderwatch.pipeline.people.snooze import end_silence, silence
from orderwatch.pipeline.people.stop import end_stop, stop
from orderwatch.pipeline.people.upkeep import activate_thresholds, settle_records
from orderwatch.store import pauses, quarantine, silences
from orderwatch.store.database import run
from orderwatch.web.api import bodies
from orderwatch.web.desk import acting, policy_now, reading, wake
from orderwatch.web.security import Login

router = APIRouter(tags=["upkeep"])
NumberInPath = Annotated[int, Path(ge=1, le=2**62)]
VersionInPath = Annotated[int, Path(ge=1, lt=2**31)]  # PostgreSQL's integer


@router.get("/me")
def read_me(login: Login) -> dict[str, Any]:
    """Who you are to us: your roles, and up to which level you may do what."""
    policy = policy_now()
    held = policy.roles.held_by(login)
    may: dict[PersonAction, int] = {}
    for code in held:
        for action, level in policy.rights.root[code].may.items() if code in policy.rights.root else ():
            may[action] = max(level, may.get(action, 0))
    return {"login": login, "roles": held, "may": may}


@router.get("/pauses")
def list_pauses() -> dict[str, Any]:
    with reading() as conn:
        return {"pauses": [dict(one._mapping) for one in pauses.read_live(conn)]}


@router.post("/pauses")
def post_stop(body: bodies.StopScope, login: Login) -> dict[str, Any]:
    """Pause or take over an order, a playbook or everything."""
    with acting() as conn:
        by = By(login, body.role)
        done = stop(conn, policy_now(), by, body.scope, body.subject, body.reason, body.until, body.control)
        return {"action_id": done.action_id, "role": done.role}


@router.post("/pauses/{number}/end")
def post_end_stop(number: NumberInPath, body: bodies.EndStop, login: Login) -> dict[str, Any]:
    """Hand back; of an incident's pause the version that was seen is needed."""
    with acting() as conn:
        done, pause = end_stop(conn, policy_now(), By(login, body.role), number, body.version)
    wake(pause.scope, pause.subject)
    return {"action_id": done.action_id, "role": done.role}


@router.get("/silences")
def list_silences(every: bool = False) -> dict[str, Any]:
    with reading() as conn:
        return {"silences": [dict(one._mapping) for one in silences.read(conn, every=every)]}


@router.post("/silences")
def post_silence(body: bodies.Silence, login: Login) -> dict[str, Any]:
    node = None if body.node is None else Node[body.node.upper()]
    try:
        matcher = silences.Matcher(None, body.order_id, body.cause, body.kind, node, body.level)
    except ValueError as error:
        raise Refusal("not_one_thing") from error
    with acting() as conn:
        number = silence(conn, policy_now(), By(login, body.role), matcher, body.reason, body.until)
        return {"silence_id": number}


@router.post("/silences/{number}/end")
def post_end_silence(number: NumberInPath, body: bodies.Body, login: Login) -> dict[str, Any]:
    with acting() as conn:
        return {"action_id": end_silence(conn, policy_now(), By(login, body.role), number).action_id}


@router.get("/quarantine")
def list_quarantine() -> dict[str, Any]:
    """Refused records that nobody has settled, at most a thousand; personal text in them is masked at the door."""
    with reading() as conn:
        return {"records": [dict(one._mapping) for one in quarantine.read_waiting(conn)[:1000]]}


@router.post("/quarantine/again")
def post_again(body: bodies.Records, login: Login) -> dict[str, Any]:
    """The next scan validates these once more."""
    with acting() as conn:
        return {"records": settle_records(conn, policy_now(), By(login, body.role), body.ids, "again")}


@router.post("/quarantine/discard")
def post_discard(body: bodies.Records, login: Login) -> dict[str, Any]:
    """These are given up for good."""
    with acting() as conn:
        return {"records": settle_records(conn, policy_now(), By(login, body.role), body.ids, "discard")}


@router.get("/thresholds")
def list_thresholds() -> dict[str, Any]:
    """The latest two hundred versions, and what became of each."""
    with reading() as conn:
        rows = run(conn, "thresholds/read_version", version=None).all()
    names = (
        "version", "model", "learned_at", "window_from", "window_to", "stages", "decision", "decided_by", "reason",
        "decided_at", "active",
    )  # fmt: skip
    return {"versions": [{name: getattr(row, name) for name in names} for row in rows]}


@router.post("/thresholds/{number}/activate")
def post_activate(number: VersionInPath, body: bodies.Activate, login: Login) -> dict[str, Any]:
    """Counts from now on; open orders follow with the next scan."""
    with acting() as conn:
        activate_thresholds(conn, policy_now(), By(login, body.role), number, body.reason)
        return {"version": number}
