"""The room in which rules are learned."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.pipeline.desk import Desk
from tests.pipeline.harness import the_policy
from tests.pipeline.learned.room import Room, furnish
from tests.pipeline.people.conftest import with_logins


@pytest.fixture
def room(engine: Engine) -> Room:
    return furnish(Desk(engine, with_logins(the_policy())))
