"""What our DAGs tell each other by: the assets whose events start a run."""

from __future__ import annotations

from typing import Final

CLOSED: Final = "orderwatch_incidents_closed"
"""Incidents have been closed; an event comes of a scan that has closed some, and of a person who has."""
CLOSED_ALIAS: Final = "orderwatch_incidents_closed_by_scan"
