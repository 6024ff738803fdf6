"""The director's desk: the clock, the truth, the outages and the mailbox. Never part of the outside world."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from demo.clock import Clock
from demo.company import Company
from demo.faults import Fault, Mode
from demo.instants import duration, local_iso
from demo.mailbox import Mailbox
from demo.services import Services
from demo.truth import truth
from demo.web import Json


class Advance(BaseModel):
    """How far the clock moves: an ISO duration or seconds."""

    model_config = ConfigDict(extra="forbid")
    advance: str | float


class FaultRequest(BaseModel):
    """``seconds`` is the delay of the modes ``slow`` and ``lands_late``."""

    model_config = ConfigDict(extra="forbid")
    service: str
    mode: Mode
    times: Annotated[int | None, Field(ge=1)] = None
    seconds: Annotated[float, Field(gt=0, le=600)] = 5.0


def make_app(company: Company, clock: Clock, services: Services, mailbox: Mailbox) -> FastAPI:
    app = FastAPI(title="Control", docs_url=None, redoc_url=None)

    def time() -> dict[str, Any]:
        return {"now": local_iso(clock.now()), "offset_seconds": clock.offset}

    @app.get("/_clock")
    async def read_clock() -> Json:
        return Json(time())

    @app.post("/_clock")
    async def advance_clock(step: Annotated[Advance, Body()]) -> Json:
        try:
            clock.advance(duration(step.advance))
        except (ValueError, OverflowError) as error:
            raise HTTPException(422, str(error)) from None
        return Json(time())

    @app.get("/_truth")
    async def read_truth() -> Json:
        answer = truth(company, int(clock.now()))
        if answer is None:
            raise HTTPException(404, "a replay has no truth: nobody planted anything in it")
        return Json(answer)

    @app.post("/_faults")
    async def set_fault(wanted: Annotated[FaultRequest, Body()]) -> Json:
        if wanted.service not in services.names:
            raise HTTPException(422, f"no service {wanted.service}; there are {', '.join(services.names)}")
        if wanted.service == "smtp" and wanted.mode != "down":
            raise HTTPException(422, "the mail server can only be down")
        await services.set_fault(wanted.service, Fault(wanted.mode, wanted.times, wanted.seconds))
        return Json(services.report())

    @app.get("/_faults")
    async def read_faults() -> Json:
        return Json(services.report())

    @app.delete("/_faults")
    async def clear_faults() -> Json:
        await services.clear_faults()
        return Json(services.report())

    @app.get("/_mails")
    async def read_mails() -> Json:
        return Json(mailbox.mails)

    return app
