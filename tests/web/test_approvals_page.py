"""The page of approvals: what is asked of whom until when, answered there, and what was answered before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderwatch.web.health.sent import mask, would_send
from tests.pipeline.answering import Answering, important
from tests.pipeline.desk import Desk
from tests.web.conftest import HOSTILE, LogIn, harmless_page, plain, rows_of, send, shown

PAGE = "/approvals?lang=en"


@pytest.fixture
def asked(company: Desk) -> Answering:
    """A voucher of 90.00 about SO-1 waits for the supervisor."""
    return ask_about(company, "SO-1", 900_000)


def ask_about(desk: Desk, order: str, value: int) -> Answering:
    from sqlalchemy import text

    from orderwatch.store import playbooks

    important(desk, order, value)
    made = Answering(desk)
    loaded = made.loaded
    assert loaded is not None
    with desk.engine.begin() as conn:
        playbooks.publish(conn, playbooks.Release("r1", [loaded]), {}, desk.now())
        conn.execute(
            text("insert into response values (:i, 1, :p, :s, 'inc-' || :i || '-r1', business_now(), null)"),
            {"i": made.response.incident_id, "p": loaded.id, "s": loaded.sha},
        )
    made.ask()
    return made


def number(asked: Answering) -> int:
    (found,) = asked.desk.ask("select max(approval_id) from approval")
    return int(found)


def test_it_says_what_is_asked_of_whom_until_when_and_what_silence_means(log_in: LogIn, asked: Answering) -> None:
    said = shown(log_in("viewer"), PAGE)
    for words in (
        "Issue the voucher · ¥90.00",
        "SO-1",
        "order of ¥9,000.00",
        "asks the customer service supervisor may answer, too: operations manager",
        "14:00 then operations manager is asked",
        "limit for orders like it 4 h",
        "a voucher of ¥90.00 → C-…-1",
        "these may answer: customer service supervisor, operations manager",
    ):
        assert words in said, words
    asked.out_of_time()
    assert "16:00 then it is a no" in shown(log_in("viewer"), PAGE)
    zh = shown(log_in("viewer"), "/approvals?lang=zh-CN")
    assert "到时视为拒绝" in zh and "发放补偿券" in zh and "asks" not in zh


def test_only_who_may_answer_is_offered_it(log_in: LogIn, company: Desk) -> None:
    ask_about(company, "SO-1", 1_500_000)

    def offered(login: str) -> tuple[bool, bool]:
        page = log_in(login).get(PAGE).text
        return "/approve?" in page, "/reject?" in page

    assert offered("viewer") == offered("picker") == (False, False)
    assert offered("supervisor") == (False, True)  # 150.00 is more than the role may approve
    assert offered("manager") == (True, True)


def test_an_answer_on_the_page_counts_and_is_listed_below(log_in: LogIn, asked: Answering) -> None:
    path = f"/approvals/{number(asked)}/approve"
    answer = send(log_in("supervisor"), path, amount_minor=9000, reason=f"good customer {HOSTILE}")
    assert (answer.status_code, answer.headers["hx-refresh"]) == (200, "true")
    assert asked.states("issue_voucher") == ["planned"]
    page = log_in("viewer").get(PAGE).text
    said = plain(page)
    assert "Nothing waits for a decision" in said and "Answered 1" in said
    assert "approved" in said and "customer service supervisor, 12:00" in said and "good customer" in said
    assert harmless_page(page)


def test_a_refusal_is_told_in_the_dialog(log_in: LogIn, asked: Answering) -> None:
    path = f"/approvals/{number(asked)}"
    for login, decision, fields, status, words in (
        ("picker", "approve", {"amount_minor": 9000}, 403, "you are not asked here"),
        ("supervisor", "approve", {"amount_minor": 8000}, 409, "¥90.00 waits to be released now"),
        ("supervisor", "reject", {"amount_minor": 9000}, 422, "say why"),
        ("supervisor", "approve", {}, 422, "input is wrong"),
    ):
        answer = send(log_in(login), f"{path}/{decision}", **fields)
        assert answer.status_code == status and words in plain(answer.text), (login, decision, answer.text)
    assert asked.desk.ask("select count(*) from approval_answer") == [0]


def test_nothing_is_answered_from_elsewhere_or_by_reading(log_in: LogIn, asked: Answering) -> None:
    path = f"/approvals/{number(asked)}/approve"
    someone = log_in("supervisor")
    assert someone.get(path).status_code == 405
    assert someone.post(path, data={"amount_minor": "9000"}).status_code == 403
    assert asked.desk.ask("select count(*) from approval_answer") == [0]


def test_who_asks_sees_what_waits_for_them_and_how_it_ended(log_in: LogIn, company: Desk) -> None:
    for order, decision in (("SO-1", "approve"), ("SO-2", "reject")):
        ask_about(company, order, 900_000).answer(decision, "supervisor")
    silent = ask_about(company, "SO-3", 900_000)
    silent.out_of_time()
    silent.out_of_time()
    ask_about(company, "SO-4", 900_000)
    assert "SO-4" in shown(log_in("supervisor"), "/approvals?mine=true&lang=en").partition("Answered")[0]
    assert "Nothing is asked of you" in shown(log_in("picker"), "/approvals?mine=true&lang=en")

    def past(said: str) -> list[str]:
        rows = rows_of(log_in("viewer"), f"/approvals.csv?which=answered&said={said}&lang=en")
        return [row[3] for row in rows[1:]]

    assert past("all") == ["SO-3", "SO-2", "SO-1"]
    assert (past("approved"), past("rejected"), past("nobody"), past("withdrawn")) == (["SO-1"], ["SO-2"], ["SO-3"], [])
    assert "nobody answered, which is a no" in shown(log_in("viewer"), "/approvals?said=nobody&lang=en")


def test_lists_are_paged_and_files(log_in: LogIn, company: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from orderwatch.web.health import approvals

    for place in range(3):
        ask_about(company, f"=SO-{place}", 900_000)
    monkeypatch.setattr(approvals.read_approvals, "__defaults__", (2,))
    monkeypatch.setattr(approvals, "SIZE", 2)
    client = log_in("viewer")
    first, second = shown(client, PAGE), shown(client, "/approvals?page=2&lang=en")
    assert "1 / 2" in first and "=SO-0" in first and "=SO-2" not in first and "=SO-2" in second
    rows = rows_of(client, "/approvals.csv?lang=en")
    assert len(rows) == 4 and rows[1][4] == "'=SO-0" and rows[1][7] == "14:00"


def test_a_pause_that_holds_it_is_said(log_in: LogIn, asked: Answering) -> None:
    from orderwatch.store import pauses

    with asked.desk.engine.begin() as conn:
        pauses.take(conn, scope="everything", subject="", by="manager", reason="r", lasting=timedelta(hours=1),
                    now=asked.desk.now())  # fmt: skip
    assert "after a yes it still waits for the hand-back" in shown(log_in("supervisor"), PAGE)


def test_the_tab_counts_what_waits_and_says_when_it_is_yours(log_in: LogIn, asked: Answering) -> None:
    for login, badge in (("supervisor", 'class="badge now">1<'), ("picker", 'class="badge">1<')):
        for address in ("/board?lang=en", PAGE):
            assert badge in log_in(login).get(address).text.partition("<main")[0], (login, address)
    asked.answer("reject", "supervisor")
    assert "badge" not in log_in("supervisor").get("/board?lang=en").text.partition("<main")[0]


def test_the_api_lists_and_answers(log_in: LogIn, asked: Answering) -> None:
    client, same = log_in("supervisor"), {"sec-fetch-site": "same-origin"}
    (one,) = client.get("/api/v1/approvals?mine=true").json()["approvals"]
    assert (one["amount_minor"], one["roles"], one["order_id"]) == (
        9000, ["customer_service_supervisor", "operations_manager"], "SO-1"
    )  # fmt: skip
    assert "payload" not in one and "recipient" not in one
    path = f"/api/v1/approvals/{one['approval_id']}"
    refused = client.post(f"{path}/reject", json={"amount_minor": 9000}, headers=same)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "no_reason")
    done = client.post(f"{path}/reject", json={"amount_minor": 9000, "reason": "no"}, headers=same).json()
    assert (done["outcome"], done["released"], done["role"]) == ("rejected", False, "customer_service_supervisor")
    again = client.post(f"{path}/approve", json={"amount_minor": 9000}, headers=same)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "answered_already")
    (past,) = client.get("/api/v1/approvals?state=answered").json()["approvals"]
    assert past["answers"][0]["note"] == "no" and not client.get("/api/v1/approvals").json()["approvals"]


def test_customers_are_masked_and_letters_shown_in_the_readers_language() -> None:
    assert mask("C-100045") == "C-…45" and mask("C-1") == "C…"
    payload = {"customer_id": "C-100045", "texts": {"en": {"subject": "Sorry", "text": "late"}, "zh-CN": {
        "subject": "抱歉", "text": "晚了"}}}  # fmt: skip
    sent = would_send("customer_mail", "C-100045", payload, "zh-CN")
    assert (sent.what, sent.to, sent.subject, sent.text) == ("给客户的邮件", "C-…45", "抱歉", "晚了")
    assert would_send("warehouse", "WH", {"op": "release", "reason": "ok"}, "en").what == "the warehouse lets it go"
    assert would_send("strange", "x", {"op": 1}, "en").what == "strange"
