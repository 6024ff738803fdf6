"""WeCom: application messages to people and a group robot; every answer is HTTP 200 with an ``errcode``."""

from __future__ import annotations

import json
import re
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request

from demo.arrival import arrival
from demo.clock import Clock
from demo.web import Json, json_body

TOKEN_LIFE_S = 7200
TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
APP_BYTES = {"text": TEXT_BYTES, "markdown": TEXT_BYTES}
ROBOT_BYTES = {"text": TEXT_BYTES, "markdown": MARKDOWN_BYTES, "markdown_v2": MARKDOWN_BYTES}
DUPLICATE_S, DUPLICATE_MAX_S = 1800, 14_400
ROBOT_PER_MINUTE = 20
_USER = re.compile(r"[a-z][a-z0-9_.-]+")

ERRORS = {
    0: "ok",
    40001: "invalid credential",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40056: "invalid agentid",
    40058: "content exceeds the limit",
    42001: "access_token expired",
    44004: "content is empty",
    45009: "api freq out of limit",
    47001: "data format error",
    81013: "user & party & tag all invalid",
    93000: "invalid webhook url",
}


@dataclass(slots=True)
class WeCom:
    """One corporation with one application and one group robot."""

    clock: Clock
    corp_id: str
    corp_secret: str
    agent_id: int
    robot_key: str
    users: frozenset[str] = frozenset()  # empty: everybody with a plausible id, except those who are gone
    received: list[dict[str, Any]] = field(default_factory=list)
    _tokens: dict[str, float] = field(default_factory=dict)
    _delivered: dict[str, float] = field(default_factory=dict)
    _robot: deque[float] = field(default_factory=deque)

    def knows(self, user: str) -> bool:
        if self.users:
            return user in self.users
        return _USER.fullmatch(user) is not None and not user.startswith("gone-")

    def token(self, corp_id: str, corp_secret: str) -> dict[str, Any]:
        """The token of the application, the same one while it lives."""
        if corp_id != self.corp_id:
            return result(40013)
        if corp_secret != self.corp_secret:
            return result(40001)
        now = self.clock.now()
        token = next((one for one, until in self._tokens.items() if until > now), None)
        if token is None:
            token = secrets.token_urlsafe(32)
            self._tokens[token] = now + TOKEN_LIFE_S
        return result(0, access_token=token, expires_in=int(self._tokens[token] - now))

    def send(self, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Deliver an application message to the known ones of ``touser``."""
        if token not in self._tokens:
            return result(40014)
        if self._tokens[token] <= self.clock.now():
            return result(42001)
        if body is None:
            return result(47001)
        if str(body.get("agentid")) != str(self.agent_id):
            return result(40056)
        code, content = _content(body, APP_BYTES)
        if code:
            return result(code)
        users = [user for user in str(body.get("touser", "")).split("|") if user]
        known = [user for user in users if user == "@all" or self.knows(user)]
        if not known:
            return result(81013)
        if not self._is_duplicate(body):
            self._keep("app", known, body["msgtype"], content)
        unknown = "|".join(user for user in users if user not in known)
        return result(0, invaliduser=unknown, msgid=secrets.token_urlsafe(16))

    def robot(self, key: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """Post to the group; at most ``ROBOT_PER_MINUTE`` a minute."""
        if key != self.robot_key:
            return result(93000)
        if body is None:
            return result(47001)
        code, content = _content(body, ROBOT_BYTES)
        if code:
            return result(code)
        now = self.clock.now()
        while self._robot and self._robot[0] <= now - 60:
            self._robot.popleft()
        if len(self._robot) >= ROBOT_PER_MINUTE:
            return result(45009)
        self._robot.append(now)
        self._keep("robot", ["robot"], body["msgtype"], content)
        return result(0)

    def _is_duplicate(self, body: dict[str, Any]) -> bool:
        """The identical body was delivered within the interval that the sender asked for."""
        if not body.get("enable_duplicate_check"):
            return False
        interval = min(int(body.get("duplicate_check_interval", DUPLICATE_S)), DUPLICATE_MAX_S)
        frozen = json.dumps(body, sort_keys=True)
        now = self.clock.now()
        if now - self._delivered.get(frozen, 0.0) < interval:
            return True
        self._delivered[frozen] = now
        return False

    def _keep(self, channel: str, to: list[str], msgtype: str, content: str) -> None:
        self.received.append({
            **arrival(self.clock),
            "channel": channel,
            "to": to,
            "msgtype": msgtype,
            "content": content,
        })


def result(code: int, **more: Any) -> dict[str, Any]:
    return {"errcode": code, "errmsg": ERRORS[code], **more}


def _content(body: dict[str, Any], limits: dict[str, int]) -> tuple[int, str]:
    """(error code, content) of a message; limits are in bytes of UTF-8."""
    msgtype = body.get("msgtype")
    if not isinstance(msgtype, str) or msgtype not in limits:
        return 40008, ""
    part = body.get(msgtype)
    content = part.get("content") if isinstance(part, dict) else None
    if not isinstance(content, str) or not content:
        return 44004, ""
    return (40058 if len(content.encode()) > limits[msgtype] else 0), content


def make_app(wecom: WeCom) -> FastAPI:
    app = FastAPI(title="WeCom", docs_url=None, redoc_url=None)

    @app.get("/cgi-bin/gettoken")
    async def gettoken(corpid: str = "", corpsecret: str = "") -> Json:
        return Json(wecom.token(corpid, corpsecret))

    @app.post("/cgi-bin/message/send")
    async def send(request: Request, access_token: str = "") -> Json:
        return Json(wecom.send(access_token, await json_body(request)))

    @app.post("/cgi-bin/webhook/send")
    async def robot(request: Request, key: str = "") -> Json:
        return Json(wecom.robot(key, await json_body(request)))

    @app.get("/_received")
    async def received() -> Json:
        return Json(wecom.received)

    return app
