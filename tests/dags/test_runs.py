"""What the DAGs do on real Airflow, with a company that has planted late orders, faults and dirt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from orderwatch.local.verdict import compare
from tests.conftest import EMPTY, Databases
from tests.dags.conftest import LEARNED, Install
from tests.dags.installation import DRIFT, HISTORY, PROGRAMME, REVIEWS, RULES, Installation, returned, states
from tests.pipeline.books import books
from tests.pipeline.company import Company

PULLS = "select source, mode, extract(epoch from until - since) from feed_pull where scan_id = :scan order by 1, 2"
ALL_SUCCEEDED = {"success"}
REHEARSED = "dags_rehearsed"


@pytest.fixture(scope="module")
def scanned(learned: dict[str, str], databases: Databases, company: Company) -> Iterator[Any]:
    """An installation after one complete scan, and that scan's run."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        installation = Installation(databases.copy(LEARNED), company, monkeypatch)
        yield installation, installation.scan(note="after the storm")


@pytest.fixture(scope="module")
def rehearsed(learned: dict[str, str], databases: Databases, company: Company) -> Any:
    """An installation after a dry run, and that run: every order is known, nobody has been alerted."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        installation = Installation(databases.copy(LEARNED, REHEARSED), company, monkeypatch)
        return installation, installation.scan(dry_run=True)


def test_the_retraining_succeeds_and_puts_its_limits_in_force(learned: dict[str, str], install: Install) -> None:
    assert set(learned.values()) == ALL_SUCCEEDED
    assert install().ask("select count(*) > 10 from threshold join threshold_active using (version)") == [True]


@pytest.mark.parametrize("empty", [("erp", "wms"), ("wms",)], ids=" and ".join)
def test_a_retraining_without_a_whole_history_fails_and_puts_no_limits_in_force(
    install: Install, empty: tuple[str, ...]
) -> None:
    installation = install(EMPTY)
    for source in empty:
        installation.company.fail(source, "empty")
    try:
        run = installation.run(HISTORY)
    finally:
        installation.company.heal()
    assert states(run)["learn_thresholds"] == "failed"
    assert installation.ask("select count(*) from threshold_version") == [0]


def test_a_scan_finds_exactly_what_was_planted_and_tells_it(scanned: Any) -> None:
    installation, run = scanned
    assert set(states(run).values()) == ALL_SUCCEEDED
    result, differences = compare(installation.company.truth(), installation.reality())
    assert differences == []
    assert result["found"] == result["planted"] > 10
    assert result["alerts_delivered"] == installation.ask("select count(*) from effect")[0] > 0


def test_messages_lead_to_the_run_that_planned_them(scanned: Any) -> None:
    installation, run = scanned
    link = f"http://airflow.example/dags/order_health_scan/runs/{quote(run.run_id, safe='')}"
    assert all(link in mail["text"] for mail in installation.mails())


def test_the_weekly_check_keeps_what_it_found_for_every_step(scanned: Any) -> None:
    installation, _ = scanned
    before = installation.ask("select count(*) from effect")
    run = installation.run(DRIFT)
    assert states(run) == {"check_drift": "success"}
    assert installation.ask("select count(*) from threshold_drift where run_id = :run", run=run.run_id) == [6]
    assert installation.ask("select count(*) from effect") == before  # in force since a moment ago: too few cases


def test_rules_are_looked_for_on_demand_and_nothing_is_proposed_before_anybody_said_anything(scanned: Any) -> None:
    installation, _ = scanned
    run = installation.run(RULES)
    assert states(run) == {"learn_rules": "success"}
    assert installation.ask("select count(*) from learned_rule") == [0]


def test_reviews_are_written_on_demand_and_nothing_is_reviewed_before_anything_is_over(scanned: Any) -> None:
    installation, _ = scanned
    run = installation.run(REVIEWS)
    done = ("write_reviews", "print_reviews", "remind_owners", "ask_customers")
    assert states(run) == dict.fromkeys(done, "success")
    assert installation.ask("select count(*) from review") == [0]


def test_a_month_that_is_not_over_is_not_written(scanned: Any) -> None:
    installation, _ = scanned
    assert states(installation.run(PROGRAMME)) == {"write_report": "success"}
    assert states(installation.run(PROGRAMME, month="2099-01")) == {"write_report": "failed"}


def test_the_note_of_the_form_is_kept_with_the_scan(scanned: Any) -> None:
    installation, run = scanned
    assert installation.ask("select note from scan_run where run_id = :run", run=run.run_id) == ["after the storm"]


def test_clearing_a_task_of_a_finished_scan_adds_nothing(scanned: Any) -> None:
    installation, run = scanned
    before = books(installation.engine), len(installation.chat()), len(installation.mails())
    assert set(installation.run_again(run, "detect_anomalies", "notify_owners").values()) == ALL_SUCCEEDED
    assert (books(installation.engine), len(installation.chat()), len(installation.mails())) == before


def test_running_a_whole_scan_again_adds_nothing(scanned: Any) -> None:
    installation, run = scanned
    before = books(installation.engine), len(installation.chat()), len(installation.mails())
    again = installation.run_all_again(run)
    assert (again.run_id, set(states(again).values())) == (run.run_id, ALL_SUCCEEDED)
    assert (books(installation.engine), len(installation.chat()), len(installation.mails())) == before
    assert installation.ask("select count(*) from scan_run where purpose = 'scan'") == [1]


def test_only_the_sources_of_the_form_are_asked(install: Install) -> None:
    installation = install()
    run = installation.scan(sources=["erp"])
    assert states(run) == {
        "open_scan": "success", "erp.pull": "success", "wms.pull": "skipped", "crm.pull": "skipped",
        "validate_feeds": "success", "apply_feeds": "success", "detect_anomalies": "success",
        "start_responses": "success", "notify_owners": "success",
    }  # fmt: skip
    assert [row[0] for row in installation.ask(PULLS, scan=returned(run, "open_scan"))] == ["erp"]


def test_the_look_back_of_the_form_reaches_behind_the_watermark(install: Install) -> None:
    installation = install()
    installation.scan()
    run = installation.scan(look_back="6h")
    pulled = installation.ask(PULLS, scan=returned(run, "open_scan"))
    assert {source for source, *_ in pulled} == {"erp", "wms", "crm"}
    assert {mode for _, mode, _ in pulled} == {"changes"}
    assert all(seconds == pytest.approx(6 * 3600, abs=600) for *_, seconds in pulled)


def test_a_dry_run_judges_everything_opens_nothing_and_tells_nobody(rehearsed: Any) -> None:
    installation, run = rehearsed
    judged = returned(run, "detect_anomalies")
    assert judged["anomalies"] + judged["suspects"] == len(installation.company.truth()["anomalies"])
    assert installation.ask("select (select count(*) from incident), (select count(*) from effect)") == [(0, 0)]
    assert states(run)["notify_owners"] == "skipped"


def test_a_source_that_is_down_reddens_its_own_pull_only_and_the_data_engineer_hears_of_it_once(
    rehearsed: Any, install: Install
) -> None:
    installation = install(REHEARSED)
    installation.company.fail("wms", "down")
    try:
        run = installation.scan()
    finally:
        installation.company.heal()
    tasks = states(run)
    assert tasks.pop("wms.pull") == "failed"
    assert set(tasks.values()) == ALL_SUCCEEDED
    assert run.state == "success"
    assert returned(run, "detect_anomalies")["unknown"] > 20  # they wait for the warehouse to speak again
    assert installation.ask("select distinct node from anomaly") == [1]  # the ERP alone says who waits for review
    chat = [message for message in installation.chat() if message["to"] == ["li.na"]]
    mails = [mail for mail in installation.mails() if mail["to"] == ["li.na@example.com"]]
    assert (len(chat), len(mails)) == (1, 1)
    assert mails[0]["subject"] == "[Orderwatch] order_health_scan.wms.pull failed"
    assert "Check that the source is up" in mails[0]["text"]


def test_a_run_is_refused_when_its_form_is_wrong(install: Install) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        install().scan(look_back="six hours")
