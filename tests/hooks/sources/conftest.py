"""A source of our own shape, its server, and records as the company's systems send them."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-"))  # before anything imports Airflow

import pytest
from pytest_httpserver import HTTPServer

from orderwatch.hooks.sources.config import SourceConfig, load_source
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.sources.engine import Source
from orderwatch.paths import POLICY

from .builders import NOW, make_order

Sources = Callable[..., Source]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def shipped() -> Callable[[str], SourceConfig]:
    """The source's file as it is shipped."""
    return lambda name: load_source(POLICY / "sources" / f"{name}.yaml")


@pytest.fixture
def sleeps() -> list[float]:
    """How long the engine wanted to wait; nobody really waits."""
    return []


@pytest.fixture
def source(httpserver: HTTPServer, shipped: Callable[[str], SourceConfig], sleeps: list[float]) -> Sources:
    """A shipped source at the test server; keywords change its settings."""

    def make(name: str, *, url: str | None = None, allow_private: bool = True, **changes: Any) -> Source:
        config = shipped(name).model_copy(update=changes)
        endpoint = Endpoint(
            url or httpserver.url_for("").rstrip("/"),
            "the-login",
            "the-password",
            allow_private=allow_private,
            timeout=1.0,
        )
        return Source(config, endpoint, clock=lambda: NOW, sleep=sleeps.append)

    return make


@pytest.fixture
def crm(source: Sources, shipped: Callable[[str], SourceConfig]) -> Sources:
    """The simplest source, for what concerns all of them."""
    return lambda **changes: source("crm", **changes)


@pytest.fixture
def server_date(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock that the test server states in its Date header."""

    def say(instant: datetime) -> None:
        monkeypatch.setattr(
            BaseHTTPRequestHandler, "date_time_string", lambda *_: format_datetime(instant, usegmt=True)
        )

    return say


@pytest.fixture
def raw_server() -> Iterator[Callable[[bytes], str]]:
    """A server that sends exactly these bytes, then closes; with ``pause`` one byte at a time."""
    listeners: list[socket.socket] = []

    def serve(answer: bytes, pause: float = 0.0) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    peer.recv(65536)
                    try:
                        for piece in [answer] if not pause else [answer[i : i + 1] for i in range(len(answer))]:
                            peer.sendall(piece)
                            time.sleep(pause)
                    except OSError:
                        continue

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture(name="make_order")
def make_order_fixture() -> Callable[..., dict[str, Any]]:
    return make_order


@pytest.fixture
def source_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """The shipped CRM file with one passage replaced."""

    def write(old: str, new: str) -> Path:
        text = (POLICY / "sources" / "crm.yaml").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "crm.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write
