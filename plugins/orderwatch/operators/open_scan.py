"""Begin a scan: the policy as it stands now, a number for everything that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from orderwatch.operators.base import OrderwatchOperator

if TYPE_CHECKING:
    from airflow.sdk.definitions.context import Context


class OpenScanOperator(OrderwatchOperator):
    """Publishes the policy to the database and opens the book of this scan; returns the scan's number.

    A run that is cleared finds its scan again. Raises ``PolicyError`` when a policy file is wrong.
    """

    template_fields: Sequence[str] = ("note",)

    def __init__(self, *, purpose: Literal["scan", "history"] = "scan", note: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.purpose = purpose
        self.note = note

    def execute(self, context: Context) -> int:
        from orderwatch.pipeline.policy import put_in_force
        from orderwatch.store.database import business_now
        from orderwatch.store.scans import open_scan

        policy, engine = self.policy(), self.engine()
        with engine.connect() as conn:
            now = business_now(conn)
        if put_in_force(engine, policy, now):
            self.log.info("policy %s is in force, and alert times with it", policy.version)
        with engine.begin() as conn:
            scan_id = open_scan(
                conn,
                dag_id=self.dag_id,
                run_id=str(context["run_id"]),
                purpose=self.purpose,
                dry_run=bool(context["params"].get("dry_run", False)),
                note=self.note or None,
                policy_version=policy.version,
                now=now,
            )
        self.log.info("scan %s at %s", scan_id, now.isoformat())
        return scan_id
