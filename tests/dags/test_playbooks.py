"""A playbook as a DAG: readable in Airflow, one run per incident, and every rerun finds what has been done."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from orderwatch.bundles import dags as playbook_dags
from orderwatch.core.playbook.load import load_folder
from orderwatch.paths import HOME, PLAYBOOKS
from tests.conftest import Databases
from tests.dags.conftest import LEARNED
from tests.dags.installation import Installation, states
from tests.pipeline.company import Company

if TYPE_CHECKING:
    from airflow.sdk import DAG

SHIPPED = sorted(file.stem for file in PLAYBOOKS.glob("*.yaml"))


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release, as the bundle lays it out."""
    folder = tmp_path_factory.mktemp("release")
    shutil.copy(HOME / "dags" / "playbooks.py", folder)
    for name in SHIPPED:
        shutil.copy(PLAYBOOKS / f"{name}.yaml", folder)
    return folder


@pytest.fixture(scope="session")
def dags(release: Path) -> dict[str, DAG]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(release)
    assert bag.import_errors == {}
    return dict(bag.dags)


def test_every_shipped_playbook_is_a_dag_whose_tasks_are_its_steps(dags: dict[str, DAG]) -> None:
    loaded, problems = load_folder(PLAYBOOKS)
    assert problems == {}
    assert {dag_id: set(dag.task_ids) for dag_id, dag in dags.items()} == {
        f"playbook_{name}": set(one.playbook.steps) for name, one in loaded.items()
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dag_shows_its_file_and_starts_for_an_incident_only(dags: dict[str, DAG], name: str) -> None:
    dag = dags[f"playbook_{name}"]
    assert (PLAYBOOKS / f"{name}.yaml").read_text() in str(dag.doc_md)
    assert dag.schedule is None and not dag.catchup
    assert dag.max_active_runs == playbook_dags.ANY_NUMBER
    assert dag.rerun_with_latest_version is False
    assert all(task.retries >= 2 for task in dag.tasks)  # a parked task that wakes too early is tried again


@pytest.mark.parametrize("name", SHIPPED)
def test_a_dag_survives_serialisation(dags: dict[str, DAG], name: str) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    dag = dags[f"playbook_{name}"]
    again = DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    assert set(again.task_ids) == set(dag.task_ids)


def test_a_task_reads_its_own_playbook_only(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(playbook_dags, "dag_of", lambda loaded: read.append(loaded.id))
    playbook_dags.dags_of(release, "playbook_stock_out")
    assert read == ["stock_out"]


def test_a_file_that_cannot_be_read_stops_no_other(release: Path, tmp_path: Path) -> None:
    shutil.copytree(release, tmp_path / "r")
    (tmp_path / "r" / "stock_out.yaml").write_bytes(b"\xff\xfe\x00")
    found = playbook_dags.dags_of(tmp_path / "r", None)
    assert set(found) == {f"playbook_{name}" for name in SHIPPED} - {"playbook_stock_out"}


# --- a run on real Airflow ---


@pytest.fixture(scope="module")
def answered(
    learned: dict[str, str], databases: Databases, company: Company, dags: dict[str, DAG], release: Path
) -> Iterator[Any]:
    """A VIP's late order, answered once: the installation, the incident, the DAG, the run."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield _answer(Installation(databases.copy(LEARNED), company, monkeypatch), dags, release, monkeypatch)


def _answer(
    installation: Installation, dags: dict[str, DAG], release: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Any, ...]:
    local = "airflow.dag_processing.bundles.local.LocalDagBundle"
    bundles = [
        {"name": "dags-folder", "classpath": local, "kwargs": {}},
        {"name": "release", "classpath": local, "kwargs": {"path": str(release)}},
    ]
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST", json.dumps(bundles))
    installation.scan()
    (incident,) = installation.ask("""
        select min(i.incident_id) from incident as i join incident_member using (incident_id)
        join anomaly as a using (anomaly_id) where i.kind = 'single' and i.level = 1 and a.node in (2, 3, 4)
        and a.order_id in (select order_id from orders where value_minor < 250000)
    """)
    dag = dags["playbook_single_important"]
    return installation, incident, dag, dag.test(run_conf={"incident_id": incident})


ACTS = "select sink, count(*) from effect where incident_id = :i and state = 'delivered' group by sink order by 1"


def test_the_customer_has_an_apology_with_an_offer_and_the_warehouse_a_priority_order(answered: Any) -> None:
    installation, incident, _, run = answered
    assert states(run) == {
        "tell_owner": "success", "call_customer": "success", "approve_voucher": "skipped",
        "issue_voucher": "success", "apologise": "success", "hurry_warehouse": "success", "confirm": "success",
    }  # fmt: skip
    assert installation.ask(ACTS, i=incident) == [
        ("customer_mail", 1), ("voucher", 1), ("warehouse", 1), ("work_order", 1)
    ]  # fmt: skip
    assert installation.ask("select state from incident where incident_id = :i", i=incident) == ["mitigated"]


def test_each_step_says_in_words_what_it_did(answered: Any) -> None:
    _, _, _, run = answered
    said = {ti.task_id: ti.rendered_map_index for ti in run.get_task_instances()}
    assert said["call_customer"].startswith("open a work order: T-")
    assert said["approve_voucher"].startswith("not needed: offer.amount_minor > limit.auto_approve_minor")
    assert said["confirm"] == "every act has arrived"


def test_the_run_again_does_nothing_more(answered: Any) -> None:
    installation, incident, dag, _ = answered
    before = installation.ask(ACTS, i=incident), heard(installation)
    for _ in range(2):
        dag.test(run_conf={"incident_id": incident})
    assert (installation.ask(ACTS, i=incident), heard(installation)) == before


def heard(installation: Installation) -> Counter[str]:
    """What arrived where, as the sinks themselves tell it."""
    import requests

    at = installation.company.at
    return Counter(
        {
            name: len(requests.get(f"{at[name]['url']}/_received", timeout=10).json())
            for name in ("tickets", "vouchers", "wms", "crm", "wecom", "website")
        }
        | {"mails": len(installation.mails())}
    )


def test_the_tries_of_a_step_outlast_every_lease(dags: dict[str, DAG], databases: Databases) -> None:
    """Otherwise a step whose sender was killed is red when what it left behind is found to have arrived."""
    engine = databases.copy()
    with engine.connect() as conn:
        longest = conn.execute(text("select max(lease) from sink")).scalar_one()
    databases.drop(engine)
    for dag in dags.values():
        assert all(task.retries * task.retry_delay > longest for task in dag.tasks), dag.dag_id
