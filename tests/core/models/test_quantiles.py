"""An alert can say how unusual the waiting is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from orderwatch.core.models.formula import learn, limits_of
from orderwatch.core.models.quantiles import quantiles_of
from orderwatch.core.shares import SHARES, longer_than

from .histories import TERMS


def _rows(dwell: list[int], **keys: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"node": "transport", "category": "food", "region": "near", "channel": "shop"} | keys | {"dwell_s": dwell}
    )


def test_the_dwell_at_every_share_is_that_of_the_level_used() -> None:
    near, far = _rows(list(range(100))), _rows([1000] * 5, region="far")
    history = pd.concat([near, far], ignore_index=True)
    fit = learn(history, TERMS)
    limits = limits_of(history, fit)
    kept = dict(zip(limits["region"].fillna("all"), quantiles_of(history, fit, limits), strict=True))
    assert kept["near"] == [int(np.percentile(range(100), share)) for share in SHARES]
    everything = [*range(100), *[1000] * 5]
    assert kept["far"] == kept["all"] == [int(np.percentile(everything, share)) for share in SHARES]


SOME = [(-1, 0), (0, 0), (495, 50), (899, 90), (960, 97), (990, 100), (5000, 100)]


@pytest.mark.parametrize(("dwell", "share"), SOME)
def test_the_share_that_took_less_time(dwell: int, share: float) -> None:
    kept = [int(one) for one in np.percentile(range(0, 991, 10), SHARES)]
    assert longer_than(dwell, kept) == pytest.approx(share, abs=1)


def test_where_all_took_the_same_time_only_a_longer_one_is_unusual() -> None:
    kept = [100] * len(SHARES)
    assert [longer_than(dwell, kept) for dwell in (99, 100, 101)] == [0, 100, 100]
