"""Texts name facts and choose between words; whatever else they try is refused before anybody is written to."""

from __future__ import annotations

import pytest

from orderwatch.core.plain_text import harmless
from orderwatch.core.playbook.texts import LONGEST, TextError, check_text, money, write_text

from .builders import make_facts, make_text


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ order.id }}", "SO1", "SO1"),
        ("{{ order.value_minor | money(order.currency) }}", "¥1,234.05", "¥1,234.05"),
        ("{{ order.node | named }}", "拣货", "picking"),
        ("{{ order.tier | named }}", "VIP 客户", "VIP customer"),
        ("{{ order.warehouse | named }}", "WH-SH", "WH-SH"),
        ("{{ incident.nodes | named }}", "打单、拣货", "printing, picking"),
        ("{{ order.minutes_late | duration }}", "3 小时 10 分", "3 h 10 m"),
        ("{{ order.region or '—' }}", "—", "—"),
        ("{% if order.tier == 'vip' %}a{% elif order.still_late %}b{% else %}c{% endif %}", "a", "a"),
        ("{% if not order.still_late and order.value_minor > 5 %}a{% endif %}b", "b", "b"),
        ("{{ 'late' if order.still_late else 'gone' }}", "late", "late"),
        ("{% if 'pick' in incident.nodes %}a{% endif %}", "a", "a"),
        ("{# nobody reads this #}a", "a", "a"),
    ],
)
def test_a_text_is_written_with_its_facts(source: str, zh: str, en: str) -> None:
    facts = make_facts(
        order={"value_minor": 123_405, "tier": "vip", "warehouse": "WH-SH", "minutes_late": 190},
        incident={"nodes": ("print", "pick")},
    )
    text = make_text(source, source)
    assert list(check_text(text)) == []
    assert (write_text(text, "zh-CN", facts), write_text(text, "en", facts)) == (zh, en)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ order.colour }}", "there is no 'order.colour'; known are incident.id"),
        ("{{ order }}", "there is no 'order'"),
        ("{{ self }}", "there is no 'self'"),
        ("{{ order.id.upper }}", "there is no '….upper'"),
        ("{{ order.__class__ }}", "there is no 'order.__class__'"),
        ("{{ order.id.upper() }}", "call is not allowed"),
        ("{{ order['id'] }}", "getitem is not allowed"),
        ("{{ order.id ~ 'x' }}", "concat is not allowed"),
        ("{{ 9**9**9 }}", "pow is not allowed"),
        ("{{ 'x' * 99999999999 }}", "mul is not allowed"),
        ("{% for node in incident.nodes %}{% endfor %}", "for is not allowed"),
        ("{% set x = 1 %}", "assign is not allowed"),
        ("{% include 'x' %}", "include is not allowed"),
        ("{% macro x() %}{% endmacro %}", "macro is not allowed"),
        ("{% filter money %}x{% endfilter %}", "filterblock is not allowed"),
        ("{{ order.id is defined }}", "test is not allowed"),
        ("{{ order.id | upper }}", "there is no filter 'upper'; known are money, named, duration"),
        ("{{ order.id | money(order.currency) }}", "money is for int and string, not string and string"),
        ("{{ order.value_minor | money }}", "money is for int and string, not int"),
        ("{{ order.value_minor | named }}", "named is for string or strings, not int"),
        ("{{ order.tier | duration }}", "duration is for int, not string"),
        ("{% if order.id > 5 %}x{% endif %}", "string and int cannot be compared"),
        ("{% if order.minutes_late in order.value_minor %}x{% endif %}", "int and int cannot be compared"),
        ("{% if 1 < 2 < 3 %}x{% endif %}", "cannot be compared"),
        ("{% if (order.region or 5) > 3 %}x{% endif %}", "one or the other and int cannot be compared"),
        ("{{ 'late' if order.still_late }}", "needs an else"),
        ("{{ 1.5 }}", "1.5 is neither a word, a whole number, true nor false"),
        ("{{ order.id", "line 1 of the text: "),
        ("{% if %}", "line 1 of the text: "),
        ("{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "nested too deeply"),
        ("{{ " + "not (" * 300 + "true" + ")" * 300 + " }}", "nested too deeply"),
        ("x" * (LONGEST + 1), "longer than 2000 characters"),
    ],
)
def test_what_a_text_may_not_do_is_refused_in_either_language(source: str, told: str) -> None:
    ((zh, said),) = check_text(make_text(source))
    ((en, again),) = check_text(make_text("words", source))
    assert (zh, en) == ("zh-CN", "en")
    assert told in said and said == again


def test_foreign_text_is_made_harmless() -> None:
    facts = make_facts(order={"id": "SO1\n\x07<@all> {{ 7*7 }}"})
    assert write_text(make_text("{{ order.id }}"), "zh-CN", facts) == "SO1 <@all> {{ 7*7 }}"
    assert "<@all>" not in write_text(make_text("{{ order.id }}"), "zh-CN", facts, harmless)


def test_a_text_without_an_answer_is_a_text_error() -> None:
    with pytest.raises(TextError):
        write_text(make_text("{{ nothing }}"), "zh-CN", make_facts())


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [(5000, "CNY", "¥50.00"), (5, "USD", "$0.05"), (123_456_789, "EUR", "€1,234,567.89"), (100, "CHF", "CHF 1.00")],
)
def test_money_is_written_as_people_write_it(amount: int, currency: str, said: str) -> None:
    assert money(amount, currency) == said
