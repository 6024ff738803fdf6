"""What can go wrong between us and a source: each names source, feed, what happened and what to do now.

Texts are written here or by callers, never copied from a library: those carry URLs, and URLs carry keys. The one
exception, `Unforeseen.of`, leaves out what could be one, and what could be a person.
"""

from __future__ import annotations

import re
from typing import ClassVar


class ConfigError(ValueError):
    """A connection or a policy file asks for something that does not exist; the text names it."""


class SourceError(Exception):
    """A pull failed. ``retryable`` says whether the same call may succeed later without a person."""

    retryable: ClassVar[bool] = False
    todo: ClassVar[str] = "Look at the source's own log and at its file in include/policy/sources"

    def __init__(self, source: str, feed: str, what: str) -> None:
        super().__init__(source, feed, what)
        self.source = source
        self.feed = feed
        self.what = what

    def __str__(self) -> str:
        return f"{self.source}/{self.feed}: {self.what}. {self.todo}."


class EndpointRefused(SourceError):
    """The connection points to somewhere we do not go."""

    todo = "Correct the connection's host; allow_private in its extra permits an address inside the company"


class Unreachable(SourceError):
    """No connection, or it broke before the answer began."""

    retryable = True
    todo = "Check that the source is up and that this machine may reach it; the next run tries again"


class TlsFailed(SourceError):
    """The source's certificate is not trusted."""

    todo = "Renew the source's certificate, or add the issuing authority (REQUESTS_CA_BUNDLE)"


class TimedOut(SourceError):
    """The source accepted the request and then kept silent."""

    retryable = True
    todo = "Ask whether the source is overloaded; the timeout is in the connection's extra"


class DeadlinePassed(SourceError):
    """The whole pull took longer than it may."""

    retryable = True
    todo = "The next run tries again; if it repeats, raise `deadline` or narrow the window"


class Truncated(SourceError):
    """The answer ended before its announced length."""

    retryable = True
    todo = "Usually a proxy or a restart at the source; the next run tries again"


class RateLimited(SourceError):
    """The source says: too often. ``retry_after`` is its own wish in seconds, if it stated one."""

    retryable = True
    todo = "Lower `rate_limit` in the source's file, or ask for a higher quota"

    def __init__(self, source: str, feed: str, what: str, retry_after: float | None = None) -> None:
        super().__init__(source, feed, what)
        self.retry_after = retry_after


class Overloaded(RateLimited):
    """502, 503 or 504: the source or its gateway is busy or restarting."""

    todo = "Usually passes by itself; the next run tries again"


class ServerFault(SourceError):
    """500: the source broke on our request."""

    retryable = True
    todo = "Report the time of this call to the owner of the source"


class InvalidJson(SourceError):
    """The body is not JSON."""

    retryable = True
    todo = "Often a gateway's error page; if it repeats, open the address by hand"


class AnswerTooLarge(SourceError):
    """The body is beyond the size that one page may have."""

    todo = "Lower the page size in the source's file, or raise `max_answer`"


class WrongShape(SourceError):
    """JSON, but not what the source's file describes."""

    todo = "The source has probably changed its interface: compare an answer with the source's file"


class AuthFailed(SourceError):
    """The credentials were refused."""

    todo = "Renew login and password of the connection"


class CredentialsExpired(AuthFailed):
    """A token or signature was refused once; a fresh one is worth one more try."""


class ClockOff(SourceError):
    """The source refuses our time stamp."""

    todo = "Set this machine's clock and the source's clock right (NTP)"


class RedirectRefused(SourceError):
    """The source sends us elsewhere."""

    todo = "Enter the final address in the connection; redirects are not followed"


class RequestRefused(SourceError):
    """The source understood us and said no, by status or inside HTTP 200."""

    todo = "Compare the request in the source's file with the source's documentation"


class NotAdvancing(SourceError):
    """The next page would be the same page again."""

    todo = "Report to the owner of the source: its paging repeats itself or its rows have no usable key"


class TooManyPages(SourceError):
    """More pages than a pull may have."""

    todo = "Narrow the window, or raise `max_pages` in the source's file"


class Unforeseen(SourceError):
    """We broke on what the source sent, or on ourselves: nobody has thought of this yet."""

    todo = "Show the trace in this task's log to the data engineers; the watermark has not moved, so nothing is lost"

    @classmethod
    def of(cls, error: Exception, source: str, feed: str) -> Unforeseen:
        """The error's type and the beginning of its text, without quotations, addresses and long numbers."""
        first = (str(error).strip().splitlines() or [""])[0]
        said = _PRIVATE.sub("…", first)[:80].strip()
        return cls(source, feed, f"{type(error).__name__}: {said}" if said else type(error).__name__)


_PRIVATE = re.compile(
    r"""(?x) (?<!\w)'[^']*'? | "[^"]*"?  # quotations: values of records
    | \S*(?:://|[@?&=])\S*              # addresses, and what they carry
    | \d{7,} | [^\x20-\x7e]+            # telephone numbers; names and streets: libraries speak English"""
)
