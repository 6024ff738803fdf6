"""A history may decide what is late only when it covers every step."""

from __future__ import annotations

import pandas as pd
import pytest

from orderwatch.core.learning import learn_limits
from orderwatch.core.models.model import ModelError
from orderwatch.core.words import Node

from .builders import the_policy

LEAST = the_policy().thresholds.min_samples


def _passages(node: int, dwell: list[int], channel: str = "tmall") -> pd.DataFrame:
    keys = {"node": Node(node).code, "category": "fresh", "region": "广东", "channel": channel}
    return pd.DataFrame({**keys, "dwell_s": dwell})


def _history(**changed: list[int]) -> pd.DataFrame:
    """Just enough passages of every step; the keywords replace those of one step, ``n3=[...]``."""
    plain = {f"n{node}": [100 * node] * LEAST for node in range(1, 6)}
    return pd.concat([_passages(int(name[1]), dwell) for name, dwell in (plain | changed).items()], ignore_index=True)


def test_just_enough_passages_of_every_step_are_enough() -> None:
    limits = learn_limits(_history(), the_policy())
    assert limits.ceiling_only == ()
    assert sorted(limits.rows.loc[limits.rows["category"].isna(), "node"]) == sorted(node.code for node in Node)


@pytest.mark.parametrize(("step", "name"), [("n2", "print"), ("n5", "transport")])
@pytest.mark.parametrize("passages", [0, LEAST - 1])
def test_a_step_with_too_few_passages_is_named_and_nothing_is_learned(step: str, name: str, passages: int) -> None:
    with pytest.raises(ModelError, match=rf"step {name} has {passages} completed passages.* needs {LEAST}; check"):
        learn_limits(_history(**{step: [100] * passages}), the_policy())


def test_a_step_that_never_takes_time_has_no_limit_but_its_ceiling() -> None:
    limits = learn_limits(_history(n2=[0] * LEAST, n3=[0] * LEAST), the_policy())
    assert [node.code for node in limits.ceiling_only] == ["print", "pick"]
    assert sorted(limits.rows["node"].unique()) == ["outbound", "review", "transport"]


def test_a_step_that_never_takes_time_needs_as_many_passages_as_any_other() -> None:
    with pytest.raises(ModelError, match="step print has 3 completed passages"):
        learn_limits(_history(n2=[0] * 3), the_policy())


def test_a_limit_that_comes_to_nothing_is_refused_where_some_passages_took_time() -> None:
    with pytest.raises(ModelError, match="limit of the step pick comes to 0 s"):
        learn_limits(_history(n3=[0] * 99 + [10]), the_policy())


def test_a_cell_whose_passages_took_no_time_goes_by_its_whole_step() -> None:
    history = pd.concat([_history(), _passages(3, [0] * LEAST, channel="jd")], ignore_index=True)
    limits = learn_limits(history, the_policy())
    pick = limits.rows[limits.rows["node"] == "pick"]
    assert "jd" not in set(pick["channel"])
    assert pick.loc[pick["category"].isna(), "threshold_s"].tolist() == [270]  # (300 + 0) ÷ 2 × 1.8
