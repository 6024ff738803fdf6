"""``histories.yaml``: what recorded histories call their steps."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from orderwatch.core.policy.base import NodeCode, Strict
from orderwatch.core.policy.loader import load_file

FILE: Final = "histories.yaml"


class KnownStep(Strict):
    """The node whose rules count for a step, or ``none`` for one that is no part of an order's way."""

    like: NodeCode | Literal["none"]


class HistoriesFile(Strict):
    """All step names, in the order in which orders pass them."""

    steps: dict[str, KnownStep] = Field(min_length=1)


def load_histories(folder: Path) -> HistoriesFile:
    """Read the file from the policy's folder. Raises PolicyError."""
    return load_file(folder / FILE, HistoriesFile)
