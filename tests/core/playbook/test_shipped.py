"""The shipped playbooks: safe, tested, complete, in both languages, and described by a schema that is up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from orderwatch.core.playbook.actions import ACTIONS
from orderwatch.core.playbook.decide import choose, failed_tests
from orderwatch.core.playbook.load import Loaded, load_folder, problems_together
from orderwatch.core.playbook.reference import SCHEMA_FILE, actions_table, json_schema
from orderwatch.core.playbook.texts import write_text
from orderwatch.core.policy.base import Text
from orderwatch.paths import PLAYBOOKS

from ..builders import the_policy
from .builders import SHIPPED, make_facts, shipped

WANTED = {
    "single_important", "single_review", "single_transport", "batch_warehouse", "batch_transport", "stock_out",
    "system_failure", "mass_delay", "source_outage", "wrong_item_recall", "triage_check",
}  # fmt: skip
QUIET = {"stock_out", "system_failure", "mass_delay", "source_outage", "triage_check"}
every = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)


def test_all_are_without_mistakes_and_none_rivals_another() -> None:
    good, problems = load_folder(PLAYBOOKS, the_policy().roles.root)
    assert problems == {}
    assert set(good) == WANTED
    assert problems_together(good.values()) == []
    assert {one.playbook.state for one in good.values()} == {"active"}


@every
def test_its_own_tests_hold(file: Path) -> None:
    loaded = shipped(file.stem)
    assert failed_tests(loaded) == []
    assert len(loaded.playbook.tests) >= 4
    assert {test.matches for test in loaded.playbook.tests} == {True, False}


@every
def test_every_step_is_seen_acting_or_asking_in_some_test(file: Path) -> None:
    playbook = shipped(file.stem).playbook
    seen = {step for test in playbook.tests for step, does in test.steps.items() if does != "not_needed"}
    assert set(playbook.steps) - seen == set()


@every
def test_it_ends_with_a_confirmation_of_everything(file: Path) -> None:
    playbook = shipped(file.stem).playbook
    last = list(playbook.steps)[-1]
    assert playbook.steps[last].action == "incident.confirm"
    assert playbook.ancestors(last) == set(playbook.steps) - {last}


@every
def test_chinese_is_chinese_and_english_is_not(file: Path) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for text in texts_of(shipped(file.stem)):
        assert chinese.search(text.zh), text.zh
        assert not chinese.search(re.sub(r"{[{%].*?[%}]}", "", text.en)), text.en


@every
def test_every_text_can_be_written(file: Path) -> None:
    loaded = shipped(file.stem)
    for node in loaded.playbook.match.nodes:
        facts = make_facts(
            order={"node": node}, incident={"nodes": (node,)}, offer={"amount_minor": 600, "voucher": "V1"}
        )
        for given in loaded.inputs.values():
            for field in type(given).model_fields:
                if isinstance(text := getattr(given, field), Text):
                    assert write_text(text, "zh-CN", facts) and write_text(text, "en", facts)


@pytest.mark.parametrize("name", sorted(QUIET))
def test_nothing_reaches_a_customer_where_people_decide_first(name: str) -> None:
    acts = [step.act for step in shipped(name).playbook.steps.values() if step.act]
    assert {act.side_effect for act in acts} <= {"none", "internal"}
    assert not {"warehouse", "crm_note"} & {act.sink for act in acts}


@pytest.mark.parametrize("name", ["stock_out", "system_failure", "mass_delay"])
def test_level_3_convenes_a_meeting_and_drafts_a_notice(name: str) -> None:
    loaded = shipped(name)
    meetings = [given for given in loaded.inputs.values() if getattr(given, "kind", None) == "meeting"]
    assert [meeting.role for meeting in meetings] == ["vice_president"]  # type: ignore[attr-defined]  # a work order
    assert "website.draft" in {step.action for step in loaded.playbook.steps.values()}


@pytest.mark.parametrize("name", ["single_important", "single_review", "single_transport"])
def test_level_1_pays_within_what_the_policy_allows_for_an_order(name: str) -> None:
    playbook, money = shipped(name).playbook, the_policy().response.money
    limit = playbook.steps["issue_voucher"].limit
    assert limit is not None and playbook.limits.spend == limit
    assert limit.amount_minor <= money[limit.currency].per_order
    gate = playbook.steps["approve_voucher"].gate
    assert gate is not None
    rights = the_policy().response.approval_rights
    assert (
        rights[gate.roles[-1]][limit.currency].up_to >= limit.amount_minor
    )  # somebody may say yes to the dearest offer


@pytest.mark.parametrize(
    ("incident", "answered"),
    [
        ({"kind": "single", "level": 0}, None),
        ({"kind": "single", "level": 1, "nodes": ("review",)}, "single_review"),
        ({"kind": "single", "level": 1, "nodes": ("print",)}, "single_important"),
        ({"kind": "single", "level": 1, "nodes": ("pick",)}, "single_important"),
        ({"kind": "single", "level": 1, "nodes": ("outbound",)}, "single_important"),
        ({"kind": "single", "level": 1, "nodes": ("transport",)}, "single_transport"),
        ({"kind": "single", "level": 1, "nodes": ("transport",), "reported": "wrong_item"}, "wrong_item_recall"),
        ({"kind": "single", "level": 0, "reported": "wrong_item", "note": "SKU-7"}, "wrong_item_recall"),
        ({"kind": "batch", "level": 2, "nodes": ("pick",)}, "batch_warehouse"),
        ({"kind": "batch", "level": 2, "nodes": ("transport",)}, "batch_transport"),
        ({"kind": "stock_out", "level": 3, "nodes": ("print", "pick")}, "stock_out"),
        ({"kind": "system_failure", "level": 3}, "system_failure"),
        ({"kind": "mass_delay", "level": 3, "nodes": ("transport",)}, "mass_delay"),
        ({"kind": "source", "level": 3, "nodes": ()}, "source_outage"),
        ({"kind": "triage", "level": 0}, "triage_check"),
    ],
)
def test_each_incident_is_answered_by_the_playbook_meant_for_it(
    incident: dict[str, object], answered: str | None
) -> None:
    chosen = choose(load_folder(PLAYBOOKS)[0].values(), make_facts(incident=incident))
    assert (chosen.id if chosen else None) == answered


# --- the schema and the table ---


def test_the_schema_is_up_to_date() -> None:
    kept = json.loads((PLAYBOOKS / SCHEMA_FILE).read_text(encoding="utf-8"))
    assert kept == json_schema(), "run: orderwatch playbooks schema > include/playbooks/playbook.schema.json"


@every
def test_an_editor_knows_the_schema_and_finds_no_mistake(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"action": "owner.shout"}, "owner.shout"),
        ({"action": "work_order.create", "undo": "work_order.cancel"}, "'with' is a required property"),
        ({"action": "owner.tell", "with": {"text": "x"}}, "'text' was unexpected"),
        ({"action": "owner.tell", "gate": {"of": "pay", "roles": ["boss"], "timeout": "2h"}}, "valid under each of"),
        ({"action": "owner.tell", "retry": {"wait": "5"}}, "does not match"),
        ({"action": "voucher.issue"}, "'undo' is a required property"),
        ({"action": "voucher.issue", "undo": "work_order.cancel"}, "'voucher.void' was expected"),
        ({"action": "mail.customer", "each": "incident"}, "'order' was expected"),
    ],
)  # fmt: skip
def test_the_schema_knows_what_each_action_needs(step: dict[str, object], told: str) -> None:
    document = yaml.safe_load((PLAYBOOKS / "triage_check.yaml").read_text(encoding="utf-8"))
    document["steps"]["check_order"] = {"title": {"zh-CN": "做", "en": "do"}} | step
    found = list(jsonschema.Draft202012Validator(json_schema()).iter_errors(document))
    assert any(told in error.message for error in found), [error.message for error in found]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("15m", True),
        ("1d12h", True),
        ("P3D", True),
        ("PT30M", True),
        ("12", False),
        ("", False),
        ("P", False),
        ("m", False),
    ],
)
def test_the_schema_reads_durations_as_we_do(text: str, fits: bool) -> None:
    runtime = json_schema()["$defs"]["Limits"]["properties"]["runtime"]
    assert jsonschema.Draft202012Validator(runtime).is_valid(text) is fits


def test_the_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    offered = json_schema()["$defs"]["Step"]["properties"]["action"]["oneOf"]
    assert [one["const"] for one in offered] == list(ACTIONS)


def test_the_readme_holds_the_table_of_actions_and_names_every_playbook() -> None:
    readme = (PLAYBOOKS / "README.md").read_text(encoding="utf-8")
    assert actions_table() in readme, "run: orderwatch playbooks actions"
    assert [name for name in sorted(WANTED) if f"`{name}`" not in readme] == []


def texts_of(loaded: Loaded) -> list[Text]:
    playbook = loaded.playbook
    inputs = [getattr(given, field) for given in loaded.inputs.values() for field in type(given).model_fields]
    titles = [step.title for step in playbook.steps.values()]
    return [playbook.title, playbook.purpose, *titles, *(one for one in inputs if isinstance(one, Text))]
