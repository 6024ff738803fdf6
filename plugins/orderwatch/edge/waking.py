"""Let parked steps look at our tables again as soon as somebody has answered or handed back on our pages.

Airflow wakes a parked task when it is answered under *Required Actions*, and offers no public way to do so otherwise;
this is the way its own answer takes. Only the process that serves the pages may go it. What is not reached here looks
for itself within ``parking.LOOK_EVERY``.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from orderwatch.core.playbook.schema import DAG_PREFIX
from orderwatch.edge.parking import WOKEN

log = logging.getLogger(__name__)
MOST: Final = 500  # steps at once


def wake(run_ids: Collection[str]) -> int:
    """How many parked steps of these runs look again now; none where Airflow cannot be reached, which is logged."""
    if not run_ids:
        return 0
    try:
        return _wake(run_ids)
    except Exception:  # what the person has said counts all the same, and the steps look for themselves
        log.exception("the parked steps of %d runs were not woken", len(run_ids))
        return 0


def _wake(run_ids: Collection[str]) -> int:
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.trigger import handle_event_submit
    from airflow.triggers.base import TriggerEvent
    from airflow.utils.session import create_session
    from airflow.utils.state import TaskInstanceState
    from sqlalchemy import select

    parked = (
        select(TaskInstance)
        .where(
            TaskInstance.run_id.in_(run_ids),
            TaskInstance.dag_id.startswith(DAG_PREFIX, autoescape=True),
            TaskInstance.state == TaskInstanceState.AWAITING_INPUT,
        )
        .order_by(TaskInstance.id)
        .limit(MOST)
        .with_for_update(of=TaskInstance, skip_locked=True)  # one that is just being answered wakes by that
    )
    with create_session() as session:
        found = session.scalars(parked).all()
        for one in found:
            event = TriggerEvent(WOKEN)  # type: ignore[no-untyped-call]  # Airflow has not typed it
            handle_event_submit(event, task_instance=one, session=session)
        return len(found)
