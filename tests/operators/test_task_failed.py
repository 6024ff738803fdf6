"""A task that fails for good is told to everyone in the role: once, in their languages, with a harmless reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

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

tell = TaskFailedNotifier(role="{role}")
with DAG("tiny", schedule=None):
    @task(retries={retries}, retry_delay=timedelta(0), on_failure_callback=[tell] * {told})
    def break_down():
        raise RuntimeError("{reason}")

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

    def run(role: str = "data_engineer", reason: str = "disk full", retries: int = 0, told: int = 1) -> DagRun:
        (tmp_path / "tiny.py").write_text(TINY.format(role=role, reason=reason, retries=retries, told=told))
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


def test_another_failure_of_the_same_task_is_told(run_tiny: RunTiny, installation: Installation) -> None:
    run_tiny()
    run_tiny(reason="something else broke")
    assert len(installation.mails()) == 2


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
