"""Which hook opens which source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orderwatch.hooks.crm import CrmHook
from orderwatch.hooks.erp import ErpHook
from orderwatch.hooks.sources.hook import SourceHook
from orderwatch.hooks.wms import WmsHook

HOOKS: dict[str, type[SourceHook]] = {"erp": ErpHook, "wms": WmsHook, "crm": CrmHook}


def hook_for(source: str, clock: Callable[[], datetime]) -> SourceHook:
    """The hook of a source, on the company's clock; raises ``KeyError`` for a source nobody has a hook for."""
    return HOOKS[source](clock=clock)
