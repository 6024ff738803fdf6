"""The only door to Great Expectations: one ephemeral context, one batch, one suite, row numbers back."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from orderwatch.hooks.sources.errors import ConfigError
from orderwatch.validation.suite import Check

RESULT_FORMAT = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One check's answer: how many values it looked at, and the positions of rows that fail it.

    ``rows`` is None where the check names no rows or could not be carried out at all.
    """

    success: bool
    evaluated: int
    rows: tuple[int, ...] | None


def run_checks(frame: pd.DataFrame, checks: Sequence[Check], now: datetime) -> list[Outcome]:
    """Every check on the frame, in the order given. Raises ConfigError for arguments that GX refuses."""
    gx = _great_expectations()
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    expectations = []
    for number, check in enumerate(checks):
        asked = ExpectationConfiguration(type=check.expectation, kwargs=check.arguments(now), meta={"number": number})
        try:
            expectations.append(asked.to_domain_obj())
        except (ValueError, TypeError) as error:
            what = type(error).__name__
            raise ConfigError(f"checks.{number}: {check.expectation} refuses its kwargs ({what})") from None

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("feed").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Series.values returning", category=DeprecationWarning)
        found = batch.validate(gx.ExpectationSuite(name="feed", expectations=expectations), result_format=RESULT_FORMAT)
    outcomes = {result.expectation_config.meta["number"]: _outcome(result) for result in found.results}
    return [outcomes[number] for number in range(len(checks))]


def _great_expectations() -> Any:
    """The package, imported here because it takes six seconds; silent, and without calls home."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)  # it sets INFO
    return great_expectations


def _outcome(result: Any) -> Outcome:
    told = result.result or {}
    rows = told.get("unexpected_index_list")
    return Outcome(
        success=bool(result.success),
        evaluated=int(told.get("element_count") or 0) - int(told.get("missing_count") or 0),
        rows=None if rows is None else tuple(int(row) for row in rows),
    )
