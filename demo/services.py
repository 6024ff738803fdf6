"""The listening side: several HTTP servers and a mail server in one event loop, each on its own port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import uvicorn

from demo.faults import Fault, Faults
from demo.web import App

HOST = "127.0.0.1"
STOP_S = 1


class Listener(Protocol):
    """Something that can be opened and closed again on the same port."""

    port: int

    async def open(self) -> None: ...

    async def close(self) -> None: ...


def _bound(port: int) -> socket.socket:
    """A socket that holds a port without listening: clients are refused and nobody else gets the port."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer waits 40 ms for an ACK
    held.bind((HOST, port))
    held.setblocking(False)
    return held


class _Server(uvicorn.Server):
    """Signals are handled once, for all servers together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpListener:
    """One HTTP service."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self._server is not None:
            return
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self._held]))
        while not self._server.started:
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server, self._task = None, None
        self._held = _bound(self.port)


class MailListener:
    """The mail server."""

    def __init__(self, protocol: Callable[[], asyncio.BaseProtocol]) -> None:
        self._protocol = protocol
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._protocol, sock=self._held)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            self._held = _bound(self.port)


class Services:
    """All listeners by name, and what is wrong with them."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self._listeners: dict[str, Listener] = {}

    @property
    def names(self) -> list[str]:
        """The services that can fail; the control desk cannot."""
        return [name for name in self._listeners if name != "control"]

    def add(self, name: str, listener: Listener) -> None:
        self._listeners[name] = listener

    def port(self, name: str) -> int:
        return self._listeners[name].port

    async def open(self) -> None:
        await asyncio.gather(*(listener.open() for listener in self._listeners.values()))

    async def close(self) -> None:
        await asyncio.gather(*(listener.close() for listener in self._listeners.values()))

    async def set_fault(self, name: str, fault: Fault) -> None:
        """A service that is down until further notice stops listening; a counted fault drops connections."""
        self.faults.of[name] = fault
        if fault.mode == "down" and fault.times is None:
            await self._listeners[name].close()
        else:
            await self._listeners[name].open()

    async def clear_faults(self) -> None:
        self.faults.of.clear()
        await self.open()

    def report(self) -> dict[str, Any]:
        return {
            "faults": [
                {"service": name, "mode": fault.mode, "times": fault.times} for name, fault in self.faults.of.items()
            ]
        }
