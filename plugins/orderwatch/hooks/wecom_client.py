"""WeCom's two doors for messages, and what each of its answers means for the ledger.

The host answers HTTP 200 to almost everything; the truth is in ``errcode`` (see the vendor's "全局错误码").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from orderwatch.core.effect import Outcome
from orderwatch.hooks.json_api import before_the_request

TIMEOUT = (5, 15)  # seconds to connect, to answer
DUPLICATE_WINDOW = 14_400  # seconds in which an identical application message is not shown twice; the maximum
EXPIRED_TOKEN = {40014, 42001}
MENDED_BY_A_PERSON = timedelta(minutes=10)
BUSY = {
    -1: timedelta(seconds=20),
    6000: timedelta(seconds=20),
    45009: timedelta(seconds=61),
    45033: timedelta(seconds=20),
}
SET_UP_WRONGLY = {  # nothing was sent, and every message fails alike until a person mends it; then it is sent
    40001: "the application's secret is wrong",
    40013: "the corp id is wrong",
    40014: "it does not accept the token that it gave us",
    40056: "the agent id is wrong",
    40091: "the secret belongs to another company",
    41001: "the request came without its token; does a proxy cut the address?",
    41002: "the connection has no corp id",
    41004: "the connection has no secret",
    41011: "the connection has no agent id",
    42001: "it calls the token expired that it gave us",
    48002: "the application may not use this interface",
    48004: "the application is not authorised any more",
    48006: "the application's right to this interface was withdrawn",
    50001: "the application's domain is not registered as trusted",
    50003: "the application is switched off",
    60020: "this machine's address is not among the application's trusted ones",
    301002: "secret and agent id belong to two different applications",
    93000: "the robot's key is wrong, or the robot was removed from its group",
    93004: "the robot is switched off",
    93008: "the robot is not in its group any more",
}
TRY_LATER = BUSY | dict.fromkeys(SET_UP_WRONGLY, MENDED_BY_A_PERSON)
MEANING = SET_UP_WRONGLY | {
    -1: "it is busy",
    6000: "it is busy",
    40008: "this message type is not accepted",
    40058: "the content is refused (too long?)",
    45009: "more than 20 messages in this minute",
    45033: "too many calls at the same time",
    60011: "the application may not write to this person",
    81013: "nobody with this id is known",
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
        if answer.get("errcode") == 0 and answer.get("unlicenseduser"):
            return Outcome("refused", f"{user_id} has no WeCom licence, so that no application may write")
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
                return replace(answer, result="not_sent")
            if answer.get("errcode") != 0:
                said = judge(answer)
                return Outcome("not_sent", said.detail, said.wait if said.result == "not_sent" else MENDED_BY_A_PERSON)
            token = answer.get("access_token")
            if not isinstance(token, str) or not token:
                return Outcome("not_sent", "WeCom gave no token", MENDED_BY_A_PERSON)
            self._token = token
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
            return _failure(error)
        if answer.status_code != 200 or not isinstance(content, dict):
            return Outcome("unknown", f"WeCom answered HTTP {answer.status_code}")
        return content


def judge(answer: Mapping[str, Any]) -> Outcome:
    """What WeCom's ``errcode`` means. Every code but 0 is its word that it shows nothing; a code that is in neither
    table speaks of this message or this person, and repeating would change neither.
    """
    code = answer.get("errcode")
    if code == 0:
        return Outcome("delivered")
    if not isinstance(code, int):
        return Outcome("unknown", "WeCom answered without an errcode")
    detail = f"WeCom errcode {code}: {MEANING.get(code, 'see its list of error codes')}"
    if code in TRY_LATER:
        return Outcome("not_sent", detail, TRY_LATER[code])
    return Outcome("refused", detail)


def _failure(error: requests.RequestException) -> Outcome:
    """Whether the request can have reached the other side; the text carries no key or token."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
        return Outcome("not_sent", "WeCom could not be reached")
    if isinstance(error, requests.exceptions.SSLError) and before_the_request(reason):
        detail = "no trusted encrypted connection to WeCom; look at the address and its certificate"
        return Outcome("not_sent", detail, MENDED_BY_A_PERSON)
    return Outcome("unknown", f"WeCom's answer was lost ({type(error).__name__})")
