"""``orderwatch lint``: a mistake in the policy is found before Airflow reads it."""

from __future__ import annotations

from orderwatch.commands.console import err, give_up
from orderwatch.paths import POLICY


def lint() -> None:
    """Check every policy file: a mistake is named with its file, line and field."""
    from orderwatch.core.policy import PolicyError, load_policy
    from orderwatch.hooks.sources.config import load_source
    from orderwatch.hooks.sources.errors import ConfigError
    from orderwatch.validation.suite import load_suite

    try:
        version = load_policy(POLICY).version
        sources = [load_source(file).source for file in sorted((POLICY / "sources").glob("*.yaml"))]
        suites = [load_suite(file).feed for file in sorted((POLICY / "suites").glob("*.yaml"))]
    except (PolicyError, ConfigError) as error:
        give_up(error)
    err.print(f"policy {version}; sources: {', '.join(sources)}; suites: {', '.join(suites)}")
