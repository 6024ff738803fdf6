"""How a page is made: templates that escape everything, in the reader's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orderwatch.core.durations import Language

HERE: Final = Path(__file__).parent
templates: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, language: Language, **about: Any) -> str:
    return templates.get_template(template).render(lang=language, **about)


def answer(template: str, request: Request, language: Language, *, status: int = 200, **about: Any) -> HTMLResponse:
    """The page; ``root`` is where our pages are mounted, ``airflow`` what is around them, ``other`` the same page in
    the other language."""
    root = request.scope["root_path"]
    about |= {"root": root, "airflow": root.removesuffix("/orderwatch"), "other": _other(request, language)}
    return HTMLResponse(render(template, language, **about), status)


def asked_for(request: Request) -> Language:
    """The language that the address names, else the browser's."""
    named = request.query_params.get("lang")
    return named if named in ("zh-CN", "en") else preferred(request)  # type: ignore[return-value]  # one of the two


def preferred(request: Request) -> Language:
    """Chinese unless the browser asks for English first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh-CN"


def _other(request: Request, language: Language) -> str:
    other = "en" if language == "zh-CN" else "zh-CN"
    return "?" + request.url.include_query_params(lang=other).query
