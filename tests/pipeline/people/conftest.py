"""A desk with the people who act on its incidents: each known to Airflow by a login, in the role of that name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from orderwatch.core.policy import Policy
from orderwatch.core.policy.roles import RolesFile
from orderwatch.pipeline.people.act import By, Seen
from orderwatch.store.policy import publish_policy
from tests.pipeline.desk import Desk, a_shipment, an_order
from tests.pipeline.harness import the_policy

SHORT = {
    "customer_service_supervisor": "supervisor",
    "operations_manager": "manager",
    "vice_president": "vp",
    "pick_lead": "picker",
    "data_engineer": "engineer",
}


def with_logins(policy: Policy, logins: Mapping[str, str] = SHORT) -> Policy:
    """The shipped policy, in which the first person of each of these roles logs in under the name given."""
    roles = policy.roles.model_dump(mode="json", by_alias=True)
    for code, login in logins.items():
        roles[code]["people"][0]["login"] = login
    return policy.model_copy(update={"roles": RolesFile.model_validate_json(json.dumps(roles))})


class People:
    """Who does what on a desk; every act is one transaction of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def seen(self, incident_id: int = 1) -> Seen:
        (version,) = self.desk.ask("select edit_version from incident where incident_id = :i", i=incident_id)
        return Seen(incident_id, version)

    def until(self, step: timedelta = timedelta(hours=2)) -> Any:
        return self.desk.now() + step

    def do(self, login: str, act: Callable[..., Any], *args: Any, **words: Any) -> Any:
        with self.desk.engine.begin() as conn:
            return act(conn, self.desk.policy, By(login), *args, **words)

    def lines(self, incident_id: int = 1) -> list[Any]:
        """(event, actor, role, reason) of all that people did to the incident."""
        return self.desk.ask(
            "select t.event, t.actor, p.role, p.reason from timeline t join person_action p using (action_id)"
            " where t.incident_id = :i order by timeline_id",
            i=incident_id,
        )

    def state(self, incident_id: int = 1) -> str:
        (state,) = self.desk.ask("select state from incident where incident_id = :i", i=incident_id)
        return str(state)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    made = Desk(engine, with_logins(the_policy()))
    publish(made)
    return made


def publish(desk: Desk) -> None:
    conn: Connection
    with desk.engine.begin() as conn:
        publish_policy(conn, desk.policy, desk.now())


@pytest.fixture
def people(desk: Desk) -> People:
    """One incident of level 1 about SO1, and those who may act on it."""
    desk.scan(orders=[an_order("SO1", value_minor=900_000)], shipments=[a_shipment("SO1")])
    return People(desk)
