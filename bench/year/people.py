"""What people do in the year: they end incidents by hand, and name causes that the rules leave open, or forget to."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from bench.year.office import Office
from orderwatch.pipeline.people.close import close
from orderwatch.pipeline.people.correct_cause import correct_cause
from orderwatch.pipeline.people.dismiss import dismiss
from orderwatch.pipeline.people.merge import merge

CLOSED: Final = 0.010  # of the live incidents, at each scan
DISMISSED: Final = 0.006
MERGED: Final = 0.003
NAMED: Final = 0.25  # of the open causes, at each run of the reviews
FORGOTTEN: Final = 12  # one open cause in so many is never named

LIVE: Final = """
    select incident_id from incident
    where state in ('open', 'acknowledged', 'mitigated') and kind <> 'source' order by incident_id
"""
OPEN_CAUSES: Final = """
    select incident_id from incident_review
    where state in ('waiting', 'breached') and missing = '{cause}' and incident_id % :forgotten <> 0
    order by incident_id
"""


def end_by_hand(office: Office, dice: np.random.Generator) -> None:
    """Some live incidents are closed, dismissed or made a part of another, before they are over."""
    live = [row.incident_id for row in office.ask(LIVE)]
    for incident_id, roll in zip(live, dice.random(len(live)), strict=True):
        if roll < CLOSED:
            office.done["closed_by_hand"] += office.do(close, incident_id, "human", "we know this one")
        elif roll < CLOSED + DISMISSED:
            office.done["dismissed"] += office.do(dismiss, incident_id, "false_alarm", "the customer had agreed")
        elif roll < CLOSED + DISMISSED + MERGED and len(live) > 1:
            office.done["merged"] += office.do(merge, incident_id, next(one for one in live if one != incident_id))


def name_causes(office: Office, dice: np.random.Generator) -> None:
    """Whoever is asked for a cause names its first level, sooner or later; a few are never named."""
    rows = office.ask(OPEN_CAUSES, forgotten=FORGOTTEN)
    for row, roll in zip(rows, dice.random(len(rows)), strict=True):
        if roll < NAMED:
            office.done["causes_named"] += office.do(
                correct_cause, row.incident_id, _first_level(row.incident_id), None, "we have looked into it"
            )


def _first_level(incident_id: int) -> Literal["human", "external"]:
    return "human" if incident_id % 2 else "external"
