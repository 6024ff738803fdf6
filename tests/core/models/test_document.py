"""What was learned can be kept, and says the same when it is read again."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from orderwatch.core.models.clocks import Clocks
from orderwatch.core.models.document import dump, load
from orderwatch.core.models.passages import DAY, known_at
from orderwatch.core.models.spec import model_of

from .histories import BEGIN, TERMS, a_history

CUT = BEGIN + 300 * DAY
EVENING = replace(TERMS, steps={name: replace(step, daily=True) for name, step in TERMS.steps.items()})


@pytest.mark.parametrize("name", ["countdown:48h", "slack:0.80", "risk:0.80", "risk:0.88@24h", "risk:0.80+24h"])
def test_a_promise_clock_says_the_same_after_it_was_kept(name: str) -> None:
    model = model_of(name, EVENING)
    fitted = model.fit(known_at(a_history(), CUT), CUT, Clocks())
    again = load(json.loads(json.dumps(dump(model, fitted, EVENING))))
    rows = a_history(500, seed=8)
    one, two = fitted.alert_at(rows, Clocks()), again.alert_at(rows, Clocks())
    assert one.at_s.tolist() == two.at_s.tolist()
    assert one.cell.tolist() == two.cell.tolist()
    assert np.array_equal(one.chance, two.chance, equal_nan=True)


def test_a_clock_of_time_is_kept_as_limits_not_as_a_document() -> None:
    model = model_of("formula:1.8", TERMS)
    with pytest.raises(TypeError, match="does not go by promises"):
        dump(model, model.fit(known_at(a_history(), CUT), CUT, Clocks()), TERMS)
