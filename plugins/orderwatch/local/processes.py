"""Processes that belong together: started with their own logs, stopped together, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


class ProcessDied(RuntimeError):
    """A process that should keep running has ended; the message names its log."""


@dataclass
class Processes:
    """A set of child processes, each in a process group of its own so that its children go with it."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str], cwd: Path) -> None:
        """Start one process; what it prints goes to ``<logs>/<name>.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603  # our own commands only
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise ``ProcessDied`` with the end of its log when one of them has ended by itself."""
        for name, process in self.running.items():
            code = process.poll()
            if code is not None:
                log = self.logs / f"{name}.log"
                tail = log.read_text(errors="replace").splitlines()[-12:]
                raise ProcessDied(f"{name} ended with code {code}; the end of {log}:\n" + "\n".join(tail))

    def stop(self, patience: float = 12.0) -> None:
        """Ask every group to end, wait, then kill what is left."""
        for process in self.running.values():
            _signal(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(_alive(p) for p in self.running.values()):
            time.sleep(0.1)
        for process in self.running.values():
            _signal(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()


def _alive(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
