"""Who is there, who stands in for whom, and who is asked next."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from orderwatch.core.calendar_days import work_calendars
from orderwatch.core.duty import Duty
from orderwatch.core.notices import Announced, Told, Unanswered, due_steps, plan_notices, plan_reminders, plan_resolved
from orderwatch.core.policy import Policy
from orderwatch.core.policy.roles import Away, RolesFile

from .builders import HOUR, MINUTE, NOW, SECOND, at, the_policy

SUPERVISOR = "customer_service_supervisor"
HALF_HOUR = timedelta(minutes=30)


def a_policy(away: dict[str, tuple[str, str]] | None = None, office: tuple[str, ...] = ()) -> Policy:
    """The shipped policy; ``away`` gives for WeCom ids the day (of 2026) and the deputy, if any."""
    gone = away or {}
    roles = {}
    for code, role in the_policy().roles.root.items():
        people = []
        for person in role.people:
            day, deputy = gone.get(person.wecom, ("", ""))
            days = (
                (Away(first=date.fromisoformat(f"2026-{day}"), last=date.fromisoformat(f"2026-{day}")),) if day else ()
            )
            people.append(person.model_copy(update={"away": days, "deputy": deputy or None}))
        hours = "office" if code in office else "always"
        roles[code] = role.model_copy(update={"people": tuple(people), "on_duty": hours})
    return the_policy().model_copy(update={"roles": RolesFile(roles)})


def a_duty(now: datetime = NOW, **changes: object) -> Duty:
    policy = a_policy(**changes)  # type: ignore[arg-type]
    return Duty(policy, now, dict(work_calendars(policy, NOW.date()))["office"])


def names(duty: Duty, role: str = SUPERVISOR) -> list[str]:
    return [person.wecom for person in duty.people(role)]


# --- there, or away ---


def test_a_deputy_is_asked_in_the_place_of_whoever_is_away() -> None:
    assert names(a_duty()) == ["li.ting", "chen.chen"]
    assert names(a_duty(away={"li.ting": ("11-18", "he.min")})) == ["he.min", "chen.chen"]


def test_a_colleague_who_is_the_deputy_is_asked_once() -> None:
    assert names(a_duty(away={"li.ting": ("11-18", "chen.chen")})) == ["chen.chen"]


def test_deputies_that_stand_in_for_each_other_end_somewhere() -> None:
    away = {"li.ting": ("11-18", "chen.chen"), "chen.chen": ("11-18", "li.ting")}
    assert names(a_duty(away=away)) == []
    away |= {"chen.chen": ("11-18", "he.min")}
    assert names(a_duty(away=away)) == ["he.min"]


@pytest.mark.parametrize(
    ("now", "there"),
    [("11-17 23:59", True), ("11-18 00:00", False), ("11-18 23:59", False), ("11-19 00:00", True)],
)
def test_a_day_away_is_a_day_of_the_business_zone(now: str, there: bool) -> None:
    duty = a_duty(at(now), away={"li.ting": ("11-18", "")})
    assert ("li.ting" in names(duty)) is there


@pytest.mark.parametrize(
    ("now", "on_duty"),
    [
        (at("11-18 09:00") - SECOND, False),
        (at("11-18 09:00"), True),
        (at("11-18 18:00") - SECOND, True),
        (at("11-18 18:00"), False),
        (at("11-21 12:00"), False),  # a Saturday
    ],
)
def test_a_role_of_office_hours_is_on_duty_in_them(now: datetime, on_duty: bool) -> None:
    assert a_duty(now, office=(SUPERVISOR,)).on_duty(SUPERVISOR) is on_duty
    assert a_duty(now).on_duty(SUPERVISOR)


# --- who is asked first ---


def test_nobody_there_asks_the_next_role_and_off_duty_asks_it_as_well() -> None:
    night = at("11-18 23:00")
    everybody = {"li.ting": ("11-18", ""), "chen.chen": ("11-18", "")}
    assert a_duty(away=everybody).first_asked(SUPERVISOR, 1) == ("operations_manager",)
    assert a_duty(night, office=(SUPERVISOR,)).first_asked(SUPERVISOR, 1) == (SUPERVISOR, "operations_manager")
    assert a_duty(night, office=(SUPERVISOR, "operations_manager")).first_asked(SUPERVISOR, 1) == (
        SUPERVISOR, "vice_president",
    )  # fmt: skip


def test_level_0_waits_for_the_morning() -> None:
    assert a_duty(at("11-18 23:00"), office=("pick_lead",)).first_asked("pick_lead", 0) == ("pick_lead",)


def test_where_nobody_at_all_is_there_the_owner_hears_all_the_same() -> None:
    duty = a_duty(away={"zhou.jianguo": ("11-18", "")})
    assert duty.first_asked("vice_president", 3) == ("vice_president",)
    assert [person.wecom for person in duty.told("vice_president")] == ["zhou.jianguo"]


def test_the_deputies_of_a_step_come_before_the_role_above() -> None:
    duty = a_duty(away={"sun.yue": ("11-18", "")})
    assert duty.first_asked("review_clerk", 0, ("transport_coordinator",)) == ("transport_coordinator",)


# --- who is asked next ---


def unanswered(minutes_over: int, **changes: object) -> Unanswered:
    plain = {"incident_id": 7, "level": 1, "owner_role": SUPERVISOR, "acknowledge_by": NOW - minutes_over * MINUTE}
    return Unanswered(**plain | {"heard": frozenset({"li.ting", "chen.chen"})} | changes)  # type: ignore[arg-type]


def steps(one: Unanswered, duty: Duty | None = None) -> list[tuple[int, str]]:
    return [(step.number, step.role) for step in due_steps(one, HALF_HOUR, duty or a_duty())]


@pytest.mark.parametrize(
    ("minutes", "roles"),
    [
        (0, ["operations_manager"]),
        (29, ["operations_manager"]),
        (30, ["operations_manager", "vice_president"]),
        (600, ["operations_manager", "vice_president"]),
    ],
)
def test_one_step_for_each_wait_that_is_over(minutes: int, roles: list[str]) -> None:
    assert [role for _, role in steps(unanswered(minutes))] == roles


def test_a_step_that_was_taken_is_not_taken_again() -> None:
    assert steps(unanswered(29, asked=("operations_manager",))) == []
    assert steps(unanswered(30, asked=("operations_manager",))) == [(2, "vice_president")]
    assert steps(unanswered(600, asked=("operations_manager", "vice_president"))) == []


def test_a_role_of_which_everybody_knows_is_passed_over() -> None:
    heard = frozenset({"li.ting", "chen.chen", "wang.fang", "zhao.lei"})
    assert steps(unanswered(0, heard=heard)) == [(1, "vice_president")]


def test_an_owner_who_has_not_heard_is_asked_before_the_role_above() -> None:
    assert steps(unanswered(30, heard=frozenset())) == [(1, SUPERVISOR), (2, "operations_manager")]


def test_those_on_duty_come_before_those_who_are_not() -> None:
    night = at("11-18 23:00")
    one = unanswered(0, acknowledge_by=night - HOUR)
    assert [role for _, role in steps(one, a_duty(night, office=("operations_manager",)))] == [
        "vice_president", "operations_manager",
    ]  # fmt: skip


# --- one message for several ---


def test_new_incidents_of_one_owner_are_one_message_and_level_3_is_alone() -> None:
    duty = a_duty()
    many = [Announced(n, 1, SUPERVISOR) for n in (3, 1, 2)] + [Announced(n, 3, "vice_president") for n in (8, 9)]
    told = {(one.recipient, one.incident_ids) for one in plan_notices(many, duty) if one.sink == "wecom_app"}
    assert told == {
        ("li.ting", (1, 2, 3)), ("chen.chen", (1, 2, 3)), ("zhou.jianguo", (8,)), ("zhou.jianguo", (9,)),
    }  # fmt: skip


def test_a_reminder_is_one_digest_per_role_the_gravest_first() -> None:
    found = plan_reminders(
        [Announced(1, 1, SUPERVISOR), Announced(2, 2, "operations_manager"), Announced(1, 1, "operations_manager")],
        a_duty(),
    )
    assert {(one.role, one.level, one.incident_ids) for one in found} == {
        (SUPERVISOR, 1, (1,)), ("operations_manager", 2, (2, 1)),
    }  # fmt: skip


def test_whoever_has_left_is_written_to_in_chinese() -> None:
    told = [Told(1, 1, SUPERVISOR, "mail", mail) for mail in ("gone@example.com", "li.ting@example.com")]
    assert [one.languages for one in plan_resolved(told, the_policy().roles)] == [("zh-CN",), ("zh-CN", "en")]
