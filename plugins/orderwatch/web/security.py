"""Who may see our pages: the only place that touches Airflow's own access control.

Airflow serves plugin pages to anybody unless they ask for its login themselves.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import get_user, requires_access_view
from airflow.configuration import conf
from fastapi import Depends, Request

logged_in = Depends(requires_access_view(AccessView.WEBSITE))


def _login(user: Annotated[Any, Depends(get_user)]) -> str:
    """The name under which Airflow knows the person: the user name, whichever auth manager keeps it."""
    return str(user.get_name())


Login = Annotated[str, Depends(_login)]


def hosts(request: Request) -> tuple[str, ...]:
    """The names under which we are reached: as the browser says, and as Airflow is told."""
    return request.headers.get("host", ""), urlsplit(conf.get("api", "base_url", fallback="")).netloc


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}
