"""Writing the DICOM JSON Model (PS3.18 annex F): small builders, so that data sets read like their tables."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
"""A data set: tag in 8 upper-case hex digits → ``{"vr": …, "Value": […]}``."""

LOCAL_SCHEME = "99LIGHTBOX"


def element(vr: str, *values: Any) -> Json:
    """An attribute; empty values are left out, and an attribute without values has no ``Value`` (F.2.5)."""
    kept = [value for value in values if value not in ("", None)]
    return {"vr": vr, "Value": kept} if kept else {"vr": vr}


def person(name: str) -> Json:
    """A person name from its DICOM form (alphabetic=ideographic=phonetic)."""
    groups = dict(zip(("Alphabetic", "Ideographic", "Phonetic"), name.split("="), strict=False))
    return element("PN", {key: value for key, value in groups.items() if value} or None)


def code(value: str, scheme: str, meaning: str) -> Json:
    """An item of a code sequence (PS3.3 table 8.8-1); a value of more than 16 characters is a Long Code Value."""
    place = ("00080100", "SH") if len(value) <= 16 else ("00080119", "UC")
    return {
        place[0]: element(place[1], value),
        "00080102": element("SH", scheme),
        "00080104": element("LO", meaning),
    }


def sequence(*items: Json) -> Json:
    """A sequence of items."""
    return element("SQ", *items)


def moment(when: datetime) -> str:
    """A DT value with its offset (PS3.5 6.2)."""
    return when.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")


def date_of(when: datetime) -> str:
    """A DA value."""
    return when.strftime("%Y%m%d")


def uid_from(text: str) -> str:
    """A UID that is the same for the same text (PS3.5 B.2: 2.25 and a UUID)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_URL, f'lightbox-demo:{text}').int}"


def new_uid() -> str:
    """A UID that never was before."""
    return f"2.25.{uuid.uuid4().int}"


def first_text(dataset: Mapping[str, Any], tag: str) -> str:
    """The first value as text, or an empty string; for data sets of our own making."""
    values = (dataset.get(tag) or {}).get("Value") or [""]
    value = values[0]
    if isinstance(value, Mapping):
        return "=".join(str(value.get(group, "")) for group in ("Alphabetic", "Ideographic", "Phonetic")).rstrip("=")
    return str(value)
