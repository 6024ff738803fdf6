"""What all policy files share: strictness, bilingual texts and the life of a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from orderwatch.core.durations import Language
from orderwatch.core.words import Node

RuleState = Literal["draft", "shadow", "active", "retired"]
NodeCode = Literal["review", "print", "pick", "outbound", "transport"]


class Strict(BaseModel):
    """A section of a policy file: unknown fields are errors, values never change, nothing is coerced."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Text(Strict):
    """The same words in Chinese and in English."""

    zh: str = Field(alias="zh-CN", min_length=1)
    en: str = Field(min_length=1)

    def say(self, language: Language) -> str:
        return self.zh if language == "zh-CN" else self.en


class Rule(Strict):
    """A rule that people switch on in steps: only ``active`` decides, ``shadow`` is recorded beside it."""

    title: Text
    state: RuleState


class NodeRule(Rule):
    """A rule that speaks about some of the five nodes only."""

    nodes: tuple[NodeCode, ...] = Field(min_length=1)

    def covers(self, node: Node) -> bool:
        return node.code in self.nodes
