"""Park a task until a person answers, without a worker slot, and show in words what it waits for or did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from airflow.sdk import Param
    from airflow.sdk.definitions.context import Context

LABEL = "outcome_label"
LABEL_TEMPLATE = "{{ " + LABEL + " }}"
"""What a step's ``map_index_template`` must be for ``say`` to show."""

LOOK_EVERY: Final = timedelta(minutes=30)
"""So often a parked step looks for itself whether it has been answered, or handed back, by another door."""
WOKEN: Final = {"woken": True}


def say(context: Context, words: str) -> None:
    """Show the words beside the task's state on the run page, at once and when the task has ended."""
    from airflow.sdk.execution_time.comms import SetRenderedMapIndex
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    shown = words[:240]
    context[LABEL] = shown  # type: ignore[literal-required]  # Airflow renders the template with whatever is there
    SUPERVISOR_COMMS.send(SetRenderedMapIndex(rendered_map_index=shown))


def park(
    context: Context,
    *,
    subject: str,
    body: str,
    options: Sequence[str],
    method: str,
    timeout: timedelta | None = None,
    fields: Mapping[str, Param] | None = None,
    **remembered: Any,
) -> NoReturn:
    """Ask under *Required Actions* and give the slot back; ``method`` of the operator gets the answer.

    There are no defaults: when ``timeout`` has passed, the method hears that nobody answered. Airflow keeps the words
    and the ``fields`` of the *first* question that a task asks, however often it asks again: what may change since has
    no place in the words, and what an answer is bound to must be in a field, with the value that was shown.
    """
    from airflow.sdk.exceptions import TaskAwaitingInput
    from airflow.sdk.execution_time.hitl import upsert_hitl_detail

    upsert_hitl_detail(
        ti_id=context["task_instance"].id,
        options=list(options),
        subject=subject,
        body=body,
        params={name: field.serialize() for name, field in (fields or {}).items()},
    )
    raise TaskAwaitingInput(method_name=method, kwargs=remembered, timeout=timeout)


def timed_out(event: Any) -> bool:
    """Whether the parked task was woken because nobody answered."""
    return isinstance(event, dict) and event.get("error_type") == "timeout"


def woken(event: Any) -> bool:
    """Whether the parked task is to look at our tables again: somebody has spoken by another door than Airflow's."""
    return isinstance(event, dict) and bool(event.get("woken"))


def answered(event: Any) -> tuple[str, tuple[str, ...]]:
    """The option chosen and the names under which Airflow knows whoever chose it."""
    user = event.get("responded_by_user") or {}
    names = tuple(dict.fromkeys(str(user[key]) for key in ("name", "id") if user.get(key)))
    return str(event["chosen_options"][0]), names


def filled_in(event: Any, field: str) -> str:
    """What the answer holds in one of the question's fields; empty where it holds nothing."""
    return str((event.get("params_input") or {}).get(field) or "")
