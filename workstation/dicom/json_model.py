"""Reading single values out of the DICOM JSON Model (PS3.18 annex F), without building objects.

Every function takes a data set as parsed JSON (tag in 8 hex digits → ``{"vr": …, "Value": [...]}``) and a tag,
answers the empty value for an absent one, and raises `UnreadableWorkItem` naming the attribute when the shape is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.errors import UnreadableWorkItem

JsonDataset = Mapping[str, Any]


def values_of(dataset: JsonDataset, tag: str) -> list[Any]:
    """All values of an attribute; an absent or empty one gives an empty list."""
    element = dataset.get(tag) or {}
    values = element.get("Value", []) if isinstance(element, Mapping) else None
    if not isinstance(values, list):
        raise malformed(tag)
    return values


def texts_of(dataset: JsonDataset, tag: str) -> tuple[str, ...]:
    """The values as stripped text, empty ones left out. A person name keeps its groups, joined by ``=``."""
    return tuple(text for text in (_as_text(value, tag) for value in values_of(dataset, tag)) if text)


def text_of(dataset: JsonDataset, tag: str) -> str:
    """The first non-empty value as text, or an empty string."""
    return next(iter(texts_of(dataset, tag)), "")


def items_of(dataset: JsonDataset, tag: str) -> tuple[JsonDataset, ...]:
    """The items of a sequence."""
    items = [item for item in values_of(dataset, tag) if item is not None]
    if not all(isinstance(item, Mapping) for item in items):
        raise malformed(tag)
    return tuple(items)


def first_item(dataset: JsonDataset, tag: str) -> JsonDataset:
    """The first item of a sequence, or an empty one."""
    return next(iter(items_of(dataset, tag)), {})


def number_of(dataset: JsonDataset, tag: str) -> float | None:
    """The first value as a number; DS and IS may arrive as text (PS3.18 F.2.2)."""
    text = text_of(dataset, tag)
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise malformed(tag) from error


def code_of(dataset: JsonDataset, tag: str) -> tuple[str, str, str]:
    """Code value, coding scheme and meaning of the first item of a code sequence (PS3.3 table 8.8-1)."""
    item = first_item(dataset, tag)
    value = text_of(item, "00080100") or text_of(item, "00080119") or text_of(item, "00080120")
    return value, text_of(item, "00080102"), text_of(item, "00080104")


def moment_of(dataset: JsonDataset, tag: str, *, offset: str = "") -> datetime | None:
    """A DT value as an aware moment: its own offset, else ``offset`` (``+HHMM``), else UTC."""
    text = text_of(dataset, tag)
    if not text:
        return None
    try:
        return parse_moment(text, offset=offset)
    except ValueError as error:
        raise malformed(tag) from error


def parse_moment(text: str, *, offset: str = "") -> datetime:
    """Read ``YYYY[MM[DD[HH[MM[SS[.F…]]]]]][&ZZXX]`` (PS3.5 6.2, DT); raises ValueError."""
    stamp, zone = text.strip(), offset.strip()
    for sign in "+-":
        if sign in stamp:
            stamp, _, hours = stamp.partition(sign)
            zone = sign + hours
    whole, _, fraction = stamp.partition(".")
    filled = whole + "00000101000000"[len(whole) :]
    moment = datetime.strptime(filled, "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is set on the next line
    return moment.replace(microsecond=int((fraction + "000000")[:6]), tzinfo=_zone(zone))


def malformed(tag: str) -> UnreadableWorkItem:
    """The error for an attribute whose value has the wrong shape."""
    return UnreadableWorkItem(
        f"The site's answer has a malformed {attribute_name(tag)}.", "Tell the site's worklist administrator."
    )


def _zone(offset: str) -> timezone:
    if not offset:
        return UTC
    if len(offset) != 5 or offset[0] not in "+-":
        raise ValueError("an offset from UTC has the form +HHMM")
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _as_text(value: Any, tag: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _person_name(value, tag)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip()
    raise malformed(tag)


def _person_name(value: Mapping[str, Any], tag: str) -> str:
    groups = [value.get(group) or "" for group in ("Alphabetic", "Ideographic", "Phonetic")]
    if not all(isinstance(group, str) for group in groups):
        raise malformed(tag)
    return "=".join(group.strip() for group in groups).rstrip("=")
