"""``orderwatch report``: what the programme has achieved in a month, counted now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from orderwatch.commands.console import Url, cells, database_errors_in_words, err, out, policy_now, table


def report(
    url: Url,
    month: Annotated[str | None, typer.Option(help="Which one: 2026-10. By default the month that goes on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole document, for a program.")] = False,
) -> None:
    """Count a month from the books as they are now, also the one that goes on; nothing is kept."""
    from orderwatch.core.months import Month
    from orderwatch.pipeline.programme import count_month, zone_of
    from orderwatch.store.database import business_now, connect

    policy = policy_now()
    with database_errors_in_words(), connect(url).connect() as conn:
        now = business_now(conn)
        content = count_month(conn, policy, Month.read(month) if month else Month.of(now, zone_of(policy)), now)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=2))
        return
    shown = table("figure", "value", "of", "", title=content["month"] + ("" if content["complete"] else " (goes on)"))
    for figure in content["figures"]:
        for row in _rows(figure):
            shown.add_row(*row)
    out.print(shown)
    for figure in content["figures"]:
        err.print(*cells(f"{figure['title']['en']}: {figure['meaning']['en']}"))


def _rows(figure: Mapping[str, Any]) -> Iterator[tuple[Text, ...]]:
    """The figure, and below it its parts."""
    from orderwatch.core.programme.words import say_count, say_figure, say_more, say_part, say_value

    yield cells(figure["title"]["en"], say_figure(figure, "en"), say_count(figure, "en"), say_more(figure, "en"))
    for part in figure.get("parts", ()):
        value = say_value(figure["unit"], part["value"], "en", part["part"])
        stars = f"{part['stars']} stars of {part['rated']}" if part.get("rated") else ""
        count = say_count({"unit": figure["unit"], **part}, "en")
        yield cells(f"  {say_part(part['part'], 'en')}", value, count, stars)
