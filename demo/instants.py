"""How the company writes instants: epoch seconds inside, each system's own spelling outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

ZONE = ZoneInfo("Asia/Shanghai")
OFFSET = 8 * 3600  # Shanghai has had no summer time since 1991
HOUR = 3600
DAY = 24 * HOUR
NEVER = 2**60  # an event that does not happen
ERP_FORMAT = "%Y-%m-%d %H:%M:%S"

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def epoch(text: str, zone: ZoneInfo = ZONE) -> int:
    """ISO text as epoch seconds; a text without an offset is local time of ``zone``."""
    instant = datetime.fromisoformat(text)
    return int((instant if instant.tzinfo else instant.replace(tzinfo=zone)).timestamp())


def end_of_day(seconds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The last second of each local day."""
    return (seconds + OFFSET) // DAY * DAY + DAY - 1 - OFFSET


def local_iso(seconds: float) -> str:
    """With the company's offset, as in ``2026-10-08T10:07:00+08:00``."""
    return datetime.fromtimestamp(int(seconds), ZONE).isoformat()


def local_text(seconds: int) -> str:
    """The ERP's spelling: company-local and without an offset."""
    return datetime.fromtimestamp(seconds, ZONE).strftime(ERP_FORMAT)


def utc_text(seconds: int) -> str:
    """The CRM's spelling: ``2026-10-08T02:07:00Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_code(seconds: int) -> str:
    """Six digits of the company-local day, as used in document numbers."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%y%m%d")


def duration(value: str | float) -> timedelta:
    """``PT6H``, ``P1DT30M`` or plain seconds. Raises ``ValueError`` for anything else."""
    if isinstance(value, (int, float)):
        return timedelta(seconds=value)
    if re.fullmatch(r"-?\d+(\.\d+)?", value):
        return timedelta(seconds=float(value))
    match = _DURATION.fullmatch(value)
    if match is None or not any(match.groups()):
        raise ValueError(f"not an ISO duration or seconds: {value!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
