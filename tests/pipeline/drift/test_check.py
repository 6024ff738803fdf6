"""Who hears when a version fits no longer: the approvers, once per check, and nothing is learned by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from orderwatch.pipeline import drift
from orderwatch.pipeline.drift import in_words
from tests.pipeline.desk import HOUR, NOON
from tests.pipeline.drift.month import ALL, DUE, LINK, PICK, TRANSPORT, Month, lenient
from tests.pipeline.harness import the_policy

# --- what follows ---


def test_past_the_limit_the_approvers_are_told_once_and_nothing_is_learned(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    versions = noisy.desk.ask("select count(*) from threshold_version")
    rows = noisy.check(policy=policy)
    assert [rows[node].verdict for node in (ALL, PICK, TRANSPORT)] == ["drift", "no_drift", "drift"]
    assert in_words(list(rows.values())).startswith("drift in transport; all steps: drift: false 5 of 5 alarms")
    told = noisy.told()
    assert "wang.fang@example.com" in told and "wang.fang" in told and len(told) == len(set(told))
    assert {noisy.check(policy=policy)[ALL].reason for _ in range(3)} == {rows[ALL].reason}
    assert noisy.told() == told
    assert noisy.desk.ask("select count(*) from threshold_version") == versions
    words = noisy.desk.ask("select payload ->> 'text' from effect where effect_key like 'drift:%'")
    for one in words:
        assert LINK in one and "airflow dags trigger threshold_retraining" in one
    assert any("Threshold version 1 no longer fits" in one and "5 of 5" in one for one in words)
    assert any("阈值版本 1 已偏离实际" in one and "5 / 5" in one for one in words)


def test_the_next_check_tells_again(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    noisy.check("first", policy)
    once = len(noisy.told())
    noisy.check("second", policy)
    assert len(noisy.told()) == 2 * once > 0


def test_two_that_check_at_once_keep_one_result_and_tell_once(noisy: Month) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: noisy.check(policy=policy), range(4)))
    assert {one[ALL].checked_at for one in found} == {found[0][ALL].checked_at}
    assert noisy.desk.ask("select count(*) from threshold_drift") == [6]
    assert len(noisy.told()) == len(set(noisy.told())) > 0


def test_a_check_that_dies_before_it_has_told_leaves_nothing(noisy: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = lenient(by_limits=the_policy().thresholds.drift.by_promises)

    def die(*_: Any) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="killed"):
        patched.setattr(drift, "_tell", die)
        noisy.check(policy=policy)
    assert noisy.desk.ask("select count(*) from threshold_drift") == [0]
    assert noisy.check(policy=policy)[ALL].verdict == "drift"
    assert noisy.told()


def test_a_version_that_goes_by_promises_is_held_to_more(noisy: Month) -> None:
    """Five of five is surely more than 0.63: past the limit of a clock by promises, within that of limits alone."""
    assert noisy.check("limits")[ALL].verdict == "no_drift"
    noisy.desk.set_limits(dict.fromkeys(range(1, 6), 3600), {"some": "clock"})
    noisy.desk.ask_to_change("alter table anomaly disable trigger user")
    noisy.desk.ask_to_change("update anomaly set threshold_version = (select version from threshold_active)")
    assert noisy.check("promises")[ALL].verdict == "drift"


def test_a_healthy_week_says_so_and_tells_nobody(month: Month) -> None:
    for n in range(5):
        month.order(f"SO{n}", signed=DUE + HOUR, alarmed=DUE - 30 * HOUR)
    month.happen()
    rows = month.check()
    assert in_words(list(rows.values())).startswith("no drift: false 0 of 5 alarms")
    assert month.told() == []


def test_too_few_cases_are_said_and_told_to_nobody(noisy: Month) -> None:
    rows = noisy.check(policy=the_policy())
    assert {row.verdict for row in rows.values()} == {"too_few"}
    assert rows[ALL].reason.startswith("too few cases: 5 alarms that are right or false (50 needed); 5 orders")
    assert noisy.told() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("delete from threshold_active", "no version is in force: there is nothing to check"),
        ("delete from source_feed", "the ERP or the WMS has never answered: nobody knows what has arrived"),
        (
            f"update source_feed set last_ok_at = '{NOON - HOUR}'",
            "too few cases: nothing was heard since version 1 has been in force",
        ),
    ],
)
def test_where_nothing_can_be_said_it_is_said_why(noisy: Month, change: str, why: str) -> None:
    noisy.desk.ask_to_change(change)
    rows = noisy.check()
    assert in_words(list(rows.values())) == why
    assert {row.verdict for row in rows.values()} == {"too_few"} and len(rows) == 6
    assert noisy.told() == []


def test_empty_books_and_no_promises_are_an_answer(month: Month) -> None:
    month.happen()
    assert month.check()[ALL].reason.endswith("; no promise was due")


def test_without_complaints_it_is_said_that_they_are_not_known(noisy: Month) -> None:
    noisy.desk.ask_to_change("delete from source_feed where feed = 'complaints'")
    assert noisy.check()[ALL].reason.endswith("; complaints are not known up to the end of the window")


@pytest.mark.parametrize(
    "change",
    [
        "update threshold_drift set verdict = 'no_drift'", "delete from threshold_drift", "truncate threshold_drift"
    ],
)  # fmt: skip
def test_what_was_found_cannot_be_rewritten(noisy: Month, change: str) -> None:
    noisy.check()
    with pytest.raises(DBAPIError, match="append-only"):
        noisy.desk.ask_to_change(change)


def test_the_database_keeps_one_result_per_run_and_step(noisy: Month) -> None:
    noisy.check()
    with pytest.raises(DBAPIError, match="threshold_drift_pkey"):
        noisy.desk.ask_to_change("insert into threshold_drift select * from threshold_drift")
