"""Begin the playbook of every incident that waits for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class StartResponsesOperator(OrderwatchOperator):
    """Starts one run per incident under the incident's own name; returns how many were started.

    Cleared and run again it finds them started. Fails when Airflow did not begin a run; the next scan tries again.
    Of a playbook file that is broken the data engineers hear, once per mistake.
    """

    template_fields: Sequence[str] = ("scan_id",)

    def __init__(self, *, scan_id: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scan_id = scan_id

    def execute(self, context: Context) -> Mapping[str, int]:
        from orderwatch.edge.runs import trigger
        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.dispatch import dispatch
        from orderwatch.pipeline.playbook_errors import tell_errors
        from orderwatch.pipeline.responses import start_responses
        from orderwatch.store.database import business_now
        from orderwatch.store.playbooks import read_served

        if context["params"].get("dry_run"):
            raise AirflowSkipException("dry run: nothing is answered")
        engine, policy = self.engine(), self.policy()
        with engine.begin() as conn:
            playbooks = read_served(conn)
            told = tell_errors(conn, policy, business_now(conn))
        if told:
            dispatch(engine, Senders().by_sink(), only=told)
        started = start_responses(engine, policy, playbooks, trigger, int(self.scan_id))
        self.log.info("responses: %s", started or "none to begin")
        if started.get("failed"):
            raise AirflowFailException(f"runs not begun: {started['failed']}; the log above names each and why")
        return started
