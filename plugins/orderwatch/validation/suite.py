"""A feed's expectations as a YAML file: what is checked, and what a row that fails is called."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from orderwatch.core.durations import Duration
from orderwatch.core.policy.base import Strict, Text
from orderwatch.core.policy.loader import load_file
from orderwatch.hooks.sources.errors import ConfigError

# Those whose row numbers Great Expectations reports for a pandas batch, so that a row can be set aside.
RowCheck = Literal[
    "expect_column_values_to_not_be_null",
    "expect_column_values_to_be_null",
    "expect_column_values_to_be_unique",
    "expect_column_values_to_match_regex",
    "expect_column_values_to_be_in_set",
    "expect_column_values_to_not_be_in_set",
    "expect_column_values_to_be_between",
    "expect_column_value_lengths_to_be_between",
    "expect_column_pair_values_a_to_be_greater_than_b",
    "expect_compound_columns_to_be_unique",
]
TableCheck = Literal[
    "expect_table_columns_to_match_set",
    "expect_table_row_count_to_be_between",
    "expect_column_proportion_of_non_null_values_to_be_between",
    "expect_column_unique_value_count_to_be_between",
]


class NowPlus(Strict):
    """``{$now: 5m}``: the instant of validation plus a duration."""

    duration: Duration = Field(alias="$now")


Scalar = str | int | float | bool | None
Value = NowPlus | Scalar | tuple[Scalar, ...]


class Check(Strict):
    """One expectation. ``row`` sets failing rows aside, ``critical`` stops the whole feed."""

    expectation: RowCheck | TableCheck
    kwargs: dict[str, Value]
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    severity: Literal["row", "critical"] = "row"
    message: Text

    @model_validator(mode="after")
    def _row_checks_only(self) -> Check:
        if self.severity == "row" and self.expectation not in RowCheck.__args__:  # type: ignore[attr-defined]
            raise ValueError(f"{self.expectation} names no rows: severity must be critical")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, in the order in which a detail shows them."""
        named = [self.kwargs.get(name) for name in ("column", "column_A", "column_B")]
        listed = self.kwargs.get("column_list", ())
        return tuple(str(name) for name in (*named, *(listed if isinstance(listed, tuple) else ())) if name)

    def arguments(self, now: datetime) -> dict[str, Any]:
        """The keyword arguments with every ``$now`` replaced by an instant."""
        return {name: _plain(value, now) for name, value in self.kwargs.items()}


def _plain(value: Value, now: datetime) -> Any:
    if isinstance(value, NowPlus):
        return now + value.duration
    return list(value) if isinstance(value, tuple) else value


class Suite(Strict):
    """All checks of one feed. ``columns`` must be there; ``key`` and ``version`` tell repeats apart."""

    feed: str
    key: str
    version: str
    columns: tuple[str, ...]
    critical_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    critical_rows: Annotated[int, Field(ge=1)] = 20
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _no_twins(self) -> Suite:
        seen: set[str] = set()
        for check in self.checks:
            same = f"{check.expectation} {sorted(check.kwargs.items(), key=str)}"
            if same in seen:
                raise ValueError(f"checks: {check.expectation} on {', '.join(check.columns)} appears twice")
            seen.add(same)
        return self

    @property
    def needed(self) -> tuple[str, ...]:
        """Every column without which the feed cannot be judged."""
        looked_at = [column for check in self.checks for column in check.columns]
        return tuple(dict.fromkeys((*self.columns, self.key, self.version, *looked_at)))


def load_suite(path: Path) -> Suite:
    """A suite's file, checked. Raises PolicyError or, where the feed's name is another one, ConfigError."""
    suite = load_file(path, Suite)
    if suite.feed != path.stem:
        raise ConfigError(f"{path.name}: feed: must be {path.stem!r}, like the file's name")
    return suite
