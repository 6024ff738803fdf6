"""The demo company in a process of its own: its systems to read from, its sinks to look into, its faults."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
SMALL = ("--seed", "7", "--orders", "700", "--history", "5000")


class Company:
    """One running company; the same arguments give the same orders in every process."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo", "serve", "--dir", str(folder), *SMALL],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        file = folder / "company.json"
        deadline = time.monotonic() + 30
        while not file.exists():
            assert self._process.poll() is None, "the company did not open its doors"
            assert time.monotonic() < deadline, "the company took too long to open"
            time.sleep(0.02)
        self.file = file
        self.at: dict[str, Any] = json.loads(file.read_text())

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)

    def ahead(self) -> float:
        """Seconds that the company's clock is ahead of the real one."""
        return float(self._control("GET", "_clock")["offset_seconds"])

    def advance(self, step: timedelta) -> None:
        self._control("POST", "_clock", {"advance": step.total_seconds()})

    def truth(self) -> dict[str, Any]:
        """What was planted, as of now."""
        return dict(self._control("GET", "_truth"))

    def fail(self, service: str, mode: str, times: int | None = None) -> None:
        """Break one service until it is healed."""
        self._control("POST", "_faults", {"service": service, "mode": mode, "times": times})

    def heal(self) -> None:
        self._control("DELETE", "_faults")

    def chat(self) -> list[dict[str, Any]]:
        """Everything WeCom has shown, to people and in groups."""
        return list(requests.get(f"{self.at['wecom']['url']}/_received", timeout=10).json())

    def mails(self) -> list[dict[str, Any]]:
        return list(self._control("GET", "_mails"))

    def _control(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.at['control']['url']}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()
