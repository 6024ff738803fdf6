"""Look for what false alarms have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from orderwatch.edge import parking
from orderwatch.edge.address import page_of_ours
from orderwatch.operators.base import AS_POLICY, OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class LearnRulesOperator(OrderwatchOperator):
    """Proposes rules from what people said about alarms; the run's form says how far back, and whether to keep them.

    Puts nothing in force. Returns what was proposed; succeeds also where nothing was found.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)

    def execute(self, context: Context) -> Mapping[str, Any]:
        from orderwatch.core.durations import parse_duration
        from orderwatch.pipeline.learn_rules import Asked, in_words, learn_rules
        from orderwatch.store.database import business_now

        engine, form = self.engine(), context["params"]
        try:
            window = None if form["window"] == AS_POLICY else parse_duration(form["window"])
        except ValueError as error:
            raise AirflowFailException(f"nothing looked at: {error}") from error
        with engine.connect() as conn:
            now = business_now(conn)
        asked = Asked(window, form["dry_run"])
        found = learn_rules(engine, self.policy(), str(context["run_id"]), page_of_ours("rules"), now, asked)
        parking.say(context, in_words(found))
        return found
