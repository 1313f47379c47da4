"""Records as text and back: canonical JSON (RFC 8785), so that the same record has the same bytes everywhere.

Times are ISO 8601 in UTC with a ``Z``. A key that a record does not have is refused, and so are NaN and infinity.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Hashable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, cast

import rfc8785
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from calibration.records.record import Record
from workstation.foundation.errors import BadInput

Value = TypeVar("Value")

_CONFIG = ConfigDict(extra="forbid", allow_inf_nan=False)
_MOST_FAULTS = 3
_NOT_UTC = re.compile(r'"(?:at|began|until)":"[^"]*[^"Z]"')
"""A time without the ``Z``, in the text: looking at every reading as an object takes longer than reading them all."""


def encode(record: Record) -> str:
    """Canonical JSON of ``record``."""
    return rfc8785.dumps(plain_of(record)).decode("utf-8")


def decode(text: str) -> Record:
    """The record that ``text`` is.

    Raises
    ------
    BadInput
        Naming the keys that are wrong, missing or too many.
    """
    try:
        record = _records().validate_json(text)
    except ValidationError as error:
        raise BadInput(f"This is no record of a display: {_faults(error)}.") from error
    if _NOT_UTC.search(text):
        raise BadInput("This is no record of a display: a time in it is not in UTC.")
    return record


def plain_of(value: Any) -> Any:
    """Any of our frozen dataclasses as JSON values (dictionaries, lists, text, numbers).

    Raises
    ------
    ValueError
        For a time without a zone.
    """
    if dataclasses.is_dataclass(value):
        return {field.name: plain_of(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [plain_of(each) for each in value]
    if isinstance(value, datetime):
        return time_text(value)
    return value.isoformat() if isinstance(value, date) else value


def value_of(kind: type[Value], plain: Any) -> Value:
    """The dataclass ``kind`` from what `plain_of` gave.

    Raises
    ------
    BadInput
        Naming the keys that are wrong, missing or too many.
    """
    try:
        found: Value = _list_of(cast(Hashable, kind)).validate_json(rfc8785.dumps([plain]))[0]
    except ValidationError as error:
        raise BadInput(f"This is no {kind.__name__}: {_faults(error)}.") from error
    return found


def time_text(time: datetime) -> str:
    """``2026-07-28T07:22:48.123456Z``: of one length, so that texts sort as times do."""
    if time.utcoffset() is None:
        raise ValueError("a time of a record needs its zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _faults(error: ValidationError) -> str:
    """The first faults with their keys; never the values, which may be anybody's text."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    named = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in found[:_MOST_FAULTS]]
    more = len(found) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


@cache
def _records() -> TypeAdapter[Record]:
    return TypeAdapter(Annotated[Record, Field(discriminator="kind")], config=_CONFIG)


@cache
def _list_of(kind: Hashable) -> TypeAdapter[Any]:
    # A dataclass at the top refuses a config of the adapter's; inside a list it takes it over.
    return TypeAdapter(list[kind], config=_CONFIG)  # type: ignore[valid-type]
