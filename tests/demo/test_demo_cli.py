"""The command line: it says what is wrong, and ends when it is told to."""

from __future__ import annotations

import contextlib
import json
import signal
import stat
import threading
import time

import requests
import yaml
from demo_client import Client, Start
from typer.testing import CliRunner

from demo.cli import FIRST_MORNING, app
from demo.company import MINIMUM_ORDERS, make_company
from demo.instants import ZONE, epoch
from demo.truth import truth
from orderwatch.paths import POLICY


def ask_and_ignore(company: Client) -> None:
    with contextlib.suppress(requests.RequestException):
        company.erp()


def test_too_few_orders_are_refused_with_a_reason() -> None:
    result = CliRunner().invoke(app, ["serve", "--dir", "unused", "--orders", "399"])
    assert result.exit_code == 2
    assert "at least 400" in " ".join(result.output.split())


def test_a_wrong_time_is_refused() -> None:
    assert CliRunner().invoke(app, ["serve", "--dir", "unused", "--now", "noon"]).exit_code == 2


def test_help_explains_the_company() -> None:
    output = CliRunner().invoke(app, ["serve", "--help"]).output
    assert "--orders" in output
    assert "--history" not in output
    for service in ("tickets", "vouchers", "website", "_received", "_faults"):
        assert service in output
    assert "exceed" not in output  # the smallest company is no storm either


def test_what_is_planted_in_the_smallest_company_is_no_storm() -> None:
    storm = yaml.safe_load((POLICY / "grading.yaml").read_text())["mass_delay"]
    for seed in range(3):
        now = epoch(FIRST_MORNING, ZONE)
        company = make_company(seed=seed, orders=MINIMUM_ORDERS, now=now, history=300)
        planted = truth(company, now)
        assert planted is not None
        late = {one["order_id"] for one in planted["anomalies"] if one["kind"] != "triage"}
        assert 20 < len(late) < min(storm["open_share_min"], storm["min_new"])


def test_it_ends_cleanly_within_two_seconds_even_with_open_connections(start: Start) -> None:
    company = start("serve", "--orders", "400", "--history", "300", "--seed", "3")
    assert company.erp().status_code == 200  # keeps its connection open
    assert stat.S_IMODE(company.state.stat().st_mode) == 0o600
    assert json.loads(company.state.read_text())["pid"] == company.process.pid
    before = time.monotonic()
    company.process.send_signal(signal.SIGTERM)
    assert company.process.wait(timeout=5) == 0
    assert time.monotonic() - before < 2
    assert not company.state.exists()
    assert company.process.communicate()[1] == ""


def test_it_ends_in_time_while_a_slow_request_is_running(start: Start) -> None:
    company = start("serve", "--orders", "400", "--history", "300", "--seed", "3")
    company.erp()
    company.fault(service="erp", mode="slow", seconds=60)
    waiting = threading.Thread(target=ask_and_ignore, args=(company,))
    waiting.start()
    time.sleep(0.2)
    before = time.monotonic()
    company.process.send_signal(signal.SIGINT)
    assert company.process.wait(timeout=5) == 0
    assert time.monotonic() - before < 2
    waiting.join(timeout=5)
