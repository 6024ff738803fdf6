"""Texts of playbooks: sandboxed templates that may name facts, choose between words, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache, partial
from typing import Final, get_args

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from orderwatch.core.durations import Language, say_duration
from orderwatch.core.plain_text import visible
from orderwatch.core.playbook.facts import VARIABLES, Facts, Kind
from orderwatch.core.policy.base import Text

LONGEST: Final = 2000  # characters
_SIGNS: Final[Mapping[str, str]] = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$"}
# what a text needs; a loop, a macro or a call could keep the sandbox busy, which limits neither time nor memory
_ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Getattr, nodes.Name, nodes.If, nodes.Filter,
    nodes.Compare, nodes.Operand, nodes.Const, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
)  # fmt: skip


class TextError(ValueError):
    """The template cannot be used."""


_NAMES: Final[Mapping[str, Mapping[Language, str]]] = {
    "review": {"zh-CN": "审核", "en": "review"},
    "print": {"zh-CN": "打单", "en": "printing"},
    "pick": {"zh-CN": "拣货", "en": "picking"},
    "outbound": {"zh-CN": "出库", "en": "outbound"},
    "transport": {"zh-CN": "运输", "en": "transport"},
    "regular": {"zh-CN": "普通客户", "en": "regular customer"},
    "vip": {"zh-CN": "VIP 客户", "en": "VIP customer"},
    "svip": {"zh-CN": "SVIP 客户", "en": "SVIP customer"},
}


def money(amount_minor: int, currency: str) -> str:
    """``¥50.00``: minor units of a currency with two decimals, as people write them."""
    return f"{_SIGNS.get(currency, currency + ' ')}{amount_minor // 100:,}.{amount_minor % 100:02d}"


def read_money(text: str) -> int | None:
    """What a person has typed, ``68.80`` or ``¥1,068.8``, in minor units; none where it is no amount."""
    plain = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,2}))?", re.sub(r"[¥￥$€£,\s]", "", text))
    return None if plain is None else int(plain[1]) * 100 + int((plain[2] or "").ljust(2, "0"))


def named(codes: str | tuple[str, ...], language: Language) -> str:
    """Nodes and tiers as people call them; a code without a name stays as it is."""
    names = [_NAMES.get(code, {}).get(language, code) for code in ([codes] if isinstance(codes, str) else codes)]
    return ("、" if language == "zh-CN" else ", ").join(names)


def check_text(text: Text) -> Iterator[tuple[str, str]]:
    """(language key, what is wrong) for both languages."""
    for key, source in (("zh-CN", text.zh), ("en", text.en)):
        try:
            _check(source)
        except TextError as error:
            yield key, str(error)


def write_text(text: Text, language: Language, facts: Facts, clean: Callable[[str], str] = visible) -> str:
    """The text with its facts; text from outside is made harmless by ``clean``.

    Raises:
        TextError: the template has no answer for these facts.
    """
    values = {
        group: {name: clean(value) if isinstance(value, str) else value for name, value in about.items()}
        for group, about in facts.nested().items()
    }
    try:
        return _template(text.say(language), language).render(values).strip()
    except (TemplateError, TypeError, ValueError) as error:
        raise TextError(f"{text.say(language)[:60]!r}: {error}") from error


@cache
def _template(source: str, language: Language) -> Template:
    return _environment(language).from_string(source)


@cache
def _environment(language: Language) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    made.filters = {
        "money": money,
        "named": partial(named, language=language),
        "duration": lambda minutes: say_duration(timedelta(minutes=minutes), language),
    }
    made.tests, made.globals = {}, {}
    return made


def _check(source: str) -> None:
    if len(source) > LONGEST:
        raise TextError(f"longer than {LONGEST} characters")
    try:
        tree = _environment("en").parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                raise TextError(f"{type(node).__name__.lower()} is not allowed in a text")
        _Kinds().of(tree)
        _template(source, "en")  # only now: compiling computes what is constant, however large
    except TemplateSyntaxError as error:
        raise TextError(f"line {error.lineno} of the text: {error.message}") from error
    except (RecursionError, MemoryError, SyntaxError) as error:  # the limits of Python's own compiler
        raise TextError("nested too deeply") from error


class _Kinds:
    """Which kind of value each part of a text has; a part without one would fail when the text is needed."""

    def of(self, node: nodes.Node) -> Kind | None:
        read = getattr(self, f"_{type(node).__name__.lower()}", None)
        if read is not None:
            kind: Kind = read(node)
            return kind
        for child in node.iter_child_nodes():
            self.of(child)
        return None

    def _getattr(self, node: nodes.Getattr) -> Kind:
        group = node.node.name if isinstance(node.node, nodes.Name) else "…"
        return self._known(f"{group}.{node.attr}")

    def _name(self, node: nodes.Name) -> Kind:
        return self._known(node.name)

    def _const(self, node: nodes.Const) -> Kind:
        kinds: dict[type, Kind] = {bool: "bool", int: "int", str: "string"}
        if type(node.value) not in kinds:
            raise TextError(f"{node.value!r} is neither a word, a whole number, true nor false")
        return kinds[type(node.value)]

    def _filter(self, node: nodes.Filter) -> Kind:
        if node.node is None or node.name not in _FILTERS:
            raise TextError(f"there is no filter {node.name!r}; known are {', '.join(_FILTERS)}")
        given = [self.of(one) for one in (node.node, *node.args)]
        if given not in _FILTERS[node.name]:
            wanted = " or ".join(map(_said, _FILTERS[node.name]))
            raise TextError(f"{node.name} is for {wanted}, not {_said(given)}")
        return "string"

    def _compare(self, node: nodes.Compare) -> Kind:
        kinds = [self.of(node.expr), *(self.of(one.expr) for one in node.ops)]
        inside = node.ops[0].op in {"in", "notin"}
        fitting = [["string", "string"], ["string", "strings"]] if inside else [[kind, kind] for kind in _ALL]
        if kinds not in fitting:
            raise TextError(f"{_said(kinds)} cannot be compared")
        return "bool"

    def _not(self, node: nodes.Not) -> Kind:
        self.of(node.node)
        return "bool"

    def _either(self, node: nodes.And | nodes.Or) -> Kind | None:
        return self._same(node.left, node.right)

    _and = _or = _either

    def _condexpr(self, node: nodes.CondExpr) -> Kind | None:
        self.of(node.test)
        if node.expr2 is None:
            raise TextError("a choice in {{ }} needs an else")
        return self._same(node.expr1, node.expr2)

    def _same(self, one: nodes.Node, other: nodes.Node) -> Kind | None:
        first, second = self.of(one), self.of(other)
        return first if first == second else None

    def _known(self, name: str) -> Kind:
        if name not in VARIABLES:
            raise TextError(f"there is no {name!r}; known are {', '.join(VARIABLES)}")
        return VARIABLES[name]


_ALL: Final = get_args(Kind)
_FILTERS: Final[Mapping[str, list[list[Kind | None]]]] = {
    "money": [["int", "string"]],
    "named": [["string"], ["strings"]],
    "duration": [["int"]],
}


def _said(kinds: Iterable[Kind | None]) -> str:
    return " and ".join(kind or "one or the other" for kind in kinds)
