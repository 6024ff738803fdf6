"""Airflow offers our connection types with forms of their own, because our package says so when installed."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # no stubs among our packages

TYPES = {
    "orderwatch_erp", "orderwatch_wms", "orderwatch_crm", "orderwatch_wecom", "orderwatch_mail",
    "orderwatch_work_orders", "orderwatch_vouchers", "orderwatch_website",
}  # fmt: skip


@pytest.fixture(scope="module")
def manager() -> Any:
    from airflow.providers_manager import ProvidersManager

    return ProvidersManager()


def test_the_installed_package_names_its_provider() -> None:
    (ours,) = [one for one in entry_points(group="apache_airflow_provider") if one.value.startswith("orderwatch.")]
    assert {one["connection-type"] for one in ours.load()()["connection-types"]} == TYPES


def test_airflow_lists_our_provider_and_imports_every_hook(manager: Any) -> None:
    assert "orderwatch" in manager.providers
    hooks = {name: manager.hooks[name] for name in TYPES}
    assert all(hook is not None for hook in hooks.values()), "a hook that cannot be imported"
    assert {hook.hook_name for hook in hooks.values() if hook} == {
        "Orderwatch ERP", "Orderwatch WMS", "Orderwatch CRM", "Orderwatch WeCom", "Orderwatch Mail",
        "Orderwatch Work Orders", "Orderwatch Vouchers", "Orderwatch Website",
    }  # fmt: skip


def test_the_forms_take_good_values_and_refuse_bad_ones() -> None:
    from orderwatch.provider import CONNECTION_TYPES

    forms = {
        described["connection-type"]: {name: field["schema"] for name, field in described["conn-fields"].items()}
        for described in CONNECTION_TYPES
    }
    for schema in (schema for fields in forms.values() for schema in fields.values()):
        Draft7Validator.check_schema(schema)
        assert Draft7Validator(schema).is_valid(None)  # a field may stay empty
    timeout, agent = Draft7Validator(forms["orderwatch_erp"]["timeout"]), forms["orderwatch_wecom"]["agent_id"]
    assert [timeout.is_valid(value) for value in (30, 0, 601, "30")] == [True, False, False, False]
    assert [Draft7Validator(agent).is_valid(value) for value in (1000002, 0)] == [True, False]
    security = Draft7Validator(forms["orderwatch_mail"]["security"])
    assert [security.is_valid(value) for value in ("starttls", "tls", "none", "ssl")] == [True, True, True, False]


def test_passwords_are_entered_as_passwords() -> None:
    """Secrets go into the password field or under a key whose name Airflow masks."""
    from airflow.sdk._shared.secrets_masker import should_hide_value_for_key

    from orderwatch.provider import CONNECTION_TYPES

    for described in CONNECTION_TYPES:
        assert "password" in described["ui-field-behaviour"]["relabeling"]
        assert not any(should_hide_value_for_key(name) for name in described["conn-fields"])
    assert should_hide_value_for_key("robot_keys_secret")
