"""What people do about an incident: every action is a POST that carries the version they have seen."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path

from orderwatch.edge.closing import tell_closed
from orderwatch.pipeline.people.acknowledge import acknowledge
from orderwatch.pipeline.people.act import By, Done, Seen
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.correct_cause import correct_cause
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.level import set_level
from orderwatch.pipeline.people.merge import merge
from orderwatch.pipeline.people.rate import Rating, rate
from orderwatch.pipeline.people.release import Wanted, release
from orderwatch.pipeline.people.settle import settle
from orderwatch.pipeline.people.snooze import snooze
from orderwatch.pipeline.people.stop import hand_back, pause, take_over
from orderwatch.pipeline.people.undo import undo
from orderwatch.web.api import bodies
from orderwatch.web.api.incidents import IncidentId
from orderwatch.web.desk import acting, policy_now, wake
from orderwatch.web.security import Login

router = APIRouter(tags=["actions"])
EffectId = Annotated[int, Path(ge=1, le=2**62)]


def _said(done: Done) -> dict[str, Any]:
    """The version is the one to act on next."""
    return {
        "action_id": done.action_id,
        "incident_id": done.incident_id,
        "edit_version": done.edit_version,
        "by": done.by.login,
        "role": done.role,
        "at": done.now,
    }


@router.post("/incidents/{incident_id}/acknowledge")
def post_acknowledge(incident_id: IncidentId, body: bodies.Acknowledge, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(acknowledge(conn, policy_now(), by, seen, body.note))


@router.post("/incidents/{incident_id}/pause")
def post_pause(incident_id: IncidentId, body: bodies.Stop, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(pause(conn, policy_now(), by, seen, body.reason, body.until))


@router.post("/incidents/{incident_id}/take-over")
def post_take_over(incident_id: IncidentId, body: bodies.Stop, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(take_over(conn, policy_now(), by, seen, body.reason, body.until))


@router.post("/incidents/{incident_id}/hand-back")
def post_hand_back(incident_id: IncidentId, body: bodies.HandBack, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        done = hand_back(conn, policy_now(), by, seen, body.reason)
    wake("incident", incident_id)
    return _said(done)


@router.post("/incidents/{incident_id}/snooze")
def post_snooze(incident_id: IncidentId, body: bodies.Stop, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(snooze(conn, policy_now(), by, seen, body.reason, body.until))


@router.post("/incidents/{incident_id}/merge")
def post_merge(incident_id: IncidentId, body: bodies.Merge, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(merge(conn, policy_now(), by, seen, body.into, body.reason))


@router.post("/incidents/{incident_id}/dismiss")
def post_dismiss(incident_id: IncidentId, body: bodies.Dismiss, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(dismiss(conn, policy_now(), by, seen, body.dismissed_as, body.reason))


@router.post("/incidents/{incident_id}/close")
def post_close(incident_id: IncidentId, body: bodies.Close, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        done = close(conn, policy_now(), by, seen, body.root_cause, body.reason)
    tell_closed(incident_id)
    return _said(done)


@router.post("/incidents/{incident_id}/correct-cause")
def post_correct_cause(incident_id: IncidentId, body: bodies.CorrectCause, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(correct_cause(conn, policy_now(), by, seen, body.root_cause, body.cause, body.reason))


@router.post("/incidents/{incident_id}/level")
def post_level(incident_id: IncidentId, body: bodies.SetLevel, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        return _said(set_level(conn, policy_now(), by, seen, body.level, body.reason))


@router.post("/incidents/{incident_id}/release")
def post_release(incident_id: IncidentId, body: bodies.Release, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by, seen = By(login, body.role), Seen(incident_id, body.version)
        wanted = Wanted(body.amount_minor, body.at_most, body.money)
        done = release(conn, policy_now(), by, seen, wanted, body.reason)
    wake("incident", incident_id)
    return _said(done)


@router.post("/incidents/{incident_id}/rate")
def post_rate(incident_id: IncidentId, body: bodies.Rate, login: Login) -> dict[str, Any]:
    with acting() as conn:
        rating = Rating(body.stars, body.false_alarm_because, body.words)
        return {"rating_id": rate(conn, policy_now(), By(login, body.role), incident_id, body.step, rating)}


@router.post("/effects/{effect_id}/settle")
def post_settle(effect_id: EffectId, body: bodies.Settle, login: Login) -> dict[str, Any]:
    with acting() as conn:
        by = By(login, body.role)
        done = settle(conn, policy_now(), by, effect_id, body.version, arrived=body.arrived, reason=body.reason)
        return _said(done)


@router.post("/effects/{effect_id}/undo")
def post_undo(effect_id: EffectId, body: bodies.Undo, login: Login) -> dict[str, Any]:
    with acting() as conn:
        planned = undo(conn, policy_now(), By(login, body.role), effect_id, body.version, body.reason)
        return {"effect_id": planned}
