"""What false alarms have in common and real delays have not is found, and what chance may explain is not."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from orderwatch.core.learned.evidence import Counts, hidden, incidents_less, replay, waits_of
from orderwatch.core.learned.feedback import Alarm, Case, Label, Word, cases_of, last_word
from orderwatch.core.learned.mine import Ended, mine
from orderwatch.core.learned.predicate import predicate
from orderwatch.core.words import Node
from tests.core.builders import MINUTE, NOW, the_policy

RULES = the_policy().learning
SALES = predicate([["entered_by", "sales"]])
Facts = dict[str, frozenset[str]]


def facts(**values: str) -> Facts:
    return {name: frozenset([value]) for name, value in values.items()}


def alarm(order_id: str = "SO1", *words: Word, **changes: object) -> Alarm:
    plain = {"node": Node.PICK, "incident_id": 1, "at": NOW, "facts": facts(entered_by="sales"), "dwell_s": 3600,
             "left": True}  # fmt: skip
    return Alarm(order_id=order_id, words=words, **plain | changes)  # type: ignore[arg-type]


def cases(label: Label, count: int, start: int = 0, **values: str) -> list[Case]:
    return [Case(f"SO{start + n:03}", facts(**values), label, ()) for n in range(count)]


def others(count: int = 500, **values: str) -> list[Facts]:
    return [facts(region="上海", **values) for _ in range(count)]


# --- what was said ---


def test_the_last_word_counts_and_of_two_at_once_the_graver_one() -> None:
    dismissed, complained = Word(NOW, "not_an_order"), Word(NOW + MINUTE, "real")
    assert last_word([complained, dismissed]) == "real"
    assert last_word([dismissed, Word(NOW - MINUTE, "real")]) == "not_an_order"
    assert last_word([dismissed, Word(NOW, "real")]) == "real"
    assert last_word([]) is None


def test_an_order_counts_once_however_often_it_was_alarmed() -> None:
    twice = [alarm("SO1", Word(NOW, "not_an_order")), alarm("SO1", node=Node.PRINT)]
    (case,) = cases_of(twice, "check", None)
    assert (case.label, len(case.alarms)) == ("false", 2)
    (case,) = cases_of(twice, "exemption", Node.PRINT)
    assert (case.label, len(case.alarms)) == ("unanswered", 1)


def test_no_order_and_normal_waiting_speak_for_different_kinds_of_rules() -> None:
    said = [alarm("SO1", Word(NOW, "false_alarm"))]
    assert [cases_of(said, "check", None)[0].label, cases_of(said, "exemption", Node.PICK)[0].label] == [
        "aside",
        "false",
    ]


# --- what is found ---


def test_the_condition_that_is_rarest_among_ordinary_orders_is_found() -> None:
    false = cases("false", 6, category="appliances", entered_by="sales", appointment="yes")
    ordinary = [*others(), *others(60, category="appliances"), *others(40, entered_by="sales")]
    (found,) = mine(false, ordinary, RULES, [])
    assert found.asked == predicate([["appointment", "yes"]])
    ordinary += others(50, appointment="yes")
    (found,) = mine(false, ordinary, RULES, [])
    assert found.asked == predicate([["entered_by", "sales"], ["appointment", "yes"]])


def test_real_delays_narrow_it() -> None:
    false = cases("false", 6, category="appliances", entered_by="sales")
    real = cases("real", 6, start=100, category="appliances", entered_by="customer")
    (found,) = mine([*false, *real], others(), RULES, [])
    assert found.asked == SALES
    assert (found.counts.false_alarms, found.counts.real, found.counts.precision) == (6, 0, 1.0)


@pytest.mark.parametrize(("count", "real", "proposed"), [(4, 0, 0), (5, 0, 1), (9, 1, 1), (9, 3, 0)])
def test_small_samples_and_shares_that_are_not_surely_high_are_no_reason(count: int, real: int, proposed: int) -> None:
    known = [*cases("false", count, entered_by="sales"), *cases("real", real, start=100, entered_by="sales")]
    assert len(mine(known, others(), RULES, [])) == proposed


def test_what_half_of_all_orders_are_is_explained_by_chance() -> None:
    false = cases("false", 6, channel="jd")
    assert mine(false, [*others(250, channel="jd"), *others(250)], RULES, []) == []


def test_noise_is_no_reason_however_many_conditions_are_tried() -> None:
    """Orders whose facts are thrown like dice: of thirty such histories not one gives a rule."""
    for seed in range(30):
        dice = Random(seed)

        def thrown(dice: Random = dice) -> Facts:
            return facts(**{name: dice.choice("abc") for name in ("region", "channel", "carrier", "warehouse", "tier")})

        known = [Case(f"SO{n}", thrown(), "false" if n < 30 else "real", ()) for n in range(60)]
        assert mine(known, [thrown() for _ in range(300)], RULES, []) == [], seed


def test_two_reasons_give_two_conditions_the_stronger_one_first() -> None:
    known = [*cases("false", 8, entered_by="sales"), *cases("false", 6, start=50, carrier="ZTO")]
    assert [one.asked for one in mine(known, others(), RULES, [])] == [SALES, predicate([["carrier", "ZTO"]])]


def test_the_wider_condition_wins_unless_it_hides_too_much() -> None:
    """Of 20 sales orders one was really late; it happened to be in another warehouse than twelve of them."""
    wide = [*cases("false", 12, entered_by="sales", warehouse="A"), *cases("false", 8, 50, entered_by="sales")]
    (found,) = mine([*wide, *cases("real", 1, 90, entered_by="sales")], others(), RULES, [])
    assert found.asked == SALES
    first, *_ = mine([*wide, *cases("real", 2, 90, entered_by="sales")], others(), RULES, [])
    assert first.asked == predicate([["warehouse", "A"]])


def test_the_order_of_the_cases_changes_nothing() -> None:
    known = [*cases("false", 8, entered_by="sales"), *cases("false", 6, start=50, carrier="ZTO")]
    mixed = list(known)
    Random(1).shuffle(mixed)
    assert mine(mixed, others(), RULES, []) == mine(known, others(), RULES, [])


@pytest.mark.parametrize(("then", "comes_back"), [(4, True), (5, False)])
def test_what_people_refused_comes_back_when_its_cases_have_doubled(then: int, comes_back: bool) -> None:
    false = cases("false", 8, entered_by="sales", category="appliances")
    refused = Ended(SALES, then)
    assert bool(mine(false, others(), RULES, [refused])) is comes_back


def test_chance_counts_how_many_conditions_were_tried() -> None:
    once = Counts(5, 0, 0, 5, 5, 10, 500)
    often = Counts(5, 0, 0, 5, 5, 10, 500, tried=1000)
    assert often.chance == pytest.approx(min(1, once.chance * 1000))


# --- the replay ---


def test_a_check_sends_every_alarm_to_a_person_first() -> None:
    real = Case("SO1", facts(entered_by="sales"), "real", [alarm("SO1")])
    (changed,) = replay(SALES, "check", None, [real])
    assert changed.instead == "triage" and hidden([changed]) == [changed]


@pytest.mark.parametrize(
    ("dwell_s", "left", "instead"), [(3600, True, "never"), (3601, True, "later"), (9, False, "later")]
)
def test_an_exemption_spares_what_left_in_its_time(dwell_s: int, left: bool, instead: str) -> None:
    case = Case("SO1", facts(entered_by="sales"), "real", [alarm("SO1", dwell_s=dwell_s, left=left)])
    (changed,) = replay(SALES, "exemption", 3600, [case])
    assert changed.instead == instead
    assert len(hidden([changed])) == (instead == "never")


def test_an_incident_is_spared_when_all_of_its_orders_are() -> None:
    shared = [Case(f"SO{n}", facts(entered_by="sales"), "false", [alarm(f"SO{n}", told_with=3)]) for n in range(3)]
    assert incidents_less(replay(SALES, "check", None, shared[:2])) == 0
    assert incidents_less(replay(SALES, "check", None, shared)) == 1


def test_how_long_95_of_100_have_waited() -> None:
    waits = waits_of(range(1, 101))
    assert (waits.samples, waits.median_s, waits.p95_s) == (100, 50, 95)
    assert waits_of([]).p95_s is None
    assert timedelta(seconds=waits_of([7]).p95_s or 0) == timedelta(seconds=7)
