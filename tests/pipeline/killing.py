"""A process that dies in the middle of its work: a fork of this one, killed by itself or by us."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event


def killed_after(statements: int, act: Callable[[], Any], engine: Engine) -> bool:
    """Run ``act`` in a child that gets SIGKILL right after its n-th statement; ``False`` if it ended before."""

    def child() -> None:
        left = statements

        @event.listens_for(engine, "after_cursor_execute")
        def count_down(*_: Any) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        act()

    return _run(child, None)


def count_statements(act: Callable[[], Any], engine: Engine) -> int:
    """How many statements an act runs when nobody disturbs it."""
    count = 0

    @event.listens_for(engine, "after_cursor_execute")
    def count_up(*_: Any) -> None:
        nonlocal count
        count += 1

    act()
    return count


def killed_after_seconds(seconds: float, act: Callable[[], Any]) -> bool:
    """Run ``act`` in a child that gets SIGKILL after a while; ``False`` if it ended before."""
    return _run(act, seconds)


def killed_by_itself(act: Callable[[], Any]) -> bool:
    """Run ``act`` in a child that knows when to die; ``False`` if it ended without."""
    return _run(act, None)


def _run(act: Callable[[], Any], seconds: float | None) -> bool:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the child failed by itself"
    return False
