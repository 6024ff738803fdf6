"""The mail connection: its own form or Airflow's SMTP type, and which encryption follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Enter = Callable[..., None]


@pytest.fixture
def client(enter: Enter) -> Callable[..., Any]:
    """The client that a connection with this port and Extra gives."""

    def connect(port: int | None, conn_type: str = "smtp", **extra: Any) -> Any:
        from orderwatch.hooks.mail import MailHook

        described = {"conn_type": conn_type, "host": "smtp.example.com", "login": "me", "password": "the-password"}
        enter("orderwatch_mail", **described, port=port, extra={"from_email": "o@example.com", **extra})
        return MailHook().client()

    return connect


@pytest.mark.parametrize(
    ("port", "extra", "expected"),
    [
        (587, {}, (587, "starttls")),
        (None, {}, (587, "starttls")),
        (465, {}, (465, "tls")),
        (1025, {"disable_tls": True}, (1025, "none")),
        (587, {"disable_tls": False, "disable_ssl": False}, (587, "starttls")),  # as Airflow's own form saves them
        (465, {"disable_tls": False, "disable_ssl": False}, (465, "tls")),
        (465, {"disable_tls": True}, (465, "tls")),
        (465, {"disable_ssl": True}, (465, "starttls")),
        (25, {"disable_tls": True, "disable_ssl": True}, (25, "none")),
        (None, {"security": "tls"}, (465, "tls")),
        (2465, {"security": "tls", "disable_tls": True}, (2465, "tls")),
        (465, {"security": "starttls"}, (465, "starttls")),
        (25, {"security": "none"}, (25, "none")),
        (465, {"security": None}, (465, "tls")),  # the form's "by the port"
        (587, {"timeout": 30, "retry_limit": 5, "ssl_context": "default", "auth_type": "basic"}, (587, "starttls")),
    ],
)
@pytest.mark.parametrize("conn_type", ["smtp", "orderwatch_mail"])
def test_the_connection_decides_how_the_mail_server_is_spoken_to(
    client: Callable[..., Any], conn_type: str, port: int | None, extra: dict[str, Any], expected: tuple[int, str]
) -> None:
    found = client(port, conn_type, **extra)
    assert (found.port, found.security) == expected
    assert (found.host, found.sender, found.user) == ("smtp.example.com", "o@example.com", "me")


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"security": "ssl"}, "security must be starttls, tls, none"),
        ({"ssl_context": "none"}, "SSL_CERT_FILE"),
        ({"auth_type": "oauth2"}, "oauth2 is not supported"),
        ({"from_email": ""}, "needs host and from_email"),
    ],
)
def test_what_the_connection_asks_for_in_vain_is_named(
    client: Callable[..., Any], extra: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told) as found:
        client(587, **extra)
    assert "orderwatch_mail" in str(found.value)
    assert "the-password" not in str(found.value)
