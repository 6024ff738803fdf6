"""The refusals of our database's guards, by the codes that they raise."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError

NO_DECISION: Final = "OW015"
CUSTOMER_BUDGET: Final = "OW016"
BUDGET: Final = frozenset({CUSTOMER_BUDGET, "23514"})  # 23514: the check of a budget's cap
ANSWERS: Final = frozenset({"OW010", "OW011", "OW012", "OW013", "OW014"})


def refusal(error: DBAPIError) -> str:
    """The five characters that say which guard said no; empty if it was none."""
    return str(getattr(error.orig, "sqlstate", "") or "")


def words_of(error: DBAPIError) -> str:
    """The guard's own sentence."""
    return str(error.orig).splitlines()[0]
