"""A customer's words are kept without what would lead to a person, and nothing in them acts on a reader."""

from __future__ import annotations

import pytest

from orderwatch.core.refusals import Refusal
from orderwatch.core.survey.words import LONGEST, clean_words


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("短信说今天发，等到晚上也没动静", "短信说今天发,等到晚上也没动静"),
        ("我的电话13812345678请回电", "我的电话…请回电"),
        ("call +86 138-1234-5678 please", "call … please"),
        ("１３８１２３４５６７８", "…"),
        ("幺三八一二三四五六七八", "…"),
        ("邮箱zhang.san@example.com，谢谢", "邮箱…,谢谢"),
        ("微信：张三@weixin", "…"),
        ("waited 3 days, order 2 of 2", "waited 3 days, order 2 of 2"),
        ("a\x00b\u202ec\nd", "abc d"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        (" \n ", None),
        (None, None),
    ],
)
def test_what_is_kept(said: str | None, kept: str | None) -> None:
    assert clean_words(said) == kept


def test_more_than_a_few_words_are_refused_before_anything_is_done_with_them() -> None:
    assert clean_words("好" * LONGEST) == "好" * LONGEST
    with pytest.raises(Refusal, match="too long: 501, at most 500"):
        clean_words("好" * (LONGEST + 1))
