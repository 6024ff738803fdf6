"""Imports go one way, from the edges to the business; `[tool.importlinter]` in pyproject.toml says which."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orderwatch.paths import HOME

PACKAGE = HOME / "plugins" / "orderwatch"


def lint_imports(folder: Path, settings: Path = HOME / "pyproject.toml") -> subprocess.CompletedProcess[str]:
    """Check the package that lies in this folder."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", str(settings)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_every_import_goes_the_right_way() -> None:
    done = lint_imports(PACKAGE.parent)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("core/judge.py", "import airflow", "orderwatch.core is not allowed to import airflow"),
        ("core/judge.py", "from orderwatch.store import ledger", "orderwatch.core is not allowed to import"),
        ("core/validity/unpaid.py", "import orderwatch.core.validity.refunded", "Rules do not import rules BROKEN"),
        ("store/ledger.py", "import requests", "orderwatch.store is not allowed to import requests"),
        ("store/ledger.py", "from orderwatch.hooks import mail_client", "orderwatch.store is not allowed to import"),
        ("hooks/sources/engine.py", "from airflow.sdk import BaseHook", "Airflow stays at the edge BROKEN"),
        ("hooks/wecom_client.py", "from airflow.sdk import BaseHook", "Airflow stays at the edge BROKEN"),
        ("hooks/sources/engine.py", "import orderwatch.validation.suite", "orderwatch.hooks is not allowed to import"),
        ("pipeline/pull.py", "import orderwatch.hooks.erp", "reach for Airflow's hooks BROKEN"),
        ("notifiers/senders.py", "import orderwatch.operators.base", "orderwatch.notifiers is not allowed to import"),
        (
            "operators/open_scan.py",
            "import orderwatch.operators.notify_owners",
            "Operators do not import operators BROKEN",
        ),
        ("core/finding.py", "import orderwatch.core.judge", "No cycles BROKEN"),
        ("newcomer.py", "", "newcomer"),
    ],
)
def test_an_import_that_goes_the_wrong_way_is_caught(tmp_path: Path, file: str, line: str, said: str) -> None:
    shutil.copytree(PACKAGE, tmp_path / "orderwatch", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "orderwatch" / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert said in " ".join(done.stdout.split())
