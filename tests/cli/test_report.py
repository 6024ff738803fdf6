"""``orderwatch report``: a month counted now, as a table with its definitions or as a document."""

from __future__ import annotations

import json

from tests.cli.conftest import Call


def test_the_month_that_goes_on_is_counted_with_every_definition(call: Call, database: str) -> None:
    done = call("report", "--db", database)
    assert done.exit_code == 0, done.stderr
    assert "2026-11 (goes on)" in done.stdout and "Found before a complaint" in done.stdout
    assert "100.0 %" in done.stdout and "1 of 1" in done.stdout and "no data" in done.stdout
    assert "Of the incidents that were closed or dismissed in the month" in " ".join(done.stderr.split())


def test_a_month_without_anything_has_no_data_and_no_noughts(call: Call, database: str) -> None:
    said = json.loads(call("report", "--month", "2026-09", "--json", "--db", database).stdout)
    assert (said["month"], said["complete"]) == ("2026-09", True)
    assert {(one["value"], one["count"]) for one in said["figures"]} == {(None, 0)}


def test_what_is_no_month_is_refused_in_words(call: Call, database: str) -> None:
    done = call("report", "--month", "October", "--db", database)
    assert done.exit_code == 2 and "write it like 2026-10" in done.stderr
