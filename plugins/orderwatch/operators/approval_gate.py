"""A question to a person as a task: it parks, and believes only what our own tables say of the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from orderwatch.edge import parking
from orderwatch.operators.playbook_step import PlaybookStepOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

    from orderwatch.pipeline.playbook_run import Response, Result

APPROVE: Final = "批准 Approve"
REJECT: Final = "拒绝 Reject"


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
