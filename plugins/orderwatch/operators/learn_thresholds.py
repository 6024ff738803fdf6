"""Learn what is normal for orders like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.exceptions import AirflowFailException

from orderwatch.edge import parking
from orderwatch.edge.version_link import VersionReportLink
from orderwatch.operators.base import AS_POLICY, OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

ALL_NODES: Final = "all"


class LearnThresholdsOperator(OrderwatchOperator):
    """Learns a new threshold version and keeps it beside the one in force; the run's form says from what.

    Returns the version (none of a dry run), whether it waits for a person, its clock, and what it was learned from.
    Fails, and leaves the version in force, when a feed of this run did not come in or the history does not cover every
    step.
    """

    operator_extra_links = (VersionReportLink(),)
    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> Mapping[str, Any]:
        from orderwatch.core.durations import parse_duration
        from orderwatch.pipeline.learn import Asked, learn_thresholds
        from orderwatch.store.database import business_now

        engine = self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        try:
            form = context["params"]
            asked = Asked(
                None if form["window"] == AS_POLICY else parse_duration(form["window"]),
                None if form["mode"] == AS_POLICY else form["mode"],
                tuple(form["candidates"] or ()),
                None if form["node"] == ALL_NODES else form["node"],
                form["dry_run"],
            )
            learned = learn_thresholds(engine, self.policy(), int(self.scan_id), now, str(context["run_id"]), asked)
        except ValueError as error:
            raise AirflowFailException(f"nothing learned, the limits stay as they are: {error}") from error
        name = f"version {learned['version']}" if learned["version"] else "dry run"
        parking.say(context, f"{name}: {learned['model']} – {learned['reason']}")
        return learned
