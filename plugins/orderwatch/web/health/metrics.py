"""The figures that measure themselves, as the dialog offers them and as the list shows them."""

from __future__ import annotations

from collections.abc import Sequence

from orderwatch.core.durations import Language
from orderwatch.core.policy import Policy
from orderwatch.core.programme.metric import TITLES, UNITS, Metric, say_target
from orderwatch.core.review.chain import STEPS
from orderwatch.core.review.classify import CAUSES
from orderwatch.web.health.single_review import LINKS
from orderwatch.web.pictures.words import say

Group = tuple[str, Sequence[tuple[str, str]]]


def said_metric(metric: Metric, target: float, policy: Policy, language: Language) -> str:
    """``Same cause: a shortage of stock ≤ 1 incidents``, as short as it can be said."""
    return f"{title_of(metric, policy, language)} {say_target(metric, target, language)}"


def title_of(metric: Metric, policy: Policy, language: Language) -> str:
    return TITLES[metric.kind][language].format(about=_about(metric, policy, language))


def offered_metrics(policy: Policy, playbooks: Sequence[str], language: Language) -> list[Group]:
    """All of them by kind, with the unit of their target."""
    found = {
        ("同一根因的事件", "Incidents of one cause"): [Metric("repeats", name) for name in CAUSES],
        ("处置用时", "Time taken"): [Metric("link_p90", step) for step in STEPS],
        ("预案评分", "Rating of a playbook"): [Metric("rating", name) for name in playbooks],
        ("误报", "False alarms"): [Metric("false_alarms")],
    }
    return [
        (f"{say(language, *title)} ({UNITS[metrics[0].kind][language]})",
         [(str(one), title_of(one, policy, language)) for one in metrics])
        for title, metrics in found.items()
        if metrics
    ]  # fmt: skip


def _about(metric: Metric, policy: Policy, language: Language) -> str:
    if metric.kind == "repeats" and metric.about in CAUSES:
        return policy.review.causes.of(metric.about).title.say(language)
    if metric.kind == "link_p90" and metric.about in LINKS:
        return say(language, *LINKS[metric.about])
    return metric.about
