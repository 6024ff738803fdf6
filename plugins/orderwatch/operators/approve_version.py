"""Ask a person before another clock decides what is late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.exceptions import AirflowSkipException

from orderwatch.edge import parking
from orderwatch.edge.address import page_of
from orderwatch.edge.version_link import VersionReportLink, report_of
from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context

APPROVE: Final = "启用 Put in force"
REJECT: Final = "拒绝 Reject"
WAITS: Final = timedelta(days=14)
"""How long a run waits for the answer; as long may the whole run take."""


class ApproveVersionOperator(OrderwatchOperator):
    """Parks while a held version waits for a person; goes on at once where nobody has to be asked.

    There is no default: the version in force stays until somebody with the right has said yes. A run that nobody has
    answered for ``WAITS`` ends; clearing this task asks again. Ends skipped where the answer is no, or where there is
    no version (a dry run).
    """

    operator_extra_links = (VersionReportLink(),)
    template_fields: Sequence[str] = ("learned",)

    def __init__(self, *, learned: Any, **kwargs: Any) -> None:
        super().__init__(map_index_template=parking.LABEL_TEMPLATE, **kwargs)
        self.learned = learned

    def execute(self, context: Context) -> int:
        return self.ask(context)

    def ask(self, context: Context, refused: str = "") -> int:
        """Park where the version is held; ``refused`` is why the last answer did not count."""
        from orderwatch.pipeline.approve import question, read_version, summon
        from orderwatch.store.database import business_now

        version = self.learned["version"]
        if version is None:
            raise AirflowSkipException("a dry run keeps no version")
        with self.engine().begin() as conn:
            decision, body = read_version(conn, version).decision, ""
            if decision == "held":
                body = question(conn, version, WAITS, report_of(self.dag_id, context["run_id"]))
                summon(conn, self.policy(), version, WAITS, self._link(context), business_now(conn))
        if decision == "rejected":
            raise AirflowSkipException(f"version {version} has been rejected")
        if decision != "held":
            parking.say(context, f"version {version}: nobody has to be asked")
            return int(version)
        waits = f"version {version} waits for a person"
        parking.say(context, f"{waits}; the last answer did not count: {refused}" if refused else waits)
        parking.park(
            context,
            subject=f"阈值版本 Threshold version {version}",
            body=body,
            options=(APPROVE, REJECT),
            method="after_answer",
        )

    def after_answer(self, context: Context, event: dict[str, Any]) -> int:
        """The word is written down first; one that does not count leaves the question open."""
        from orderwatch.pipeline.approve import WordRefused, answer
        from orderwatch.store.database import business_now

        version, policy = self.learned["version"], self.policy()
        option, names = parking.answered(event)
        try:
            with self.engine().begin() as conn:
                word = answer(conn, policy, version, option == APPROVE, names, business_now(conn))
        except WordRefused as error:
            self.log.warning("the answer does not count: %s", error)
            return self.ask(context, str(error))
        if not word.yes:
            raise AirflowSkipException(word.said)
        parking.say(context, word.said)
        return int(version)

    def _link(self, context: Context) -> str:
        """The page of this run, where the question is."""
        return f"{page_of(self.dag_id, str(context['run_id']))}/required_actions"
