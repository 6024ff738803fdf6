"""Where a source is and who we are there; and which addresses we never talk to."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from orderwatch.hooks.sources.errors import EndpointRefused, Unreachable

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connection as plain values. ``timeout`` is the wait in seconds for the next byte of an answer."""

    base_url: str
    login: str = ""
    password: str = field(default="", repr=False)
    allow_private: bool = False
    timeout: float = 30.0
    connect_timeout: float = 5.0

    def check(self, source: str) -> SplitResult:
        """The parts of the base address; EndpointRefused if it is not an address that we go to."""
        try:
            parts = urlsplit(self.base_url)
            _ = parts.port
        except ValueError:
            raise EndpointRefused(source, "-", "the host is not an address") from None
        if parts.scheme not in _PORTS:
            raise EndpointRefused(source, "-", "the host must begin with https:// (or http://)")
        if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
            raise EndpointRefused(source, "-", "the host must be scheme, name and port only")
        return parts


def origin(parts: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port, with the port made explicit."""
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def refuse_forbidden(address: str, allow_private: bool, source: str, feed: str) -> None:
    """Raise EndpointRefused for an address inside the company, unless permitted, or of no host at all.

    Link-local is never permitted: cloud machines keep their credentials there, and no order source does.
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        raise EndpointRefused(source, feed, "the host is a link-local, multicast or empty address")
    if not ip.is_global and not allow_private:
        raise EndpointRefused(source, feed, "the host is a private or loopback address")


def refuse_forbidden_host(parts: SplitResult, allow_private: bool, source: str, feed: str) -> None:
    """The same for a name: every address that it resolves to must be allowed."""
    _, host, port = origin(parts)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(source, feed, "the host's name cannot be resolved") from None
    for entry in found:
        refuse_forbidden(str(entry[4][0]), allow_private, source, feed)
