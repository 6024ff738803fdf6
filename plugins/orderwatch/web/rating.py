"""Rating by a link, for people without a login: the signed, single-use token is what lets them in, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import Response

from orderwatch.core.rating_link import RatingLink, read
from orderwatch.core.refusals import Refusal
from orderwatch.hooks.rating_key import rating_key
from orderwatch.pipeline.people.rate import Rating, is_used, rate_by_link
from orderwatch.store.database import business_now
from orderwatch.web import errors
from orderwatch.web.api.bodies import Rate
from orderwatch.web.desk import acting, reading

rating_app = FastAPI(title="Orderwatch rating", docs_url=None, redoc_url=None, openapi_url=None)
errors.install(rating_app)


@rating_app.exception_handler(Refusal)
def refused(request: Request, error: Refusal) -> Response:
    """A link that does not let in is a login that fails."""
    return errors.shape(error, 401 if error.code in {"bad_link", "expired_link"} else None)


def _link(token: str) -> RatingLink:
    key = rating_key()
    if not key:
        raise Refusal("bad_link")
    with reading() as conn:
        return read(key, token, business_now(conn))


Link = Annotated[RatingLink, Depends(_link)]


@rating_app.get("/{token}")
def show_link(link: Link) -> dict[str, Any]:
    """What would be rated, by whom, and whether the link is used up; looking, as mail programs do, counts nothing."""
    with reading() as conn:
        return {
            "incident_id": link.incident_id,
            "step": link.step,
            "person": link.person,
            "until": link.until,
            "used": is_used(conn, link),
        }


@rating_app.post("/{token}")
def post_rating(link: Link, body: Rate) -> dict[str, Any]:
    """The rating counts, once."""
    with acting() as conn:
        return {"rating_id": rate_by_link(conn, link, Rating(body.stars, body.false_alarm_because, body.words))}
