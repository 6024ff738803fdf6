"""Where the parts of an installation lie: SQL, policy, playbooks and templates beside the code."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(os.environ.get("ORDERWATCH_HOME") or Path(__file__).resolve().parents[2])
INCLUDE = HOME / "include"
SQL = INCLUDE / "sql"
POLICY = INCLUDE / "policy"
PLAYBOOKS = INCLUDE / "playbooks"
TEMPLATES = INCLUDE / "templates"
