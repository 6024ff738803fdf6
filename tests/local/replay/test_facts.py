"""What a history says of its orders is believed in the pipeline's own form only; else column and row are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orderwatch.local.history_file import HistoryError
from orderwatch.local.replay.facts import read_facts

from .stories import ZONE, at


def facts(column: str, *values: Any) -> list[dict[str, Any]]:
    return read_facts(Path("june.csv"), pd.DataFrame({column: list(values)}), ZONE)


def test_nothing_is_said_where_a_cell_is_empty() -> None:
    assert facts("fault_code", None, "", float("nan"), "PRT-1") == [{}, {}, {}, {"fault_code": "PRT-1"}]


def test_lists_are_words_or_json() -> None:
    wanted = {"flags": ["stocking", "test"]}
    assert facts("flags", "stocking, test", '["stocking", "test"]') == [wanted, wanted]


def test_an_article_has_what_it_does_not_say_like_an_ordinary_one() -> None:
    (said,) = facts("lines", '[{"line_no": 1, "sku": "A", "presale": true, "ship_by": "2026-06-09T18:00:00+08:00"}]')
    (line,) = said["lines"]
    assert line["presale"] and line["quantity"] == 1 and line["fulfilment"] == "warehouse"
    assert line["ship_by"] == "2026-06-09T18:00:00+08:00"


def test_instants_are_local_times() -> None:
    assert facts("platform_deadline_at", "2026-06-03 12:00:00", None) == [
        {"platform_deadline_at": at("06-03 12:00")},
        {},
    ]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("kind", "wholesale", "'normal' or 'presale'"),
        ("payment", "later", "row 2"),
        ("currency", "yuan", "currency yuan"),
        ("lines", "[{", "lines"),
        ("lines", "[]", "at least 1"),
        ("lines", '[{"line_no": 1}]', "0.sku"),
        ("lines", '[{"line_no": 1, "sku": "A", "colour": "red"}]', "0.colour"),
        ("lines", '[{"line_no": 1, "sku": "A", "ship_by": "2026-06-09 18:00"}]', "timezone"),
        ("customs_status", "lost", "customs_status lost"),
        ("delay_requests", '[{"request_id": "R1"}]', "requested_by"),
        ("platform_deadline_at", "soon", "is no instant"),
        ("wave_no", "W" * 65, "64"),
    ],
)
def test_a_mistake_names_column_and_row(column: str, value: str, what: str) -> None:
    with pytest.raises(HistoryError) as told:
        facts(column, None, value)
    assert "june.csv" in str(told.value) and column in str(told.value) and "row 2" in str(told.value)
    assert what in str(told.value)


def test_text_from_outside_stays_text() -> None:
    hostile = "[red]<script>=1+1"
    assert facts("fault_code", hostile) == [{"fault_code": hostile}]
    assert facts("flags", json.dumps([hostile])) == [{"flags": [hostile]}]
