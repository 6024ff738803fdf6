"""An incident with its playbook on a desk, and sinks that remember what reached them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from orderwatch.core.effect import Effect, Outcome
from orderwatch.core.playbook.load import Loaded, load_playbook
from orderwatch.paths import HOME
from orderwatch.pipeline.dispatch import Send
from orderwatch.pipeline.gate import Answer, answer, ask, asked_minor, out_of_time
from orderwatch.pipeline.playbook_run import Response, Result
from orderwatch.pipeline.step import perform
from tests.pipeline.desk import Desk, a_shipment, an_order

PLAYBOOKS = HOME / "include" / "playbooks"
SINKS = (
    "wecom_app", "wecom_robot", "mail", "work_order", "voucher", "warehouse", "crm_note", "crm_task", "customer_mail",
    "website",
)  # fmt: skip


@dataclass
class Sinks:
    """Every way out: what arrived, and how each sink answers (delivered unless told otherwise)."""

    arrived: list[Effect] = field(default_factory=list)
    outcome: dict[str, Outcome] = field(default_factory=dict)

    def senders(self) -> Mapping[str, Send]:
        return dict.fromkeys(SINKS, self._take)

    def _take(self, effect: Effect) -> Outcome:
        said = self.outcome.get(effect.sink)
        if said is not None and said.result != "delivered":
            return said
        self.arrived.append(effect)
        return said or Outcome("delivered", ref=f"{effect.sink}-{len(self.arrived)}")

    def count(self) -> Counter[str]:
        """What has arrived by sink, all questions to approvers left aside."""
        return Counter(effect.sink for effect in self.arrived if effect not in self.summoned)

    @property
    def summoned(self) -> list[Effect]:
        """The messages that ask somebody to approve."""
        return [effect for effect in self.arrived if effect.effect_key.startswith("approval:")]


@dataclass
class Answering:
    """One live incident and the run that answers it."""

    desk: Desk
    playbook: str = "single_important"
    sinks: Sinks = field(default_factory=Sinks)
    loaded: Loaded | None = None

    def __post_init__(self) -> None:
        self.loaded = self.loaded or load_playbook(PLAYBOOKS / f"{self.playbook}.yaml")

    @property
    def response(self) -> Response:
        assert self.loaded is not None
        (incident_id,) = self.desk.ask("select max(incident_id) from incident where state not in ('merged')")
        return Response(self.desk.engine, self.desk.policy, self.loaded, incident_id, self.sinks.senders())

    def perform(self, step: str) -> Result:
        return perform(self.response, step)

    def ask(self, step: str = "approve_voucher", by: str = "orderwatch") -> Result:
        return ask(self.response, step, by)

    def answer(
        self, decision: str, *logins: str, step: str = "approve_voucher", amount_minor: int | None = None
    ) -> Result:
        """By default about the amount that is asked about at this moment."""
        seen = asked_minor(self.response, step) if amount_minor is None else amount_minor
        return answer(self.response, step, Answer(decision, logins, seen))  # type: ignore[arg-type]

    def out_of_time(self, step: str = "approve_voucher") -> Result:
        return out_of_time(self.response, step)

    def states(self, step: str) -> list[str]:
        return self.desk.ask("select state from effect where step = :s order by effect_id", s=step)


def important(desk: Desk, order_id: str = "SO1", value: int = 900_000, **changes: object) -> None:
    """A scan in which one high-value order is late in picking."""
    desk.scan(orders=[an_order(order_id, value_minor=value, **changes)], shipments=[a_shipment(order_id)])
