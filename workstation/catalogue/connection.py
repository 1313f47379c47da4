"""A database connection in our own words, and how values are written into columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol


class Row(Protocol):
    """One row; columns by name."""

    def __getitem__(self, column: str) -> Any: ...


class Cursor(Protocol):
    """What came back."""

    @property
    def rowcount(self) -> int: ...

    @property
    def lastrowid(self) -> int | None: ...

    def fetchone(self) -> Row | None: ...

    def fetchall(self) -> list[Row]: ...

    def __iter__(self) -> Iterator[Row]: ...


class Connection(Protocol):
    """Runs SQL. Transactions are the database's business: nobody else begins or commits one."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor: ...


def time_to_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that texts compare as times do.

    Raises
    ------
    ValueError
        When the time is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def time_from_text(text: str) -> datetime:
    """What `time_to_text` wrote."""
    return datetime.fromisoformat(text)


def to_json(value: Any) -> str:
    """Compact JSON, keys in their own order."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def texts_from_json(text: str) -> tuple[str, ...]:
    """A list of texts that was stored as JSON."""
    return tuple(json.loads(text))
