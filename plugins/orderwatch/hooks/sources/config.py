"""What a source's YAML file may say, as strict frozen models."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    model_validator,
)

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict
from orderwatch.core.policy.loader import load_file
from orderwatch.hooks.sources.errors import ConfigError
from orderwatch.hooks.sources.paths import compile_path

Mode = Literal["changes", "open", "completed"]
Scalar = str | int | bool
INDEXABLE = 512  # characters; at 4 bytes each still less than the 2704 bytes that PostgreSQL takes into an index
INSIDE = 64  # characters of a text inside a list or an object: a code, not prose
_SIZES = {"KiB": 1024, "MiB": 1024**2}


def _size(value: Any) -> Any:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,6}) ?(KiB|MiB)", value)):
        return int(match[1]) * _SIZES[match[2]]
    raise ValueError("a size has a unit: 64KiB or 32MiB")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, KeyError, OSError) as error:
        raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from error
    return value


def _path(value: str) -> str:
    compile_path(value)
    return value


Size = Annotated[int, BeforeValidator(_size)]
Zone = Annotated[str, AfterValidator(_zone)]
JmesPath = Annotated[str, AfterValidator(_path)]
Length = Annotated[int, Field(ge=1, le=INDEXABLE)]


# --- fields: where a value is and what it is ------------------------------------------------------------


class _FieldAt(Strict):
    path: JmesPath
    optional: bool = False  # the source may leave the field out; otherwise its absence everywhere is drift


class _Number(_FieldAt):
    """A number; its limits are in the source's unit, and one beyond them is an error of its record."""

    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _some_fit(self) -> _Number:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least: is above at_most, so that no number would do")
        return self


class TextField(_FieldAt):
    """Text; how long a column may be is for its suite to say, inside an object it is ``max_length``."""

    kind: Literal["text"] = Field(alias="as")
    max_length: Length | None = None  # inside an object otherwise INSIDE


class EnumField(_FieldAt):
    """The source's words in ours; a word outside the table is kept as received, for the suite to name."""

    kind: Literal["enum"] = Field(alias="as")
    values: dict[str, str]


class LocalTimeField(_FieldAt):
    kind: Literal["local_time"] = Field(alias="as")
    zone: Zone | None = None  # otherwise the feed's


class EpochMsField(_FieldAt):
    kind: Literal["epoch_ms"] = Field(alias="as")


class IsoTimeField(_FieldAt):
    kind: Literal["iso_time"] = Field(alias="as")


class MoneyField(_Number):
    """An amount in major units; ``digits`` is the number of decimals of the currency."""

    kind: Literal["money"] = Field(alias="as")
    digits: Annotated[int, Field(ge=0, le=4)] = 2


class IntegerField(_Number):
    """A whole number; ``times`` turns the source's unit into ours (hours into seconds: 3600)."""

    kind: Literal["integer"] = Field(alias="as")
    times: Annotated[int, Field(ge=1)] = 1


class BooleanField(_FieldAt):
    kind: Literal["boolean"] = Field(alias="as")


class TextListField(_FieldAt):
    kind: Literal["text_list"] = Field(alias="as")
    max_length: Length = INSIDE  # of each entry


class IntegerListField(_FieldAt):
    kind: Literal["integer_list"] = Field(alias="as")


class ObjectsField(_FieldAt):
    """A list of objects with fields of their own; times inside become ISO text in UTC.

    No suite looks inside: a word outside an enum's table, a text that is too long or an empty field of ``needs`` is
    an error here.
    """

    kind: Literal["objects"] = Field(alias="as")
    fields: dict[str, AnyField]
    needs: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_needs(self) -> ObjectsField:
        if unknown := set(self.needs) - set(self.fields):
            raise ValueError(f"needs: {', '.join(sorted(unknown))} is not one of the fields")
        return self


AnyField = Annotated[
    TextField
    | EnumField
    | LocalTimeField
    | EpochMsField
    | IsoTimeField
    | MoneyField
    | IntegerField
    | BooleanField
    | TextListField
    | IntegerListField
    | ObjectsField,
    Field(discriminator="kind"),
]


# --- columns that are computed from others --------------------------------------------------------------


class _OfList(Strict):
    of: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.of,)


class CountOf(_OfList):
    """How many entries the list column ``of`` has."""

    by: Literal["count_of"]


class FirstRepeated(_OfList):
    """The first value of ``take`` that two entries of the list column ``of`` share; nothing where all differ."""

    by: Literal["first_repeated"]
    take: str


class ValueOfLargest(_OfList):
    """``take`` from the entry of ``of`` with the largest product of ``product``; the first one of equals."""

    by: Literal["value_of_largest"]
    take: str
    product: tuple[str, ...]


class FlagIfAnyEmpty(Strict):
    """Adds ``flag`` to the text list ``to`` when one of the raw ``paths`` is null, absent or blank."""

    by: Literal["flag_if_any_empty"]
    to: str
    flag: str
    paths: tuple[JmesPath, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.to,)


class EmptyWhile(Strict):
    """Whether all columns ``of`` are empty although each column of ``meanwhile`` has the value beside it."""

    by: Literal["empty_while"]
    of: tuple[str, ...]
    meanwhile: dict[str, str]

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.of, *self.meanwhile)


Derive = Annotated[CountOf | FirstRepeated | ValueOfLargest | FlagIfAnyEmpty | EmptyWhile, Field(discriminator="by")]


# --- asking -----------------------------------------------------------------------------------------------


class RequestSpec(Strict):
    """The read-only request of a feed and where its parameters go."""

    method: Literal["GET", "POST"]
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")]
    form: dict[str, str] = Field(default_factory=dict)
    params_in: Literal["query", "form", "json", "form_json"] = "query"
    params_field: str | None = None  # form_json: the form field that carries the parameters as JSON text

    @model_validator(mode="after")
    def _whole(self) -> RequestSpec:
        if (self.params_in == "form_json") != (self.params_field is not None):
            raise ValueError("params_field goes with params_in: form_json")
        if self.method == "GET" and self.params_in != "query":
            raise ValueError("a GET sends its parameters in the query")
        return self


class PullSpec(Strict):
    """One mode: fixed parameters, and the names under which the window's edges are sent."""

    params: dict[str, Scalar] = Field(default_factory=dict)
    since: str | None = None
    until: str | None = None


class LookUpSpec(Strict):
    """Asking for one order: the parameter that takes its number, and fixed ones beside it."""

    number: str
    params: dict[str, Scalar] = Field(default_factory=dict)


class KeysetPaging(Strict):
    """The next page starts behind (version, key) of the last usable record of this one."""

    by: Literal["keyset"]
    version_param: str
    key_param: str
    more: JmesPath
    size_param: str
    size: Annotated[int, Field(ge=1)]


class LinkPaging(Strict):
    """The next page's address is in the Link header."""

    by: Literal["link_header"]
    size_param: str
    size: Annotated[int, Field(ge=1)]


class Success(Strict):
    """How a body says yes or no; ``codes`` sorts the source's own error codes."""

    path: JmesPath
    equals: Scalar
    message: JmesPath | None = None
    codes: dict[str, Literal["credentials", "clock", "too_often", "busy", "refused"]] = Field(default_factory=dict)


class FeedConfig(Strict):
    """One feed: how to ask for it, and how its records become columns."""

    source: str = ""  # filled in by load_source, like all that a feed takes from its source
    name: str = ""
    zone: Zone = "UTC"
    request: RequestSpec
    pull: dict[Mode, PullSpec]
    look_up: LookUpSpec | None = None  # none: the source cannot be asked for one order
    instant: Literal["local_time", "epoch_ms", "iso_time"]  # how instants are written in requests
    beginning: AwareDatetime = datetime(2000, 1, 1, tzinfo=UTC)  # "since ever", for `open` and a first run
    paging: Annotated[KeysetPaging | LinkPaging, Field(discriminator="by")]
    records: JmesPath
    success: Success | None = None
    overlap: Duration = timedelta(minutes=30)
    lag: Duration = timedelta(0)
    key: str
    version: str
    personal: tuple[str, ...] = ()
    fields: dict[str, AnyField]
    derive: dict[str, Derive] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_columns(self) -> FeedConfig:
        for name in ("key", "version"):
            if getattr(self, name) not in self.fields:
                raise ValueError(f"{name}: {getattr(self, name)!r} is not one of the fields")
        if self.fields[self.version].kind not in {"local_time", "epoch_ms", "iso_time"}:
            raise ValueError("version: must be a time")
        if set(self.pull) != {"changes", "open", "completed"}:
            raise ValueError("pull: needs changes, open and completed")
        for column, rule in self.derive.items():
            if unknown := set(rule.needs) - set(self.fields):
                raise ValueError(f"derive.{column}: {', '.join(sorted(unknown))} is not one of the fields")
        for path in self.personal:
            if not re.fullmatch(r"\w+(\.\w+)*", path):
                raise ValueError(f"personal: {path!r} must be names joined by dots")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns in the order of the file, computed ones last."""
        return tuple(dict.fromkeys((*self.fields, *self.derive)))

    def window(self, watermark: datetime | None, now: datetime) -> tuple[datetime | None, datetime]:
        """The window of the next `changes` pull; its end is the next watermark, once the rows are stored."""
        return (None if watermark is None else watermark - self.overlap), now - self.lag


# --- the source -------------------------------------------------------------------------------------------


class OAuth2(Strict):
    """Client credentials: the connection's login and password are the client's id and secret."""

    kind: Literal["oauth2"]
    token_path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")]


class Basic(Strict):
    kind: Literal["basic"]


class Bearer(Strict):
    """The connection's password is the token."""

    kind: Literal["bearer"]


class Md5Signature(Strict):
    """Signed form: ``fields`` are added, then ``sign`` = md5 over the parts of ``text`` in their order.

    ``fields`` in ``text`` stands for name+value of every form field, sorted by name.
    """

    kind: Literal["md5_signature"]
    fields: dict[str, Literal["login", "epoch_s"]]
    text: tuple[Literal["secret", "fields"], ...]
    sign_field: str
    letters: Literal["lower", "upper"] = "lower"


class RateLimit(Strict):
    requests: Annotated[int, Field(ge=1)]
    per: Duration


class SourceConfig(Strict):
    """One outside system."""

    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    connection: str
    zone: Zone
    auth: Annotated[OAuth2 | Basic | Bearer | Md5Signature, Field(discriminator="kind")]
    rate_limit: RateLimit | None = None
    overlap: Duration = timedelta(minutes=30)
    lag: Duration = timedelta(0)
    deadline: Duration = timedelta(minutes=5)
    max_pages: Annotated[int, Field(ge=1)] = 5000
    max_answer: Size = 32 * 1024**2
    max_record: Size = 64 * 1024
    feeds: dict[str, FeedConfig]

    def feed(self, name: str) -> FeedConfig:
        """The feed of that name; ConfigError lists the ones there are."""
        if name not in self.feeds:
            raise ConfigError(f"{self.source} has no feed {name!r}; it has {', '.join(self.feeds)}")
        return self.feeds[name]


def load_source(path: Path) -> SourceConfig:
    """A source's file, checked; what a feed does not say itself it takes from its source.

    Raises PolicyError, which lists every mistake with file, line and field.
    """
    source = load_file(path, SourceConfig)
    feeds = {name: _inherit(source, name, feed) for name, feed in source.feeds.items()}
    return source.model_copy(update={"feeds": feeds})


def _inherit(source: SourceConfig, name: str, feed: FeedConfig) -> FeedConfig:
    own = feed.model_fields_set
    given = {part: getattr(source, part) for part in ("zone", "overlap", "lag") if part not in own}
    return feed.model_copy(update={"source": source.source, "name": name, **given})


ObjectsField.model_rebuild()
