"""The Airflow side of a source: credentials come from a connection, secrets go to the log masker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from airflow.sdk import BaseHook
from airflow.sdk.log import mask_secret

from orderwatch.hooks.sources.config import Mode, SourceConfig, load_source
from orderwatch.hooks.sources.endpoint import Endpoint
from orderwatch.hooks.sources.engine import Page, Source, utc_now
from orderwatch.hooks.sources.errors import ConfigError, SourceError
from orderwatch.paths import POLICY


class SourceHook(BaseHook):
    """Read-only access to one order source; connects on first use.

    ``config`` is the source's file, read from include/policy/sources unless given; ``conn_id`` is the
    connection that the file names unless given; ``clock`` matters to sources that sign the time.
    """

    conn_name_attr = "conn_id"
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]
    source_name: ClassVar[str]

    def __init__(
        self,
        *,
        conn_id: str | None = None,
        config: SourceConfig | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.config = config or load_source(POLICY / "sources" / f"{self.source_name}.yaml")
        self.conn_id = conn_id or self.config.connection
        self._clock = clock
        self._source: Source | None = None

    def get_conn(self) -> Source:
        """The engine, bound to the connection's host and credentials."""
        if self._source is None:
            self._source = Source(
                self.config,
                self.endpoint(),
                clock=self._clock,
                tell_secret=mask_secret,
            )
        return self._source

    def endpoint(self) -> Endpoint:
        """The connection as plain values; raises ``ConfigError`` for nonsense in its Extra."""
        return endpoint_of(self.get_connection(self.conn_id), self.conn_id)

    def pull(self, feed: str, mode: Mode, since: datetime | None, until: datetime) -> Iterator[Page]:
        """The feed's records of a window, page by page; see `Source.pull`. Raises SourceError."""
        return self.get_conn().pull(feed, mode, since, until)

    def look_up(self, feed: str, order_id: str) -> list[dict[str, Any]]:
        """What the source says of one order now; see `Source.look_up`. Raises SourceError, ConfigError."""
        return self.get_conn().look_up(feed, order_id)

    def clock_skew(self, now: datetime) -> float | None:
        """Seconds by which the source's clock is ahead of ``now``; None before any answer."""
        return self.get_conn().clock_skew(now)

    def test_connection(self) -> tuple[bool, str]:
        """What the button in the connection form calls."""
        try:
            return True, self.get_conn().probe(self._clock())
        except (SourceError, ConfigError) as error:
            return False, str(error)

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None

    def __enter__(self) -> SourceHook:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def endpoint_of(connection: Any, conn_id: str) -> Endpoint:
    """A connection as an endpoint; ``ConfigError`` for nonsense in its Extra."""
    extra = connection.extra_dejson
    allow_private = extra.get("allow_private", False)
    timeout = extra.get("timeout") or 30
    if not isinstance(allow_private, bool):
        raise ConfigError(f"connection {conn_id}: allow_private must be true or false")
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 1 <= timeout <= 600:
        raise ConfigError(f"connection {conn_id}: timeout must be 1 to 600 seconds")
    host = (connection.host or "").rstrip("/")
    return Endpoint(
        base_url=f"{host}:{connection.port}" if connection.port else host,
        login=connection.login or "",
        password=connection.password or "",
        allow_private=allow_private,
        timeout=float(timeout),
    )
