"""How long: durations written by people, always with a unit, and read back to people."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, PlainSerializer

Language = Literal["zh-CN", "en"]

_SHORT: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_ISO: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SECONDS: Final = (7 * 86400, 86400, 3600, 60, 1)
_UNITS: Final[dict[Language, dict[str, str]]] = {
    "zh-CN": {"d": "天", "h": "小时", "m": "分", "s": "秒"},
    "en": {"d": "d", "h": "h", "m": "m", "s": "s"},
}


def parse_duration(text: object) -> timedelta:
    """Read ``15m``, ``6h``, ``1d12h``, ``P3D`` or ``PT30M``.

    A number without a unit is refused: nobody can tell 48 minutes from 48 hours by looking at it. Months and
    years are refused as well, because their length depends on when they begin.

    Raises:
        ValueError: the text is not a duration; the message shows how to write it.
    """
    if isinstance(text, timedelta):
        return text
    if isinstance(text, int | float) or (isinstance(text, str) and text.strip().isdigit()):
        raise ValueError(f"{text} has no unit; write {text}h, {text}m or {text}d, whichever is meant")
    match = isinstance(text, str) and (_SHORT.fullmatch(text) or _ISO.fullmatch(text))
    if not match or not any(match.groups()):
        raise ValueError(f"{text!r} is not a duration; write it like 15m, 6h, 2d, 1d12h, P3D or PT30M")
    parts = zip(match.groups(default="0"), _SECONDS, strict=True)
    try:
        return timedelta(seconds=sum(int(count) * unit for count, unit in parts))
    except OverflowError:
        raise ValueError(f"{text!r} is longer than time is counted") from None


def format_duration(duration: timedelta) -> str:
    """Write a duration the way policy files do: ``1d12h``."""
    parts = zip(_split(duration, ("d", "h", "m", "s")), "dhms", strict=True)
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0m"


def say_duration(duration: timedelta, language: Language, *, largest: Literal["d", "h"] = "d") -> str:
    """Tell a person how long, in the two largest units: ``3 d 4 h``, ``3 天 4 小时``.

    Working time is said with ``largest="h"``: a "day" of working time would be misread as a calendar day.
    """
    units = ("d", "h", "m") if largest == "d" else ("h", "m")
    parts = list(zip(_split(duration, units), units, strict=True))
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    told = [f"{count} {_UNITS[language][unit]}" for count, unit in parts[:2]]
    return " ".join(part for part in told if not part.startswith("0 ")) or told[-1]


def _split(duration: timedelta, units: tuple[str, ...]) -> list[int]:
    rest, counts = int(duration.total_seconds()), []
    for unit in units:
        count, rest = divmod(rest, {"d": 86400, "h": 3600, "m": 60, "s": 1}[unit])
        counts.append(count)
    return counts


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str)]
