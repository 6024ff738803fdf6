"""What the database itself refuses, whatever the program tries: each rule is broken once here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from tests.pipeline.desk import Desk, late_in_pick

ANOMALY = (
    "insert into anomaly (order_id, node, verdict, level, entered_at, alert_at, detected_at, evidence, explanation)"
    " values ('SO1', {node}, '{verdict}', {level}, now(), now(), now(), '{{}}', '{{}}')"
)
INCIDENT = (
    "insert into incident (dedup_key, kind, level, state, owner_role, observed_at, opened_at{columns})"
    " values ('{key}', '{kind}', {level}, '{state}', 'pick_lead', now(), now(){values})"
)
EFFECT = (
    "insert into effect (effect_key, family, sink, recipient, payload, level, planned_at, valid_until, next_attempt_at)"
    " values ('{key}', '{family}', '{sink}', 'x', '{{}}', {level}, business_now(), business_now() + interval '{valid}',"
    " business_now())"
)


def an_anomaly(**changes: Any) -> str:
    return ANOMALY.format(**{"node": 2, "verdict": "anomaly", "level": 0} | changes)


def an_incident(columns: str = "", values: str = "", **changes: Any) -> str:
    plain = {"key": "order:SO9:pick", "kind": "single", "level": 0, "state": "open"}
    return INCIDENT.format(**plain | changes, columns=columns, values=values)


def an_effect(**changes: Any) -> str:
    plain = {"key": "k", "family": "opened", "sink": "mail", "level": 1, "valid": "1 hour"}
    return EFFECT.format(**plain | changes)


def an_action(columns: str = "", values: str = "", **changes: Any) -> str:
    plain = {
        "action": "pause", "login": "picker", "incident": 1, "seen": 0, "reason": "r",
        "until": "now() + interval '1 hour'",
    } | changes  # fmt: skip
    return (
        "insert into person_role values ('picker', 'pick_lead') on conflict do nothing; insert into person_action"
        f" (at, action, login, role, level, incident_id, seen_version, reason, until{columns}) values (now(),"
        " '{action}', '{login}', 'pick_lead', 0, {incident}, {seen}, '{reason}', {until}".format(**plain)
        + f"{values})"
    )


ENDED = (
    "update incident set state = 'closed', resolved_at = now(), closed_at = now(),"
    " review_due_at = now() + interval '72 hours'"
)
A_REVIEW = "insert into review (kind, incident_id, created_at) values ('single', 1, now())"
HELD = "update incident_review set review_id = (select max(review_id) from review), looked_at = now(),"


def a_document(version: int = 1) -> str:
    return (
        "insert into review_document (review_id, version, written_at, policy_version, content)"
        f" select max(review_id), {version}, now(), 'p', '{{}}' from review"
    )


def a_correction(**changes: Any) -> str:
    plain = {"reason": "r", "said_cause": "$$holiday$$", "wrong_rule": "$$holiday$$"} | changes
    return (
        "insert into review_correction (at, incident_id, given, login, root_cause, reason, said_cause,"
        " said_confidence, wrong_rule) values (now(), 1, 'close', 'vp', 'human', '{reason}', {said_cause}, 0.9,"
        " {wrong_rule})".format(**plain)
    )


@pytest.fixture(scope="module")
def engine(databases: Any) -> Engine:
    """Books with one late order in them."""
    made: Engine = databases.copy()
    Desk(made).scan(**late_in_pick("SO1"))
    return made


VIOLATIONS = {
    # one of each
    "a second open anomaly of one order and node": (an_anomaly(node=3), "anomaly_one_open"),
    "a second live incident of one key": (an_incident(key="order:SO1:pick"), "incident_one_live"),
    "a second effect of one key": (f"{an_effect()}; {an_effect()}", "effect_effect_key_key"),
    "a second row of one scan": (
        "insert into scan_run (dag_id, run_id, purpose, opened_at, policy_version)"
        " select dag_id, run_id, purpose, opened_at, policy_version from scan_run limit 1",
        "scan_run_dag_id_run_id_key",
    ),
    "a second pull of one feed in one scan": (
        "insert into feed_pull (scan_id, source, feed, mode, until) values"
        " ((select max(scan_id) from scan_run), 'erp', 'orders', 'changes', now())",
        "feed_pull_scan_id_source_feed_key",
    ),
    "the same decision about one order twice": (
        "insert into timeline (at, event, actor, order_id, node) values"
        " (now(), 'exempted', 'scan', 'SO1', 3), (now(), 'exempted', 'scan', 'SO1', 3)",
        "timeline_decision_once",
    ),
    "two clocks": ("insert into clock values (false)", "clock_one_check"),
    "two threshold versions in force": (
        "insert into threshold_active values (false, (select min(version) from threshold_version))",
        "threshold_active_one_check",
    ),
    # words that do not exist
    "an unknown verdict": (an_anomaly(verdict="maybe"), "anomaly_verdict_check"),
    "an unknown level of an anomaly": (an_anomaly(level=4), "anomaly_level_check"),
    "an unknown node": (an_anomaly(node=6), "anomaly_node_fkey"),
    "an unknown kind of incident": (an_incident(kind="odd"), "incident_kind_check"),
    "an unknown level of an incident": (an_incident(level=4), "incident_level_check"),
    "an unknown state of an incident": (an_incident(state="odd"), "incident_state_check"),
    "an unknown family of messages": (an_effect(family="odd"), "effect_family_check"),
    "an unknown sink": (an_effect(sink="pigeon"), "effect_sink_fkey"),
    "an unknown level of a message": (an_effect(level=4), "effect_level_check"),
    "an unknown status of an order": ("update orders set status = 'odd'", "orders_status_check"),
    "an unknown payment": ("update orders set payment = 'odd'", "orders_payment_check"),
    "a negative value": ("update orders set value_minor = -1", "orders_value_minor_check"),
    "a currency that is none": ("update orders set currency = 'yuan'", "orders_currency_check"),
    "lines that are no list": ("update orders set lines = '{}'", "orders_lines_check"),
    "an unknown status of a shipment": ("update shipment set status = 'odd'", "shipment_status_check"),
    "an unknown tier": ("insert into customer values ('C', now(), 'gold')", "customer_tier_check"),
    "an unknown state of a pull": ("update feed_pull set state = 'odd'", "feed_pull_state_check"),
    # parts that do not fit together
    "merged into nothing": (an_incident("", "", state="merged"), "incident_check"),
    "triage without an end": (an_incident(state="triage"), "incident_check"),
    "resolved at no time": (an_incident(state="resolved"), "incident_check"),
    "closed without a review": (
        an_incident(", resolved_at, closed_at", ", now(), now()", state="closed"), "incident_check"
    ),
    "a review later than 72 hours": (
        an_incident(
            ", resolved_at, closed_at, review_due_at", ", now(), now(), now() + interval '73 hours'", state="closed"
        ),
        "incident_check",
    ),
    "open and closed": (an_incident(", closed_at", ", now()"), "incident_check"),
    "sending without a lease": (
        f"{an_effect()}; update effect set state = 'sending' where effect_key = 'k'", "effect_check"
    ),
    "delivered at no time": (
        f"{an_effect()}; update effect set state = 'sending', lease_until = now() where effect_key = 'k';"
        " update effect set state = 'delivered', lease_until = null where effect_key = 'k'",
        "effect_delivered",
    ),
    "a message that is over before it begins": (an_effect(valid="-1 minute"), "effect_check"),
    "a node left before it was entered": (
        "update order_stage set left_at = entered_at - interval '1 s'", "order_stage_check"
    ),
    "a judgement without a verdict": ("update order_alert set verdict = null", "order_alert_check"),
    "a failed pull without its error": ("update feed_pull set state = 'failed'", "feed_pull_check"),
    "settled quarantine at no time": (
        "insert into quarantine (source, feed, reason, message, detail, record, record_sha, first_seen_at, state)"
        " values ('erp', 'orders', 'odd', '{}', '', '{}', '', now(), 'replayed')",
        "quarantine_check",
    ),
    "a threshold below nothing": (
        "insert into threshold values ((select min(version) from threshold_version), 99, -1, 1, 0, 1, 'x')",
        "threshold_threshold_s_check",
    ),
    # what people do by hand
    "an incident that comes back to life": (
        "update incident set state = 'dismissed', closed_at = now(); update incident set state = 'open',"
        " closed_at = null",
        "cannot go from dismissed to open",
    ),
    "an edit that is taken back": (
        "update incident set edit_version = 2; update incident set edit_version = 1", "never goes back"
    ),
    "a dismissal of something that is open": (
        "update incident set dismissed_as = 'false_alarm'", "incident_dismissed"
    ),
    "a root cause without its words": ("update incident set root_cause = 'human'", "incident_root_cause"),
    "an overruled level that is not above": (
        "update incident set overruled_level = 1, level = 1", "incident_overruled"
    ),
    "an action of somebody without the role": (an_action(login="nobody"), "does not hold the role"),
    "an action that the role may not do": (an_action(action="snooze"), "may not snooze at level 0"),
    "an action above the role's level": (
        f"update incident set level = 2; {an_action()}", "may not pause at level 2"
    ),
    "more money than the role may move": (
        "insert into action_right values ('pick_lead', 'settle', 3);"
        f" {an_action(columns=', amount_minor, currency', values=', 1, $$CNY$$', action='settle')}",
        "may not move 1 CNY",
    ),
    "an action without a reason": (an_action(reason=" "), "person_action_reason"),
    "a pause without an end": (an_action(until="null"), "person_action_end"),
    "an action on what another has changed": (an_action(seen=7), "has been changed by a person since"),
    "an action on no incident": (an_action(incident=77), "there is no incident 77"),
    "an action about an incident that nobody has seen": (
        an_action(seen="null"), "changed by a person|person_action_seen"
    ),
    "a changed action": (f"{an_action()}; update person_action set reason = 'x'", "append-only"),
    "a deleted action": (f"{an_action()}; delete from person_action", "append-only"),
    # reviews: what is due, what they say, and what people say of them
    "a due time that is moved": (
        f"{ENDED}; update incident_review set due_at = due_at + interval '1 h'", "incident_review_due"
    ),
    "an end that is rewritten": (
        f"{ENDED}; update incident_review set ended_at = ended_at - interval '1 h', due_at = due_at - interval '1 h'",
        "cannot be rewritten",
    ),
    "a due review that is taken back": (f"{ENDED}; delete from incident_review", "append-only"),
    "no review without a reason": (
        f"{ENDED}; update incident_review set state = 'excused', excuse = 'merged'", "cannot go from wanted to excused"
    ),
    "published without a document": (
        f"{ENDED}; update incident_review set state = 'published', published_at = now()", "incident_review_written"
    ),
    "published with something missing": (
        f"{ENDED}; {A_REVIEW}; {HELD} state = 'published', published_at = now(), missing = array['cause']",
        "incident_review_missing",
    ),
    "a breach before its time": (
        f"{ENDED}; update incident_review set state = 'breached', breached_at = now()", "incident_review_breached_late"
    ),
    "published and then not": (
        f"{ENDED}; {A_REVIEW}; {HELD} state = 'published', published_at = now();"
        " update incident_review set state = 'waiting', published_at = null, missing = array['cause']",
        "cannot",
    ),
    "a second review of one incident": (f"{ENDED}; {A_REVIEW}; {A_REVIEW}", "review_one_of_an_incident"),
    "a review of nothing": (
        "insert into review (kind, created_at) values ('single', now())", "review_of_what"
    ),
    "a week that begins on a Tuesday": (
        "insert into review (kind, node, week, created_at) values ('weekly', 3, '2026-11-17', now())",
        "review_week_check",
    ),
    "a document that is changed": (
        f"{ENDED}; {A_REVIEW}; {a_document()}; update review_document set content = '{{}}'", "append-only"
    ),
    "a version that is left out": (f"{ENDED}; {A_REVIEW}; {a_document(version=2)}", "does not follow"),
    "a version that says the same": (
        f"{ENDED}; {A_REVIEW}; {a_document()}; {a_document(version=2)}", "says this already"
    ),
    "a rule called wrong that had said nothing": (
        f"{ENDED}; {a_correction(said_cause='null', wrong_rule='$$holiday$$')}", "review_correction_wrong"
    ),
    "a correction without a reason": (f"{ENDED}; {a_correction(reason=' ')}", "review_correction_reason_check"),
    "a second word at the close": (f"{ENDED}; {a_correction()}; {a_correction()}", "review_correction_at_close"),
    "a correction that is changed": (
        f"{ENDED}; {a_correction()}; update review_correction set reason = 'x'", "append-only"
    ),
    "a correction of what is not over": (a_correction(), "review_correction_incident_id_fkey"),
    # what stands
    "an alert for an order that nobody knows": (
        "update order_alert set order_id = 'SO-nobody'", "order_alert_order_id_fkey"
    ),
    "a changed line of the timeline": ("update timeline set detail = '{}'", "append-only"),
    "a deleted line of the timeline": ("delete from timeline", "append-only"),
    "a truncated timeline": ("truncate timeline", "append-only"),
    "a changed threshold": ("update threshold set threshold_s = 1", "append-only"),
    "a deleted threshold": ("delete from threshold", "append-only"),
}  # fmt: skip


@pytest.mark.parametrize("attempt", VIOLATIONS)
def test_the_database_refuses(engine: Engine, attempt: str) -> None:
    statements, rule = VIOLATIONS[attempt]
    with engine.connect() as conn, conn.begin() as work:
        with pytest.raises(DBAPIError, match=rule):
            for one in statements.split("; "):
                conn.execute(text(one.replace(":", r"\:")))
        work.rollback()


def test_a_new_incident_of_a_key_may_open_when_the_old_one_is_closed(engine: Engine) -> None:
    closed = an_incident(
        ", resolved_at, closed_at, review_due_at", ", now(), now(), now() + interval '72 hours'", state="closed"
    )
    with engine.connect() as conn, conn.begin() as work:
        for one in (closed, closed, an_incident()):
            conn.execute(text(one.replace(":", r"\:")))
        work.rollback()


def test_an_order_that_was_late_once_may_be_late_again(engine: Engine) -> None:
    with engine.connect() as conn, conn.begin() as work:
        conn.execute(text("update anomaly set closed_at = now()"))
        conn.execute(text(an_anomaly(node=3)))
        work.rollback()
