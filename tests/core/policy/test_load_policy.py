"""A policy that cannot be used says which file, line and field is wrong, and all of it at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from orderwatch.core.policy import Policy, PolicyError, load_policy
from orderwatch.core.words import Node

from ..builders import POLICY_FOLDER, the_policy

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """A copy of the shipped policy with one text replaced by another in one file."""
    folder = tmp_path / "policy"
    folder.mkdir()
    for file in POLICY_FOLDER.glob("*.yaml"):
        shutil.copy(file, folder)

    def replace(name: str, old: str, new: str) -> Path:
        file = folder / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return replace


def _fails(folder: Path) -> str:
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    return str(caught.value)


def test_the_shipped_policy_is_complete() -> None:
    policy = the_policy()
    assert all(policy.node(node).ceiling > policy.node(node).normal.longest for node in Node)
    assert policy.thresholds.multiplier == Decimal("1.8")
    assert policy.grading.high_value["CNY"] == 500_000
    assert policy.exemptions.customer_delay.default_delay == timedelta(days=7)
    assert policy.role("customer_service_supervisor").people[0].name == "李婷"
    assert policy.node(Node.PICK).title.say("en") == "pick"
    assert policy.node(Node.PICK).title.say("zh-CN") == "拣货"


def test_nothing_in_it_can_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        the_policy().grading.batch_orders = 4  # type: ignore[misc]  # the mistake under test


def test_the_version_changes_with_a_value_and_not_with_a_comment(edit: Edit) -> None:
    commented = load_policy(edit("grading", "# How serious", "# Other words"))
    assert commented.version == the_policy().version
    assert len(commented.version) == 12
    changed = load_policy(edit("grading", "batch_orders: 3", "batch_orders: 4"))
    assert changed.version != the_policy().version


def test_a_missing_file_is_named(edit: Edit) -> None:
    folder = edit("roles", "李婷", "李婷")
    (folder / "roles.yaml").unlink()
    assert "roles.yaml: missing in" in _fails(folder)


def test_an_empty_file_lacks_its_fields(edit: Edit) -> None:
    folder = edit("validity", "checks", "checks")
    (folder / "validity.yaml").write_text("", encoding="utf-8")
    assert "validity.yaml triage_max_age: Field required" in _fails(folder)


def test_a_key_written_twice_is_refused_with_both_lines(edit: Edit) -> None:
    folder = edit("grading", "batch_orders: 3", "batch_orders: 3\nbatch_orders: 4")
    text = _fails(folder)
    assert "grading.yaml:" in text
    assert "'batch_orders' is written twice; it is already on line" in text


def test_a_bare_number_is_refused_at_its_line(edit: Edit) -> None:
    folder = edit("validity", "triage_max_age: 4h", "triage_max_age: 4")
    lines = (folder / "validity.yaml").read_text(encoding="utf-8").splitlines()
    place = f"validity.yaml:{lines.index('triage_max_age: 4') + 1} triage_max_age: "
    assert f"{place}4 has no unit; write 4h, 4m or 4d" in _fails(folder)


def test_an_unknown_field_is_refused(edit: Edit) -> None:
    text = _fails(edit("exemptions", "  lead: 7d", "  lead: 7d\n  leed: 7d"))
    assert "holiday_stocking.leed: Extra inputs are not permitted" in text


def test_every_mistake_of_every_file_is_told_at_once(edit: Edit) -> None:
    edit("grading", "batch_orders: 3", "batch_orders: 1")
    text = _fails(edit("roles", "li.ting@example.com", "li.ting"))
    assert "grading.yaml" in text
    assert "customer_service_supervisor.people.0.mail" in text


def test_yaml_that_cannot_be_read_names_the_line(edit: Edit) -> None:
    assert "thresholds.yaml:" in _fails(edit("thresholds", "multiplier: 1.8", "multiplier: [1.8"))


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("nodes", "ceiling: 14d", "ceiling: 4h", "ceiling must be longer than normal.longest"),
        ("nodes", "ceiling: 14d", "ceiling: 5h", "longer than normal.longest × multiplier"),
        ("nodes", "shortest: 5m", "shortest: 5h", "shortest is longer than longest"),
        ("nodes", "first_responder: pick_lead", "first_responder: nobody", "'nobody' is not a role"),
        ("nodes", "deputies: [pick_lead]", "deputies: [nobody]", "print.deputies: 'nobody' is not a role"),
        ("nodes", "actor: office", "actor: carrier", "no calendar carrier"),
        ("grading", "owner: vice_president", "owner: nobody", "levels.3.owner: 'nobody' is not a role"),
        ("grading", "    acknowledge_within: 5m\n", "", "level 3 needs an owner and acknowledge_within"),
        ("grading", "  0:\n    close_after: 1h\n", "", "levels must name 0, 1, 2 and 3"),
        ("grading", "CNY: 500000", "yuan: 500000", "pattern"),
        ("grading", "CNY: 500000", "CNY: 5000.5", "integer"),
        ("roles", "escalates_to: vice_president", "escalates_to: boss", "which is not a role"),
        (
            "roles",
            "escalates_to: vice_president",
            "escalates_to: customer_service_supervisor",
            "runs in a circle",
        ),
        ("roles", "login: operations", "deputy: nobody", "the deputy of li.ting is 'nobody'"),
        ("roles", "login: operations", "deputy: li.ting", "the deputy of li.ting is 'li.ting'"),
        ("roles", "login: operations", "away: [{first: 2027-02-02, last: 2027-02-01}]", "before the first day"),
        ("roles", "login: operations", "away: [{first: 2027-02-02}]", "away.0.last: Field required"),
        ("roles", "wecom: chen.chen", "wecom: li.ting", "li.ting is written in two roles and not alike"),
        ("roles", "robot_group: customer-service", "on_duty: nights", "on_duty: Input should be 'always' or 'office'"),
        ("calendars", "[09:00-18:00]", "[09:00-12:00, 11:59-18:00]", "opening windows overlap"),
        ("calendars", "mon-fri: [09:00-18:00]", "mon-fri: [20:00-10:00], sat: [09:00-12:00]", "night shift"),
        ("calendars", "mon-fri: [09:00-18:00]", "mon-fri: [9-18]", "write it like 09:00-18:00"),
        ("calendars", "mon-fri: [09:00-18:00]", "mo-fr: [09:00-18:00]", "is not a day"),
        ("calendars", "mon-fri: [09:00-18:00]", "fri-mon: [09:00-18:00]", "runs backwards"),
        ("calendars", "mon-fri: [09:00-18:00]", "mon-fri: [09:00-18:00], tue: []", "names a day twice"),
        ("calendars", "mon-fri: [09:00-18:00]", "mon-fri: []", "never opens"),
        ("calendars", "zone: Asia/Shanghai", "zone: Asia/Nowhere", "is not a time zone"),
        ("calendars", "holidays: cn", "holidays: XX", "has no known holidays"),
        ("exemptions", "nodes: [transport]", "nodes: [pick]", "customs.nodes.0"),
        ("exemptions", "bulky_from_g: 30000", 'bulky_from_g: "30000"', "integer"),
        ("exemptions", "state: active", "state: on", "'draft', 'shadow', 'active' or 'retired'"),
        ("thresholds", "upper_percent: 90", "upper_percent: 40", "upper_percent is below lower_percent"),
        ("programme", "week: {owner: operations_manager}", "week: {owner: boss}", "week.owner: 'boss' is not a role"),
        ("programme", "report: {owner: operations", "report: {owner: op", "report.owner: 'op_manager' is not a role"),
        ("programme", '"09:00"', "9", "9 is no time of day"),
        ("programme", "compare_days: 30", "compare_days: 0", "greater than or equal to 1"),
    ],
)
def test_contradictions_are_refused(edit: Edit, file: str, old: str, new: str, told: str) -> None:
    assert told in _fails(edit(file, old, new))


def test_a_role_of_office_hours_needs_the_calendar_of_the_office(edit: Edit) -> None:
    edit("roles", "robot_group: customer-service", "on_duty: office")
    folder = edit("calendars", "  office:\n", "  bureau:\n")
    assert "roles.yaml customer_service_supervisor.on_duty: no calendar office" in _fails(folder)


def test_people_may_stand_in_for_each_other(edit: Edit) -> None:
    edit("roles", "login: operations", "deputy: chen.chen, away: [{first: 2027-02-01, last: 2027-02-07}]")
    roles = load_policy(edit("roles", "chen.chen@example.com", "chen.chen@example.com, deputy: li.ting")).roles
    assert [roles.person(name).deputy for name in ("li.ting", "chen.chen")] == ["chen.chen", "li.ting"]  # type: ignore[union-attr]
    away = roles.role("customer_service_supervisor").people[0]
    assert [away.is_away(date(2027, month, day)) for month, day in ((1, 31), (2, 1), (2, 7), (2, 8))] == [
        False, True, True, False
    ]  # fmt: skip


def test_a_day_cannot_be_closed_and_open(edit: Edit) -> None:
    both = (
        "    holidays: cn\n"
        "    closed: [{first: 2027-02-01, last: 2027-02-14, reason: 春节闭仓}]\n"
        "    open: [{first: 2027-02-14, last: 2027-02-14, hours: [09:00-12:00], reason: 补货}]\n"
    )
    assert "both closed and open" in _fails(edit("calendars", "    holidays: cn\n", both))


def test_plain_words_of_yaml_stay_text(edit: Edit) -> None:
    """YAML 1.1 would read NO as false and 18:00 as 1080."""
    policy = load_policy(edit("calendars", "holidays: cn", "holidays: NO"))
    assert policy.calendars.calendars["office"].holidays == "NO"


@pytest.mark.parametrize(
    ("node", "warehouse", "code"),
    [
        (Node.REVIEW, "WH-SH", "office"),
        (Node.PICK, "WH-SH", "warehouse:WH-SH"),
        (Node.PICK, "WH-XX", "warehouse:*"),
        (Node.TRANSPORT, "WH-SH", None),
    ],
)
def test_the_most_specific_calendar_is_chosen(node: Node, warehouse: str, code: str | None) -> None:
    policy: Policy = the_policy()
    assert policy.calendar_code(node, warehouse) == code


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pick_lead:", "pick_boss:", "rights.yaml pick_boss: 'pick_boss' is not a role in roles.yaml"),
        ("{acknowledge: 0,", "{aknowledge: 0,", "aknowledge"),
        ("{acknowledge: 1,", "{acknowledge: 4,", "less than or equal to 3"),
        ("{acknowledge: 1,", "{acknowledge: all,", "valid integer"),
        ("{CNY: 50000}", "{EUR: 50000}", "EUR has no limits in response.yaml"),
        ("{CNY: 50000}", "{CNY: -1}", "greater than or equal to 0"),
        ("  money: {CNY: 50000}", "  cash: {CNY: 50000}", "cash"),
    ],
)
def test_a_slip_of_the_pen_gives_nobody_a_right(edit: Edit, old: str, new: str, said: str) -> None:
    message = _fails(edit("rights", old, new))
    assert "rights.yaml" in message and said in message
