"""How we show who we are. Each scheme turns a request into a signed one and can renew itself."""

from __future__ import annotations

import hashlib
import re
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import requests

from orderwatch.hooks.sources.config import Basic, Bearer, Md5Signature, OAuth2, SourceConfig
from orderwatch.hooks.sources.errors import AuthFailed, CredentialsExpired, WrongShape
from orderwatch.hooks.sources.transport import Answer, Budget, Transport

Clock = Callable[[], datetime]
Tell = Callable[[str], None]
_TOKEN = re.compile(r"[!-~]{1,8192}")  # what a header may carry
NOTICEABLE = timedelta(seconds=5)
SPARE = 60.0  # seconds before its end at which a token is renewed


class Auth(Protocol):
    """A scheme: ``sign`` changes the request in place, ``renew`` says whether one more try makes sense."""

    def sign(self, request: requests.Request, budget: Budget) -> None: ...

    def renew(self) -> bool: ...


def make_auth(config: SourceConfig, transport: Transport, clock: Clock, tell_secret: Tell) -> Auth:
    """The scheme that the source's file names, with the connection's login and password."""
    endpoint = transport.endpoint
    match config.auth:
        case OAuth2(token_path=path):
            return _ClientCredentials(transport, path, tell_secret)
        case Basic():
            pair = b64encode(f"{endpoint.login}:{endpoint.password}".encode()).decode()
            tell_secret(pair)
            return _Header(f"Basic {pair}")
        case Bearer():
            return _Header(f"Bearer {endpoint.password}")
        case Md5Signature() as scheme:
            return _Signature(scheme, transport, clock)


class _Header:
    def __init__(self, value: str) -> None:
        self._value = value

    def sign(self, request: requests.Request, budget: Budget) -> None:
        request.headers["Authorization"] = self._value

    def renew(self) -> bool:
        return False


class _ClientCredentials:
    """OAuth2: a token is fetched when needed, kept until a minute before its end, refetched on 401."""

    def __init__(self, transport: Transport, token_path: str, tell_secret: Tell) -> None:
        self._transport = transport
        self._path = token_path
        self._tell_secret = tell_secret
        self._token = ""
        self._ends = 0.0

    def sign(self, request: requests.Request, budget: Budget) -> None:
        if not self._token or time.monotonic() >= self._ends:
            self._fetch(budget)
        request.headers["Authorization"] = f"Bearer {self._token}"

    def renew(self) -> bool:
        self._token = ""
        return True

    def _fetch(self, budget: Budget) -> None:
        endpoint = self._transport.endpoint
        form = {"grant_type": "client_credentials"}
        form |= {"client_id": endpoint.login, "client_secret": endpoint.password}
        try:
            self._transport.exchange(
                lambda: requests.Request("POST", endpoint.base_url.rstrip("/") + self._path, data=form),
                self._keep,
                budget,
            )
        except CredentialsExpired:
            raise self._transport.fail(AuthFailed, "no token for this login and password (401)") from None

    def _keep(self, answer: Answer) -> None:
        data = answer.data if isinstance(answer.data, dict) else {}
        token, lasts = data.get("access_token"), data.get("expires_in")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise self._transport.fail(WrongShape, "the token answer has no usable access_token")
        if isinstance(lasts, bool) or not isinstance(lasts, int | float):
            lasts = 0  # unknown: good for this request, refetched after it
        self._tell_secret(token)
        self._token = token
        self._ends = time.monotonic() + max(lasts - SPARE, lasts / 2)


class _Signature:
    """A form signed with a shared secret. When the source refuses our time stamp, its own clock is used."""

    def __init__(self, scheme: Md5Signature, transport: Transport, clock: Clock) -> None:
        self._scheme = scheme
        self._transport = transport
        self._clock = clock
        self._shift = timedelta()

    def sign(self, request: requests.Request, budget: Budget) -> None:
        endpoint = self._transport.endpoint
        stamp = str(int((self._clock() + self._shift).timestamp()))
        known = {"login": endpoint.login, "epoch_s": stamp}
        form: dict[str, str] = dict(request.data or {})
        form |= {name: known[what] for name, what in self._scheme.fields.items()}
        joined = {
            "secret": endpoint.password,
            "fields": "".join(name + form[name] for name in sorted(form)),
        }
        text = "".join(joined[part] for part in self._scheme.text)
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        request.data = {
            **form,
            self._scheme.sign_field: digest.upper() if self._scheme.letters == "upper" else digest,
        }

    def renew(self) -> bool:
        before = self._shift
        if self._transport.date is not None:
            self._shift = self._transport.date - self._clock()
        return abs(self._shift - before) > NOTICEABLE
