"""Fetch what changed at one source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from orderwatch.operators.base import AS_POLICY, OrderwatchOperator

if TYPE_CHECKING:
    from datetime import timedelta

    from airflow.sdk.definitions.context import Context

    from orderwatch.core.policy import Policy


class PullSourceOperator(OrderwatchOperator):
    """Stages the records of every feed of one source; returns how many per feed.

    Skipped when the run's form leaves the source out. Fails without a retry when the source says no for good,
    because the hook has already repeated whatever can be repeated; the other sources go on.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, source: str, scan_id: Any, history: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.scan_id = scan_id
        self.history = history

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.core.durations import parse_duration
        from orderwatch.hooks.catalogue import hook_for
        from orderwatch.hooks.sources.errors import SourceError
        from orderwatch.pipeline.pull import Reach, pull_source
        from orderwatch.store.database import business_clock

        params = context["params"]
        if self.source not in params.get("sources", [self.source]):
            raise AirflowSkipException(f"{self.source} is not among the sources asked for in this run")
        engine, policy = self.engine(), self.policy()
        clock = business_clock(engine)
        reach = Reach(
            reconcile_every=policy.grading.sources.reconcile_every,
            look_back=parse_duration(params["look_back"].strip()) if params.get("look_back") else None,
            history=history_of(policy, params) if self.history else None,
        )
        try:
            return pull_source(engine, hook_for(self.source, clock), int(self.scan_id), reach, clock)
        except SourceError as error:
            raise AirflowFailException(str(error)) from error


def history_of(policy: Policy, params: Mapping[str, Any]) -> timedelta:
    """What a run is to learn from has to be there: at least the policy's history, further back where the form says."""
    from orderwatch.core.durations import parse_duration

    window = params.get("window", AS_POLICY)
    history = policy.thresholds.history
    return history if window == AS_POLICY else max(history, parse_duration(window))
