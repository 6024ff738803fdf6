"""What may be spent and by whose word, where the guards of the ledger can see it."""

from __future__ import annotations

from sqlalchemy import Connection

from orderwatch.core.policy import Policy
from orderwatch.store.database import as_json, run


def publish_money(conn: Connection, policy: Policy) -> None:
    """Bring limits, rights and the holders of roles up to the policy; nothing is written when nothing has changed."""
    money = [
        {"currency": currency, **limits.model_dump(mode="json")} for currency, limits in policy.response.money.items()
    ]
    rights = [
        {"role": role, "currency": currency, **right.model_dump(mode="json")}
        for role, by_currency in policy.response.approval_rights.items()
        for currency, right in by_currency.items()
    ]
    campaigns = [
        {"campaign": name, "currency": currency, "per_month": limit}
        for name, by_currency in policy.response.campaigns.items()
        for currency, limit in by_currency.items()
    ]
    people = [
        {"login": person.login, "role": code}
        for code, role in policy.roles.root.items()
        for person in role.people
        if person.login
    ]
    run(conn, "policy/publish_money", money=as_json(money), zone=policy.calendars.business_zone)
    run(conn, "policy/publish_rights", rights=as_json(rights))
    run(conn, "policy/publish_campaigns", campaigns=as_json(campaigns))
    run(conn, "policy/publish_people", people=as_json(people))
