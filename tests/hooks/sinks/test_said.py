"""A refusal is told in the other system's words, and nobody is named in them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from orderwatch.hooks.said import said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"error": "no ticket T-00001"}, "no ticket T-00001"),
        ({"message": "已作废", "code": 7}, "已作废"),
        ({"error": {"code": "E1", "message": "too late"}}, "too late"),
        ({"detail": [{"loc": ["body"], "msg": "field required", "input": "x"}]}, "field required"),
        ({"detail": "no customer C00001"}, "no customer C00001"),
        ({"code": 20, "msg": "bad biz"}, "bad biz"),
        ({"status": "failed"}, ""),
        ({"error": ""}, ""),
        ({"error": 5}, ""),
        ([], ""),
        (None, ""),
        ({"error": {"error": {"error": {"error": "too deep"}}}}, ""),
    ],
)
def test_the_words_are_found_where_systems_put_them(content: Any, words: str) -> None:
    assert said(content) == words


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("write to zhang.san@example.com please", "write to … please"),
        ("call +86 138-0013-8000 first", "call … first"),
        ("13800138000", "…"),
        ("'张三' is not valid", "… is not valid"),
        ('"张三" and “李四” and 「王五」', "… and … and …"),
        ("unknown outbound OB26100800012", "unknown outbound OB26100800012"),
        ("don't", "don't"),
        ('"张三 li@example.com 北京" is not valid', "… is not valid"),
        ("code 31 at 10:07", "code 31 at 10:07"),
    ],
)
def test_addresses_numbers_and_quotations_are_left_out(told: str, words: str) -> None:
    assert said({"error": told}) == words


def test_what_we_have_sent_is_left_out_and_codes_stay() -> None:
    sent = {"title": "致电张三", "order_nos": ["SO1"], "texts": {"en": "Dear Mr Zhang"}}
    told = {"error": "致电张三: Dear Mr Zhang about SO1 is refused"}
    assert said(told, sent) == "…: … about SO1 is refused"


def test_the_words_are_cut_and_stay_on_one_line() -> None:
    told = said({"error": "a\r\nb\u202e\x00" + "很长" * 10_000})
    assert len(told) == 160 and told.startswith("a b很长") and told.endswith("…")


@pytest.mark.parametrize("endless", ["a" * 250_000, "1" * 250_000 + "x", "'" * 250_000, "(1 " * 80_000, "“" * 80_000])
def test_an_answer_without_an_end_holds_nobody_up(endless: str) -> None:
    before = time.process_time()
    said({"error": endless})
    assert time.process_time() - before < 5
