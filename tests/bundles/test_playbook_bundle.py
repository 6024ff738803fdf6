"""An open incident finishes on the files it began with, whatever is done to them meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, text

from orderwatch.store.playbooks import read_errors, read_served
from tests.bundles.conftest import Open

if TYPE_CHECKING:
    from orderwatch.bundles.playbooks import PlaybookBundle

NAME = "triage_check.yaml"


def edit(source: Path, old: str, new: str) -> None:
    file = source / NAME
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def version_of(bundle: PlaybookBundle) -> str:
    current = bundle.get_current_version()
    assert current is not None
    return current.version


def dag_ids(folder: Path) -> tuple[set[str], dict[str, str]]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(folder)
    return set(bag.dags), {Path(file).name: error for file, error in bag.import_errors.items()}


def test_the_files_become_dags_and_are_served(open_bundle: Open, engine: Engine) -> None:
    bundle = open_bundle()
    assert dag_ids(bundle.path) == ({"playbook_single_important", "playbook_triage_check"}, {})
    with engine.connect() as conn:
        assert [one.id for one in read_served(conn)] == ["single_important", "triage_check"]
        assert read_errors(conn) == {}


def test_unchanged_files_are_no_new_version_and_write_nothing(open_bundle: Open, engine: Engine) -> None:
    bundle = open_bundle()
    before = version_of(bundle)
    with engine.connect() as conn:
        written = conn.execute(text("select xmin::text from playbook_served")).scalar_one()
    bundle.refresh()
    assert version_of(bundle) == before
    with engine.connect() as conn:
        assert conn.execute(text("select xmin::text from playbook_served")).scalar_one() == written


def test_an_edited_file_is_a_new_version_beside_the_old_one(open_bundle: Open, source: Path) -> None:
    bundle = open_bundle()
    before = version_of(bundle)
    edit(source, "priority: normal", "priority: urgent")
    bundle.refresh()
    assert version_of(bundle) != before
    assert "priority: urgent" in (bundle.path / NAME).read_text()
    pinned = open_bundle(before)
    assert "priority: urgent" not in (pinned.path / NAME).read_text()
    assert version_of(pinned) == before


def test_a_step_that_is_renamed_while_a_run_waits_is_still_there_for_the_run(open_bundle: Open, source: Path) -> None:
    from orderwatch.bundles.dags import dags_of

    bundle = open_bundle()
    before = version_of(bundle)
    edit(source, "  check_order:\n", "  look_at_order:\n")
    edit(source, "check_order", "look_at_order")
    bundle.refresh()
    old = dags_of(open_bundle(before).path, "playbook_triage_check")["playbook_triage_check"]
    new = dags_of(bundle.path, "playbook_triage_check")["playbook_triage_check"]
    assert "check_order" in old.task_ids and "look_at_order" in new.task_ids


@pytest.mark.parametrize("machine", ["first", "another"])
def test_a_release_that_is_gone_from_disk_is_brought_back_from_the_database(
    open_bundle: Open, source: Path, machine: str
) -> None:
    import shutil

    bundle = open_bundle()
    before, text_before = version_of(bundle), (bundle.path / NAME).read_text()
    edit(source, "priority: normal", "priority: urgent")
    bundle.refresh()
    shutil.rmtree(bundle.base_dir / "releases" / before)
    assert (open_bundle(before, machine).path / NAME).read_text() == text_before


def test_a_release_that_nobody_knows_is_named(open_bundle: Open) -> None:
    open_bundle()
    with pytest.raises(FileNotFoundError, match="release nobody of the playbooks is neither here nor in the database"):
        open_bundle("nobody")


def test_of_a_broken_file_the_last_good_version_stays_and_the_error_hurts_nothing(
    open_bundle: Open, source: Path, engine: Engine
) -> None:
    bundle = open_bundle()
    before, texts = version_of(bundle), {file.name: file.read_text() for file in bundle.path.glob("*.yaml")}
    edit(source, "due: ", "due: 15 # ")
    bundle.refresh()
    assert {file.name: file.read_text() for file in bundle.path.glob("*.yaml")} == texts
    assert version_of(bundle) != before  # else Airflow does not look for the file that tells the error
    dags, errors = dag_ids(bundle.path)
    assert dags == {"playbook_single_important", "playbook_triage_check"}
    assert list(errors) == ["playbook_errors.py"]
    assert "triage_check.yaml:" in errors["playbook_errors.py"] and "has no unit" in errors["playbook_errors.py"]
    with engine.connect() as conn:
        assert "has no unit" in read_errors(conn)[NAME]
        assert len(read_served(conn)) == 2


def test_a_corrected_file_takes_its_error_away(open_bundle: Open, source: Path, engine: Engine) -> None:
    bundle = open_bundle()
    edit(source, "due: ", "due: 15 # ")
    bundle.refresh()
    broken = version_of(bundle)
    edit(source, "due: 15 # ", "due: ")
    bundle.refresh()
    assert dag_ids(bundle.path)[1] == {} and version_of(bundle) != broken
    with engine.connect() as conn:
        assert read_errors(conn) == {}


def test_a_file_that_was_broken_from_the_start_is_missing_and_named(open_bundle: Open, source: Path) -> None:
    (source / NAME).write_text("playbook: [")
    dags, errors = dag_ids(open_bundle().path)
    assert dags == {"playbook_single_important"}
    assert "triage_check.yaml:1" in errors["playbook_errors.py"]


def test_without_our_database_the_files_are_served_all_the_same(
    open_bundle: Open, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle()
    edit(source, "priority: normal", "priority: urgent")
    monkeypatch.setenv(
        "AIRFLOW_CONN_ORDERWATCH_DB", '{"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "schema": "x"}'
    )
    bundle.refresh()
    assert "priority: urgent" in (bundle.path / NAME).read_text()


def test_what_could_not_be_published_is_published_at_the_next_refresh(
    open_bundle: Open, source: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dark:
        dark.setattr("orderwatch.hooks.database.DatabaseHook.engine", lambda self: 1 / 0)
        bundle = open_bundle()
    with engine.connect() as conn:
        assert read_served(conn) == []
    bundle.refresh()
    with engine.connect() as conn:
        assert len(read_served(conn)) == 2
