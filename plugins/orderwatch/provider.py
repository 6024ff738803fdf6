"""What Airflow reads to offer our connection types in its own form."""

from __future__ import annotations

from typing import Any

_FIELDS: dict[str, Any] = {
    "allow_private": {
        "label": "Allow private address",
        "description": "Permit a host inside the company network or on this machine",
        "schema": {"type": ["boolean", "null"], "default": False},
    },
    "timeout": {
        "label": "Timeout in seconds",
        "description": "How long the source may keep silent before a call counts as failed",
        "schema": {"type": ["integer", "null"], "default": 30, "minimum": 1, "maximum": 600},
    },
}


def _source(system: str, title: str, login: str, password: str) -> dict[str, Any]:
    return {
        "connection-type": f"orderwatch_{system}",
        "hook-class-name": f"orderwatch.hooks.{system}.{system.capitalize()}Hook",
        "hook-name": title,
        "conn-fields": _FIELDS,
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "extra"],
            "relabeling": {"host": "Address", "login": login, "password": password},
            "placeholders": {"host": f"https://{system}.example.com", "login": "", "password": ""},
        },
    }


_WECOM: dict[str, Any] = {
    "connection-type": "orderwatch_wecom",
    "hook-class-name": "orderwatch.hooks.wecom.WeComHook",
    "hook-name": "Orderwatch WeCom",
    "conn-fields": {
        "agent_id": {
            "label": "Agent id",
            "description": "The application that writes to people",
            "schema": {"type": ["integer", "null"], "minimum": 1},
        },
    },
    "ui-field-behaviour": {
        "hidden-fields": ["schema"],
        "relabeling": {"host": "Address", "login": "Corp id", "password": "Application secret"},
        "placeholders": {
            "host": "https://qyapi.weixin.qq.com",
            "extra": '{"robot_keys_secret": {"warehouse-group": "key of its robot"}}',
        },
    },
}

CONNECTION_TYPES = (
    _source("erp", "Orderwatch ERP", "Client id", "Client secret"),
    _source("wms", "Orderwatch WMS", "App key", "App secret"),
    _source("crm", "Orderwatch CRM", "User", "Password"),
    _WECOM,
)


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider` of this package."""
    return {
        "package-name": "orderwatch",
        "name": "Orderwatch",
        "description": "Emergency response for abnormal orders.",
        "connection-types": list(CONNECTION_TYPES),
    }
