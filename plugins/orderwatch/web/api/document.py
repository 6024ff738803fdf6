"""The API's description as OpenAPI, kept in docs/openapi.json; the running app shows none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from orderwatch.paths import HOME
from orderwatch.web.api import actions, approvals, improvements, incidents, orders, programme, rules, upkeep

FILE: Path = HOME / "docs" / "openapi.json"
ROUTERS = (
    incidents.router,
    actions.router,
    approvals.router,
    orders.router,
    upkeep.router,
    rules.router,
    improvements.router,
    programme.router,
)
ERROR: dict[str, Any] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "kind": {"enum": ["bad_input", "forbidden", "not_found", "conflict", "impossible", "busy"]},
                "message": {"type": "object", "properties": {"zh-CN": {"type": "string"}, "en": {"type": "string"}}},
                "changes": {"type": "array", "items": {"type": "object"}},
                "fields": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}


def document() -> str:
    """The description, always in the same order."""
    app = FastAPI(title="Orderwatch", version="1")
    for router in ROUTERS:
        app.include_router(router, prefix="/orderwatch/api/v1")
    described = app.openapi()
    described["components"]["schemas"] = {
        name: schema
        for name, schema in described["components"]["schemas"].items()
        if name not in {"HTTPValidationError", "ValidationError"}
    } | {"Error": ERROR}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    words = {"401": "not logged in", "403": "not your right, or sent by another site", "409": "changed meanwhile"}
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"] |= {"422": {"description": "bad input", **answer}} | {
                status: {"description": said, **answer} for status, said in words.items()
            }
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
