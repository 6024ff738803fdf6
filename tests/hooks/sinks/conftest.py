"""A running company, whose services the clients act on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from orderwatch.hooks.crm_client import CrmClient
from orderwatch.hooks.customer_mail_client import CustomerMailClient
from orderwatch.hooks.mail_client import MailClient
from orderwatch.hooks.voucher_client import VoucherClient
from orderwatch.hooks.warehouse_client import WarehouseClient
from orderwatch.hooks.website_client import WebsiteClient
from orderwatch.hooks.work_order_client import WorkOrderClient
from orderwatch.paths import HOME

from .builders import AT, Send, api, near, source_api

_numbers = count(1)


@dataclass
class Company:
    """The demo company's services by name, and what each of them has received."""

    at: dict[str, dict[str, Any]]
    clock: Callable[[], datetime]

    def received(self, service: str) -> list[dict[str, Any]]:
        url = f"{self.at['control']['url']}/_mails" if service == "smtp" else f"{self.at[service]['url']}/_received"
        return list(requests.get(url, timeout=5).json())

    def fail(self, service: str, mode: str, **more: Any) -> None:
        fault = {"service": service, "mode": mode, "times": 1} | more
        requests.post(f"{self.at['control']['url']}/_faults", json=fault, timeout=5).raise_for_status()

    def heal(self) -> None:
        requests.delete(f"{self.at['control']['url']}/_faults", timeout=5).raise_for_status()

    def truth(self) -> list[dict[str, Any]]:
        return list(requests.get(f"{self.at['control']['url']}/_truth", timeout=5).json()["anomalies"])

    @property
    def crm(self) -> CrmClient:
        crm = self.at["crm"]
        return CrmClient(source_api("crm", near(crm["url"], login=crm["user"], password=crm["password"])))

    def mail(self) -> MailClient:
        return MailClient(self.at["smtp"]["host"], self.at["smtp"]["port"], "o@example.com", security="none")

    def client(self, sink: str) -> Send:
        """What sends to this sink."""
        wms = self.at["wms"]
        by_token = {
            "work_order": (WorkOrderClient, "tickets"),
            "voucher": (VoucherClient, "vouchers"),
            "website": (WebsiteClient, "website"),
        }
        if sink in by_token:
            kind, service = by_token[sink]
            return kind(api(near(self.at[service]["url"], password=self.at[service]["token"]))).send
        if sink == "warehouse":
            door = near(wms["url"], login=wms["app_key"], password=wms["secret"])
            return WarehouseClient(source_api("wms", door, self.clock)).send
        return self.crm.send if sink == "crm_note" else CustomerMailClient(self.crm, self.mail(), lambda: AT).send


@pytest.fixture(scope="session")
def open_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder: Path = tmp_path_factory.mktemp("company")
    command = [sys.executable, "-m", "demo", "serve", "--dir", str(folder), "--orders", "400", "--history", "300"]
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    file = folder / "company.json"
    deadline = time.monotonic() + 30
    while not file.exists():
        assert process.poll() is None and time.monotonic() < deadline, "the company did not open in time"
        time.sleep(0.05)
    at = json.loads(file.read_text())
    ahead = requests.get(f"{at['control']['url']}/_clock", timeout=5).json()["offset_seconds"]
    yield Company(at, lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture
def company(open_company: Company) -> Iterator[Company]:
    """The company, healthy before and after."""
    yield open_company
    open_company.heal()


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"inc-{next(_numbers)}/step:1"
