"""``orderwatch lint``: a mistake in the policy is found before Airflow reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderwatch.commands.console import err, give_up
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from orderwatch.core.policy import Policy


def lint() -> None:
    """Check every policy file: a mistake is named with its file, line and field."""
    from orderwatch.core.models.model import ModelError
    from orderwatch.core.policy import PolicyError, load_policy
    from orderwatch.hooks.sources.config import load_source
    from orderwatch.hooks.sources.errors import ConfigError
    from orderwatch.validation.suite import load_suite

    try:
        policy = load_policy(POLICY)
        _check_clock(policy)
        version = policy.version
        sources = [load_source(file).source for file in sorted((POLICY / "sources").glob("*.yaml"))]
        suites = [load_suite(file).feed for file in sorted((POLICY / "suites").glob("*.yaml"))]
    except (PolicyError, ConfigError, ModelError) as error:
        give_up(error)
    err.print(f"policy {version}; sources: {', '.join(sources)}; suites: {', '.join(suites)}")


def _check_clock(policy: Policy) -> None:
    """Candidates are clocks that exist, and whoever decides about them is a role. Raises ModelError, PolicyError."""
    from orderwatch.core.models.spec import model_of
    from orderwatch.core.models.terms import terms_of
    from orderwatch.core.policy import PolicyError, Problem

    clock = policy.thresholds.clock
    for name in clock.candidates:
        model_of(name, terms_of(policy))
    if unknown := [role for role in clock.approvers if role not in policy.roles.root]:
        raise PolicyError([Problem("thresholds.yaml", None, "clock.approvers", f"{unknown[0]!r} is not a role")])
