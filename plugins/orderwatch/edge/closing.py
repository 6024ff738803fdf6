"""Let the reviews begin as soon as somebody has closed an incident on our pages, as they do when a scan closes some.

A scan tells it by an event of its own task. What a person does belongs to no task; this is the way on which Airflow
takes an event through its API. Only the process that serves the pages may go it; without it the half-hourly run is
early enough.
"""

from __future__ import annotations

import logging

from orderwatch.edge.assets import CLOSED

log = logging.getLogger(__name__)


def tell_closed(incident_id: int) -> bool:
    """Whether Airflow has heard of it; not where it cannot be reached, or knows of no DAG that waits for it."""
    try:
        return _tell(incident_id)
    except Exception:  # it is closed all the same, and its review is due
        log.exception("the reviews were not started after the close of incident %s", incident_id)
        return False


def _tell(incident_id: int) -> bool:
    from airflow.assets.manager import asset_manager
    from airflow.models.asset import AssetModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        asset = session.scalar(select(AssetModel).where(AssetModel.name == CLOSED))
        if asset is None:
            return False
        about = {"closed": 1, "incident": incident_id}
        told = asset_manager.register_asset_change(asset=asset, extra=about, source_is_api=True, session=session)
        return told is not None
