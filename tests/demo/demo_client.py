"""How an honest client talks to the company, in as few words as possible."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import requests

Row = dict[str, Any]


class Client:
    """All services of one running company; no retries, so that tests see every answer."""

    def __init__(self, state: Path, process: Popen[str]) -> None:
        self.state = state
        self.process = process
        self.at: Row = json.loads(state.read_text())
        self.offset: float = self.control("GET", "_clock")["offset_seconds"]
        self.http = requests.Session()
        self._token = ""

    @property
    def now(self) -> float:
        return time.time() + self.offset

    def control(self, method: str, path: str, body: Row | None = None) -> Any:
        answer = requests.request(method, f"{self.at['control']['url']}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def truth(self) -> Row:
        return dict(self.control("GET", "_truth"))

    def advance(self, step: str) -> None:
        self.offset = self.control("POST", "_clock", {"advance": step})["offset_seconds"]
        self._token = ""

    def fault(self, **fault: Any) -> None:
        self.control("POST", "_faults", fault)

    def erp(self, **query: Any) -> requests.Response:
        erp = self.at["erp"]
        if not self._token:
            form = {"grant_type": "client_credentials"} | {k: erp[k] for k in ("client_id", "client_secret")}
            self._token = self.http.post(f"{erp['url']}/oauth/token", data=form, timeout=10).json()["access_token"]
        headers = {"Authorization": f"Bearer {self._token}"}
        query = {"modified_from": "2020-01-01 00:00:00"} | query
        return self.http.get(f"{erp['url']}/api/v1/orders", params=query, headers=headers, timeout=10)

    def orders(self, limit: int = 500, **query: Any) -> list[Row]:
        rows: list[Row] = []
        while True:
            page = self.erp(limit=limit, **query).json()
            rows += page["orders"]
            if not page["has_more"]:
                return rows
            query |= {"modified_from": rows[-1]["modified"], "after_no": rows[-1]["order_no"] or ""}

    def wms(self, biz: Row, **changes: str) -> Row:
        wms = self.at["wms"]
        fields = {
            "method": "wms.outbound.list",
            "app_key": wms["app_key"],
            "timestamp": str(int(self.now)),
            "biz": json.dumps(biz),
        } | {key: value for key, value in changes.items() if key != "sign"}
        text = wms["secret"] + "".join(key + fields[key] for key in sorted(fields))
        fields["sign"] = changes.get("sign") or hashlib.md5(text.encode()).hexdigest()
        answer = self.http.post(f"{wms['url']}/router/rest", data=fields, timeout=10)
        assert answer.status_code == 200
        return dict(answer.json())

    def shipments(self, page_size: int = 200, **biz: Any) -> list[Row]:
        rows: list[Row] = []
        biz = {"modified_begin": 0, "page_size": page_size} | biz
        while True:
            data = self.wms(biz)["data"]
            rows += data["rows"]
            if not data["has_next"]:
                return rows
            biz |= {"modified_begin": rows[-1]["modified"], "after": rows[-1]["outbound_no"]}

    def crm(self, path: str, **query: Any) -> requests.Response:
        crm = self.at["crm"]
        url = path if path.startswith("http") else f"{crm['url']}/{path}"
        return self.http.get(url, params=query, auth=(crm["user"], crm["password"]), timeout=10)

    def people(self, path: str, **query: Any) -> list[Row]:
        answer = self.crm(path, **query)
        rows: list[Row] = answer.json()
        while "next" in answer.links:
            answer = self.crm(answer.links["next"]["url"])
            rows += answer.json()
        return rows


Start = Callable[..., Client]  # starts a company with the given arguments
