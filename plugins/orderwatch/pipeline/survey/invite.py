"""Who is to be asked: the customers of incidents that have been over for a while, and a sample of those never late."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from orderwatch.core.policy import Policy
from orderwatch.core.weeks import WEEK, week_of
from orderwatch.store import surveys


def invite(engine: Engine, policy: Policy, now: datetime) -> int:
    """Write down who is to be asked; how many are new. Whoever was written down stays, however often this runs."""
    rules = policy.survey
    with engine.begin() as conn:
        affected = surveys.invite_affected(conn, rules.levels, rules.after, rules.within, now)
    if not rules.others_per_week:
        return affected
    monday, since, until = week_of(now - WEEK, ZoneInfo(policy.calendars.business_zone))
    with engine.begin() as conn:
        calm_since = since - rules.not_again_within
        ask_by = now + rules.within - rules.after
        return affected + surveys.invite_others(
            conn, monday, (since, until), calm_since, rules.others_per_week, ask_by, now
        )  # fmt: skip
