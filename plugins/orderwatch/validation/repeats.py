"""The same record twice: overlapping windows bring it again, and that is normal; contradictions are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

CONTENT = "content_id"  # of the record as the source sent it, see `orderwatch.hooks.sources.intake`
FUTURE = timedelta(minutes=5)


def drop_repeats(frame: pd.DataFrame, key: str, version: str, now: datetime) -> pd.DataFrame:
    """The frame with the newest version of every key, and of identical records one.

    Records of the same key and version with different content all stay: the suite rejects them. A record
    without key or version, or with a version in the future, neither replaces another one nor is replaced.
    """
    told = frame[key].notna() & frame[version].notna() & (frame[version] <= now + FUTURE)
    newest = frame[version].where(told).groupby(frame[key]).transform("max")
    frame = frame[~(told & (frame[version] < newest))]
    same = frame.duplicated([key, version, CONTENT]) & frame[key].notna()
    return frame[~same]
