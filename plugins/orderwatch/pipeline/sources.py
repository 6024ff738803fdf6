"""The feeds that the installation's source files promise."""

from __future__ import annotations

from orderwatch.hooks.sources.config import load_source
from orderwatch.paths import POLICY


def feeds_of_all_sources() -> dict[str, tuple[str, ...]]:
    """Source to its feeds, for every file in ``include/policy/sources``; raises ``ConfigError``."""
    configs = [load_source(file) for file in sorted((POLICY / "sources").glob("*.yaml"))]
    return {config.source: tuple(config.feeds) for config in configs}
