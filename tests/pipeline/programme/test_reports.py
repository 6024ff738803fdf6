"""A report is kept for every month that is over, the same facts are the same document, and nothing rewrites it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderwatch.core.months import Month
from orderwatch.pipeline.programme import Written, in_words, write_reports
from tests.pipeline.programme.ledger import DAY, OCTOBER, THE_5TH, Ledger

SEPTEMBER = OCTOBER.later(-1)


def write(ledger: Ledger, month: Month | None = None) -> list[Written]:
    return write_reports(ledger.desk.engine, ledger.desk.policy, ledger.desk.now(), "http://a/programme", month)


def test_the_month_that_is_over_and_those_that_were_never_written_are_written_once(ledger: Ledger) -> None:
    assert in_words(write(ledger)) == "no month is over yet"  # nothing ever happened
    ledger.incident(["SO1"], THE_5TH - 60 * DAY)
    ledger.incident(["SO2"])
    august = OCTOBER.later(-2)
    assert write(ledger) == [Written(august, 1), Written(SEPTEMBER, 1), Written(OCTOBER, 1)]
    assert in_words(write(ledger)) == "2026-10 unchanged"


def test_facts_that_come_later_are_a_new_version_and_the_old_one_stays(ledger: Ledger) -> None:
    number = ledger.incident(["SO1"])
    assert write(ledger, OCTOBER) == [Written(OCTOBER, 1)]
    ledger.message(number, THE_5TH)
    assert write(ledger, OCTOBER) == [Written(OCTOBER, 2)]
    assert write(ledger, OCTOBER) == [Written(OCTOBER, 0)]
    kept = ledger.desk.ask("select version, content -> 'figures' -> 1 ->> 'hits', policy_version, sha <> '' "
                           "from programme_report order by version")  # fmt: skip
    assert kept == [(1, "0", ledger.desk.policy.version, True), (2, "1", ledger.desk.policy.version, True)]


def test_a_month_that_goes_on_is_counted_and_not_kept(ledger: Ledger) -> None:
    running = Month.read("2026-11")
    with pytest.raises(ValueError, match="2026-11 is not over"):
        write(ledger, running)
    ledger.incident(["SO1"], ledger.desk.now() - DAY)
    assert ledger.figure("found_first", running)["count"] == 1
    assert ledger.desk.ask("select count(*) from programme_report") == [0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update programme_report set content = '{}'", "OW001"),
        ("delete from programme_report", "OW001"),
        ("truncate programme_report", "OW001"),
        ("insert into programme_report select month, 3, written_at, policy_version, '{}', '' from programme_report",
         "OW070"),
        ("insert into programme_report select month, 2, written_at, policy_version, content, 'x' from programme_report",
         "OW070"),
        ("insert into programme_report values ('2026-10-02', 1, now(), 'p', '{}', '')", "23514"),
        ("insert into weekly_digest values ('2026-11-17', now())", "23514"),
    ],
)  # fmt: skip
def test_the_database_keeps_what_was_written(ledger: Ledger, change: str, code: str) -> None:
    write(ledger, OCTOBER)
    with pytest.raises(DBAPIError) as caught, ledger.desk.engine.begin() as conn:
        conn.execute(text(change))
    assert getattr(caught.value.orig, "sqlstate", "") == code
