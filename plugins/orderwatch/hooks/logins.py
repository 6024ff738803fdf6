"""How we show a system that acts for us who we are: a token of its own, or the way in which we already read from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import requests

from orderwatch.hooks.sources.auth import make_auth
from orderwatch.hooks.sources.config import SourceConfig
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.sources.engine import utc_now
from orderwatch.hooks.sources.transport import Budget, Transport

SIGNED_WITHIN = 20.0  # seconds, where signing needs a token that has to be fetched first


class Login(Protocol):
    """``sign`` changes the request in place and may raise a SourceError; ``renew`` says whether to try once more."""

    def sign(self, request: requests.Request) -> None: ...

    def renew(self, date: datetime | None) -> bool: ...


@dataclass(frozen=True)
class Token:
    """A bearer token that an administrator of the other system has given out."""

    token: str = field(repr=False)

    def sign(self, request: requests.Request) -> None:
        request.headers["Authorization"] = f"Bearer {self.token}"

    def renew(self, date: datetime | None) -> bool:
        return False


class SourceLogin:
    """The scheme that the source's file in include/policy/sources names, with the connection's login and password."""

    def __init__(
        self,
        config: SourceConfig,
        endpoint: Endpoint,
        *,
        clock: Callable[[], datetime] = utc_now,
        tell_secret: Callable[[str], None] = lambda secret: None,
    ) -> None:
        self._transport = Transport(config.source, endpoint, max_answer=65_536, spacing=0.0, sleep=time.sleep)
        self._auth = make_auth(config, self._transport, clock, tell_secret)
        self._one_at_a_time = threading.Lock()  # several workers send, and a token is fetched once

    def sign(self, request: requests.Request) -> None:
        with self._one_at_a_time:
            self._auth.sign(request, Budget(time.monotonic() + SIGNED_WITHIN))

    def renew(self, date: datetime | None) -> bool:
        """``date`` is the other system's clock, for schemes that sign the time."""
        with self._one_at_a_time:
            self._transport.date = date
            return self._auth.renew()
