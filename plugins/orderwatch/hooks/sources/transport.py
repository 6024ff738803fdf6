"""One exchange with a source: limits, retries and the sorting of failures in a single loop.

urllib3's own Retry sees neither truncated bodies nor "no" inside HTTP 200 and knows no total deadline;
three retry layers inside each other would be worse than this one.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from orderwatch.hooks.sources import errors
from orderwatch.hooks.sources.endpoint import Endpoint, refuse_forbidden, refuse_forbidden_host
from orderwatch.hooks.sources.errors import SourceError
from orderwatch.hooks.sources.guard import guarded_adapter

Found = TypeVar("Found")
ATTEMPTS: Final[Mapping[type[SourceError], int]] = {  # further tries after the first one
    errors.Unreachable: 3,
    errors.TimedOut: 1,
    errors.Truncated: 2,
    errors.RateLimited: 5,
    errors.Overloaded: 3,
    errors.ServerFault: 2,
    errors.CredentialsExpired: 1,
    errors.ClockOff: 1,
}
RENEWABLE = (errors.CredentialsExpired, errors.ClockOff)
RETRY_AFTER_CAP = 60.0
BACKOFF, BACKOFF_CAP = 0.5, 8.0
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer with status 200. ``data`` is the parsed body, ``date`` the source's clock."""

    data: Any
    size: int
    date: datetime | None
    next_link: str | None


@dataclass(frozen=True, slots=True)
class Budget:
    """When a pull has to be over, on the monotonic clock."""

    ends: float

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()


class Transport:
    """A session with one endpoint. Redirects, proxies and .netrc are off; the peer's address is checked."""

    def __init__(
        self,
        source: str,
        endpoint: Endpoint,
        *,
        max_answer: int,
        spacing: float,
        sleep: Callable[[float], None],
    ) -> None:
        self.source = source
        self.endpoint = endpoint
        self.parts = endpoint.check(source)
        self.feed = "-"
        self.date: datetime | None = None  # the source's clock in its latest answer
        self._max_answer = max_answer
        self._spacing = spacing
        self._sleep = sleep
        self._not_before = 0.0
        self._session: requests.Session | None = None

    def exchange(
        self,
        build: Callable[[], requests.Request],
        judge: Callable[[Answer], Found],
        budget: Budget,
        renew: Callable[[], bool] = lambda: False,
    ) -> Found:
        """Send what ``build`` makes and return what ``judge`` finds; both may raise a SourceError.

        A new request is built for every try, so that tokens and signatures are fresh. After a refusal of
        credentials or clock ``renew`` says whether there are better ones now.
        """
        tries: Counter[type[SourceError]] = Counter()
        while True:
            try:
                return judge(self._once(build(), budget))
            except SourceError as error:
                kind = type(error)
                tries[kind] += 1
                if tries[kind] > ATTEMPTS.get(kind, 0) or (isinstance(error, RENEWABLE) and not renew()):
                    raise
                self._pause(_wait(error, tries[kind]), budget, error)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def fail(self, kind: type[SourceError], what: str) -> SourceError:
        """An error of this source and the feed that is being read."""
        return kind(self.source, self.feed, what)

    # --- one try ---

    def _once(self, request: requests.Request, budget: Budget) -> Answer:
        self._pause(self._not_before - time.monotonic(), budget, None)
        if budget.left <= 0:
            raise self.fail(errors.DeadlinePassed, "the pull's time is over")
        self._not_before = time.monotonic() + self._spacing
        session = self._connected()
        wait = min(self.endpoint.timeout, budget.left)
        try:
            with session.send(
                session.prepare_request(request),
                stream=True,
                allow_redirects=False,
                timeout=(min(self.endpoint.connect_timeout, budget.left), wait),
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
            ) as response:
                self.date = http_date(response.headers.get("Date")) or self.date
                self._check_status(response)
                body = self._read(response, budget)
                link = response.links.get("next", {}).get("url")
        except requests.exceptions.SSLError:
            raise self.fail(errors.TlsFailed, "the certificate is not trusted") from None
        except requests.exceptions.ConnectTimeout:
            raise self.fail(errors.Unreachable, "no connection in time") from None
        except requests.exceptions.Timeout:
            raise self.fail(errors.TimedOut, f"no answer within {wait:.0f} s") from None
        except requests.exceptions.ConnectionError:
            raise self.fail(errors.Unreachable, "the connection was refused or broke") from None
        except (requests.exceptions.RequestException, UnicodeError):
            raise self.fail(errors.RequestRefused, "the request could not be sent") from None
        return Answer(self._parse(body), len(body), self.date, link)

    def _connected(self) -> requests.Session:
        if self._session is None:
            refuse_forbidden_host(self.parts, self.endpoint.allow_private, self.source, self.feed)
            session = requests.Session()
            session.trust_env = False  # a proxy or a .netrc would get between us and the checked address
            session.headers["Accept"] = "application/json"
            session.adapters.clear()
            session.mount(f"{self.parts.scheme}://", self._adapter())
            self._session = session
        return self._session

    def _adapter(self) -> HTTPAdapter:
        return guarded_adapter(lambda peer: refuse_forbidden(peer, self.endpoint.allow_private, self.source, self.feed))

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        path = urlsplit(response.url).path[:80]
        if status == 200:
            return
        if 300 <= status < 400:
            raise self.fail(errors.RedirectRefused, f"{path} answers with a redirect ({status})")
        if status == 401:
            raise self.fail(errors.CredentialsExpired, f"{path} does not accept our credentials (401)")
        if status == 403:
            raise self.fail(errors.AuthFailed, f"{path} is forbidden to us (403)")
        if status in {429, 502, 503, 504}:
            kind = errors.RateLimited if status == 429 else errors.Overloaded
            wish = retry_after(response.headers.get("Retry-After"), self.date)
            raise kind(self.source, self.feed, f"{path} answers {status}", wish)
        if status >= 500:
            raise self.fail(errors.ServerFault, f"{path} answers {status}")
        raise self.fail(errors.RequestRefused, f"{path} answers {status}")

    def _read(self, response: requests.Response, budget: Budget) -> bytes:
        """The body, within the limits of size and time; piecewise, so no slow drip outlasts them."""
        parts: list[bytes] = []
        size = 0
        try:
            while piece := response.raw.read1(CHUNK, decode_content=True):
                parts.append(piece)
                size += len(piece)
                if size > self._max_answer:
                    raise self.fail(errors.AnswerTooLarge, f"an answer exceeds {self._max_answer} bytes")
                if budget.left <= 0:
                    raise self.fail(errors.DeadlinePassed, f"an answer still arriving after {size} bytes")
        except ReadTimeoutError:
            raise self.fail(errors.TimedOut, f"silence within an answer, after {size} bytes") from None
        except (HTTPError, OSError):
            raise self.fail(errors.Truncated, f"the answer broke off after {size} bytes") from None
        return b"".join(parts)

    def _parse(self, body: bytes) -> Any:
        try:
            # NaN and 1e999 stay words: the decoder refuses their record, and only that one
            return json.loads(body, parse_constant=str, parse_float=_finite)
        except (ValueError, RecursionError):
            raise self.fail(errors.InvalidJson, f"the answer is not JSON ({len(body)} bytes)") from None

    def _pause(self, seconds: float, budget: Budget, cause: SourceError | None) -> None:
        if seconds <= 0:
            return
        if seconds >= budget.left:
            why = f"; {cause.what}" if cause else ""
            raise self.fail(errors.DeadlinePassed, f"the pull's time is over{why}") from cause
        self._sleep(seconds)


def _wait(error: SourceError, tried: int) -> float:
    if isinstance(error, RENEWABLE):
        return 0.0
    backoff = min(BACKOFF * 2.0 ** (tried - 1), BACKOFF_CAP)
    wish = error.retry_after if isinstance(error, errors.RateLimited) else None
    return backoff if wish is None else min(wish, RETRY_AFTER_CAP)


def _finite(written: str) -> float | str:
    number = float(written)
    return number if math.isfinite(number) else written


def http_date(value: str | None) -> datetime | None:
    """The instant of a ``Date`` header, ``None`` where it states none."""
    try:
        found = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def retry_after(value: str | None, date: datetime | None) -> float | None:
    """Seconds; an instant counts from the source's own clock."""
    if value is None:
        return None
    if value.isdecimal():
        return float(value[:9])
    until = http_date(value)
    return max((until - date).total_seconds(), 0.0) if until and date else None
