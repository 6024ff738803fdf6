"""What every Orderwatch operator needs: the policy and the way to our tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflow.sdk import BaseOperator

from orderwatch.hooks.database import DatabaseHook
from orderwatch.paths import POLICY

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderwatch.core.policy import Policy

AS_POLICY: Final = "as the policy says"  # in a run's form


class OrderwatchOperator(BaseOperator):
    """Reads the policy as it stands now, so that an edited file is in force at the next task."""

    ui_color = "#e8f0fe"

    @staticmethod
    def policy() -> Policy:
        """The policy of ``include/policy``; raises ``PolicyError`` naming file, line and field."""
        from orderwatch.core.policy import load_policy  # heavy: kept out of DAG parsing

        return load_policy(POLICY)

    @staticmethod
    def engine() -> Engine:
        return DatabaseHook().engine()
