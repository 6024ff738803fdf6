"""One run of a playbook for one incident, and how each of its steps ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from orderwatch.core.playbook.load import Loaded
from orderwatch.core.policy import Policy
from orderwatch.pipeline.dispatch import Recheck, Send

FAILED: Final = ("failed", "cancelled", "expired")  # of such an effect a further attempt may be made


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended, and the words that stand beside it in Airflow.

    ``done`` and ``skipped`` are final; ``held`` waits for a person to hand back, ``asks`` for an answer, ``again`` for
    a sink that is surely not reached yet; ``failed`` needs a person to look.
    """

    state: Literal["done", "skipped", "held", "asks", "again", "failed"]
    label: str


@dataclass(frozen=True, slots=True)
class Response:
    """One incident's run of one version of a playbook, and the ways out."""

    engine: Engine
    policy: Policy
    loaded: Loaded
    incident_id: int
    senders: Mapping[str, Send]
    link: str = ""
    finders: Mapping[str, Send] | None = None
    recheck: Recheck | None = None


def local_minute(at: datetime, response: Response) -> str:
    """An instant on the clock of the business, as a label has room for."""
    return f"{at.astimezone(ZoneInfo(response.policy.calendars.business_zone)):%m-%d %H:%M}"
