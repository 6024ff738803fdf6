"""An incident of ten thousand orders is reviewed in seconds and in little memory."""

from __future__ import annotations

import resource
import time

from tests.pipeline.review.conftest import Office

MOST_SECONDS = 20
MOST_MIB = 500


def test_ten_thousand_orders(office: Office) -> None:
    number = office.late(*(f"SO{n}" for n in range(10_000)), fault_code="E42")
    office.close(number, "system", "the conveyor's controller")
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert office.review() == {"written": 1, "unchanged": 0, "failed": 0}
    assert time.monotonic() - began < MOST_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MOST_MIB
    said = office.document(number)
    assert (said["members"]["total"], len(said["members"]["shown"]), said["cause"]["cause"]) == (
        10_000, 100, "system_fault"
    )  # fmt: skip
