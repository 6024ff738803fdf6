"""A question to a person as a task: it parks, and believes only what our own tables say of the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from orderwatch.edge import parking
from orderwatch.operators.playbook_step import PlaybookStepOperator

if TYPE_CHECKING:
    from airflow.sdk import Param
    from airflow.sdk.definitions.context import Context

    from orderwatch.pipeline.playbook_run import Response, Result

APPROVE: Final = "批准 Approve"
REJECT: Final = "拒绝 Reject"
AMOUNT: Final = "amount"
A_MOMENT: Final = timedelta(seconds=1)  # nobody is left so little time to answer


class ApprovalGateOperator(PlaybookStepOperator):
    """Asks a person, and the next role when nobody answers; silence is never a yes.

    Airflow carries the question and the answer; whether the answer counts is decided by our own tables, in which the
    question is bound to one effect, its amount and its words. An answer that does not count reopens the question.
    Airflow goes on showing the first question that the task has asked, so the answer carries the amount that it was
    given for, and counts only for that. One that is given on our own pages or through the API wakes the task, which
    finds it in the tables.
    """

    def __init__(self, *, timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout = timeout

    def execute(self, context: Context) -> str:
        response = self.response(context)
        return self.proceed(context, response, self.ask(context, response))

    def ask(self, context: Context, response: Response) -> Result:
        """Put the question in the name of whoever began the run, so that nobody answers what they have asked."""
        from orderwatch.pipeline.gate import ask

        return ask(response, self.step, self.requester(context))

    def requester(self, context: Context) -> str:
        """Who began the run; the automation where nobody did."""
        from orderwatch.pipeline.gate import AUTOMATION

        run = context["dag_run"]
        by_hand = str(getattr(run, "run_type", "")).endswith("manual")
        return str(getattr(run, "triggering_user_name", None) or AUTOMATION) if by_hand else AUTOMATION

    def proceed(
        self, context: Context, response: Response, result: Result, refused: str = "", until: datetime | None = None
    ) -> str:
        """End as the question has ended, or wait: until then for the role that is asked now."""
        from orderwatch.pipeline.gate import asked_minor

        if result.state != "asks":
            return self.finish(context, response, result)
        parking.say(context, f"{result.label}; the last answer did not count: {refused}" if refused else result.label)
        asked, now = asked_minor(response, self.step), datetime.now(UTC)
        until = until or now + self.timeout
        parking.park(
            context,
            subject=f"{self.task_display_name}: #{response.incident_id}",
            body=_question(response, bool(asked)),
            options=(APPROVE, REJECT),
            method="after_answer",
            timeout=max(min(until - now, parking.LOOK_EVERY), timedelta(0)),
            fields={AMOUNT: _amount(asked)} if asked else {},
            until=until.isoformat(),
        )

    def after_answer(self, context: Context, event: dict[str, Any], until: str | None = None) -> str:
        """The answer is recorded first; one that does not count leaves the question open."""
        from orderwatch.core.playbook.texts import read_money
        from orderwatch.pipeline.gate import Answer, AnswerRefused, answer, out_of_time

        response = self.response(context)
        deadline = datetime.fromisoformat(until) if until else None
        early = deadline is not None and deadline - datetime.now(UTC) > A_MOMENT
        if parking.woken(event) or (parking.timed_out(event) and early):
            return self.proceed(context, response, self.ask(context, response), until=deadline)
        if parking.timed_out(event):
            return self.proceed(context, response, out_of_time(response, self.step))
        option, names = parking.answered(event)
        amount = read_money(parking.filled_in(event, AMOUNT))
        try:
            said = Answer("approve" if option == APPROVE else "reject", names or ("nobody",), amount)
            result = answer(response, self.step, said)
        except AnswerRefused as error:
            self.log.warning("the answer of %s does not count: %s", names, error)
            return self.proceed(context, response, self.ask(context, response), refused=str(error))
        return self.proceed(context, response, result)


def _question(response: Response, money: bool) -> str:
    bound = "批准只对下面填写的金额有效。 An approval counts only for the amount below."
    return "\n\n".join((
        f"事件 Incident #{response.incident_id}: {response.link}",
        "现在问谁、问什么，见该运行页面 Map Index 栏和收到的消息。 "
        "Who is asked now, and about what: see Map Index on the page of the run, and the message that was sent.",
        *([bound] if money else []),
        "超时未答将转给下一角色，最后视为拒绝。 No answer in time asks the next role; in the end it means no.",
    ))


def _amount(asked: int) -> Param:
    from airflow.sdk import Param

    return Param(
        f"{asked // 100}.{asked % 100:02d}",
        type="string",
        title="批准金额 Amount approved",
        description="金额若已变化，请填写新的金额。 If the amount has changed since, enter the new one.",
    )
