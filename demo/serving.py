"""From a company to running services, and ``company.json`` that says where they are."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from demo import control, crm, erp, tickets, vouchers, website, wecom, wms
from demo.clock import Clock
from demo.company import Company
from demo.faults import Faults
from demo.instants import local_iso
from demo.mailbox import Mailbox
from demo.services import HOST, HttpListener, MailListener, Services
from demo.web import App, dated


def _secret() -> str:
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Made anew at each start; none is fixed in code."""

    erp_id: str = field(default_factory=lambda: f"erp-{secrets.token_hex(4)}")
    erp_secret: str = field(default_factory=_secret)
    wms_key: str = field(default_factory=lambda: f"wms-{secrets.token_hex(4)}")
    wms_secret: str = field(default_factory=_secret)
    crm_user: str = field(default_factory=lambda: f"crm-{secrets.token_hex(4)}")
    crm_password: str = field(default_factory=_secret)
    corp_id: str = field(default_factory=lambda: f"ww{secrets.token_hex(8)}")
    corp_secret: str = field(default_factory=_secret)
    agent_id: int = field(default_factory=lambda: 1_000_000 + secrets.randbelow(1000))
    robot_key: str = field(default_factory=_secret)
    tickets_token: str = field(default_factory=_secret)
    vouchers_token: str = field(default_factory=_secret)
    website_token: str = field(default_factory=_secret)
    editor_token: str = field(default_factory=_secret)


async def run(company: Company, folder: Path, users: frozenset[str], ready: Callable[[Path], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` gets the path of ``company.json`` when all listen."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    clock = Clock(company.start)
    login = Credentials()
    services = make_services(company, clock, login, users)
    await services.open()
    path = folder / "company.json"
    _write(path, _describe(company, services, login))
    ready(path)
    await stop.wait()
    path.unlink(missing_ok=True)
    await services.close()


def make_services(company: Company, clock: Clock, login: Credentials, users: frozenset[str]) -> Services:
    """All services of the company, not listening yet."""
    faults = Faults()
    services = Services(faults)
    mailbox = Mailbox(clock)
    we = wecom.WeCom(clock, login.corp_id, login.corp_secret, login.agent_id, login.robot_key, users)
    apps: dict[str, FastAPI] = {
        "erp": erp.make_app(company, clock, login.erp_id, login.erp_secret),
        "wms": wms.make_app(company, clock, login.wms_key, login.wms_secret),
        "crm": crm.make_app(company, clock, login.crm_user, login.crm_password),
        "wecom": wecom.make_app(we),
        "tickets": tickets.make_app(clock, login.tickets_token),
        "vouchers": vouchers.make_app(clock, login.vouchers_token),
        "website": website.make_app(clock, login.website_token, login.editor_token),
        "control": control.make_app(company, clock, services, mailbox),
    }
    for name, app in apps.items():
        services.add(name, HttpListener(_outfit(name, app, clock, faults)))
    services.add("smtp", MailListener(mailbox.protocol))
    return services


def _outfit(name: str, app: App, clock: Clock, faults: Faults) -> App:
    return dated(faults.around(name, app), clock, lambda: faults.skew(name))


def _describe(company: Company, services: Services, login: Credentials) -> dict[str, Any]:
    def url(name: str) -> str:
        return f"http://{HOST}:{services.port(name)}"

    return {
        "pid": os.getpid(),
        "started_at": local_iso(company.start),
        "zone": "Asia/Shanghai",
        "erp": {"url": url("erp"), "client_id": login.erp_id, "client_secret": login.erp_secret},
        "wms": {"url": url("wms"), "app_key": login.wms_key, "secret": login.wms_secret},
        "crm": {"url": url("crm"), "user": login.crm_user, "password": login.crm_password},
        "wecom": {
            "url": url("wecom"),
            "corp_id": login.corp_id,
            "corp_secret": login.corp_secret,
            "agent_id": login.agent_id,
            "robot_key": login.robot_key,
        },
        "tickets": {"url": url("tickets"), "token": login.tickets_token},
        "vouchers": {"url": url("vouchers"), "token": login.vouchers_token},
        "website": {"url": url("website"), "token": login.website_token, "editor_token": login.editor_token},
        "control": {"url": url("control")},
        "smtp": {"host": HOST, "port": services.port("smtp")},
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """All or nothing, and readable by the owner only: it holds credentials."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".json.part")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
