"""Writing once into a CRM that recognises no repetition: our reference is looked for before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orderwatch.core.effect import Outcome
from orderwatch.hooks.json_api import JsonApi, Reply


def write_once(api: JsonApi, path: str, key: str, body: Mapping[str, Any], what: str) -> Outcome:
    """Look first: writing twice makes two. ``what`` is the record, as people call it: a note, a task."""
    known = _known(api, path, key)
    if isinstance(known, Outcome):
        return nothing_written(known)
    if known is not None:
        if any(known.get(name) != value for name, value in body.items()):
            return Outcome("refused", f"the CRM has another {what} with this reference")
        return Reply(known, None).delivered("id")
    reply = api.call("POST", path, body={**body, "reference": key})
    return reply.delivered("id") if isinstance(reply, Reply) else reply


def find_once(api: JsonApi, path: str, key: str, what: str) -> Outcome:
    """``delivered`` when the record is there, otherwise ``unknown``: it may still arrive."""
    known = _known(api, path, key)
    if isinstance(known, Outcome):
        return Outcome("unknown", known.detail, known.wait)
    if known is None:
        return Outcome("unknown", f"the CRM has no {what} with this reference")
    return Reply(known, None).delivered("id")


def nothing_written(asked: Outcome) -> Outcome:
    """A question that went wrong: whatever happened to it, nothing was written yet."""
    return replace(asked, result="not_sent") if asked.result == "unknown" else asked


def _known(api: JsonApi, path: str, key: str) -> Mapping[str, Any] | Outcome | None:
    """The record with this reference, ``None`` where there is none."""
    reply = api.call("GET", path, query={"reference": key})
    if isinstance(reply, Outcome):
        return reply
    if not isinstance(reply.data, list):
        return Outcome("unknown", "the CRM's answer is not a list")
    ours = (one for one in reply.data if isinstance(one, dict) and one.get("reference") == key)
    return next(ours, None)
