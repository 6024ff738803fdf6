"""Two dispatchers that are wrong on purpose: the harness must catch each of them sending twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Engine, event

from bench.chaos.worker import Dispatch, really
from orderwatch.pipeline.dispatch import Send
from orderwatch.store import ledger
from orderwatch.store.database import business_now


def send_then_record(engine: Engine, senders: Mapping[str, Send], finders: Mapping[str, Send]) -> None:
    """One transaction around everything: sent first, and written down when it commits."""
    with engine.begin() as conn:
        ledger.tidy(conn, business_now(conn))
    while True:
        with engine.begin() as conn:
            effect = ledger.claim(conn, business_now(conn))
            if effect is None:
                return
            ledger.finish(conn, effect, senders[effect.sink](effect), business_now(conn))


def async_commit(engine: Engine, senders: Mapping[str, Send], finders: Mapping[str, Send]) -> None:
    """The real dispatch, whose claim does not wait for the disk."""

    def forget(conn: Any, cursor: Any, sql: str, values: Any, context: Any, many: bool) -> tuple[str, Any]:
        return sql.replace("'synchronous_commit', 'on'", "'synchronous_commit', 'off'"), values

    if not event.contains(engine, "before_cursor_execute", forget):
        event.listen(engine, "before_cursor_execute", forget, retval=True)
    try:
        really(engine, senders, finders)
    finally:
        event.remove(engine, "before_cursor_execute", forget)


WAYS: Final[dict[str, Dispatch]] = {"": really, "send_then_record": send_then_record, "async_commit": async_commit}
