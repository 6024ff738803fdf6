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


_ACTING_FIELDS: dict[str, Any] = _FIELDS | {
    "timeout": {
        "label": "Timeout in seconds",
        "description": "How long the system may keep silent before nobody knows whether it has acted",
        "schema": {"type": ["integer", "null"], "default": 15, "minimum": 1, "maximum": 15},
    },
}


def _acting(system: str, title: str, module: str) -> dict[str, Any]:
    """A system that acts for us and knows us by a token."""
    hook = "".join(part.capitalize() for part in module.split("_")) + "Hook"
    return {
        "connection-type": f"orderwatch_{module}",
        "hook-class-name": f"orderwatch.hooks.{module}.{hook}",
        "hook-name": title,
        "conn-fields": _ACTING_FIELDS,
        "ui-field-behaviour": {
            "hidden-fields": ["schema", "login", "extra"],
            "relabeling": {"host": "Address", "password": "Token"},
            "placeholders": {"host": f"https://{system}.example.com", "password": ""},
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

_MAIL: dict[str, Any] = {
    "connection-type": "orderwatch_mail",
    "hook-class-name": "orderwatch.hooks.mail.MailHook",
    "hook-name": "Orderwatch Mail",
    "conn-fields": {
        "from_email": {
            "label": "From",
            "description": "The address that mails come from",
            "schema": {"type": ["string", "null"], "minLength": 3},
        },
        "security": {
            "label": "Encryption",
            "description": "How the connection to the mail server is secured",
            "schema": {
                "type": ["string", "null"],
                "enum": [None, "starttls", "tls", "none"],
                "values_display": {
                    "null": "By the port: 465 with TLS, any other with STARTTLS",
                    "starttls": "STARTTLS",
                    "tls": "TLS from the first byte",
                    "none": "None: a mailbox on this machine",
                },
            },
        },
    },
    "ui-field-behaviour": {
        "hidden-fields": ["schema", "extra"],
        "relabeling": {"host": "Mail server", "login": "User", "password": "Password"},
        "placeholders": {"host": "smtp.example.com", "port": "587"},
    },
}

CONNECTION_TYPES = (
    _source("erp", "Orderwatch ERP", "Client id", "Client secret"),
    _source("wms", "Orderwatch WMS", "App key", "App secret"),
    _source("crm", "Orderwatch CRM", "User", "Password"),
    _WECOM,
    _MAIL,
    _acting("work-orders", "Orderwatch Work Orders", "work_orders"),
    _acting("vouchers", "Orderwatch Vouchers", "vouchers"),
    _acting("www", "Orderwatch Website", "website"),
)


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider` of this package."""
    return {
        "package-name": "orderwatch",
        "name": "Orderwatch",
        "description": "Emergency response for abnormal orders.",
        "connection-types": list(CONNECTION_TYPES),
    }
