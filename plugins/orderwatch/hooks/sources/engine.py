"""A source as its file describes it: ask for a window of a feed, hand over masked records page by page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from orderwatch.hooks.sources import errors
from orderwatch.hooks.sources.auth import make_auth
from orderwatch.hooks.sources.config import FeedConfig, KeysetPaging, Mode, Scalar, SourceConfig, Success
from orderwatch.hooks.sources.endpoint import Endpoint, origin
from orderwatch.hooks.sources.errors import SourceError
from orderwatch.hooks.sources.intake import take_in
from orderwatch.hooks.sources.paging import Keyset, position_reader, write_instant
from orderwatch.hooks.sources.paths import ABSENT, NotAnObject, compile_path
from orderwatch.hooks.sources.transport import Answer, Budget, Transport

_CODES: dict[str, type[SourceError]] = {
    "credentials": errors.CredentialsExpired,
    "clock": errors.ClockOff,
    "too_often": errors.RateLimited,
    "busy": errors.Overloaded,
    "refused": errors.RequestRefused,
}
Params = dict[str, Scalar]
LOOK_UP_S = 20.0  # at most for one order, repetitions included: an act waits for the answer


@dataclass(frozen=True, slots=True)
class Page:
    """One page of raw records, personal data masked, and how far the pull is.

    ``newest`` is the latest version on this page within the window, ``total`` the number of records so far.
    """

    records: list[dict[str, Any]]
    number: int
    total: int
    bytes: int
    seconds: float
    newest: datetime | None


def utc_now() -> datetime:
    return datetime.now(UTC)


def _tell_nobody(secret: str) -> None:
    """Outside Airflow there is no log masker to tell."""


class Source:
    """One outside system, connected on first use. Not for use by several threads at once."""

    def __init__(
        self,
        config: SourceConfig,
        endpoint: Endpoint,
        *,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        tell_secret: Callable[[str], None] = _tell_nobody,
    ) -> None:
        self.config = config
        rate = config.rate_limit
        self._transport = Transport(
            config.source,
            endpoint,
            max_answer=config.max_answer,
            spacing=rate.per.total_seconds() / rate.requests if rate else 0.0,
            sleep=sleep,
        )
        self._auth = make_auth(config, self._transport, clock, tell_secret)
        self._clock = clock

    def pull(self, feed: str, mode: Mode, since: datetime | None, until: datetime) -> Iterator[Page]:
        """The feed's records of a window, oldest first. The caller stores the watermark.

        ``changes``: changed since; ``open``: everything still open, whatever ``since``; ``completed``:
        finished since. ``since`` None is the feed's ``beginning``. A source that takes no upper bound may
        hand over records that are newer than ``until``. Raises SourceError.
        """
        spec = self.config.feed(feed)
        start = spec.beginning if since is None or mode == "open" else since
        return self._pages(spec, self._params(spec, mode, start, until), until)

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]:
        """What the source says of one order at this moment; also other orders, where it does not listen.

        Raises SourceError; ConfigError where its file does not say how to ask.
        """
        spec = self.config.feed(feed)
        if spec.look_up is None:
            raise errors.ConfigError(f"{self.config.source}/{feed} has no look_up: one order cannot be asked for")
        params = {**spec.look_up.params, spec.look_up.number: order_id, spec.paging.size_param: spec.paging.size}
        _, records = self._ask(spec, self._url(spec), params, Budget(time.monotonic() + LOOK_UP_S))
        return take_in(records, spec.personal, self.config.max_record)

    def probe(self, now: datetime) -> str:
        """Ask for the newest changes of the first feed: do address, credentials and interface fit?"""
        name, spec = next(iter(self.config.feeds.items()))
        page = next(self.pull(name, "changes", now - spec.overlap, now), None)
        skew = self.clock_skew(now)
        clock = "" if skew is None else f"; its clock differs by {skew:.0f} s"
        return f"{self.config.source} answers with {page.total if page else 0} {name}{clock}"

    def clock_skew(self, now: datetime) -> float | None:
        """Seconds by which the source's clock, in its latest answer, is ahead of ``now``; None before one."""
        return None if self._transport.date is None else (self._transport.date - now).total_seconds()

    def close(self) -> None:
        self._transport.close()

    # --- pages ---

    def _pages(self, spec: FeedConfig, params: Params, until: datetime) -> Iterator[Page]:
        started = time.monotonic()
        budget = Budget(started + self.config.deadline.total_seconds())
        position = position_reader(spec)
        total = size = 0
        for number, (records, answer) in enumerate(self._walk(spec, params, until, budget), start=1):
            newest = [found[0] for found in map(position, records) if found and found[0] <= until]
            total, size = total + len(records), size + answer.size
            yield Page(
                records=take_in(records, spec.personal, self.config.max_record),
                number=number,
                total=total,
                bytes=size,
                seconds=time.monotonic() - started,
                newest=max(newest, default=None),
            )

    def _walk(
        self, spec: FeedConfig, params: Params, until: datetime, budget: Budget
    ) -> Iterator[tuple[list[Any], Answer]]:
        follow = self._by_keyset if isinstance(spec.paging, KeysetPaging) else self._by_link
        for number, page in enumerate(follow(spec, params, until, budget), start=1):
            if number > self.config.max_pages:
                raise self._transport.fail(errors.TooManyPages, f"more than {self.config.max_pages} pages")
            yield page

    def _by_keyset(
        self, spec: FeedConfig, params: Params, until: datetime, budget: Budget
    ) -> Iterator[tuple[list[Any], Answer]]:
        paging = spec.paging
        assert isinstance(paging, KeysetPaging)  # noqa: S101 - chosen by _walk
        keyset = Keyset(position_reader(spec), until)
        while True:
            here = {} if keyset.at is None else self._at(keyset.at, paging, spec)
            answer, received = self._ask(spec, self._url(spec), {**params, **here}, budget)
            more = _dig(paging.more, answer.data)
            if not isinstance(more, bool):
                raise self._transport.fail(errors.WrongShape, f"{paging.more} is not true or false")
            records = keyset.fresh(received)
            moved = keyset.advance(records)
            if more and records and not any(map(keyset.position, records)):
                raise self._transport.fail(errors.WrongShape, "no record of a page has a usable version and key")
            yield records.copy(), answer
            if not more:
                return
            if not moved:
                raise self._transport.fail(errors.NotAdvancing, "more is promised but no record leads on")

    def _by_link(
        self, spec: FeedConfig, params: Params, until: datetime, budget: Budget
    ) -> Iterator[tuple[list[Any], Answer]]:
        url, asked = self._url(spec), params
        seen = {url}
        while True:
            answer, records = self._ask(spec, url, asked, budget)
            yield records, answer
            if answer.next_link is None:
                return
            url, asked = self._same_origin(url, answer.next_link), {}
            if url in seen:
                raise self._transport.fail(errors.NotAdvancing, "the link to the next page leads back")
            seen.add(url)

    # --- one request ---

    def _ask(self, spec: FeedConfig, url: str, params: Params, budget: Budget) -> tuple[Answer, list[Any]]:
        def build() -> requests.Request:
            request = _request(spec, url, params)
            self._auth.sign(request, budget)
            return request

        def judge(answer: Answer) -> tuple[Answer, list[Any]]:
            if spec.success:
                self._check_body(answer.data, spec.success)
            records = _dig(spec.records, answer.data)
            if not isinstance(records, list):
                raise self._transport.fail(errors.WrongShape, f"{spec.records} is not a list of records")
            return answer, records

        self._transport.feed = spec.name
        return self._transport.exchange(build, judge, budget, self._auth.renew)

    def _check_body(self, data: Any, success: Success) -> None:
        code = _dig(success.path, data)
        if type(code) is type(success.equals) and code == success.equals:
            return
        if not isinstance(code, str | int):
            raise self._transport.fail(errors.WrongShape, f"{success.path} says neither yes nor no")
        message = (_dig(success.message, data) if success.message else None) or ""
        kind = _CODES[success.codes.get(str(code), "refused")]
        raise self._transport.fail(kind, f"the answer says no: {self._public(f'{code} {message}')}")

    def _public(self, text: str) -> str:
        """A source's own words: short, on one line, without long numbers and without our secret."""
        secret = self._transport.endpoint.password
        plain = text.replace(secret, "***") if secret else text
        return re.sub(r"\d{7,}", "***", re.sub(r"[^\w .,:;()/-]+", " ", plain))[:80].strip()

    def _params(self, spec: FeedConfig, mode: Mode, since: datetime, until: datetime) -> Params:
        pull = spec.pull[mode]
        params: Params = {**pull.params, spec.paging.size_param: spec.paging.size}
        if pull.since:
            params[pull.since] = write_instant(since, spec)
        if pull.until:
            params[pull.until] = write_instant(until, spec)
        return params

    def _at(self, position: tuple[datetime, str], paging: KeysetPaging, spec: FeedConfig) -> Params:
        return {paging.version_param: write_instant(position[0], spec), paging.key_param: position[1]}

    def _url(self, spec: FeedConfig) -> str:
        return self._transport.endpoint.base_url.rstrip("/") + spec.request.path

    def _same_origin(self, here: str, link: str) -> str:
        try:
            url = urljoin(here, link)
            there: SplitResult = urlsplit(url)
            same = origin(there) == origin(self._transport.parts) and there.username is None
        except ValueError:
            same = False
        if not same:
            raise self._transport.fail(errors.RedirectRefused, "the next page is on another host")
        return url


def _dig(path: str, data: Any) -> Any:
    """The value at a path of an answer; None also where the answer has another shape."""
    try:
        found = compile_path(path)(data)
    except NotAnObject:
        return None
    return None if found is ABSENT else found


def _request(spec: FeedConfig, url: str, params: Params) -> requests.Request:
    form: dict[str, str] = dict(spec.request.form)
    ask = spec.request
    if ask.params_in == "form_json" and ask.params_field:
        form[ask.params_field] = json.dumps(params, ensure_ascii=False, sort_keys=True)
    if ask.params_in == "form":
        form |= {name: str(value) for name, value in params.items()}
    return requests.Request(
        ask.method,
        url,
        params=params if ask.params_in == "query" else None,
        json=params if ask.params_in == "json" else None,
        data=form or None,
    )
