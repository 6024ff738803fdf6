"""A task that fails for good is told to everyone in the role: once, in their languages, with a harmless reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from orderwatch.core.policy import load_policy
from orderwatch.paths import POLICY
from orderwatch.pipeline.policy import put_in_force
from orderwatch.store import ledger
from orderwatch.store.database import business_now
from tests.conftest import EMPTY
from tests.dags.conftest import Install
from tests.dags.installation import Installation, read_dag

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

HOSTILE = "<@all> @所有人 [pay here](http://evil.example)\\u202e\\n## **urgent**"
TINY = """
from datetime import timedelta
from airflow.sdk import DAG, task
from orderwatch.notifiers.task_failed import TaskFailedNotifier

tell = TaskFailedNotifier(role="{role}", hourly={hourly})
with DAG("tiny", schedule=None):
    @task(retries={retries}, retry_delay=timedelta(0), on_failure_callback=[tell] * {told})
    def break_down():
        raise {error}("{reason}")

    break_down()
"""
RunTiny = Callable[..., "DagRun"]


@pytest.fixture
def installation(install: Install) -> Installation:
    return install(EMPTY)


@pytest.fixture
def run_tiny(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunTiny:
    """Run a DAG of one task that fails with this reason."""
    monkeypatch.setattr("airflow.settings.DAGS_FOLDER", str(tmp_path))

    def run(**changes: object) -> DagRun:
        plain = {
            "role": "data_engineer", "hourly": False, "error": "RuntimeError", "reason": "disk full", "retries": 0,
            "told": 1,
        }  # fmt: skip
        (tmp_path / "tiny.py").write_text(TINY.format(**plain | changes))
        return read_dag("tiny", tmp_path).test()

    return run


def test_everyone_in_the_role_hears_of_it_by_chat_and_mail(run_tiny: RunTiny, installation: Installation) -> None:
    run = run_tiny(role="customer_service_supervisor")
    assert run.state == "failed"
    assert sorted(message["to"][0] for message in installation.chat()) == ["chen.chen", "li.ting"]
    assert sorted(mail["to"][0] for mail in installation.mails()) == ["chen.chen@example.com", "li.ting@example.com"]
    for told in [message["content"] for message in installation.chat()] + [one["text"] for one in installation.mails()]:
        assert "break" in told and "disk full" in told


def test_everyone_reads_it_in_their_languages(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny(role="customer_service_supervisor")
    texts = {message["to"][0]: message["content"] for message in installation.chat()}
    assert "任务失败" in texts["li.ting"] and "a task failed" in texts["li.ting"]
    assert "任务失败" in texts["chen.chen"] and "a task failed" not in texts["chen.chen"]


def test_a_failure_that_a_retry_may_mend_is_not_told(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny(retries=1)
    assert (len(installation.chat()), len(installation.mails())) == (1, 1)


def test_the_same_failure_is_told_once_however_often_the_callback_runs(
    run_tiny: RunTiny, installation: Installation
) -> None:
    run_tiny(told=2)
    assert (len(installation.chat()), len(installation.mails())) == (1, 1)
    assert installation.ask("select count(*) from effect") == [2]


def test_the_same_failure_of_the_next_run_is_not_told_again_the_same_day(
    run_tiny: RunTiny, installation: Installation
) -> None:
    run_tiny()
    run_tiny()
    assert len(installation.mails()) == 1


@pytest.mark.parametrize(("hourly", "mails"), [(False, 1), (True, 2)])
def test_whoever_answers_for_incidents_hears_of_it_again_in_the_next_hour(
    run_tiny: RunTiny, installation: Installation, hourly: bool, mails: int
) -> None:
    for minutes in (0, 10, 65):
        with installation.engine.begin() as conn:
            conn.execute(
                text("update clock set ahead = timestamptz '2026-11-18T04:00Z' - clock_timestamp() + :m"),
                {"m": timedelta(minutes=minutes)},
            )
        run_tiny(hourly=hourly)
    assert len(installation.mails()) == mails


def test_another_failure_of_the_same_task_is_told(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny()
    run_tiny(reason="something else broke")
    assert len(installation.mails()) == 2


def test_the_same_kind_of_failure_is_not_told_again_for_its_numbers(
    run_tiny: RunTiny, installation: Installation
) -> None:
    run_tiny(reason="1,048,576 of 7 rows at 2026-10-08T10:07:00.5+08:00 in <Pull object at 0x7f3a>")
    run_tiny(reason="12 of 9,000 rows at 2026-10-08T10:22:01.25+08:00 in <Pull object at 0x55de>")
    assert len(installation.mails()) == 1


def test_the_same_words_of_another_kind_of_error_are_told(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny()
    run_tiny(error="OSError")
    assert len(installation.mails()) == 2


def test_what_an_earlier_scan_left_to_tell_is_not_sent_along(run_tiny: RunTiny, installation: Installation) -> None:
    with installation.engine.begin() as conn:
        ledger.plan(
            conn, key="opened:1", family="opened", sink="mail", recipient="li.ting@example.com", level=3,
            payload={"subject": "late", "text": "late"}, now=business_now(conn), valid_for=timedelta(hours=1),
        )  # fmt: skip
    run_tiny()
    assert [mail["to"] for mail in installation.mails()] == [["li.na@example.com"]]
    assert installation.ask("select state from effect where effect_key = 'opened:1'") == ["planned"]


@pytest.fixture
def mistaken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Spoil one policy file of this installation."""

    def spoil(file: str) -> None:
        shutil.copytree(POLICY, tmp_path / "policy")
        (tmp_path / "policy" / file).write_text("levels: [\n")
        monkeypatch.setattr("orderwatch.paths.POLICY", tmp_path / "policy")

    return spoil


def test_a_broken_policy_file_is_told(
    run_tiny: RunTiny, installation: Installation, mistaken: Callable[[str], None]
) -> None:
    mistaken("grading.yaml")
    run_tiny(reason="grading.yaml:1: broken")
    assert [mail["to"] for mail in installation.mails()] == [["li.na@example.com"]]
    assert len(installation.chat()) == 1


def test_broken_roles_are_told_to_those_who_were_in_the_role_when_they_were_last_published(
    run_tiny: RunTiny, installation: Installation, mistaken: Callable[[str], None]
) -> None:
    with installation.engine.connect() as conn:
        now = business_now(conn)
    put_in_force(installation.engine, load_policy(POLICY), now)
    mistaken("roles.yaml")
    run_tiny(reason="roles.yaml:1: broken")
    assert [mail["to"] for mail in installation.mails()] == [["li.na@example.com"]]
    assert len(installation.chat()) == 1


def test_hostile_text_in_the_reason_does_no_harm(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny(reason=HOSTILE)
    (message,), (mail,) = installation.chat(), installation.mails()
    assert "pay here" in message["content"] and "urgent" in message["content"]
    assert not {"<@", "@all", "@所有人", "\u202e", "[pay here](", "\n##"} & _passages(message["content"])
    assert "\u202e" not in mail["text"]
    assert "\n" not in mail["subject"]


def test_a_chat_that_is_down_does_not_keep_the_mail(run_tiny: RunTiny, installation: Installation) -> None:
    installation.company.fail("wecom", "http_500")
    try:
        run_tiny()
    finally:
        installation.company.heal()
    assert (len(installation.chat()), len(installation.mails())) == (0, 1)
    assert installation.ask("select sink from effect where state <> 'delivered'") == ["wecom_app"]


def _passages(text: str) -> set[str]:
    """Every passage of up to twelve characters."""
    return {text[i : i + n] for i in range(len(text)) for n in range(1, 13)}
