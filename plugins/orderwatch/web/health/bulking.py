"""Acts on several incidents that were chosen on the board: shown first, then done one by one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from orderwatch.core.durations import Language
from orderwatch.store.database import business_now
from orderwatch.web.desk import policy_now, reading
from orderwatch.web.health.acting import zone_now
from orderwatch.web.health.acts import ACTS
from orderwatch.web.health.bulk import BulkAct, do_all, foresee
from orderwatch.web.health.forms import MOST_AT_ONCE, Sent
from orderwatch.web.health.incident import AN_HOUR
from orderwatch.web.pages import answer, asked_for, preferred
from orderwatch.web.security import Login

router = APIRouter()
Chosen = Annotated[list[Annotated[int, Query(ge=1, le=2**62)]], Query(max_length=MOST_AT_ONCE)]


@router.get("/incidents/preview")
def preview_acts(
    request: Request, login: Login, act: BulkAct, ids: Chosen = [], lang: Language | None = None  # noqa: B006  # read only
) -> HTMLResponse:  # fmt: skip
    """What the act would do to each of the chosen; nothing is done yet."""
    language, policy = lang or preferred(request), policy_now()
    with reading() as conn:
        rows = foresee(conn, policy, login, act, ids, language)
        until = (business_now(conn) + AN_HOUR).astimezone(zone_now())
    return answer(
        "bulk_preview.html", request, language, rows=rows, name=act, act=ACTS[act], zone=zone_now().key,
        until=f"{until:%Y-%m-%dT%H:%M}", seen=[one for one in rows if one.does],
    )  # fmt: skip


@router.post("/incidents/act/{act}")
def post_acts(request: Request, login: Login, act: BulkAct, form: Sent) -> HTMLResponse:
    """What became of each, in the place of the question."""
    language = asked_for(request)
    done = do_all(act, form, login, zone_now(), language)
    told = answer("bulk_done.html", request, language, rows=done, act=ACTS[act])
    told.headers["HX-Retarget"] = "#preview"
    return told
