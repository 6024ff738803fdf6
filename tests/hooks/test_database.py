"""Our database as a connection: what Extra says reaches PostgreSQL, or is named as what does not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError

Enter = Callable[..., None]
SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # a client's first words when it insists on encryption


@pytest.fixture
def connect(enter: Enter) -> Callable[..., Engine]:
    """The engine of a connection to the database of this URL, with this Extra."""

    def define(url: str, **extra: Any) -> Engine:
        from orderwatch.hooks.database import DatabaseHook

        there = make_url(url)
        enter(
            "orderwatch_db", conn_type="postgres", host=there.query.get("host") or there.host, port=there.port,
            schema=there.database, login=there.username, password=there.password or "", extra=extra,
        )  # fmt: skip
        return DatabaseHook().engine()

    return define


def test_what_extra_says_reaches_postgresql_beside_our_own_options(
    engine: Engine, connect: Callable[..., Engine]
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    ours = connect(url, application_name="orders & more", sslmode="prefer", keepalives_idle=30, sslrootcert="")
    with ours.connect() as conn:
        said = conn.execute(text("select current_setting('application_name'), current_setting('search_path')")).one()
    assert tuple(said) == ("orders & more", "orderwatch")
    assert (ours.url.query["sslmode"], ours.url.query["keepalives_idle"]) == ("prefer", "30")
    assert "sslrootcert" not in ours.url.query


def test_a_connection_that_insists_on_encryption_does_not_speak_without(connect: Callable[..., Engine]) -> None:
    heard: list[bytes] = []

    def refuse(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            heard.append(peer.recv(8))
            peer.sendall(b"N")
            heard.append(peer.recv(8))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=refuse, args=(server,), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        ours = connect(f"postgresql://o:the-password@127.0.0.1:{port}/x", sslmode="require", gssencmode="disable")
        with pytest.raises(OperationalError, match="does not support SSL"):
            ours.connect()
        thread.join(3)
    assert heard == [SSL_REQUEST, b""]


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"options": "-csearch_path=public"}, "options"),
        ({"connect_timeout": 3}, "connect_timeout"),
        ({"iam": True, "sslmode": "require"}, "holds iam,"),
        ({"sslmode": ["require"]}, "sslmode in Extra must be text"),
    ],
)
def test_what_is_not_passed_on_is_named_with_the_connection(
    extra: dict[str, Any], told: str, connect: Callable[..., Engine]
) -> None:
    with pytest.raises(ValueError, match=told) as found:
        connect("postgresql://o:the-password@127.0.0.1:5432/x", **extra)
    assert "'orderwatch_db'" in str(found.value)
    assert "the-password" not in str(found.value)
