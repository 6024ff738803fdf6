"""Every outside system of the company in one process of its own: it acts, counts what it did, and answers badly.

The sinks honour what their class promises and no more: vouchers, work orders, commands, drafts and application messages
recognise a repeat; notes can be found by their reference; robots and mailboxes take whatever comes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.chaos.marks import mark_in
from demo.services import HOST, HttpListener, MailListener
from demo.web import Message, Receive, Scope, Send

SERVICES: Final = ("voucher", "work_order", "warehouse", "website", "crm", "wecom")
MISCHIEF: Final = {  # of a hundred requests that want something done
    "lost": 7,  # done, and the connection dropped before the answer
    "spoiled": 4,  # done, and the answer cannot be read
    "done_500": 3,  # done, and "internal server error"
    "late": 4,  # the connection is dropped, and it is done a while later
    "slow": 4,  # done after a while; whoever asked may have gone
    "dropped": 3,  # not done, connection dropped
    "error_500": 3,  # not done
    "busy": 4,  # not done, and said so
    "refused": 2,  # not done, and never will be
}
LATE: Final = (0.2, 2.0)  # seconds
SLOW: Final = (0.1, 0.7)
Answer = tuple[int, Any]


@dataclass(slots=True)
class Request:
    """One HTTP request, read to its end."""

    method: str
    path: str
    query: dict[str, str]
    key: str
    text: str

    def body(self) -> dict[str, Any]:
        return dict(json.loads(self.text))


@dataclass
class World:
    """What has arrived, what is on its way, and how bad the day is."""

    dice: Random
    mischief: bool = True
    arrived: list[dict[str, Any]] = field(default_factory=list)
    pending: Counter[str] = field(default_factory=Counter)  # what has been begun and may still act
    known: dict[tuple[str, str], tuple[Any, Any]] = field(default_factory=dict)
    late: set[asyncio.Task[None]] = field(default_factory=set)

    def draw(self) -> str:
        if not self.mischief:
            return "well"
        throw = self.dice.uniform(0, 100)
        for name, share in MISCHIEF.items():
            throw -= share
            if throw < 0:
                return name
        return "well"

    def count(self, sink: str, text: str, key: str, **more: Any) -> None:
        at = datetime.now(UTC).time().isoformat()
        self.arrived.append({"sink": sink, "mark": mark_in(text), "key": key, "at": at, **more})

    def once(self, sink: str, key: str, content: Any, act: Callable[[int], Any]) -> Answer:
        """Do it, unless it was done under this key: then the first answer again, or a refusal of other content."""
        if (sink, key) not in self.known:
            self.known[sink, key] = (content, act(len(self.arrived) + 1))
            return 201, self.known[sink, key][1]
        before, answer = self.known[sink, key]
        return (200, answer) if before == content else (409, {"error": "the key was used for something else"})

    def later(self, act: Callable[[], Any]) -> None:
        """It lands when nobody waits for it any more."""

        async def land() -> None:
            try:
                await asyncio.sleep(self.dice.uniform(*LATE))
                act()
            finally:
                self.pending["late"] -= 1

        self.pending["late"] += 1
        task = asyncio.create_task(land())
        self.late.add(task)
        task.add_done_callback(self.late.discard)


# --- what each of them does ---


def voucher(world: World, asked: Request) -> Answer:
    wanted = asked.body()

    def issue(number: int) -> dict[str, Any]:
        amount, order = wanted["amount_minor"], wanted["order_no"]
        world.count("voucher", asked.text, asked.key, amount=amount, order=order)
        return {"id": f"V-{number}"}

    return world.once("voucher", asked.key, wanted, issue)


def work_order(world: World, asked: Request) -> Answer:
    def open_it(number: int) -> dict[str, Any]:
        world.count("work_order", asked.text, asked.key)
        return {"id": f"T-{number}"}

    return world.once("work_order", asked.key, asked.text, open_it)


def website(world: World, asked: Request) -> Answer:
    key = unquote(asked.path.removeprefix("/drafts/"))

    def keep(number: int) -> dict[str, Any]:
        world.count("website", asked.text, key)
        return {"id": f"D-{number}"}

    return world.once("website", key, asked.text, keep)


def warehouse(world: World, asked: Request) -> Answer:
    biz = json.loads(parse_qs(asked.text)["biz"][0])

    def carry_out(number: int) -> dict[str, Any]:
        world.count("warehouse", biz["reason"], biz["cmd_no"])
        return {"receipt_no": f"WC-{number}"}

    status, data = world.once("warehouse", biz["cmd_no"], biz, carry_out)
    return 200, {"code": 34, "msg": data["error"]} if status == 409 else {"code": 0, "data": data}


def crm(world: World, asked: Request) -> Answer:
    customer = asked.path.split("/")[2]
    if asked.path.endswith("/contact"):
        return 200, {"email": f"{customer.lower()}@customers.example", "language": "zh-CN", "name": "王"}
    notes = world.known.setdefault(("crm", customer), (None, []))[1]
    if asked.method == "GET":
        return 200, [note for note in notes if note["reference"] == asked.query.get("reference")]
    note = {"id": f"N-{len(world.arrived) + 1}", **asked.body()}
    notes.append(note)
    world.count("crm_note", asked.text, note["reference"])
    return 201, note


def wecom(world: World, asked: Request) -> Answer:
    if asked.path == "/cgi-bin/gettoken":
        return 200, {"errcode": 0, "access_token": "a token"}

    def show(number: int) -> dict[str, Any]:
        world.count("wecom_robot" if asked.path.endswith("/webhook/send") else "wecom_app", asked.text, "")
        return {"errcode": 0, "msgid": f"M-{number}"}

    if asked.path.endswith("/webhook/send"):
        return 200, show(len(world.arrived) + 1)
    return 200, world.once("wecom_app", asked.text, None, show)[1]  # within four hours: longer than any run


ACTS: Final[dict[str, Callable[[World, Request], Answer]]] = {
    "voucher": voucher, "work_order": work_order, "warehouse": warehouse, "website": website, "crm": crm,
    "wecom": wecom,
}  # fmt: skip
BUSY: Final[dict[str, Answer]] = {
    "warehouse": (200, {"code": 47, "msg": "call limited"}), "wecom": (200, {"errcode": 45009, "errmsg": "too often"})
}  # fmt: skip
REFUSED: Final[dict[str, Answer]] = {
    "warehouse": (200, {"code": 31, "msg": "shipped"}), "wecom": (200, {"errcode": 81013, "errmsg": "unknown user"})
}  # fmt: skip


# --- how badly ---


def app_of(world: World, service: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = await _read(scope, receive)

        def act() -> Answer:
            return ACTS[service](world, asked)

        if asked.method == "GET":
            bad = world.mischief and world.dice.random() < 0.05
            await _answer(send, *((500, {"error": "internal"}) if bad else act()))
            return
        world.pending[service] += 1
        try:
            await _act_badly(world, service, act, send)
        finally:
            world.pending[service] -= 1

    return app


async def _act_badly(world: World, service: str, act: Callable[[], Answer], send: Send) -> None:
    match world.draw():
        case "lost":
            act()
            _hang_up(send)
        case "spoiled":
            status, _ = act()
            await _answer(send, status, None, b"<html>{")
        case "done_500":
            act()
            await _answer(send, 500, {"error": "internal"})
        case "late":
            world.later(act)
            _hang_up(send)
        case "slow":
            await asyncio.sleep(world.dice.uniform(*SLOW))
            await _answer(send, *act())
        case "dropped":
            _hang_up(send)
        case "error_500":
            await _answer(send, 500, {"error": "internal"})
        case "busy":
            await _answer(send, *BUSY.get(service, (429, {"error": "too many requests"})))
        case "refused":
            await _answer(send, *REFUSED.get(service, (422, {"error": "not this one"})))
        case _:
            await _answer(send, *act())


def _hang_up(send: Send) -> None:
    send.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn's own send knows its transport


async def _read(scope: Scope, receive: Receive) -> Request:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    key = next((value.decode() for name, value in scope["headers"] if name == b"idempotency-key"), "")
    return Request(scope["method"], scope["path"], query, unquote(key), body.decode())


async def _answer(send: Send, status: int, content: Any, raw: bytes | None = None) -> None:
    body = json.dumps(content, ensure_ascii=False).encode() if raw is None else raw
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})


@dataclass
class Mailbox:
    """Staff and customers have their mail here; the hook names are aiosmtpd's."""

    world: World

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        world, raw = self.world, envelope.content or b""
        content = raw if isinstance(raw, str) else raw.decode()
        customers = envelope.rcpt_tos[0].endswith("@customers.example")
        key = content.partition("Message-ID: <")[2].partition("@")[0]

        def keep() -> None:
            world.count("customer_mail" if customers else "mail", content, key)

        world.pending["smtp"] += 1
        try:
            match world.draw():
                case "lost" | "spoiled" | "done_500" as how:
                    keep()
                    return _abort(server) if how == "lost" else "999 nonsense"
                case "late":
                    world.later(keep)
                    return _abort(server)
                case "dropped" | "error_500":
                    return _abort(server)
                case "busy":
                    return "451 4.7.1 greylisted, try later"
                case "refused":
                    return "550 5.7.1 not this one"
                case "slow":
                    await asyncio.sleep(world.dice.uniform(*SLOW))
            keep()
            return "250 OK"
        finally:
            world.pending["smtp"] -= 1


def _abort(server: SMTP) -> str:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return "421 bye"


# --- the process ---


async def serve(folder: Path, seed: int) -> None:
    """Listen until killed; ``sinks.json`` says where."""
    world = World(Random(seed))
    mailbox = Mailbox(world)
    listeners: dict[str, HttpListener | MailListener] = {name: HttpListener(app_of(world, name)) for name in SERVICES}
    listeners["smtp"] = MailListener(lambda: SMTP(mailbox, hostname="mail.chaos.invalid", enable_SMTPUTF8=True))
    desk = HttpListener(desk_of(world, listeners))
    for one in (*listeners.values(), desk):
        await one.open()
    ports = {name: one.port for name, one in listeners.items()} | {"desk": desk.port}
    draft = folder / "sinks.part"
    draft.write_text(json.dumps({"host": HOST, "ports": ports}), encoding="utf-8")
    draft.replace(folder / "sinks.json")
    await asyncio.Event().wait()


def desk_of(
    world: World, listeners: dict[str, HttpListener | MailListener]
) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Where the director asks what has arrived, calms everything, and takes services down."""
    naps: set[asyncio.Task[None]] = set()

    async def nap(name: str, seconds: float) -> None:
        world.pending["down"] += 1
        await listeners[name].close()
        await asyncio.sleep(seconds)
        await listeners[name].open()
        world.pending["down"] -= 1

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked = await _read(scope, receive)
        match asked.path:
            case "/down":
                if not naps:  # one after the other
                    task = asyncio.create_task(nap(asked.query["service"], float(asked.query["seconds"])))
                    naps.add(task)
                    task.add_done_callback(naps.discard)
                await _answer(send, 200, {})
            case "/calm":
                world.mischief = False
                await _answer(send, 200, {name: n for name, n in world.pending.items() if n})
            case _:
                await _answer(send, 200, world.arrived)

    return app


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("seed", type=int)
    chosen = options.parse_args()
    asyncio.run(serve(chosen.folder, chosen.seed))
