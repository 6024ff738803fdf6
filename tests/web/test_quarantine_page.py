"""The page of refused records: what was wrong with which, and nothing done before it has been shown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import text

from tests.pipeline.desk import HOUR, Desk
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, rows_of, send, shown

PAGE = "/quarantine?lang=en"


@pytest.fixture
def refused(company: Desk) -> Desk:
    """Three orders of unknown status, one of them with a hostile number, and a shipment of tomorrow."""
    for number, (feed, record, reason) in enumerate((
        ("orders", "SO-1", "unknown_status"), ("orders", "SO-2", "unknown_status"),
        ("orders", HOSTILE, "unknown_status"), ("shipments", "=OB-9", "future_time"),
    )):  # fmt: skip
        refuse(company, number, feed, record, reason)
    return company


def refuse(desk: Desk, number: int, feed: str, record: str, reason: str) -> None:
    words = {"zh-CN": f"规则 {reason}", "en": f"rule {reason}"}
    with desk.engine.begin() as conn:
        conn.execute(
            text("""
            insert into quarantine (source, feed, record_id, reason, message, detail, record, record_sha, first_seen_at)
            values ('erp', :feed, :record, :reason, cast(:words as jsonb), :detail, '{"phone": "138"}', :sha,
                business_now())
            """),
            {"feed": feed, "record": record, "reason": reason, "words": json.dumps(words), "sha": str(number),
             "detail": f"status={HOSTILE}"},
        )  # fmt: skip


def numbers(desk: Desk, reason: str = "unknown_status") -> list[int]:
    return desk.ask("select quarantine_id from quarantine where reason = :r order by 1", r=reason)


def preview(log_in: LogIn, login: str, what: str, ids: list[int]) -> Any:
    query = "&".join(f"ids={one}" for one in ids)
    return log_in(login).get(f"/quarantine/preview?what={what}&{query}&lang=en")


def test_it_says_which_record_which_rule_which_field_and_since_when(log_in: LogIn, refused: Desk) -> None:
    refused.advance(2 * HOUR)
    page = log_in("viewer").get(PAGE).text
    said = plain(page)
    assert "Refused records 4" in said and "3 rule unknown_status ERP · orders · first 2 h ago" in said
    assert "SO-1 ERP · orders rule unknown_status unknown_status status=" in said and "12:00 2 h ago waiting" in said
    assert harmless_page(page) and "138" not in page  # the record itself is nobody's business here
    assert 'href="/order?q=SO-1&amp;lang=en"' in page
    assert "规则 future_time" in shown(log_in("viewer"), "/quarantine?lang=zh-CN")


def test_a_rule_can_be_chosen_and_the_list_is_a_file(log_in: LogIn, refused: Desk) -> None:
    client = log_in("viewer")
    only = "/quarantine?source=erp&feed=shipments&reason=future_time&lang=en"
    said = shown(client, only)
    assert "Refused records 1" in said and "=OB-9" in said and "SO-1" not in said
    rows = rows_of(client, only.replace("/quarantine?", "/quarantine.csv?"))
    assert [row[3] for row in rows[1:]] == ["'=OB-9"]
    assert len(rows_of(client, "/quarantine.csv?lang=en")) == 5
    assert client.get("/quarantine?source=%27or").status_code == 422


def test_only_who_may_settle_them_is_offered_it(log_in: LogIn, refused: Desk) -> None:
    for login, offered in (("viewer", False), ("supervisor", False), ("engineer", True), ("manager", True)):
        assert ("/quarantine/preview?" in log_in(login).get(PAGE).text) == offered, login
    assert "Your role may not" in plain(preview(log_in, "supervisor", "again", numbers(refused)).text)


def test_a_preview_lists_what_would_happen_and_does_nothing(log_in: LogIn, refused: Desk) -> None:
    ids = numbers(refused)
    refused.ask_to_change(
        "update quarantine set state = 'superseded', handled_at = business_now() where record_id = 'SO-2'"
    )
    answer = preview(log_in, "engineer", "discard", ids)
    said = plain(answer.text)
    assert "Give up: 2 / 3" in said and "SO-1 ERP · orders" in said and "given up for good" in said
    assert "nothing: superseded 12:00" in said and harmless_page(answer.text)
    assert re.findall(r'name="ids" value="([\d,]+)"', answer.text) == [f"{ids[0]},{ids[2]}"]
    assert refused.ask("select count(*) from quarantine where state = 'discarded'") == [0]
    assert "No record has been chosen" in plain(preview(log_in, "engineer", "again", []).text)
    assert preview(log_in, "engineer", "again", list(range(1, 202))).status_code == 422


def test_the_chosen_are_taken_in_again_or_given_up_and_the_rest_is_said(log_in: LogIn, refused: Desk) -> None:
    first, second, third = numbers(refused)
    answer = send(log_in("engineer"), "/quarantine/again", ids=f"{first},{second}")
    assert answer.headers["hx-retarget"] == "#preview" and "checks 2 once more" in plain(answer.text)
    assert refused.ask("select count(*) from quarantine where replay_asked_at is not null") == [2]
    assert "checked again by the next scan" in shown(log_in("viewer"), PAGE)
    send(log_in("engineer"), "/quarantine/discard", ids=str(second))
    answer = send(log_in("manager"), "/quarantine/discard", ids=f"{second},{third}")
    assert "1 given up 1 had been settled meanwhile" in plain(answer.text)
    assert refused.ask("select handled_by from quarantine where state = 'discarded' order by handled_by") == [
        "engineer", "manager"
    ]  # fmt: skip
    assert "discarded 12:00 · 王芳" in shown(log_in("viewer"), "/quarantine?state=settled&lang=en")


@pytest.mark.parametrize("ids", ["", "x", "1;2", "1,", ",".join("1" * 201), "9" * 19])
def test_what_is_no_list_of_numbers_is_refused(log_in: LogIn, refused: Desk, ids: str) -> None:
    answer = send(log_in("engineer"), "/quarantine/discard", ids=ids)
    assert answer.status_code == 422 and "input is wrong" in plain(answer.text)


def test_what_is_not_the_readers_is_refused_in_the_dialog(log_in: LogIn, refused: Desk) -> None:
    answer = send(log_in("supervisor"), "/quarantine/again", ids=str(numbers(refused)[0]))
    assert answer.status_code == 403 and "may not do this" in plain(answer.text)
    gone = send(log_in("engineer"), "/quarantine/again", ids="77")
    assert gone.status_code == 404 and "none of these records" in plain(gone.text)
    assert log_in("engineer").post("/quarantine/again", data={"ids": "1"}).status_code == 403
    assert refused.ask("select count(*) from quarantine where replay_asked_at is not null") == [0]


def test_the_tab_counts_what_waits(log_in: LogIn, refused: Desk) -> None:
    assert 'class="badge">4<' in log_in("viewer").get("/board?lang=en").text.partition("<main")[0]
