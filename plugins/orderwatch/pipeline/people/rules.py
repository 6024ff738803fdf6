"""Decide on a learned rule: one person takes it into the shadow, a second one activates it, and it has an end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from orderwatch.core.learned.evidence import incidents_less
from orderwatch.core.learned.predicate import predicate
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.words import Node
from orderwatch.pipeline.learn_rules import judge_again
from orderwatch.pipeline.people.act import By, Done, act, both
from orderwatch.store import learned_rules
from orderwatch.store.database import Lock, hold, run
from orderwatch.store.guards import refusal, words_of

SECOND_PERSON: Final = "OW041"


def take_into_shadow(conn: Connection, policy: Policy, by: By, rule_id: int, reason: str) -> Done:
    """From the next scan on it is asked and recorded, and decides nothing."""
    rule = _in_state(conn, rule_id, ("proposed",))
    done = _act(conn, policy, by, rule, reason)
    run(conn, "rules/to_shadow", rule_id=rule_id, now=done.now, action_id=done.action_id)
    done.say(conn, "rule_in_shadow", {"rule": rule_id, "reason": done.reason})
    return done


def activate(conn: Connection, policy: Policy, by: By, rule_id: int, expires_at: datetime, reason: str) -> Done:
    """From the next scan on it decides, until ``expires_at``; whoever took it into the shadow cannot do this."""
    hold(conn, Lock.ALERTS)
    rule = _in_state(conn, rule_id, ("shadow",))
    if rule.shadow_by == by.login:
        raise Refusal("second_person", rule=rule_id, by=by.login)
    done = _act(conn, policy, by, rule, reason)
    _long_enough(conn, policy, rule, done.now)
    _within(policy, expires_at, done.now)
    about = {"rule_id": rule_id, "now": done.now, "action_id": done.action_id, "expires_at": expires_at}
    try:
        with conn.begin_nested():
            run(conn, "rules/to_active", **about)
    except DBAPIError as error:
        if refusal(error) == SECOND_PERSON:
            raise Refusal("second_person", rule=rule_id, by=by.login) from error
        raise Refusal("refused", why=words_of(error)) from error
    learned_rules.forget_verdicts(conn, done.now)
    done.say(conn, "rule_activated", {"rule": rule_id, "reason": done.reason, "until": expires_at})
    return done


def renew(conn: Connection, policy: Policy, by: By, rule_id: int, expires_at: datetime, reason: str) -> Done:
    """It stays active for longer; its new end counts from now."""
    rule = _in_state(conn, rule_id, ("active",))
    done = _act(conn, policy, by, rule, reason)
    if rule.expires_at <= done.now:
        raise Refusal("rule_over", rule=rule_id)
    _within(policy, expires_at, done.now)
    run(conn, "rules/renew", rule_id=rule_id, expires_at=expires_at)
    done.say(conn, "rule_renewed", {"rule": rule_id, "reason": done.reason, "until": expires_at})
    return done


def reject(conn: Connection, policy: Policy, by: By, rule_id: int, reason: str) -> Done:
    """It is asked no more, and proposed again only with clearly more evidence."""
    return _end(conn, policy, by, _in_state(conn, rule_id, ("proposed", "shadow")), "rejected", reason)


def retire(conn: Connection, policy: Policy, by: By, rule_id: int, reason: str) -> Done:
    """It decides no more; what it has silenced is asked anew by the next scan."""
    hold(conn, Lock.ALERTS)
    done = _end(conn, policy, by, _in_state(conn, rule_id, ("active",)), "retired", reason)
    learned_rules.forget_verdicts(conn, done.now)
    return done


def revise(conn: Connection, policy: Policy, by: By, rule_id: int, pairs: Iterable[Iterable[str]], reason: str) -> int:
    """Another condition is another rule: a new proposal, judged by what was recorded; the number of it.

    The rule that it is to replace goes on until somebody ends it.
    """
    rule = _known(conn, rule_id)
    try:
        asked = predicate(pairs)
    except (TypeError, ValueError) as error:
        raise Refusal("bad_condition", why=str(error)) from error
    done = _act(conn, policy, by, rule, reason)
    node = None if rule.node is None else Node(rule.node)
    judged = judge_again(conn, policy, (rule.kind, node), asked, done.now)
    expected_s = None if node is None else judged.expected_s or rule.expected_s
    number = learned_rules.propose(conn, rule.kind, node, asked, expected_s, by.login, done.now, rule_id)
    if number is None:
        raise Refusal("rule_known", rule=rule_id)
    learned_rules.keep_evidence(
        conn, number, f"by hand {done.action_id}", done.now - policy.learning.window, done.now, judged.counts,
        judged.waits, judged.changed, incidents_less(judged.changed), judged.hidden,
    )  # fmt: skip
    done.say(conn, "rule_revised", {"rule": number, "replaces": rule_id, "reason": done.reason})
    return number


def _end(conn: Connection, policy: Policy, by: By, rule: Row[Any], state: str, reason: str) -> Done:
    done = _act(conn, policy, by, rule, reason)
    run(conn, "rules/to_end", rule_id=rule.rule_id, state=state, now=done.now, action_id=done.action_id)
    done.say(conn, f"rule_{state}", {"rule": rule.rule_id, "reason": done.reason})
    return done


def _act(conn: Connection, policy: Policy, by: By, rule: Row[Any], reason: str) -> Done:
    return act(conn, policy, by, "rules", subject=f"rule {rule.rule_id}", reason=reason)


def _known(conn: Connection, rule_id: int) -> Row[Any]:
    row = run(conn, "rules/lock_rule", rule_id=rule_id).one_or_none()
    if row is None:
        raise Refusal("no_rule", rule=rule_id)
    return row


def _in_state(conn: Connection, rule_id: int, states: tuple[str, ...]) -> Row[Any]:
    """The rule, which nobody else decides on meanwhile."""
    row = _known(conn, rule_id)
    if row.state not in states:
        raise Refusal("rule_not_in_this_state", rule=rule_id, state=both(row.state))
    return row


def _long_enough(conn: Connection, policy: Policy, rule: Row[Any], now: datetime) -> None:
    """It has been in the shadow for the least time, or was asked about enough orders."""
    rules = policy.learning
    row = learned_rules.read_rule(conn, rule.rule_id)
    asked = row.shadow_asked if row else 0
    if now - rule.shadow_at < rules.shadow_least and asked < rules.shadow_judged:
        raise Refusal(
            "shadow_too_short", rule=rule.rule_id, days=rules.shadow_least.days, least=rules.shadow_judged, asked=asked
        )


def _within(policy: Policy, expires_at: datetime, now: datetime) -> None:
    longest = policy.learning.longest_life
    if not now < expires_at <= now + longest:
        raise Refusal("no_expiry", days=longest.days)
