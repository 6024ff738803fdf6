"""The refusals of our database's guards, by the codes that they raise."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError

NO_DECISION: Final = "OW015"
NO_ANSWER: Final = "OW061"  # the invitation has been answered, or is over
NO_ROOM: Final = "OW017"  # in the budget of an order, an incident, a campaign, a day or a role
BUDGET: Final = frozenset({"OW016", NO_ROOM})  # OW016: the customer has had enough in 90 days
ANSWERS: Final = frozenset({"OW010", "OW011", "OW012", "OW013", "OW014", NO_ROOM})


def refusal(error: DBAPIError) -> str:
    """The five characters that say which guard said no; empty if it was none."""
    return str(getattr(error.orig, "sqlstate", "") or "")


def words_of(error: DBAPIError) -> str:
    """The guard's own sentence."""
    return str(error.orig).splitlines()[0]
