"""One request to a system that acts for us, and what its answer proves for the ledger.

| what happened | outcome |
|---|---|
| no address, refused, no connection in time, certificate not trusted, an address we do not go to | not_sent |
| 429 | not_sent, waiting as Retry-After says |
| 401, 403, 407; 404 and 405 of somebody who is not the system | not_sent, until a person has mended it |
| any other 4xx with a JSON object | refused, in the system's own words |
| 2xx with a JSON object or list | the client judges it |
| 3xx, 408, 5xx, silence, a connection that broke, a body that is cut, too large or no JSON | unknown |
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from orderwatch.core.effect import Outcome
from orderwatch.core.plain_text import visible
from orderwatch.hooks.logins import Login
from orderwatch.hooks.said import said
from orderwatch.hooks.sources.endpoint import Endpoint, refuse_forbidden, refuse_forbidden_host
from orderwatch.hooks.sources.errors import SourceError
from orderwatch.hooks.sources.guard import guarded_adapter
from orderwatch.hooks.sources.transport import http_date, retry_after

MAX_ANSWER: Final = 256 * 1024  # bytes
CHUNK: Final = 64 * 1024
SILENCE: Final = 15.0  # seconds at most, whatever the connection says: two requests have to end within the lease
DEADLINE: Final = 20.0  # seconds for the body of an answer, however slowly it drips
MENDED_BY_A_PERSON: Final = timedelta(minutes=10)
SOON: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(hours=1)  # that a Retry-After is believed
DENIED: Final = frozenset({401, 403, 407})
NOT_THERE: Final = frozenset({404, 405})
_NO_TLS: Final = (  # how OpenSSL calls a handshake that came to nothing
    "WRONG_VERSION_NUMBER", "HANDSHAKE_FAILURE", "UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "HTTP_REQUEST",
    "UNRECOGNIZED_NAME", "CERTIFICATE_REQUIRED",
)  # fmt: skip
_HARMLESS: Final = " !#$&'()*+,/:;=?@[]|"  # what a header carries as it is, beside letters, digits and -._~


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer with status 2xx and a JSON body. ``date`` is the other system's clock."""

    data: Any
    date: datetime | None

    def delivered(self, name: str) -> Outcome:
        """Done, with the number under this name; an answer without one proves nothing."""
        ref = self.data.get(name) if isinstance(self.data, dict) else None
        number = "" if isinstance(ref, bool) or not isinstance(ref, str | int) else visible(str(ref)).strip()
        if not number:
            return Outcome("unknown", f"the answer lacks {name}")
        return Outcome("delivered", ref=number[:100])


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes | None  # None: it never came completely
    date: datetime | None
    wait: str | None


class JsonApi:
    """The door to one system, for several threads at once.

    Every request has a connection of its own: on a kept one, a server that hangs up just when we write leaves
    nobody able to say whether it has read. ``name`` is how people call the system.
    """

    def __init__(self, name: str, endpoint: Endpoint, login: Login) -> None:
        self.name = name
        self._endpoint = endpoint
        self._login = login
        self._parts = endpoint.check(name)
        self._base = endpoint.base_url.rstrip("/")

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Reply | Outcome:
        """Ask once; ``key`` becomes the Idempotency-Key. Credentials that can be renewed are, after a 401."""

        def build() -> requests.Request:
            headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
            if key is not None:
                headers["Idempotency-Key"] = in_header(key)
            data: Any = dict(form or {})
            if body is not None:
                headers["Content-Type"] = "application/json"
                data = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
            return requests.Request(method, self._base + path, headers=headers, params=dict(query or {}), data=data)

        answer = self._once(build)
        if isinstance(answer, _Answer) and answer.status == 401 and self.renew(answer.date):
            answer = self._once(build)
        return answer if isinstance(answer, Outcome) else self._judge(answer, body or form)

    def renew(self, date: datetime | None) -> bool:
        """After a refusal of credentials or clock: whether there are better ones now."""
        return self._login.renew(date)

    # --- one try ---

    def _once(self, build: Callable[[], requests.Request]) -> _Answer | Outcome:
        with requests.Session() as session:
            session.trust_env = False  # a proxy or a .netrc would get between us and the checked address
            session.adapters.clear()
            session.mount(f"{self._parts.scheme}://", guarded_adapter(self._check))
            try:
                refuse_forbidden_host(self._parts, self._endpoint.allow_private, self.name, "-")
                request = build()
                self._login.sign(request)
                prepared = session.prepare_request(request)
            except SourceError as error:
                return self._not_sent(error)
            except (requests.RequestException, UnicodeError):
                return self._outcome("not_sent", "the request cannot be written; look at the connection")
            return self._exchange(session, prepared)

    def _exchange(self, session: requests.Session, prepared: requests.PreparedRequest) -> _Answer | Outcome:
        wait = min(self._endpoint.timeout, SILENCE)
        try:
            with session.send(
                prepared,
                stream=True,
                allow_redirects=False,
                timeout=(self._endpoint.connect_timeout, wait),
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
            ) as response:
                headers = response.headers
                date = http_date(headers.get("Date"))
                return _Answer(response.status_code, _read(response), date, headers.get("Retry-After"))
        except SourceError as error:  # the guard saw whom we had reached, and hung up
            return self._not_sent(error)
        except UnicodeError:
            return self._outcome("not_sent", "the connection holds signs that no header can carry")
        except requests.RequestException as error:
            return self._broken(error)

    def _check(self, peer: str) -> None:
        refuse_forbidden(peer, self._endpoint.allow_private, self.name, "-")

    # --- what it proves ---

    def _judge(self, answer: _Answer, sent: Any) -> Reply | Outcome:
        status = answer.status
        if status == 429:
            seconds = retry_after(answer.wait, answer.date or datetime.now(UTC))
            wait = SOON if seconds is None else timedelta(seconds=min(max(seconds, 1.0), LONGEST.total_seconds()))
            return Outcome("not_sent", f"{self.name}: too many requests (429)", wait)
        if status in DENIED:
            return self._outcome("not_sent", f"does not accept our credentials or rights ({status})")
        if not 200 <= status < 300 and not (400 <= status < 500 and status != 408):
            return self._outcome("unknown", f"answered {status}")
        content = _parse(answer.body)
        if status < 300:
            if not isinstance(content, dict | list):
                return self._outcome("unknown", f"answered {status}, but with nothing that can be read")
            return Reply(content, answer.date)
        if isinstance(content, dict) and content:
            return Outcome("refused", f"{self.name} refuses ({status}): {said(content, sent)}")
        if status in NOT_THERE:
            return self._outcome("not_sent", f"is not at this address ({status}); look at the connection")
        return self._outcome("unknown", f"answered {status} without a reason")

    def _outcome(self, result: Any, what: str) -> Outcome:
        wait = MENDED_BY_A_PERSON if result == "not_sent" else SOON
        return Outcome(result, f"{self.name}: {what}", wait)

    def _not_sent(self, error: SourceError) -> Outcome:
        return Outcome("not_sent", f"{self.name}: {error.what}", SOON if error.retryable else MENDED_BY_A_PERSON)

    def _broken(self, error: requests.RequestException) -> Outcome:
        """Whether the request can have reached the other side; the text carries no address and no token."""
        cause = error.args[0] if error.args else None
        reason = getattr(cause, "reason", cause)
        if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
            return Outcome("not_sent", f"{self.name}: cannot be reached", SOON)
        if isinstance(error, requests.exceptions.SSLError) and before_the_request(reason):
            return self._outcome("not_sent", "no trusted encrypted connection; look at the address and its certificate")
        return self._outcome("unknown", f"the answer was lost ({type(error).__name__})")


def in_header(key: str) -> str:
    """An effect's key as a header can carry it; different keys stay different, and ordinary ones stay as they are."""
    return quote(key, safe=_HARMLESS)


def in_path(part: str) -> str:
    """One part of a path: a slash in it is no separator."""
    return quote(part, safe="")


def before_the_request(reason: Any) -> bool:
    """The handshake failed: nothing of the request was written."""
    cause = reason.args[0] if getattr(reason, "args", None) else reason
    if isinstance(cause, ssl.SSLCertVerificationError):
        return True
    return any(word in str(cause).upper() for word in _NO_TLS)


def _read(response: requests.Response) -> bytes | None:
    """The body within the limits of size and time, ``None`` when it is not to be had."""
    ends = time.monotonic() + DEADLINE
    parts: list[bytes] = []
    size = 0
    try:
        while piece := response.raw.read1(CHUNK, decode_content=True):
            parts.append(piece)
            size += len(piece)
            if size > MAX_ANSWER or time.monotonic() > ends:
                return None
    except (HTTPError, OSError):
        return None
    return b"".join(parts)


def _parse(body: bytes | None) -> Any:
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return None
