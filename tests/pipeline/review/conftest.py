"""A desk on which incidents come to their end, and what their reviews say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.review import write_reviews
from tests.pipeline.desk import MINUTE, NOON, Desk, a_shipment, late_in_pick
from tests.pipeline.harness import the_policy
from tests.pipeline.people.conftest import People, publish, with_logins


class Office(People):
    """The desk with its people; incidents are closed by hand or by the scans, and reviewed."""

    def late(self, *orders: str, **shipment: Any) -> int:
        """Late orders in picking; the number of the youngest incident."""
        self.desk.scan(**late_in_pick(*orders, **shipment))
        return self.youngest()

    def youngest(self) -> int:
        return int(self.desk.ask("select max(incident_id) from incident")[0])

    def close(self, incident_id: int, cause: str = "human", why: str = "two pickers were ill") -> None:
        self.do("vp", close, self.seen(incident_id), cause, why)

    def goes_by(self, incident_id: int, *orders: str) -> None:
        """The orders move on, and nobody does anything by hand: two scans see it, and a third one closes it."""
        moved = [
            a_shipment(one, version=NOON + MINUTE * 2, picked_at=NOON + MINUTE, shipped_at=NOON + MINUTE * 2,
                       signed_at=NOON + MINUTE * 2, status="signed")
            for one in orders
        ]  # fmt: skip
        self.desk.advance(15 * MINUTE)
        self.desk.scan(shipments=moved)
        self.desk.advance(15 * MINUTE)
        self.desk.scan()
        self.desk.advance(timedelta(hours=25))
        self.desk.scan()
        assert self.state(incident_id) == "closed"

    def review(self) -> dict[str, int]:
        return write_reviews(self.desk.engine, self.desk.policy, self.desk.now())

    def document(self, incident_id: int) -> Any:
        """What the latest version of the review that holds the incident says."""
        found = self.desk.ask(
            "select d.content from review_document d join incident_review r using (review_id)"
            " where r.incident_id = :i order by d.version desc limit 1",
            i=incident_id,
        )
        return found[0]

    def versions(self, incident_id: int) -> list[str]:
        """The sha of every version."""
        return self.desk.ask(
            "select d.sha from review_document d join incident_review r using (review_id)"
            " where r.incident_id = :i order by d.version",
            i=incident_id,
        )

    def standing(self, incident_id: int) -> tuple[str, list[str], str | None, str | None]:
        """(state, what is missing, first level, second level)"""
        (row,) = self.desk.ask(
            "select state, missing, root_cause, cause from incident_review where incident_id = :i", i=incident_id
        )
        return tuple(row)  # type: ignore[return-value]  # a row of exactly these columns


@pytest.fixture
def office(engine: Engine) -> Office:
    desk = Desk(engine, with_logins(the_policy()))
    publish(desk)
    return Office(desk)
