"""A running company for the tests of its services."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from demo_client import Client, Start  # noqa: E402 - needs the path above


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 15
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the company did not open in time"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start a company with the given arguments; all of them end with the tests."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Client:
        folder = tmp_path_factory.mktemp("company")
        command = [sys.executable, "-m", "demo", *arguments, "--dir", str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        processes.append(process)
        wait_for(folder / "company.json", process)
        return Client(folder / "company.json", process)

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="session")
def company(start: Start) -> Client:
    """A small company whose clock nobody moves; faults are cleared by whoever sets them."""
    return start("serve", "--orders", "500", "--history", "2000")
