"""What a playbook does for the facts of one incident: pure, the same for its tests, its preview and the real run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orderwatch.core.playbook.actions import Voucher
from orderwatch.core.playbook.conditions import ConditionError, compile_condition
from orderwatch.core.playbook.facts import VARIABLES, Facts, OfferFacts
from orderwatch.core.playbook.load import Loaded
from orderwatch.core.playbook.schema import Expected, Outcome, Playbook, Test


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step does, why in words, and for how much (minor units of the order's currency)."""

    does: Outcome
    why: str = ""
    amount_minor: int = 0


def matches(playbook: Playbook, facts: Facts) -> bool:
    """Whether the playbook answers an incident with these facts."""
    match, incident = playbook.match, facts.incident
    return (
        incident.kind in match.kinds
        and incident.level in match.levels
        and bool(set(incident.nodes) & set(match.nodes) or incident.kind == "source")
        and (match.when is None or bool(compile_condition(match.when, "bool").of(facts)))
    )


def choose(playbooks: Iterable[Loaded], facts: Facts) -> Loaded | None:
    """The active playbook for an incident: the highest priority, then the name that comes first."""
    fitting = [one for one in playbooks if one.playbook.state == "active" and matches(one.playbook, facts)]
    return min(fitting, key=lambda one: (-one.playbook.match.priority, one.id), default=None)


def decide(loaded: Loaded, step_id: str, facts: Facts) -> Decision:
    """What the step does for these facts, all answers of people left aside.

    Raises:
        ConditionError: an expression has no answer for these facts.
    """
    step = loaded.playbook.steps[step_id]
    payer = step.gate.of if step.gate else step_id
    amount = 0
    if isinstance(loaded.inputs.get(payer), Voucher):
        amount = offer(loaded, payer, facts)
        if not amount:
            return Decision("not_needed", f"there is nothing to offer in {facts.order.currency}")
        facts = _offering(facts, amount)
    if step.when is not None and not compile_condition(step.when, "bool").of(facts):
        return Decision("not_needed", _not_so(step.when, facts), amount)
    return Decision("asks" if step.gate else "acts", amount_minor=amount)


def _offering(facts: Facts, amount_minor: int, voucher: str = "") -> Facts:
    return replace(facts, offer=OfferFacts(amount_minor, facts.order.currency, voucher))


def offer(loaded: Loaded, step_id: str, facts: Facts) -> int:
    """The amount that a money step would spend, within its limit and never below nothing; 0 for any other step.

    An amount in another currency than the limit's is 0: nobody has decided what it may be.
    """
    given, limit = loaded.inputs.get(step_id), loaded.playbook.steps[step_id].limit
    if not isinstance(given, Voucher) or limit is None or limit.currency != facts.order.currency:
        return 0
    wanted: int = compile_condition(given.amount, "int").of(facts)
    return max(0, min(wanted, limit.amount_minor))


def walk(loaded: Loaded, facts: Facts, *, approved: bool = True) -> dict[str, Decision]:
    """Every step's decision, as if people answered every question the same way."""
    decisions: dict[str, Decision] = {}
    for step_id in in_order(loaded.playbook):
        decision = decide(loaded, step_id, facts)
        step = loaded.playbook.steps[step_id]
        if decision.does == "acts" and any(_refuses(decisions.get(need), approved) for need in step.needs):
            decision = Decision("refused", f"{', '.join(step.needs)} said no", decision.amount_minor)
        if decision.does == "acts" and decision.amount_minor:
            facts = _offering(facts, decision.amount_minor, "V-00000")
        decisions[step_id] = decision
    return {step_id: decisions[step_id] for step_id in loaded.playbook.steps}


def _refuses(gate: Decision | None, approved: bool) -> bool:
    return gate is not None and (gate.does == "refused" or (gate.does == "asks" and not approved))


def in_order(playbook: Playbook) -> list[str]:
    """The steps so that each comes after all it waits for; of several, the one written first."""
    waiting = list(playbook.steps)
    done: list[str] = []
    while waiting:
        step_id = next(one for one in waiting if set(playbook.before(one)) <= set(done))
        waiting.remove(step_id)
        done.append(step_id)
    return done


def failed_tests(loaded: Loaded) -> list[str]:
    """The tests inside the file that do not hold, each as a sentence."""
    return [f"{test.name}: {wrong}" for test in loaded.playbook.tests for wrong in run_test(loaded, test)]


def run_test(loaded: Loaded, test: Test) -> list[str]:
    """What does not hold in one test; nothing where all does."""
    facts = facts_given(loaded.playbook, test.given)
    try:
        fits = matches(loaded.playbook, facts)
        decisions = walk(loaded, facts, approved=test.approved) if fits else {}
    except ConditionError as error:
        return [str(error)]
    if fits != test.matches:
        return [f"the playbook {'answers' if fits else 'does not answer'} this incident"]
    return [wrong for step_id, wanted in test.steps.items() if (wrong := _differs(step_id, decisions[step_id], wanted))]


def _differs(step_id: str, got: Decision, wanted: Outcome | Expected) -> str | None:
    expected = wanted if isinstance(wanted, Expected) else Expected(does=wanted)
    if got.does != expected.does:
        return f"{step_id} {got.does}{f' ({got.why})' if got.why else ''}, not {expected.does}"
    if expected.amount_minor not in (None, got.amount_minor):
        return f"{step_id} over {got.amount_minor}, not {expected.amount_minor}"
    return None


def facts_given(playbook: Playbook, given: Mapping[str, Any]) -> Facts:
    """An ordinary incident that the playbook is for, with these facts instead."""
    first = {
        "incident.kind": playbook.match.kinds[0],
        "incident.level": playbook.match.levels[0],
        "incident.nodes": [playbook.match.nodes[0]],
        "order.node": playbook.match.nodes[0],
    }
    facts = Facts()
    for name, value in {**first, **given}.items():
        group, _, field = name.partition(".")
        plain = tuple(value) if VARIABLES[name] == "strings" else value
        facts = replace(facts, **{group: replace(getattr(facts, group), **{field: plain})})
    return facts


def _not_so(condition: str, facts: Facts) -> str:
    """The condition and the facts that it names, as a person reads them."""
    values = facts.flat()
    named = [f"{name}={values[name]}" for name in VARIABLES if name in condition]
    return f"{condition} ({', '.join(named)})" if named else condition
