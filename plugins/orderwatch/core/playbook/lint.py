"""What makes a playbook unsafe, found before it is ever used. Each rule yields (place in the file, what to do)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any, Final

from orderwatch.core.playbook import actions
from orderwatch.core.playbook.conditions import Condition, ConditionError, compile_condition
from orderwatch.core.playbook.facts import VARIABLES, Facts, LimitFacts, OfferFacts, OrderFacts
from orderwatch.core.playbook.schema import Match, Playbook, Step
from orderwatch.core.playbook.texts import check_text
from orderwatch.core.policy.base import Strict, Text

Place = Sequence[str | int]
Inputs = Mapping[str, Strict]
Found = Iterator[tuple[Place, str]]
OWNER: Final = "owner"  # the role of whoever owns the incident
DOUBTFUL: Final = frozenset({"triage", "source"})  # the orders of these incidents may be all right
MANY: Final = frozenset({"stock_out", "system_failure", "mass_delay"})


def lint(playbook: Playbook, inputs: Inputs, roles: Collection[str] | None) -> Found:
    """Everything that is wrong between the parts of a playbook whose parts are each well formed."""
    for rule in (_conditions, _texts, _examples):
        yield from rule(playbook, inputs)
    if roles is not None:
        yield from _roles(playbook, inputs, roles)
    disorder = list(_order(playbook))
    yield from disorder
    if disorder:
        return  # the rules below ask what comes before what
    for rule in (_references, _reach, _money, _gates, _customers, _once, _held, _undo, _offers, _runtime):
        yield from rule(playbook, inputs)


def lint_together(playbooks: Collection[Playbook]) -> Iterator[tuple[str, Place, str]]:
    """Playbooks of one folder between which nothing but the alphabet would choose; yields the second one's id first.

    Two that both have a condition are left to their authors: the conditions may exclude each other.
    """
    active = sorted((one for one in playbooks if one.state == "active"), key=lambda one: one.playbook)
    for one, other in combinations(active, 2):
        if one.match.priority == other.match.priority and not (one.match.when and other.match.when):
            kinds = [kind for kind in other.match.kinds if _meet(one.match, other.match, kind)]
            if kinds:
                what = (
                    f"answers {', '.join(kinds)} like {one.playbook} and with the same priority: nobody can tell which"
                )
                yield other.playbook, ["match"], what


def _meet(one: Match, other: Match, kind: str) -> bool:
    """Whether both can answer an incident of this kind; one whose orders stand in several nodes meets them all."""
    at_one_node = kind in {"single", "triage", "batch"}
    return (
        kind in one.kinds
        and bool(set(one.levels) & set(other.levels))
        and (not at_one_node or bool(set(one.nodes) & set(other.nodes)))
    )


# --- every expression and text ---


def _conditions(playbook: Playbook, inputs: Inputs) -> Found:
    expressions: list[tuple[Place, str | None, Any]] = [
        (["match", "when"], playbook.match.when, "bool"),
        (["exit"], playbook.exit, "bool"),
    ]
    for step_id, step in playbook.steps.items():
        expressions.append((["steps", step_id, "when"], step.when, "bool"))
        given = inputs.get(step_id)
        if isinstance(given, actions.Voucher):
            expressions.append((["steps", step_id, "with", "amount"], given.amount, "int"))
    for place, source, wanted in expressions:
        if source is not None:
            try:
                compile_condition(source, wanted)
            except ConditionError as error:
                yield place, str(error)


def _texts(playbook: Playbook, inputs: Inputs) -> Found:
    for step_id, given in inputs.items():
        for field, text in _texts_of(given):
            for language, wrong in check_text(text):
                yield ["steps", step_id, "with", field, language], wrong


def _texts_of(given: Strict) -> Iterator[tuple[str, Text]]:
    for field in type(given).model_fields:
        value = getattr(given, field)
        if isinstance(value, Text):
            yield field, value


# --- the order of steps ---


def _order(playbook: Playbook) -> Found:
    for step_id, step in playbook.steps.items():
        for number, before in enumerate(step.after or ()):
            if before not in playbook.steps:
                yield ["steps", step_id, "after", number], f"there is no step {before!r}"
        for number, need in enumerate(step.needs):
            if need not in playbook.steps:
                yield ["steps", step_id, "needs", number], f"there is no step {need!r}"
        if _comes_before_itself(playbook, step_id):
            yield ["steps", step_id, "after"], "runs in a circle: the response would never end"


def _comes_before_itself(playbook: Playbook, step_id: str) -> bool:
    try:
        playbook.ancestors(step_id)
    except ValueError:
        return True
    return False


def _references(playbook: Playbook, inputs: Inputs) -> Found:
    """A step that speaks of another one must come after it, and that one must be what is spoken of."""
    for step_id, step in playbook.steps.items():
        before = playbook.ancestors(step_id)
        for number, need in enumerate(step.needs):
            if need not in before:
                yield ["steps", step_id, "needs", number], f"{need} does not come before {step_id}"
        given = inputs.get(step_id)
        if isinstance(given, actions.WorkOrderNews | actions.Undone):
            wanted = _undone_by(step.action or "")
            of = playbook.steps.get(given.of)
            if of is None or of.action not in wanted:
                yield ["steps", step_id, "with", "of"], f"must name a step that does {' or '.join(sorted(wanted))}"
            elif given.of not in before:
                yield ["steps", step_id, "with", "of"], f"{given.of} does not come before {step_id}"


def _undone_by(action: str) -> set[str]:
    if action == "work_order.update":
        return {"work_order.create"}
    return {name for name, one in actions.ACTIONS.items() if one.undo == action}


def _reach(playbook: Playbook, inputs: Inputs) -> Found:
    conditions: list[tuple[Place, str | None, str]] = [
        (["steps", step_id, "when"], step.when, "the step cannot be reached")
        for step_id, step in playbook.steps.items()
    ]
    conditions.append((["match", "when"], playbook.match.when, "the playbook answers nothing"))
    conditions.append((["exit"], playbook.exit, "the response never ends"))
    for place, source, so in conditions:
        if source is not None and Condition(source, "bool").without_facts() is False:
            yield place, f"is never true: {so}"


# --- money, customers, taking back ---


def _money(playbook: Playbook, inputs: Inputs) -> Found:
    for step_id, step in _steps_with(playbook, "money"):
        at = ["steps", step_id]
        if step.limit is None:
            yield at, "spends money and has no limit"
        if step.once is None:
            yield at, "spends money and has no `once`: the same order could be paid twice"
        if playbook.limits.spend is None:
            yield ["limits"], f"{step_id} spends money, and the playbook has no limits.spend"
        elif step.limit is not None:
            if step.limit.currency != playbook.limits.spend.currency:
                yield [*at, "limit", "currency"], "differs from the currency of limits.spend"
            elif step.limit.amount_minor > playbook.limits.spend.amount_minor:
                yield [*at, "limit", "amount_minor"], "is more than limits.spend allows for the whole incident"
        gates = {gate: one.gate.of for gate, one in playbook.steps.items() if one.gate is not None}
        asked = [need for need in step.needs if gates.get(need) == step_id]
        if not asked:
            yield at, "spends money and needs no gate: name one in `needs` whose `of` is this step"
        elif not any(_asks_above_the_limit(playbook.steps[gate], step) for gate in asked):
            yield (
                ["steps", asked[0], "when"],
                "does not ask about more than limit.auto_approve_minor: money would leave without the word it needs",
            )


def _asks_above_the_limit(gate: Step, pays: Step) -> bool:
    """Whether the gate asks wherever the offer is a little more than what is allowed without asking."""
    if gate.when is None or pays.limit is None:
        return True
    most, currency = pays.limit.amount_minor, pays.limit.currency
    try:
        return all(
            Condition(gate.when, "bool").of(
                Facts(
                    order=OrderFacts(currency=currency),
                    offer=OfferFacts(amount_minor=amount, currency=currency),
                    limit=LimitFacts(auto_approve_minor=amount - 1),
                )
            )
            for amount in (1, most)
        )
    except ConditionError:
        return False


def _gates(playbook: Playbook, inputs: Inputs) -> Found:
    for step_id, step in playbook.steps.items():
        if step.gate is None:
            continue
        at, of = ["steps", step_id, "gate", "of"], playbook.steps.get(step.gate.of)
        if of is None or of.act is None:
            yield at, f"{step.gate.of!r} is no step that acts"
        elif step_id not in playbook.ancestors(step.gate.of):
            yield at, f"{step.gate.of} would act before this gate has been answered"
        elif step_id not in of.needs:
            yield at, f"{step.gate.of} does not need this gate: nobody would wait for the answer"


def _customers(playbook: Playbook, inputs: Inputs) -> Found:
    messages = 0
    for step_id, step in playbook.steps.items():
        if step.act is None:
            continue
        if step.act.about_one_order and step.each != "order":
            yield ["steps", step_id], "reaches a customer or spends money: write `each: order`"
        messages += step.act.side_effect == "customer"
        if step.act.side_effect == "customer" and step.once is None:
            yield ["steps", step_id], "writes to a customer and has no `once`: the same customer could hear it twice"
        if step.act.side_effect == "customer" and step_id in inputs:
            for field, text in _texts_of(inputs[step_id]):
                if text.zh == text.en:
                    yield ["steps", step_id, "with", field], "says the same in both languages: one is not translated"
    if messages > playbook.limits.customer_messages:
        yield ["limits", "customer_messages"], f"{messages} steps write to a customer, allowed are fewer"


def _once(playbook: Playbook, inputs: Inputs) -> Found:
    """A name under which a thing is done at most once belongs to one step."""
    taken: dict[str, str] = {}
    for step_id, step in playbook.steps.items():
        if step.once is not None:
            first = taken.setdefault(step.once.name, step_id)
            if first != step_id:
                yield ["steps", step_id, "once", "name"], f"is that of {first}: only one of the two would ever act"


def _held(playbook: Playbook, inputs: Inputs) -> Found:
    """Nothing reaches a customer while the orders are doubtful, nor about many orders without a person's word."""
    kinds = set(playbook.match.kinds)
    doubtful, many = sorted(kinds & DOUBTFUL), sorted(kinds & MANY)
    for step_id, step in playbook.steps.items():
        if step.act is None or not step.act.about_one_order:
            continue
        if doubtful:
            yield ["steps", step_id], f"reaches a customer, and in {', '.join(doubtful)} no order is known to be late"
        elif many and not any(playbook.steps[need].gate for need in step.needs):
            yield (
                ["steps", step_id],
                f"reaches customers, and in {', '.join(many)} a person releases that: needs a gate",
            )


def _undo(playbook: Playbook, inputs: Inputs) -> Found:
    for step_id, step in playbook.steps.items():
        wanted = step.act.undo if step.act else None
        if wanted is not None and step.undo is None:
            yield ["steps", step_id], f"can be taken back and does not say how: undo: {wanted}"
        elif step.undo != wanted:
            right = f"undo: {wanted}" if wanted else "leave it out: this cannot be taken back"
            yield ["steps", step_id, "undo"], f"{step.undo!r} does not take this step back; {right}"


def _offers(playbook: Playbook, inputs: Inputs) -> Found:
    """An offer can be spoken of once there is one."""
    payers = {step_id for step_id, _ in _steps_with(playbook, "money")}
    for step_id, step in playbook.steps.items():
        asks_for = {step.gate.of} if step.gate else {step_id}
        if payers & (playbook.ancestors(step_id) | asks_for):
            continue
        said = [step.when or ""]
        if step_id in inputs:
            said += [part for _, text in _texts_of(inputs[step_id]) for part in (text.zh, text.en)]
        if any("offer." in one for one in said):
            yield ["steps", step_id], "speaks of an offer before any step makes one"


def _runtime(playbook: Playbook, inputs: Inputs) -> Found:
    gates = [step.gate for step in playbook.steps.values() if step.gate is not None]
    waiting = sum(
        (gate.timeout * (len(gate.roles) if gate.on_timeout == "escalate" else 1) for gate in gates), timedelta()
    )
    if waiting > playbook.limits.runtime:
        yield ["limits", "runtime"], f"is shorter than its gates may wait together ({waiting})"


# --- people and examples ---


def _roles(playbook: Playbook, inputs: Inputs, roles: Collection[str]) -> Found:
    if playbook.owner not in roles:
        yield ["owner"], f"{playbook.owner!r} is not a role in roles.yaml"
    for step_id, step in playbook.steps.items():
        for number, role in enumerate(step.gate.roles if step.gate else ()):
            if role not in roles:
                yield ["steps", step_id, "gate", "roles", number], f"{role!r} is not a role in roles.yaml"
        role = getattr(inputs.get(step_id), "role", OWNER)
        if role != OWNER and role not in roles:
            yield ["steps", step_id, "with", "role"], f"{role!r} is not a role in roles.yaml"


def _examples(playbook: Playbook, inputs: Inputs) -> Found:
    for number, test in enumerate(playbook.tests):
        for name, value in test.given.items():
            if name not in VARIABLES:
                yield ["tests", number, "given", name], f"there is no {name!r}"
            elif not _KINDS[VARIABLES[name]](value):
                yield ["tests", number, "given", name], f"{value!r} is not {VARIABLES[name]}"
        for step_id in test.steps:
            if step_id not in playbook.steps:
                yield ["tests", number, "steps", step_id], f"there is no step {step_id!r}"


_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63,
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "strings": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
}


def _steps_with(playbook: Playbook, side_effect: str) -> Iterator[tuple[str, Step]]:
    for step_id, step in playbook.steps.items():
        if step.act is not None and step.act.side_effect == side_effect:
            yield step_id, step
