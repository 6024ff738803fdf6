"""One step of a playbook as a task: it shows what it did in words, and parks where a person has to speak."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from orderwatch.edge import parking
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

    from orderwatch.pipeline.step import Response, Result

HAND_BACK: Final = "交还自动处理 Hand back"
SKIP: Final = "跳过此步 Skip this step"
APPROVE: Final = "批准 Approve"
REJECT: Final = "拒绝 Reject"


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
        from airflow.sdk.configuration import conf

        from orderwatch.core.playbook.load import parse_playbook
        from orderwatch.notifiers.senders import Senders
        from orderwatch.pipeline.step import Response

        base = conf.get("api", "base_url", fallback="").rstrip("/")
        return Response(
            engine=self.engine(),
            policy=self.policy(),
            loaded=parse_playbook(f"{self.playbook}.yaml", self.raw),
            incident_id=int(context["params"]["incident_id"]),
            senders=Senders().by_sink(),
            link=f"{base}/dags/{self.dag_id}/runs/{context['run_id']}",
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
        """Wait, without a slot, until a person hands back or skips the step."""
        parking.park(
            context,
            subject=f"{self.task_display_name}: {result.label}",
            body="自动处理已被暂停。交还后本步骤会重新检查并继续。\n\n"
            "The automation is paused. Once it is handed back, this step looks again and goes on.",
            options=(HAND_BACK, SKIP),
            method="after_hold",
        )

    def after_hold(self, context: Context, event: dict[str, Any]) -> str:
        """Somebody has spoken: the step is skipped, or looks again for itself whether it may go on."""
        if not parking.timed_out(event):
            option, names = parking.answered(event)
            if option == SKIP:
                label = f"skipped by {names[0] if names else 'somebody'}"
                parking.say(context, label)
                raise AirflowSkipException(label)
        return self.execute(context)


class ApprovalGateOperator(PlaybookStepOperator):
    """Asks a person, and the next role when nobody answers; silence is never a yes.

    Airflow carries the question and the answer; whether the answer counts is decided by our own tables, in which the
    question is bound to one effect, its amount and its words. An answer that does not count reopens the question.
    """

    def __init__(self, *, timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout = timeout

    def execute(self, context: Context) -> str:
        from orderwatch.pipeline.gate import ask

        response = self.response(context)
        return self.proceed(context, response, ask(response, self.step, self.requester(context)))

    def requester(self, context: Context) -> str:
        """Who began the run; the automation where nobody did."""
        from orderwatch.pipeline.gate import AUTOMATION

        run = context["dag_run"]
        by_hand = str(getattr(run, "run_type", "")).endswith("manual")
        return str(getattr(run, "triggering_user_name", None) or AUTOMATION) if by_hand else AUTOMATION

    def proceed(self, context: Context, response: Response, result: Result, refused: str = "") -> str:
        if result.state != "asks":
            return self.finish(context, response, result)
        parking.say(context, result.label)
        parking.park(
            context,
            subject=f"{self.task_display_name}: {result.label}",
            body=_question(response, result, refused),
            options=(APPROVE, REJECT),
            method="after_answer",
            timeout=self.timeout,
        )

    def after_answer(self, context: Context, event: dict[str, Any]) -> str:
        """The answer is recorded first; one that does not count leaves the question open."""
        from orderwatch.pipeline.gate import Answer, AnswerRefused, answer, ask, out_of_time

        response = self.response(context)
        if parking.timed_out(event):
            return self.proceed(context, response, out_of_time(response, self.step))
        option, names = parking.answered(event)
        try:
            said = Answer("approve" if option == APPROVE else "reject", names or ("nobody",))
            result = answer(response, self.step, said)
        except AnswerRefused as error:
            self.log.warning("the answer of %s does not count: %s", names, error)
            return self.proceed(context, response, ask(response, self.step), refused=str(error))
        return self.proceed(context, response, result)


def _question(response: Response, result: Result, refused: str) -> str:
    lines = [
        f"**{result.label}**",
        f"事件 Incident #{response.incident_id}: {response.link}",
        "超时未答将转给下一角色，最后视为拒绝。 No answer in time asks the next role; in the end it means no.",
    ]
    if refused:
        lines.insert(0, f"上一个回答无效 The last answer did not count: {refused}")
    return "\n\n".join(lines)
