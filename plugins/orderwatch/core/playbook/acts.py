"""From a step to its outward acts: to whom, by which sink, with exactly which words and amounts. Pure and complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from orderwatch.core.durations import Language
from orderwatch.core.duty import Duty
from orderwatch.core.messages import BETWEEN_LANGUAGES, BYTE_LIMITS
from orderwatch.core.plain_text import harmless, one_line, visible
from orderwatch.core.playbook import actions
from orderwatch.core.playbook.decide import offer
from orderwatch.core.playbook.facts import Facts
from orderwatch.core.playbook.load import Loaded
from orderwatch.core.playbook.schema import Step
from orderwatch.core.playbook.texts import write_text
from orderwatch.core.playbook.undo import RELEASED, cancel_work_order, void_voucher
from orderwatch.core.policy import Policy
from orderwatch.core.policy.base import Strict, Text
from orderwatch.core.policy.roles import Person

TELLS_PEOPLE: Final = ("wecom_app", "wecom_robot", "mail")
TITLE: Final = 120  # characters of a title or a subject


@dataclass(frozen=True, slots=True)
class Done:
    """What an earlier step did: the number that its sink gave it."""

    ref: str
    order_id: str | None = None
    amount_minor: int = 0
    currency: str | None = None
    effect_id: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One order that a step is about (``order_id`` is none for an incident without orders)."""

    facts: Facts
    order_id: str | None
    shipment_id: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a step may need: its orders, what earlier steps did, the people, the time."""

    subjects: Sequence[Subject]
    policy: Policy
    now: datetime
    done: Mapping[str, Sequence[Done]] = field(default_factory=dict)

    @property
    def first(self) -> Subject:
        return self.subjects[0]


@dataclass(frozen=True, slots=True)
class Act:
    """One intent for the ledger."""

    sink: str
    recipient: str
    payload: Mapping[str, Any]
    order_id: str | None = None
    customer_id: str | None = None
    side_effect: actions.SideEffect = "internal"
    amount_minor: int = 0
    currency: str | None = None
    business_key: str | None = None
    undoes: int | None = None  # the effect that it takes back

    @property
    def slot(self) -> str:
        """What makes it one act of its step: its order, else the person told; a work order has one per incident."""
        return self.order_id or (self.recipient if self.sink in TELLS_PEOPLE else "incident")


def acts_of(loaded: Loaded, step_id: str, situation: Situation) -> list[Act]:
    """The acts of one step, in the order of its orders; none where no order is (still) one that it is for."""
    step = loaded.playbook.steps[step_id]
    return list(_BUILDERS[step.action or ""](loaded, step_id, step, loaded.inputs[step_id], situation))


Builder = Callable[[Loaded, str, Step, Any, Situation], Iterator[Act]]


def _wecom_role(loaded: Loaded, step_id: str, step: Step, given: actions.ToRole, at: Situation) -> Iterator[Act]:
    for person in _people(given.role, at):
        text = _in_languages(given.text, person, at.first.facts, "wecom_app")
        yield Act("wecom_app", person.wecom, {"subject": "", "text": text})


def _wecom_group(loaded: Loaded, step_id: str, step: Step, given: actions.ToRole, at: Situation) -> Iterator[Act]:
    group = at.policy.role(_role(given.role, at)).robot_group
    if group is None:  # nobody must go unheard for want of a robot
        yield from _wecom_role(loaded, step_id, step, given, at)
        return
    text = _in_languages(given.text, _people(given.role, at)[0], at.first.facts, "wecom_robot")
    yield Act("wecom_robot", group, {"subject": "", "text": text})


def _mail_role(loaded: Loaded, step_id: str, step: Step, given: actions.LetterToRole, at: Situation) -> Iterator[Act]:
    for person in _people(given.role, at):
        subject = one_line(write_text(given.subject, person.languages[0], at.first.facts), TITLE)
        text = _in_languages(given.text, person, at.first.facts, "mail")
        yield Act("mail", person.mail, {"subject": subject, "text": text})


def _mail_customer(loaded: Loaded, step_id: str, step: Step, given: actions.Letter, at: Situation) -> Iterator[Act]:
    for subject, facts in _each(step, at):
        texts = {
            language: {
                "subject": one_line(write_text(given.subject, language, facts), TITLE),
                "text": write_text(given.text, language, facts),
            }
            for language in _LANGUAGES
        }
        payload = {"customer_id": facts.order.customer, "texts": texts}
        yield _about(subject, step, Act("customer_mail", facts.order.customer, payload, side_effect="customer"))


def _work_order(loaded: Loaded, step_id: str, step: Step, given: actions.WorkOrder, at: Situation) -> Iterator[Act]:
    role = _role(given.role, at)
    language = _people(given.role, at)[0].languages[0]
    for subject, facts in _each(step, at):
        orders = [subject.order_id] if step.each == "order" else [one.order_id for one in at.subjects]
        payload = {
            "op": "create",
            "title": one_line(write_text(given.title, language, facts), TITLE),
            "text": write_text(given.text, language, facts),
            "kind": given.kind,
            "priority": given.priority,
            "order_ids": [order for order in orders if order],
            "due_at": (at.now + given.due).isoformat(),
            "assignee_role": role,
        }
        yield Act("work_order", role, payload, order_id=subject.order_id if step.each == "order" else None)


def _work_order_news(
    loaded: Loaded, step_id: str, step: Step, given: actions.WorkOrderNews, at: Situation
) -> Iterator[Act]:
    for done in at.done.get(given.of, ()):
        text = write_text(given.text, "zh-CN", at.first.facts)
        yield Act("work_order", done.ref, {"op": "update", "number": done.ref, "text": text}, order_id=done.order_id)


def _work_order_undone(loaded: Loaded, step_id: str, step: Step, given: actions.Undone, at: Situation) -> Iterator[Act]:
    for done in at.done.get(given.of, ()):
        yield Act("work_order", done.ref, cancel_work_order(done.ref), order_id=done.order_id, undoes=done.effect_id)


def _voucher(loaded: Loaded, step_id: str, step: Step, given: actions.Voucher, at: Situation) -> Iterator[Act]:
    for subject, facts in _each(step, at):
        amount = offer(loaded, step_id, facts)
        if not amount:
            continue
        payload = {
            "op": "issue",
            "order_id": facts.order.id,
            "amount_minor": amount,
            "currency": facts.order.currency,
            "reason": write_text(given.reason, "zh-CN", facts),
        }
        act = Act(
            "voucher",
            facts.order.customer,
            payload,
            side_effect="money",
            amount_minor=amount,
            currency=facts.order.currency,
        )
        yield _about(subject, step, act)


def _voucher_undone(loaded: Loaded, step_id: str, step: Step, given: actions.Undone, at: Situation) -> Iterator[Act]:
    for done in at.done.get(given.of, ()):
        payload = void_voucher(done.ref, done.order_id, done.amount_minor, done.currency)
        yield Act("voucher", done.ref, payload, order_id=done.order_id, undoes=done.effect_id)


def _warehouse(operation: str) -> Builder:
    def build(loaded: Loaded, step_id: str, step: Step, given: Any, at: Situation) -> Iterator[Act]:
        reason = write_text(given.reason, "zh-CN", at.first.facts) if isinstance(given, actions.Because) else RELEASED
        undone = at.done.get(given.of, ()) if isinstance(given, actions.Undone) else ()
        wanted = {done.order_id: done.effect_id for done in undone} if isinstance(given, actions.Undone) else None
        for subject in at.subjects:
            fits = subject.facts.order.node in (step.act.nodes if step.act else ()) and subject.facts.order.still_late
            if wanted is not None:
                fits = subject.order_id in wanted
            if fits and subject.shipment_id is not None:
                payload = {
                    "op": operation,
                    "order_ids": [subject.order_id],
                    "shipment_ids": [subject.shipment_id],
                    "reason": reason,
                }
                undoes = wanted.get(subject.order_id) if wanted else None
                yield Act("warehouse", subject.shipment_id, payload, order_id=subject.order_id, undoes=undoes)

    return build


def _note(loaded: Loaded, step_id: str, step: Step, given: actions.Note, at: Situation) -> Iterator[Act]:
    for subject in at.subjects:
        customer = subject.facts.order.customer
        text = write_text(given.text, "zh-CN", subject.facts)
        yield Act(
            "crm_note",
            customer,
            {"customer_id": customer, "order_id": subject.order_id, "text": text},
            order_id=subject.order_id,
        )


def _draft(loaded: Loaded, step_id: str, step: Step, given: actions.Notice, at: Situation) -> Iterator[Act]:
    texts = {
        language: {
            "title": one_line(write_text(given.title, language, at.first.facts), TITLE),
            "text": write_text(given.text, language, at.first.facts),
        }
        for language in _LANGUAGES
    }
    yield Act("website", "draft", {"texts": texts})


def _nothing(loaded: Loaded, step_id: str, step: Step, given: Strict, at: Situation) -> Iterator[Act]:
    yield from ()


_LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
_BUILDERS: Final[Mapping[str, Builder]] = MappingProxyType({
    "owner.tell": _nothing,
    "wecom.role": _wecom_role,
    "wecom.group": _wecom_group,
    "mail.role": _mail_role,
    "mail.customer": _mail_customer,
    "work_order.create": _work_order,
    "work_order.update": _work_order_news,
    "work_order.cancel": _work_order_undone,
    "voucher.issue": _voucher,
    "voucher.void": _voucher_undone,
    "warehouse.prioritise": _warehouse("prioritise"),
    "shipment.hold": _warehouse("hold"),
    "shipment.release": _warehouse("release"),
    "shipment.recall": _warehouse("recall"),
    "customer.note": _note,
    "website.draft": _draft,
    "incident.confirm": _nothing,
})


def _each(step: Step, at: Situation) -> Iterator[tuple[Subject, Facts]]:
    """The orders one by one, or the incident once by its first; customers hear only of orders that are still late."""
    for subject in at.subjects if step.each == "order" else at.subjects[:1]:
        if step.act is None or not step.act.about_one_order or subject.facts.order.still_late:
            yield subject, subject.facts


def _about(subject: Subject, step: Step, act: Act) -> Act:
    """The act bound to its order, its customer and the name under which it happens once."""
    order = subject.facts.order
    key = f"{step.once.name}:{order.id if step.once.per == 'order' else order.customer}" if step.once else None
    return Act(
        act.sink,
        act.recipient,
        act.payload,
        order_id=order.id,
        customer_id=order.customer,
        side_effect=act.side_effect,
        amount_minor=act.amount_minor,
        currency=act.currency,
        business_key=key,
    )


def _role(code: str, at: Situation) -> str:
    return at.first.facts.incident.owner if code == "owner" else code


def _people(code: str, at: Situation) -> Sequence[Person]:
    """Whoever is there in the role now, or stands in for those who are away."""
    role = _role(code, at)
    return Duty(at.policy, at.now).told(role) or at.policy.role(role).people


def _in_languages(text: Text, person: Person, facts: Facts, sink: str) -> str:
    """In every language that the person wants, cut where the channel would refuse it."""
    clean = visible if sink == "mail" else harmless
    whole = BETWEEN_LANGUAGES.join(write_text(text, language, facts, clean) for language in person.languages)
    limit = BYTE_LIMITS[sink]
    cut = whole.encode()[: limit - 4].decode(errors="ignore")
    return whole if len(whole.encode()) <= limit else f"{cut}…"
