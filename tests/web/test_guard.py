"""What is refused unseen: what another site sends with somebody's cookie, and what is too large to be meant."""

from __future__ import annotations

import pytest

from orderwatch.web.guard import LARGEST_BODY, refuses

HERE = ("airflow.example",)
JSON = {"content-type": "application/json"}
HTMX = {"content-type": "application/x-www-form-urlencoded", "hx-request": "true"}
SAME = {"sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    "headers",
    [
        JSON | SAME,
        HTMX | SAME,
        {"content-type": "application/json; charset=utf-8"} | SAME,
        JSON | {"origin": "https://airflow.example"},  # a browser that is too old to say where it comes from
        JSON | SAME | {"origin": "https://airflow.example"},
        {"authorization": "Bearer x"},
        {"authorization": "bearer x", "sec-fetch-site": "cross-site", "content-type": "text/plain"},
    ],
)
def test_what_our_own_pages_and_programs_send_goes_on(headers: dict[str, str]) -> None:
    assert refuses("POST", headers, HERE) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        JSON,  # neither where from nor which origin
        SAME,  # a form of our own site that no page of ours has
        {"content-type": "text/plain"} | SAME,
        {"content-type": "application/x-www-form-urlencoded"} | SAME,
        {"content-type": "application/jsonp"} | SAME,
        JSON | {"sec-fetch-site": "cross-site"},
        JSON | {"sec-fetch-site": "same-site"},
        JSON | {"sec-fetch-site": "none"},
        JSON | {"origin": "https://evil.example"},
        JSON | {"origin": "null"},
        JSON | {"origin": "https://airflow.example.evil.example"},
        JSON | {"origin": "https://airflow.example:8443"},
        JSON | SAME | {"origin": "https://evil.example"},
        HTMX | {"sec-fetch-site": "cross-site"},
        HTMX | {"hx-request": "1"} | SAME,
        {"authorization": "Basic x"} | {"content-type": "text/plain"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_what_another_site_could_send_is_refused(method: str, headers: dict[str, str]) -> None:
    assert refuses(method, headers, HERE) == (403, "cross_site")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_free(method: str) -> None:
    assert refuses(method, {"sec-fetch-site": "cross-site"}, HERE) is None


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"content-length": str(LARGEST_BODY)}, None),
        ({"content-length": str(LARGEST_BODY + 1)}, (413, "too_large")),
        ({"content-length": "many"}, (411, "no_length")),
        ({"content-length": "-1"}, (411, "no_length")),
        ({"transfer-encoding": "chunked"}, (411, "no_length")),
    ],
)
def test_a_body_is_as_long_as_it_says_and_not_too_long(headers: dict[str, str], said: object) -> None:
    assert refuses("POST", headers | {"authorization": "Bearer x"}, HERE) == said
