"""``orderwatch replay`` and ``history``, as somebody types them who wants to change a rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner, Result

from orderwatch.cli import app
from orderwatch.paths import PLAYBOOKS, POLICY

from ..local.replay.stories import a_company


def replay(*words: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, words)], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months in which one order is a test order, and a VIP's waits on a presale."""
    rows = a_company()
    rows.loc[rows["order_id"] == "SO00779", "flags"] = "test"
    promise = json.dumps([
        {"line_no": 1, "sku": "A", "presale": True, "ship_by": "2026-06-20T18:00:00+08:00",
         "original_ship_by": "2026-06-20T18:00:00+08:00"}
    ])  # fmt: skip
    presale = rows["order_id"] == "SO00759"
    rows.loc[presale, "kind"] = "presale"
    rows["lines"] = rows["lines"].astype(object).where(~presale, promise)
    path = tmp_path_factory.mktemp("replay") / "spring.csv"
    rows.to_csv(path, index=False)
    return path


def changed(folder: Path, name: str, change: dict[str, Any]) -> Path:
    """A folder with one file of the policy in which one section is another."""
    document = yaml.safe_load((POLICY / name).read_text())
    for key, value in change.items():
        document[key] = document[key] | value if isinstance(value, dict) else value
    (folder / "policy").mkdir(exist_ok=True)
    (folder / "policy" / name).write_text(yaml.safe_dump(document, allow_unicode=True))
    return folder


@pytest.fixture(scope="module")
def compared(file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, dict[str, Any], pd.DataFrame]:
    """The rules in force against a more patient multiplier without the check for test orders."""
    folder = tmp_path_factory.mktemp("rules")
    changed(folder, "thresholds.yaml", {"multiplier": "1.99"})
    checks = yaml.safe_load((POLICY / "validity.yaml").read_text())["checks"]
    changed(folder, "validity.yaml", {"checks": {"test_order": checks["test_order"] | {"state": "retired"}}})
    figures, orders = folder / "figures.json", folder / "orders.parquet"
    result = replay(
        file, "--rules", folder, "--from", "2026-05-18", "--to", "2026-05-31", "--every", "2h",
        "--json", figures, "--orders", orders,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return result, json.loads(figures.read_text()), pd.read_parquet(orders)


def test_two_sets_of_rules_stand_side_by_side(compared: tuple[Result, dict[str, Any], pd.DataFrame]) -> None:
    result, told, _ = compared
    before, after = told["rules"]
    assert before["name"] == "in force" and before["policy_version"] != after["policy_version"]
    assert after["incidents"] < before["incidents"]
    assert f"{after['incidents']} incidents instead of {before['incidents']}" in result.stdout
    assert before["late"] == after["late"] > 0
    assert told["truth"] == "an order is late if it was delivered after the promised day, or never"
    assert told["truth"] in result.stderr


def test_what_is_wrong_with_an_order_is_asked_as_in_a_scan(
    compared: tuple[Result, dict[str, Any], pd.DataFrame],
) -> None:
    _, told, orders = compared
    before, after = told["rules"]
    assert before["exempt"] >= 1 and before["invalid"] == 1 and after["invalid"] == 0
    row = orders.set_index("order_id").loc["SO00779"]
    assert row["silent_before"] == "not valid: test_order" and pd.isna(row["silent_after"])
    assert pd.notna(row["told_at_after"])


def test_playbooks_are_planned_within_their_limits_and_nothing_is_sent(
    compared: tuple[Result, dict[str, Any], pd.DataFrame],
) -> None:
    before = compared[1]["rules"][0]
    assert before["by_level"]["1"] > 0 and before["responses"] > 0
    assert before["vouchers_minor"]["CNY"] > 0 and before["letters"] > 0 and before["work_orders"] > 0
    assert before["messages"] > 0


def test_the_orders_that_differ_are_named_what_matters_first(
    compared: tuple[Result, dict[str, Any], pd.DataFrame],
) -> None:
    result, told, orders = compared
    assert len(orders) == told["differing_orders"] > 0
    lost = orders["told_at_before"].notna() & orders["told_at_after"].isna() & orders["late"].fillna(False).astype(bool)
    assert lost.tolist() == sorted(lost.tolist(), reverse=True)
    assert orders["order_id"][0] in result.stdout


def test_what_was_late_before_is_told_so_and_no_difference(
    compared: tuple[Result, dict[str, Any], pd.DataFrame],
) -> None:
    """An order that both sets of rules find late at their first scan is treated alike."""
    result, _, orders = compared
    both = orders["standing_before"].fillna(False).astype(bool) & orders["standing_after"].fillna(False).astype(bool)
    assert not (both & (orders["step_before"] == orders["step_after"]) & orders["silent_before"].isna()).any()
    assert ("late before in" in result.stdout) == bool(
        orders["standing_before"].fillna(False).any() or orders["standing_after"].fillna(False).any()
    )


def test_one_set_of_rules_by_itself(file: Path) -> None:
    result = replay(file, "--from", "2026-05-20", "--to", "2026-05-20", "--every", "6h", "--truth", "transport:120")
    assert result.exit_code == 0, result.output
    assert "a passage of transport is late if it took more than 120 h" in result.stderr
    assert "instead of" not in result.stdout


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--from", "2026-03"], "cannot be replayed"),
        (["--from", "2027-01"], "cannot be replayed"),
        (["--from", "june"], "--from june: expected a day or a month"),
        (["--every", "0m"], "--every 0m"),
        (["--truth", "customs:5"], "stage is customs in no row"),
        (["--truth", "promise:5"], "stage is promise in no row"),
    ],
)
def test_what_cannot_be_replayed_is_told_with_exit_2(file: Path, words: list[str], what: str) -> None:
    result = replay(file, *words)
    assert result.exit_code == 2, result.output
    assert what in result.stderr and "Traceback" not in result.output


def test_rules_with_a_mistake_are_told_with_file_and_line(file: Path, tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    shipped = (PLAYBOOKS / "single_review.yaml").read_text()
    (tmp_path / "playbooks" / "single_review.yaml").write_text(shipped.replace("owner.tell", "owner.shout", 1))
    result = replay(file, "--rules", tmp_path)
    assert result.exit_code == 2
    assert "single_review.yaml" in result.stderr and "owner.shout" in result.stderr


@pytest.mark.parametrize(("name", "what"), [("policy/grade.yaml", "replaces no file"), ("rules.yaml", "holds no file")])
def test_a_file_that_replaces_nothing_is_a_typing_mistake(file: Path, tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("a: 1\n")
    result = replay(file, "--rules", tmp_path)
    assert result.exit_code == 2 and what in result.stderr


def test_a_history_that_cannot_be_read_is_told_with_column_and_row(file: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(file).assign(kind="normal")
    rows.loc[3, "kind"] = "wholesale"
    rows.to_csv(tmp_path / "bad.csv", index=False)
    result = replay(tmp_path / "bad.csv")
    assert result.exit_code == 2 and "bad.csv, row 4: kind wholesale" in result.stderr


def test_a_history_too_short_to_learn_from_is_refused(file: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(file)
    rows[rows["order_id"] > "SO00840"].to_csv(tmp_path / "short.csv", index=False)
    result = replay(tmp_path / "short.csv", "--from", "2026-05-28", "--to", "2026-05-28", "--every", "6h")
    assert result.exit_code == 2 and "completed passages, and a limit needs" in result.stderr


def test_our_own_orders_become_a_history(database: str, tmp_path: Path) -> None:
    """Local times, all steps of an order, and what checks and exemptions ask for."""
    file = tmp_path / "own.csv"
    result = CliRunner().invoke(app, ["history", str(file), "--db", database, "--since", "2026-11-01"])
    assert result.exit_code == 0, result.output
    rows = pd.read_csv(file)
    assert "rows since 2026-11-01, times are local times of Asia/Shanghai" in result.stderr
    first = rows[rows["order_id"] == "SO1"].set_index("stage")
    assert first.index.tolist() == ["review", "print", "pick"]
    assert first.loc["pick", "entered_at"] == "2026-11-16 12:00:00" and pd.isna(first.loc["pick", "left_at"])
    assert "requested_by" in rows.loc[rows["order_id"] == "SO2", "delay_requests"].iloc[0]
    assert set(rows.loc[rows["order_id"] == "SO4", "final_status"]) == {"cancelled"}
    assert "SO3" not in set(rows["order_id"])  # not paid: it has entered no step


@pytest.mark.parametrize(
    ("words", "what"), [(["--since", "may"], "--since may: expected a day"), (["--db", "mysql://x"], "PostgreSQL")]
)
def test_a_history_that_cannot_be_written_is_told_with_exit_2(
    database: str, tmp_path: Path, words: list[str], what: str
) -> None:
    result = CliRunner().invoke(app, ["history", str(tmp_path / "own.csv"), "--db", database, *words])
    assert result.exit_code == 2 and what in result.stderr
