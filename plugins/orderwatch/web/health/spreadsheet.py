"""Lists as files for a spreadsheet, in which no text from outside is ever a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from fastapi import Response

_FORMULA: Final = re.compile(r"[\s\x00-\x20\ufeff\u200b]*[=+\-@＝＋－﹢﹣＠|%]|[\t\r\n]")
LONGEST: Final = 32_000  # characters; more than one cell holds
BOM: Final = "\ufeff"  # without it a spreadsheet reads Chinese as something else


def harmless(value: object) -> object:
    """What a spreadsheet would compute or open becomes text, which a leading apostrophe says; our numbers stay."""
    if not isinstance(value, str):
        return "" if value is None else value
    text = value[:LONGEST].replace("\x00", "")
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(titles)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return BOM + written.getvalue()


def file(name: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The answer that a browser saves under this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(write_csv(titles, rows), media_type="text/csv; charset=utf-8", headers=headers)
