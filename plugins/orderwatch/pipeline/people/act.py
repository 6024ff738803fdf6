"""The door for all that people do by hand: the right, the reason, the end, and that they have seen the latest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.durations import Language
from orderwatch.core.playbook.texts import money
from orderwatch.core.policy import Policy
from orderwatch.core.policy.rights import NO_INCIDENT, PersonAction
from orderwatch.core.refusals import Refusal
from orderwatch.core.titles import say_code
from orderwatch.store import person_actions
from orderwatch.store.database import business_now, run
from orderwatch.store.detection import write_line
from orderwatch.store.guards import refusal
from orderwatch.store.pauses import LONGEST

LONGEST_REASON: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Seen:
    """An incident as the person has it before them; ``version`` is the edit version that they have seen."""

    incident_id: int
    version: int


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: the name under which Airflow knows them, and the role that they choose, if they hold several."""

    login: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """An action that counts; what follows from it is written in the same transaction, with one line of the timeline."""

    policy: Policy
    action_id: int
    by: By
    role: str
    reason: str
    now: datetime
    incident_id: int | None
    edit_version: int | None

    def say(self, conn: Connection, event: str, detail: Mapping[str, Any], order_id: str | None = None) -> None:
        """The line of the timeline."""
        write_line(
            conn,
            now=self.now,
            event=event,
            actor=self.by.login,
            incident_id=self.incident_id,
            order_id=order_id,
            scan_id=None,
            policy_version=self.policy.version,
            detail=detail,
            action_id=self.action_id,
        )


def act(
    conn: Connection,
    policy: Policy,
    by: By,
    action: PersonAction,
    *,
    seen: Seen | None = None,
    into_id: int | None = None,
    order_id: str | None = None,
    subject: str | None = None,
    level: int = NO_INCIDENT,
    reason: str | None = None,
    must_say_why: bool = True,
    until: datetime | None = None,
    amount_minor: int = 0,
    currency: str | None = None,
) -> Done:
    """Write down that this person does this now, before it is done; the database checks it once more.

    ``level`` is that of what is about no incident and no order; of those, the database knows it. Raises ``Refusal``.
    """
    why = reason_of(reason, must_say_why)
    now = business_now(conn)
    if until is not None and not now < until <= now + LONGEST:
        raise Refusal("no_end")
    standing = read_standing(conn, seen.incident_id) if seen else None
    if seen:
        level = person_actions.level_of_incidents(conn, [seen.incident_id, *([into_id] if into_id else [])])
    elif order_id is not None:
        level = person_actions.level_of_order(conn, order_id)
    role = _role(policy, by, action, level, amount_minor, currency, standing.owner_role if standing else None)
    if seen and standing and standing.edit_version != seen.version:
        raise changed(conn, seen)
    try:
        with conn.begin_nested():
            row = run(
                conn,
                "people/insert_action",
                now=now,
                action=action,
                login=by.login,
                role=role,
                incident_id=seen.incident_id if seen else None,
                seen_version=seen.version if seen else None,
                into_id=into_id,
                order_id=order_id,
                subject=subject,
                level=level,
                amount_minor=amount_minor,
                currency=currency if amount_minor else None,
                reason=why or None,
                until=until,
            ).one()
    except DBAPIError as error:
        raise _in_words(conn, error, policy, by, action, role, level, seen) from error
    return Done(policy, row.action_id, by, role, why, now, seen.incident_id if seen else None, row.edit_version)


def read_standing(conn: Connection, incident_id: int) -> Row[Any]:
    """The incident as it is now; raises ``Refusal`` when there is none."""
    row = run(conn, "people/read_incident", incident_id=incident_id).one_or_none()
    if row is None:
        raise Refusal("no_incident", incident=incident_id)
    return row


def not_now(conn: Connection, incident_id: int) -> Refusal:
    """The refusal of what the incident's state does not allow."""
    state = read_standing(conn, incident_id).state
    return Refusal("not_in_this_state", incident=incident_id, state=both(state))


def changed(conn: Connection, seen: Seen) -> Refusal:
    """The refusal of a decision on what another has changed meanwhile, with what, by whom and when."""
    changes = person_actions.read_changes(conn, seen.incident_id, seen.version)
    return Refusal("changed", incident=seen.incident_id, changes=[dict(one._mapping) for one in changes])


def reason_of(text: str | None, needed: bool) -> str:
    """The reason as it is kept; raises ``Refusal`` where one is needed and none is given, or a novel."""
    said = (text or "").replace("\x00", "").strip()
    if needed and not said:
        raise Refusal("no_reason")
    if len(said) > LONGEST_REASON:
        raise Refusal("too_long", field={"zh-CN": "原因", "en": "the reason"}, length=len(said), most=LONGEST_REASON)
    return said


def _role(
    policy: Policy,
    by: By,
    action: PersonAction,
    level: int,
    amount_minor: int,
    currency: str | None,
    owner: str | None,
) -> str:
    """The role in which the person acts: the one chosen, the owner's, or the one with the least power that may."""
    held = [
        code
        for code, role in policy.roles.root.items()
        if by.role in {None, code} and any(person.login == by.login for person in role.people)
    ]
    may = policy.rights.who_may(action, level, amount_minor, currency)
    role = policy.rights.least([code for code in held if code in may], action, owner)
    if role is not None:
        return role
    if not held:
        raise Refusal("no_role", login=by.login, who=titles_of(policy, may))
    about: dict[str, Any] = {"roles": titles_of(policy, held), "who": titles_of(policy, may)}
    if amount_minor and any(code in policy.rights.who_may(action, level) for code in held):
        raise Refusal("too_much_money", amount=money(amount_minor, currency or ""), **about)
    raise Refusal("no_right", action=both(action), level=level, **about)


def _in_words(
    conn: Connection,
    error: DBAPIError,
    policy: Policy,
    by: By,
    action: PersonAction,
    role: str,
    level: int,
    seen: Seen | None,
) -> Exception:
    """What the guard of the action log says, where it knows better than the policy files."""
    about: dict[str, Any] = {"roles": titles_of(policy, [role]), "who": titles_of(policy, ())}
    match refusal(error):
        case "OW031" if seen:
            return changed(conn, seen)
        case "OW032" | "OW034":
            return Refusal("no_right", action=both(action), level=level, **about)
        case "OW033" if seen:
            return Refusal("no_incident", incident=seen.incident_id)
    return error


def titles_of(policy: Policy, roles: Sequence[str]) -> dict[Language, str]:
    """These roles as people call them."""
    nobody: dict[Language, str] = {"zh-CN": "没有人", "en": "nobody"}
    titles = [policy.role(code).title for code in roles if code in policy.roles.root]
    if not titles:
        return nobody
    return {"zh-CN": "、".join(one.zh for one in titles), "en": ", ".join(one.en for one in titles)}


def both(code: str) -> dict[Language, str]:
    return {"zh-CN": say_code(code, "zh-CN"), "en": say_code(code, "en")}
