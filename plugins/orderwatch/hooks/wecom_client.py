"""WeCom's two doors for messages, and what each of its answers means for the ledger.

The host answers HTTP 200 to almost everything; the truth is in ``errcode`` (see the vendor's "全局错误码").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from orderwatch.core.effect import Outcome

TIMEOUT = (5, 15)  # seconds to connect, to answer
DUPLICATE_WINDOW = 14_400  # seconds in which an identical application message is not shown twice; the maximum
EXPIRED_TOKEN = {40014, 42001}
MENDED_BY_A_PERSON = timedelta(minutes=10)
TRY_LATER = {
    -1: timedelta(seconds=20),
    45009: timedelta(seconds=61),
    45033: timedelta(seconds=20),
    40001: timedelta(minutes=10),  # wrong credentials are a person's mistake: nothing was sent, and it will be
    40013: timedelta(minutes=10),
}
MEANING = {
    40001: "the application's secret is wrong",
    40008: "this message type is not accepted",
    40013: "the corp id is wrong",
    40058: "the content is refused (too long?)",
    45009: "more than 20 messages in this minute",
    60011: "the application may not write to this person",
    81013: "nobody with this id is known",
    93000: "the robot's key is wrong, or the content too long",
}


@dataclass
class WeComClient:
    """One company's WeCom: its application (corp id, agent, secret), and group robots by name (``*``: any other)."""

    base_url: str
    corp_id: str
    secret: str
    agent_id: int
    robot_keys: Mapping[str, str]
    _token: str | None = None
    _session: requests.Session = field(default_factory=requests.Session)

    def send_to_person(self, user_id: str, markdown: str) -> Outcome:
        """An application message; an identical one within four hours is recognised and shown once."""
        body = {
            "touser": user_id,
            "msgtype": "markdown",
            "agentid": self.agent_id,
            "markdown": {"content": markdown},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_WINDOW,
        }
        answer = self._send_with_token(body, fresh=False)
        if isinstance(answer, dict) and answer.get("errcode") in EXPIRED_TOKEN:
            answer = self._send_with_token(body, fresh=True)
        if isinstance(answer, Outcome):
            return answer
        if answer.get("errcode") == 0 and answer.get("invaliduser"):
            return Outcome("refused", f"WeCom knows nobody called {user_id}")
        return judge(answer)

    def send_to_group(self, robot: str, markdown: str) -> Outcome:
        """A message of a group robot; there is no way to ask later whether it arrived."""
        key = self.robot_keys.get(robot, self.robot_keys.get("*"))
        if key is None:
            return Outcome("not_sent", f"the WeCom connection has no key for the robot {robot!r}", MENDED_BY_A_PERSON)
        answer = self._post(
            "/cgi-bin/webhook/send", {"key": key}, {"msgtype": "markdown", "markdown": {"content": markdown}}
        )
        return answer if isinstance(answer, Outcome) else judge(answer)

    def _send_with_token(self, body: Mapping[str, Any], *, fresh: bool) -> dict[str, Any] | Outcome:
        token = self._fetch_token(fresh)
        if isinstance(token, Outcome):
            return token
        return self._post("/cgi-bin/message/send", {"access_token": token}, body)

    def _fetch_token(self, fresh: bool) -> str | Outcome:
        if self._token is None or fresh:
            answer = self._call("GET", "/cgi-bin/gettoken", {"corpid": self.corp_id, "corpsecret": self.secret}, None)
            if isinstance(answer, Outcome):  # nothing was sent yet, whatever happened
                return Outcome("not_sent", answer.detail)
            if answer.get("errcode") != 0:
                return Outcome("not_sent", judge(answer).detail, MENDED_BY_A_PERSON)
            self._token = str(answer["access_token"])
        return self._token

    def _post(self, path: str, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any] | Outcome:
        return self._call("POST", path, query, body)

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> dict[str, Any] | Outcome:
        url = self.base_url.rstrip("/") + path
        try:
            answer = self._session.request(method, url, params=query, json=body, timeout=TIMEOUT, allow_redirects=False)
            if answer.status_code == 429:
                return Outcome("not_sent", "WeCom answered HTTP 429: too often", TRY_LATER[45009])
            content = answer.json()
        except requests.RequestException as error:
            return Outcome(*_failure(error))
        if answer.status_code != 200 or not isinstance(content, dict):
            return Outcome("unknown", f"WeCom answered HTTP {answer.status_code}")
        return content


def judge(answer: Mapping[str, Any]) -> Outcome:
    """What WeCom's ``errcode`` means: only its documented refusals prove that nothing was shown."""
    code = answer.get("errcode")
    if code == 0:
        return Outcome("delivered")
    if not isinstance(code, int):
        return Outcome("unknown", "WeCom answered without an errcode")
    detail = f"WeCom errcode {code}: {MEANING.get(code, 'see its list of error codes')}"
    if code in TRY_LATER:
        return Outcome("not_sent", detail, TRY_LATER[code])
    return Outcome("refused", detail)


def _failure(error: requests.RequestException) -> tuple[Any, str]:
    """Whether the request can have reached the other side; the text carries no key or token."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
        return "not_sent", "WeCom could not be reached"
    return "unknown", f"WeCom's answer was lost ({type(error).__name__})"
