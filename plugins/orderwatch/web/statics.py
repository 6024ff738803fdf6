"""Our stylesheets, pictures and few lines of script."""

from __future__ import annotations

from typing import Final

from fastapi import Response
from fastapi.responses import FileResponse

from orderwatch.web.pages import HERE

STATIC: Final = {
    "orderwatch.css": "text/css",
    "health.css": "text/css",
    "theme.js": "text/javascript",
    "health.js": "text/javascript",
    "home.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "health.svg": "image/svg+xml",
    "health-dark.svg": "image/svg+xml",
}


def static_file(name: str) -> Response:
    """One of them, and no other file."""
    if name not in STATIC:
        return Response(status_code=404)
    return FileResponse(HERE / "static" / name, media_type=STATIC[name])
