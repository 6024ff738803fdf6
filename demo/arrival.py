"""When something came in: by the company's clock, and by the world's, so that latency can be measured here."""

from __future__ import annotations

from datetime import UTC, datetime

from demo.clock import Clock
from demo.instants import local_iso


def arrival(clock: Clock) -> dict[str, str]:
    """``at`` is the company's time, ``received_at`` the real one in UTC with milliseconds."""
    real = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"at": local_iso(clock.now()), "received_at": real.replace("+00:00", "Z")}
