"""A figure as SVG that belongs to its page: the page's colours and font, no style of its own, no script.

matplotlib draws with a colour for each *role*; each role then becomes a class of our stylesheet, so that one drawing
serves the light and the dark theme, and the page's policy need not allow inline styles.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from markupsafe import Markup

from orderwatch.core.plain_text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Titles = Mapping[str, str]
"""What is shown over a part of a picture when the mouse rests on it, by the part's gid."""

NAMES: Final = (
    "ink",
    "ink-2",
    "line",
    "soft",
    "page",
    "link",
    "bad",
    "warn",
    "ok",
    *(f"step-{n}" for n in range(1, 6)),
)
ROLES: Final = {name: f"#0000{number:02x}" for number, name in enumerate(NAMES, 1)}
_CLASSES: Final = {colour: name for name, colour in ROLES.items()}
_PAINTS: Final = {"fill": "f", "stroke": "s"}
_LEFT_TO_THE_PAGE: Final = {"font-family", "stroke-linejoin", "stroke-linecap"}
_SETTINGS: Final[Any] = {
    "svg.fonttype": "none",  # text stays text: the page's font, the reader's search
    "text.parse_math": False,  # an order number with two dollar signs is no formula
    "axes.unicode_minus": False,
    "font.size": 12,
    "text.color": ROLES["ink"],
    "axes.labelcolor": ROLES["ink-2"],
    "axes.edgecolor": ROLES["line"],
    "xtick.color": ROLES["line"],
    "ytick.color": ROLES["line"],
    "xtick.labelcolor": ROLES["ink-2"],
    "ytick.labelcolor": ROLES["ink-2"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "lines.color": ROLES["ink"],
    "patch.edgecolor": "none",
}
_ONE_AT_A_TIME: Final = Lock()  # matplotlib's settings are the whole process's


@dataclass(frozen=True, slots=True)
class Size:
    """The same picture for a desk and for a phone, in CSS pixels: scaled down, its text could not be read."""

    name: str
    width: int

    @property
    def wide(self) -> bool:
        return self.name == "wide"


SIZES: Final = (Size("wide", 720), Size("narrow", 320))


def picture(name: str, label: str, height: int, size: Size, draw: Callable[[Figure], Titles]) -> Markup:
    """What ``draw`` puts on a figure of so many CSS pixels; ``label`` says it to whoever cannot see it."""
    import matplotlib
    from matplotlib.figure import Figure

    settings = {**_SETTINGS, "svg.hashsalt": f"{name}-{size.name}"}
    with _ONE_AT_A_TIME, warnings.catch_warnings(), matplotlib.rc_context(settings):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # measured only; the browser has the font
        figure = Figure(figsize=(size.width / 72, height / 72), dpi=72)
        titles = draw(figure)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None})
    return _themed(written.getvalue(), label, titles, size)


def cut(text: str, most: int = 40) -> str:
    """Text from outside as it may stand in a picture: on one line, not longer than the picture."""
    shown = visible(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _themed(written: bytes, label: str, titles: Titles, size: Size) -> Markup:
    root = ElementTree.fromstring(written)  # noqa: S314  # matplotlib's own output, a moment ago
    for parent in root.iter():
        for child in list(parent):
            if _plain(child.tag) in {"metadata", "style"}:
                parent.remove(child)
    used = set(re.findall(rb"#([\w-]+)[\")]", written))
    for element in root.iter():
        element.tag = _plain(element.tag)
        element.attrib = dict(_attributes(element.attrib, {name.decode() for name in used}))
        if (part := element.attrib.pop("gid", "")) in titles:
            title = ElementTree.Element("title")
            title.text = titles[part]
            element.insert(0, title)
    view = root.attrib["viewBox"]
    root.attrib = {"viewBox": view, "class": size.name, "role": "img", "aria-label": label}
    # our own elements; ElementTree has escaped every text and attribute
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


def _plain(tag: str) -> str:
    """Without its namespace: inside HTML there is none."""
    return tag.rpartition("}")[2]


def _attributes(given: Mapping[str, str], used: set[str]) -> Iterator[tuple[str, str]]:
    """Styles as attributes and colours as classes; names only where something refers to them."""
    classes = []
    for name, value in given.items():
        plain = _plain(name)
        if plain == "style":
            for property_, setting in (part.split(":", 1) for part in value.split(";") if part.strip()):
                if (paint := property_.strip()) in _PAINTS and setting.strip().startswith("#"):
                    classes.append(f"{_PAINTS[paint]}-{_CLASSES[setting.strip()]}")
                elif paint not in _LEFT_TO_THE_PAGE:
                    yield paint, setting.strip()
        elif plain == "id":
            yield ("id" if value in used else "gid"), value
        elif plain != "transform" or not value.startswith("rotate(-0 "):
            yield plain, " ".join(value.split())
    if classes:
        yield "class", " ".join(classes)
