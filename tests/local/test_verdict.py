"""The demonstration is exact only when everyone has heard of their own orders, in every channel meant for it."""

from __future__ import annotations

from typing import Any

import pytest

from orderwatch.local.verdict import Reality, compare
from orderwatch.store.findings import Found

PLANTED = [  # order, node, kind, level, group
    ("SO1", "pick", "single", 0, None),
    ("SO2", "review", "single", 0, None),
    ("SO3", "pick", "single", 1, None),
    *((f"SO{number}", "transport", "batch", 2, "MF-1") for number in range(10, 18)),
]
EXEMPT = ("SO4", "pick", "presale")
BATCH = [row[0] for row in PLANTED if row[2] == "batch"]
TRUTH = {
    "orders": 20,
    "anomalies": [
        dict(zip(("order_id", "node", "kind", "level", "group"), row, strict=True)) for row in PLANTED
    ],
    "suppressed": [dict(zip(("order_id", "node", "reason"), EXEMPT, strict=True))],
    "incidents": [
        *({"kind": kind, "group": None, "level": level, "order_ids": [order]}
          for order, _, kind, level, _ in PLANTED if kind == "single"),
        {"kind": "batch", "group": "MF-1", "level": 2, "order_ids": BATCH},
    ],
    "quarantined": [],
}  # fmt: skip


def _mail(to: str, *orders: str) -> dict[str, Any]:
    return {"to": [f"{to}@example.com"], "text": f"订单（{len(orders)}）：{'、'.join(orders)}\n"}


def _chat(to: str, *orders: str, channel: str = "app", more: str = "") -> dict[str, Any]:
    return {"to": [to], "channel": channel, "content": f"> 订单：{'、'.join(orders)}\n{more}"}


SUPERVISORS, MANAGERS = ("li.ting", "chen.chen"), ("wang.fang", "zhao.lei")
MAILS = {
    "zheng.qiang": _mail("zheng.qiang", "SO1"),
    "sun.yue": _mail("sun.yue", "SO2"),
    **{name: _mail(name, "SO3") for name in SUPERVISORS},
    **{name: _mail(name, *BATCH) for name in MANAGERS},
}
CHAT = {
    "robot": _chat("robot", "SO1", channel="robot"),
    "sun.yue": _chat("sun.yue", "SO2"),
    **{name: _chat(name, "SO3") for name in SUPERVISORS},
    **{name: _chat(name, *BATCH[:6], "等 8 单") for name in MANAGERS},
}


def differences(mails: dict[str, Any] = MAILS, chat: dict[str, Any] = CHAT, orders: int = 20) -> list[str]:
    numbers = {row: number for number, row in enumerate(dict.fromkeys(row[4] or row[0] for row in PLANTED))}
    found = [
        Found(order, node, kind, level, group, numbers[group or order], {})
        for order, node, kind, level, group in PLANTED
    ]
    reality = Reality(orders, found, [EXEMPT], [], list(chat.values()), list(mails.values()), 0, 1.0)
    result, said = compare(TRUTH, reality)
    assert result["exact"] == (not said)
    return said


def test_a_scan_of_which_everyone_has_heard_is_exact() -> None:
    assert differences() == []


def test_an_order_that_nobody_watches_is_a_difference() -> None:
    assert differences(orders=19) == ["the company has 20 open orders, Orderwatch watches 19"]


@pytest.mark.parametrize("name", MAILS)
def test_a_missing_mail_is_a_difference(name: str) -> None:
    said = differences(mails={one: mail for one, mail in MAILS.items() if one != name})
    assert said and all(f"{name}@example.com by mail was not told about" in line for line in said)


@pytest.mark.parametrize("name", CHAT)
def test_a_missing_chat_message_is_a_difference(name: str) -> None:
    said = differences(chat={one: message for one, message in CHAT.items() if one != name})
    assert said and all(f"{name} by " in line and "was not told about" in line for line in said)


def test_a_wrong_recipient_is_a_difference_twice() -> None:
    assert differences(mails={**MAILS, "sun.yue": _mail("wu.hao", "SO2")}) == [
        "sun.yue@example.com by mail was not told about SO2",
        "wu.hao@example.com by mail was told about SO2, which is not theirs",
    ]


def test_the_other_channel_of_a_role_is_a_wrong_one() -> None:
    said = differences(chat={**CHAT, "robot": _chat("zheng.qiang", "SO1")})
    assert said == [
        "zheng.qiang by app was told about SO1, which is not theirs",
        "robot by robot was not told about SO1",
    ]


def test_a_message_about_an_order_whose_waiting_is_normal_is_a_difference() -> None:
    said = differences(mails={**MAILS, "sun.yue": _mail("sun.yue", "SO2", "SO4")})
    assert said == ["sun.yue@example.com by mail was told about SO4, which is not theirs"]


def test_an_order_number_inside_a_longer_one_does_not_name_it() -> None:
    assert differences(mails={**MAILS, "zheng.qiang": _mail("zheng.qiang", "SO19")}) == [
        "zheng.qiang@example.com by mail was not told about SO1"
    ]


@pytest.mark.parametrize("more", ["另有 1 起，详见邮件。", "另有 1 起，详见邮件。\n\nand 1 more, see the mail."])
def test_a_chat_message_without_room_may_count_what_the_mail_names(more: str) -> None:
    assert differences(chat={**CHAT, "sun.yue": _chat("sun.yue", more=more)}) == []
    assert differences(mails={**MAILS, "sun.yue": _mail("sun.yue")}, chat=CHAT) != []
