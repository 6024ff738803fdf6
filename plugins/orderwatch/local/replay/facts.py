"""What a history may say of its orders beyond times: the facts that checks, exemptions and playbooks ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from orderwatch.core.models.passages import NEVER
from orderwatch.core.words import CustomsStatus, Fulfilment, OrderKind, Payment
from orderwatch.local.history_file import HistoryError, instants

Name = Annotated[str, Field(min_length=1, max_length=64)]
Facts = Mapping[str, Any]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Line(_Part):
    """One article; what is left out is that of an ordinary article."""

    line_no: Annotated[int, Field(ge=0)]
    sku: Name
    category: Name = "unknown"
    quantity: Annotated[int, Field(ge=1)] = 1
    price_minor: Annotated[int, Field(ge=0)] = 0
    presale: bool = False
    ship_by: AwareDatetime | None = None
    original_ship_by: AwareDatetime | None = None
    ship_within_s: Annotated[int, Field(ge=0)] | None = None
    perishable: bool = False
    bulky: bool = False
    weight_g: Annotated[int, Field(ge=0)] | None = None
    fulfilment: Fulfilment = "warehouse"
    supplier: str | None = None
    supplier_acknowledged_at: AwareDatetime | None = None
    supplier_slot_at: AwareDatetime | None = None


class _Package(_Part):
    """One parcel of a split order."""

    package_no: Name
    line_nos: tuple[int, ...] = ()
    eta_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None


class _DelayRequest(_Part):
    """A wish for later delivery."""

    request_id: Name
    requested_by: Annotated[str, Field(pattern="^(customer|seller)$")]
    requested_at: AwareDatetime
    until_at: AwareDatetime | None = None
    state: Annotated[str, Field(pattern="^(confirmed|pending|refused)$")]


def plain_line(category: str) -> dict[str, Any]:
    """The one article of an order that names none."""
    return _Line(line_no=1, sku="unknown", category=category[:64] or "unknown").model_dump(mode="json")


LISTS: Final = ("flags", "shortage_skus", "lines", "packages", "delay_requests")
INSTANTS: Final = ("platform_deadline_at", "paid_at", "balance_paid_at", "customs_entered_at")
OF_ORDER: Final[Mapping[str, TypeAdapter[Any]]] = {
    "kind": TypeAdapter(OrderKind),
    "payment": TypeAdapter(Payment),
    "currency": TypeAdapter(Annotated[str, Field(pattern="^[A-Z]{3}$")]),
    "customer_id": TypeAdapter(Name),
    "warehouse": TypeAdapter(Name),
    "flags": TypeAdapter(list[Name]),
    "lines": TypeAdapter(Annotated[list[_Line], Field(min_length=1)]),
}
OF_SHIPMENT: Final[Mapping[str, TypeAdapter[Any]]] = {
    "wave_no": TypeAdapter(Name),
    "manifest_no": TypeAdapter(Name),
    "carrier": TypeAdapter(Name),
    "shortage_skus": TypeAdapter(list[Name]),
    "fault_code": TypeAdapter(Name),
    "packages": TypeAdapter(list[_Package]),
    "customs_status": TypeAdapter(CustomsStatus),
    "customs_route": TypeAdapter(Name),
}
OTHERS: Final[Mapping[str, TypeAdapter[Any]]] = {"delay_requests": TypeAdapter(list[_DelayRequest])}
CHECKED: Final = {**OF_ORDER, **OF_SHIPMENT, **OTHERS}
COLUMNS: Final = (*CHECKED, *INSTANTS)


def read_facts(path: Path, further: pd.DataFrame, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What each row says, empty values left out; instants in epoch seconds, parts as JSON has them.

    Raises HistoryError, which names column and row.
    """
    facts: list[dict[str, Any]] = [{} for _ in range(len(further))]
    for column in further.columns:
        if column in INSTANTS:
            at = instants(path, further, column, zone)
            for row in np.flatnonzero(at < NEVER):
                facts[row][column] = int(at[row])
        else:
            _read_column(path, further[column], facts)
    return facts


def _read_column(path: Path, column: pd.Series[Any], facts: Sequence[dict[str, Any]]) -> None:
    name = str(column.name)
    check = CHECKED[name]
    seen: dict[str, Any] = {}  # most rows repeat what another has said
    for row, value in enumerate(column):
        text = value if isinstance(value, str) else None if _is_empty(value) else json.dumps(list(value))
        if not text:
            continue
        if text not in seen:
            seen[text] = _checked(path, name, text, int(column.index[row]) + 1, check)
        facts[row][name] = seen[text]


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _checked(path: Path, name: str, text: str, row: int, check: TypeAdapter[Any]) -> Any:
    try:
        value = _list_of(text) if name in LISTS else text
        return check.dump_python(check.validate_python(value), mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        what = f"{place}: {first['msg']}" if place else first["msg"]
    except ValueError as error:
        what = f"is no list: {error}"
    raise HistoryError(f"{path.name}, row {row}: {name} {text:.60} {what}")


def _list_of(text: str) -> list[Any]:
    """``["a", "b"]`` or, of plain words, ``a, b``."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    parts: list[Any] = json.loads(text)
    return parts
