"""Figures that measure by themselves whether an improvement has worked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from orderwatch.core.durations import Language
from orderwatch.core.review.chain import STEPS
from orderwatch.core.review.classify import CAUSES

Kind = Literal["repeats", "link_p90", "rating", "false_alarms"]
_METRIC: Final = re.compile(r"(?:(repeats|link_p90|rating):([a-z0-9_]{1,100})|(false_alarms))")
TITLES: Final[Mapping[str, Mapping[Language, str]]] = {
    "repeats": {"zh-CN": "同一根因：{about}", "en": "Same cause: {about}"},
    "link_p90": {"zh-CN": "九成事件的用时：{about}", "en": "Time of nine in ten: {about}"},
    "rating": {"zh-CN": "预案评分：{about}", "en": "Rating of {about}"},
    "false_alarms": {"zh-CN": "误报率", "en": "False alarms"},
}
UNITS: Final[Mapping[str, Mapping[Language, str]]] = {
    "repeats": {"zh-CN": "起", "en": "incidents"},
    "link_p90": {"zh-CN": "分钟", "en": "minutes"},
    "rating": {"zh-CN": "星", "en": "stars"},
    "false_alarms": {"zh-CN": "%", "en": "%"},
}


@dataclass(frozen=True, slots=True)
class Metric:
    """``about``: a cause, a link of the chain or a playbook; none of the share of false alarms."""

    kind: Kind
    about: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.about}" if self.about else self.kind

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return self.kind == "rating"

    def reached(self, value: float | None, target: float) -> bool | None:
        """Whether a value is as good as the target; nothing is known of no value."""
        if value is None:
            return None
        return value >= target if self.rises else value <= target


def read_metric(text: str) -> Metric:
    """``repeats:stock_shortage``, ``link_p90:contacted``, ``rating:stock_out`` or ``false_alarms``.

    Raises ``ValueError`` for anything else; whether a playbook exists is not known here.
    """
    found = _METRIC.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is none of the figures that measure themselves")
    if found[3]:
        return Metric("false_alarms")
    metric = Metric(found[1], found[2])  # type: ignore[arg-type]  # the pattern names the kinds
    known = {"repeats": CAUSES, "link_p90": STEPS}.get(metric.kind)
    if known is not None and metric.about not in known:
        raise ValueError(f"{metric.about!r} is no cause and no link of the chain")
    return metric


def say_target(metric: Metric, target: float, language: Language) -> str:
    """``≤ 2 incidents``."""
    return f"{'≥' if metric.rises else '≤'} {say_number(target)} {UNITS[metric.kind][language]}"


def say_number(value: float | None) -> str:
    """Without noughts that say nothing; a dash for nothing."""
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
