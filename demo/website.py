"""The website's editorial system: others may put drafts there, only a person publishes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request

from demo.arrival import arrival
from demo.clock import Clock
from demo.web import Json, json_body

LANGUAGES = ("zh-CN", "en")
FIELDS = {"title": 200, "body": 20_000}  # characters; each field is a text per language
Body = dict[str, Any]
Answer = tuple[int, Body]


@dataclass(slots=True)
class Drafts:
    """All drafts by key. A draft that exists is never written over: a person may have edited or published it."""

    clock: Clock
    by_key: dict[str, Body] = field(default_factory=dict)

    def put(self, key: str, body: Body) -> Answer:
        if mistake := _mistake(body):
            return 422, {"error": mistake}
        known = self.by_key.get(key)
        if known is not None:
            same = all(known[name] == body[name] for name in FIELDS)
            return (200, known) if same else (409, {"error": f"draft {known['id']} has another content"})
        draft = {"id": f"D-{len(self.by_key) + 1:05d}", "key": key, **body, "state": "draft", "decided": None}
        self.by_key[key] = draft | arrival(self.clock)
        return 201, self.by_key[key]

    def decide(self, key: str, state: str) -> Answer:
        """A person publishes or discards a draft; either is final."""
        draft = self.by_key.get(key)
        if draft is None:
            return 404, {"error": "no such draft"}
        if draft["state"] not in {"draft", state}:
            return 409, {"error": f"draft {draft['id']} is {draft['state']}"}
        if draft["state"] == "draft":
            draft |= {"state": state, "decided": arrival(self.clock)}
        return 200, draft


def _mistake(body: Body) -> str | None:
    """What is wrong with a draft, ``None`` if nothing is."""
    if body.keys() != FIELDS.keys():
        return f"a draft has exactly {' and '.join(FIELDS)}"
    for name, limit in FIELDS.items():
        texts = body[name]
        if not isinstance(texts, dict) or not texts or not texts.keys() <= set(LANGUAGES):
            return f"{name} must be a text per language, of {', '.join(LANGUAGES)}"
        if not all(isinstance(text, str) and 0 < len(text) <= limit for text in texts.values()):
            return f"each {name} must have 1 to {limit} characters"
    return None


def make_app(clock: Clock, token: str, editor_token: str) -> FastAPI:
    """``token`` may write drafts; only ``editor_token``, a person's, may publish or discard them."""
    app = FastAPI(title="Website", docs_url=None, redoc_url=None)
    drafts = Drafts(clock)

    def refused(authorization: str, right: str) -> Json | None:
        if authorization == f"Bearer {right}":
            return None
        if authorization == f"Bearer {token}":
            return Json({"error": "only an editor may do this"}, 403)
        return Json({"error": "invalid token"}, 401)

    @app.put("/drafts/{key:path}")
    async def put(key: str, request: Request, authorization: Annotated[str, Header()] = "") -> Json:
        if denied := refused(authorization, token):
            return denied
        status, answer = drafts.put(key, await json_body(request) or {})
        return Json(answer, status)

    def decision(state: str) -> Any:
        async def decide(key: str, authorization: Annotated[str, Header()] = "") -> Json:
            if denied := refused(authorization, editor_token):
                return denied
            status, answer = drafts.decide(key, state)
            return Json(answer, status)

        return decide

    app.post("/drafts/{key:path}/publish")(decision("published"))
    app.post("/drafts/{key:path}/discard")(decision("discarded"))

    @app.get("/notices")
    async def notices() -> Json:
        """What visitors see."""
        shown = [draft for draft in drafts.by_key.values() if draft["state"] == "published"]
        return Json([{name: draft[name] for name in FIELDS} for draft in shown])

    @app.get("/_received")
    async def received() -> Json:
        return Json(list(drafts.by_key.values()))

    return app
