"""A person has found that an order is wrong: it becomes an incident of its own, and its playbook answers."""

from __future__ import annotations

from sqlalchemy import Connection, Row

from orderwatch.core.grading import stands_out
from orderwatch.core.grouping import IncidentPlan, Member
from orderwatch.core.policy import Policy
from orderwatch.core.refusals import Refusal
from orderwatch.core.titles import REPORTS
from orderwatch.core.words import Node
from orderwatch.pipeline.announce import Announcement, announce
from orderwatch.pipeline.silence import ask_anew
from orderwatch.store.database import Lock, as_json, business_now, hold, run
from orderwatch.store.detection import write_line
from orderwatch.store.incidents import write_incident

LONGEST_NOTE = 200  # characters


def report_order(
    conn: Connection, policy: Policy, order_id: str, what: str, note: str, by: str, action_id: int | None = None
) -> int:
    """Open an incident about the order, or say so of the one that it is late in; its number.

    Whoever owns it is told, and the next scan begins the playbook. Raises ``Refusal`` with what to do instead when
    the order is not on its way, nobody knows such a report, or it has been made already.
    """
    if what not in REPORTS:
        raise Refusal("unknown_report", what=what, known=", ".join(REPORTS))
    if not by.strip():
        raise Refusal("not_logged_in")
    if len(note) > LONGEST_NOTE:
        raise Refusal("too_long", field={"zh-CN": "备注", "en": "the note"}, length=len(note), most=LONGEST_NOTE)
    hold(conn, Lock.SCAN)
    hold(conn, Lock.ALERTS)
    now = business_now(conn)
    order = run(conn, "incidents/read_on_its_way", order_id=order_id).one_or_none()
    if order is None or order.status != "open":
        raise Refusal("not_on_its_way", order=order_id)
    if order.reported:
        raise Refusal("reported_already", incident=order.incident_id)
    level = 1 if stands_out(order.tier, order.value_minor, order.currency, policy.grading) else 0
    title = REPORTS[what]
    words = {"zh-CN": f"有人上报：{title['zh-CN']}", "en": f"reported: {title['en']}"}
    anomaly_id = run(
        conn,
        "incidents/insert_reported",
        **{name: getattr(order, name) for name in ("order_id", "node", "batch_no", "entered_at", "alert_at")},
        level=level,
        now=now,
        evidence=as_json({"reasons": [what], "cause": [], "note": note}),
        explanation=as_json(words),
        by=by,
    ).scalar_one()
    about = {"what": what, "note": note or None, "by": by, "now": now}
    if order.incident_id:  # before it is raised: what a person has looked at is doubtful no more
        run(conn, "incidents/set_reported", incident_id=order.incident_id, **about)
    incident_id = _open(conn, policy, order, anomaly_id, level, by)
    if not order.incident_id:
        run(conn, "incidents/set_reported", incident_id=incident_id, **about)
    ask_anew(conn, [incident_id], policy, now)
    write_line(
        conn,
        now=now,
        event="reported",
        actor=by,
        incident_id=incident_id,
        scan_id=None,
        policy_version=policy.version,
        detail={"what": what, "note": note},
        action_id=action_id,
    )
    announce(conn, [incident_id], [], Announcement(policy, None, now, ""))
    return incident_id


def _open(conn: Connection, policy: Policy, order: Row, anomaly_id: int, level: int, by: str) -> int:  # type: ignore[type-arg]
    member = Member(order.order_id, Node(order.node))
    plan = IncidentPlan("single", f"order:{order.order_id}:{member.node.code}", level, (member,), ("reported",))
    opened = write_incident(
        conn, plan, {member: anomaly_id}, policy=policy, scan_id=None, now=business_now(conn), actor=by
    )
    return opened.incident_id
