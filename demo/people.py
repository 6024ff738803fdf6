"""The company's customers: made up, numbered, a few of them important."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.book import Ints, Texts
from demo.instants import DAY

TIERS = ("REGULAR", "VIP", "SVIP")
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = "安柏晨达恩帆光禾佳可岚明宁青然书桐文晓一"
_STREETS = ("测试路", "样例街", "示范大道", "演练巷")
_CITIES = ("上海", "北京")


@dataclass(frozen=True, slots=True)
class Customers:
    """One row per customer, in the order of their numbers."""

    tier: Texts
    updated: Ints
    opt_out: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def __len__(self) -> int:
        return len(self.tier)


def make_customers(rng: np.random.Generator, now: int, ordinary: int, planted: list[str]) -> Customers:
    """``ordinary`` customers, 4 % of them important, then one for each planted order with the given tier."""
    total = ordinary + len(planted)
    tier = np.concatenate([
        rng.choice(np.array(TIERS), ordinary, p=(0.96, 0.03, 0.01)),
        np.array(planted, dtype=np.str_),
    ])
    updated = now - DAY - (rng.random(total) * 150 * DAY).astype(np.int64)
    return Customers(tier, updated, rng.random(total) < 0.03)


def customer_no(index: int) -> str:
    return f"C{index + 1:05d}"


def person_name(index: int) -> str:
    return _FAMILY[index % len(_FAMILY)] + _GIVEN[index * 7 % len(_GIVEN)] + _GIVEN[index * 3 % len(_GIVEN)]


def mail_address(number: str) -> str:
    """Where a customer would be written to, made of the customer's number; nobody owns an address there."""
    return f"{number.lower()}@example.com"


def language(index: int) -> str:
    """One in eight reads English."""
    return "en" if index % 8 == 5 else "zh-CN"


def prefers_phone(index: int) -> bool:
    """One in twelve would rather be called than written to."""
    return index % 12 == 4


def phone(index: int) -> str:
    return f"199-0000-{index % 10_000:04d}"


def address(index: int, province: str) -> str:
    city = "市" if province in _CITIES else "省"
    return f"{province}{city}{_STREETS[index % len(_STREETS)]}{index % 880 + 1}号"
