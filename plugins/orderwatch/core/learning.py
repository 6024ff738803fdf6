"""May this history decide what is late? One that is thin or broken would call every order late, or none.

A company may skip a step: where every passage takes no time, the step gets no limit of its own, because a limit of
zero would make every order late on arrival; its ceiling covers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from orderwatch.core.models.formula import learn, limits_of
from orderwatch.core.models.model import ModelError
from orderwatch.core.models.quantiles import quantiles_of
from orderwatch.core.models.terms import terms_of
from orderwatch.core.policy import Policy
from orderwatch.core.words import Node

ADVICE = (
    "check that the pulls of this run brought the completed orders and their shipments, mend the source, "
    "and clear the run from its pulls on"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be put in force: rows as of ``formula.limits_of``, and the nodes that only their ceiling covers."""

    rows: pd.DataFrame
    ceiling_only: tuple[Node, ...]


def learn_limits(history: pd.DataFrame, policy: Policy) -> Limits:
    """Learn by the formula from a history that covers every node.

    A cell whose passages took no time is left out: the limit of its whole node counts there.

    Raises:
        ModelError: as ``formula.learn`` does; or a node has fewer completed passages than
            ``policy.thresholds.min_samples``, or its limit comes to nothing although some passages took time.
    """
    fit = learn(history, terms_of(policy))
    learned = limits_of(history, fit)
    learned = learned.assign(
        quantiles=pd.Series(quantiles_of(history, fit, learned), index=learned.index, dtype=object)
    )
    whole = learned[learned["category"].isna()].set_index("node")
    least = policy.thresholds.min_samples
    skipped = []
    for node in Node:
        passages = int(whole["n"].get(node.code, 0))
        if passages < least:
            raise ModelError(
                f"the step {node.code} has {passages} completed passages, and a limit needs {least}; {ADVICE}"
            )
        if whole["mean_s"][node.code] == 0:
            skipped.append(node)
        elif whole["threshold_s"][node.code] == 0:
            raise ModelError(
                f"the limit of the step {node.code} comes to 0 s, because nearly all of its {passages} completed "
                f"passages took no time; {ADVICE}"
            )
    return Limits(learned[learned["threshold_s"] > 0], tuple(skipped))
