"""Customers of the demonstration read their mail and answer the survey in it, as anybody would: by HTTP, once."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from pytest_httpserver import HTTPServer
from typer.testing import CliRunner
from werkzeug import Request, Response

from demo.cli import app
from demo.customers import answers_to

LATE = "很抱歉让您久等\n\n{}?lang=zh-CN\n"
FINE = "your order has arrived\n\n{}?lang=en\n"


def links(base: str, count: int) -> list[str]:
    return [f"{base}/orderwatch/survey/token-{n}.seal_{n}" for n in range(count)]


def test_most_answer_the_same_whenever_they_are_asked_and_the_late_ones_are_less_pleased() -> None:
    addresses = links("https://airflow.example", 400)
    late, fine = (list(answers_to(text.format(one) for one in addresses)) for text in (LATE, FINE))
    assert late == list(answers_to(LATE.format(one) for one in addresses))
    assert 200 < len(late) == len(fine) < 280
    assert {0 <= one.score <= 10 for one in [*late, *fine]} == {True}
    assert sum(one.score for one in late) < sum(one.score for one in fine)
    assert {one.link for one in late} <= set(addresses)
    assert list(answers_to(["a letter without any link", "https://airflow.example/orderwatch/rating/x"])) == []


def test_they_answer_by_mail_and_telephone_over_http(httpserver: HTTPServer, tmp_path: Path) -> None:
    base = httpserver.url_for("").rstrip("/")
    addresses, seen = links(base, 40), Counter[str]()

    def take(request: Request) -> Response:
        assert request.headers["Origin"] == base and 0 <= request.get_json()["score"] <= 10
        seen[request.path] += 1
        return Response("{}", 200 if seen[request.path] == 1 else 409, content_type="application/json")

    httpserver.expect_request("/_mails").respond_with_json([{"text": LATE.format(one)} for one in addresses[:30]])
    httpserver.expect_request("/_tasks").respond_with_json([{"text": FINE.format(one)} for one in addresses[30:]])
    for one in addresses:
        httpserver.expect_request(one.removeprefix(base), method="POST").respond_with_handler(take)
    company = {"control": {"url": base}, "crm": {"url": base}}
    (tmp_path / "company.json").write_text(json.dumps(company))
    first, again = (CliRunner().invoke(app, ["answer", "--dir", str(tmp_path)]) for _ in range(2))
    assert f"{len(seen)} answered" in first.output and f"{len(seen)} answered before" in again.output
    assert 15 < len(seen) < 35 and set(seen.values()) == {2}
