"""One step of a playbook as a task: it shows what it did in words, and parks where a person has to speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from orderwatch.edge import parking
from orderwatch.edge.address import page_of
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

    from orderwatch.pipeline.playbook_run import Response, Result

HAND_BACK: Final = "交还自动处理 Hand back"
SKIP: Final = "跳过此步 Skip this step"


class PlaybookStepOperator(OrderwatchOperator):
    """Does one step of the incident that the run is about; every rerun finds what has been done and does no more.

    ``raw`` is the playbook's file as it was when the run began. Skips what is not needed, with the reason; retries
    while a sink is surely not reached; parks while a person has paused the automation; fails where a person must look.
    """

    def __init__(self, *, playbook: str, raw: str, step: str, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)
        self.playbook = playbook
        self.raw = raw
        self.step = step

    def execute(self, context: Context) -> str:
        from orderwatch.pipeline.step import perform

        response = self.response(context)
        return self.finish(context, response, perform(response, self.step))

    def response(self, context: Context) -> Response:
        """The incident, the pinned playbook and the ways out."""
        from orderwatch.core.playbook.load import parse_served
        from orderwatch.notifiers.live_orders import LiveOrders
        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.playbook_run import Response
        from orderwatch.store.database import business_clock

        senders, engine, policy = Senders(), self.engine(), self.policy()
        orders = LiveOrders(business_clock(engine), policy.calendars.business_zone)
        return Response(
            engine=engine,
            policy=policy,
            loaded=parse_served(self.playbook, self.raw),
            incident_id=int(context["params"]["incident_id"]),
            senders=senders.by_sink(),
            finders=senders.finders(),
            recheck=orders.recheck,
            link=page_of(self.dag_id, str(context["run_id"])),
        )

    def finish(self, context: Context, response: Response, result: Result) -> str:
        """Say how it ended, and end so."""
        parking.say(context, result.label)
        match result.state:
            case "done":
                return result.label
            case "skipped":
                raise AirflowSkipException(result.label)
            case "held":
                self.hold(context, result)
            case "again":
                raise AirflowException(result.label)
        raise AirflowFailException(result.label)

    def hold(self, context: Context, result: Result) -> None:
        """Wait, without a slot, until a person hands back (here, on our pages or in a shell) or skips the step."""
        parking.park(
            context,
            subject=f"{self.task_display_name}: {result.label}",
            body="自动处理已被暂停。在这里或在“订单健康”里交还后，本步骤会重新检查并继续。\n\n"
            "The automation is paused. Once it is handed back (here or in Order Health), this step looks again.",
            options=(HAND_BACK, SKIP),
            method="after_hold",
            timeout=parking.LOOK_EVERY,
        )

    def after_hold(self, context: Context, event: dict[str, Any]) -> str:
        """Somebody has spoken, or it is time to look: skipped, or looks again for itself whether it may go on."""
        if not parking.timed_out(event) and not parking.woken(event):
            option, names = parking.answered(event)
            if option == SKIP:
                label = f"skipped by {names[0] if names else 'somebody'}"
                parking.say(context, label)
                raise AirflowSkipException(label)
        return self.execute(context)
