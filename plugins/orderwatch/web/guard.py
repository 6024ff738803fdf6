"""What is refused before anybody looks at it: requests that another site has sent, and bodies that are too large.

Airflow's login is a cookie that a browser sends along from anywhere, and Airflow itself has no token against that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_BODY: Final = 65_536  # bytes


def refuses(method: str, headers: Mapping[str, str], hosts: Collection[str]) -> tuple[int, str] | None:
    """Why a request is refused: its status and a code of ``core/refusals``; nothing when it may go on.

    ``hosts`` are the names under which we are reached. Whoever shows a bearer token has not been sent by a strange
    page: browsers send none by themselves.
    """
    if method in SAFE:
        return None
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or (length and not length.isdecimal()):
        return 411, "no_length"
    if int(length or 0) > LARGEST_BODY:
        return 413, "too_large"
    if headers.get("authorization", "").lower().startswith("bearer "):
        return None
    if not (_is_json(headers) or headers.get("hx-request") == "true") or not _from_here(headers, hosts):
        return 403, "cross_site"
    return None


def _is_json(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _from_here(headers: Mapping[str, str], hosts: Collection[str]) -> bool:
    """The browser says where a request comes from; one that is too old for that names its origin."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in hosts:
        return False
    return site == "same-origin" if site is not None else origin is not None
