"""Asking ERP and WMS about one order through Airflow's connections, from several threads at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import local
from typing import Any, Final

from orderwatch.core.effect import Effect, Outcome
from orderwatch.hooks.catalogue import hook_for
from orderwatch.hooks.sources.errors import SourceError
from orderwatch.hooks.sources.hook import SourceHook
from orderwatch.pipeline.recheck import ORDERS, SHIPMENTS, recheck

SOURCES: Final = {ORDERS: "erp", SHIPMENTS: "wms"}
SPARED: Final = 60.0  # seconds for which a source that did not answer is not asked again


class LiveOrders:
    """One connection per source and thread; a source that does not answer is left alone for a minute."""

    def __init__(self, clock: Callable[[], datetime], zone: str) -> None:
        self._clock = clock
        self._zone = zone
        self._mine = local()
        self._silent: dict[str, tuple[float, SourceError]] = {}

    def recheck(self, effect: Effect) -> Outcome | None:
        """Why the act is not to go out now; ``None`` when it is. See `pipeline.recheck`."""
        return recheck(effect, self._source, self._zone)

    def _source(self, feed: str) -> _Spared:
        name = SOURCES[feed]
        hooks: dict[str, SourceHook] = self._mine.__dict__.setdefault("hooks", {})
        if name not in hooks:
            hooks[name] = hook_for(name, self._clock)
        return _Spared(hooks[name], self._silent)


class _Spared:
    """A source that is not asked while it is known not to answer."""

    def __init__(self, hook: SourceHook, silent: dict[str, tuple[float, SourceError]]) -> None:
        self.config = hook.config
        self._hook = hook
        self._silent = silent

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]:
        since, error = self._silent.get(self.config.source, (0.0, None))
        if error is not None and time.monotonic() - since < SPARED:
            raise error
        try:
            return self._hook.look_up(feed, order_id)
        except SourceError as failed:
            self._silent[self.config.source] = time.monotonic(), failed
            raise
