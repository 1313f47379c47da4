"""Attribute matching for searches: QIDO-RS (PS3.18 8.3.4) and UPS-RS, the rules of PS3.4 C.2.2.2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

from workstation.demo_site.dicom_json import Json
from workstation.demo_site.web import Refusal, Request
from workstation.dicom.json_model import parse_moment

_NOT_FOR_MATCHING = frozenset(
    {"limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "accept", "charset"}
)
_WILDCARD_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})


@dataclass(frozen=True)
class Criterion:
    """One thing asked for: a path of tags (through sequences) and a matching value."""

    path: tuple[str, ...]
    value: str


@dataclass(frozen=True)
class Search:
    """A search request, understood."""

    criteria: tuple[Criterion, ...]
    limit: int | None
    offset: int

    def among(self, candidates: Iterable[Json]) -> list[Json]:
        """The candidates that match every criterion, in their order; paging comes later."""
        return [each for each in candidates if all(_matches(each, asked.path, asked.value) for asked in self.criteria)]

    def page(self, found: Sequence[Json]) -> tuple[list[Json], int]:
        """The asked part of what was found, and how many there are after it."""
        end = len(found) if self.limit is None else self.offset + self.limit
        return list(found[self.offset : end]), max(0, len(found) - end)


def search_of(request: Request) -> Search:
    """Understand the query of a search.

    Raises
    ------
    Refusal
        400 for an unknown attribute or a limit that is no number.
    """
    criteria = [
        Criterion(path_of(name), value)
        for name, value in request.query
        if name.lower() not in _NOT_FOR_MATCHING and value not in {"", "*"}
    ]
    limit = request.parameter("limit")
    return Search(tuple(criteria), _whole(limit) if limit else None, _whole(request.parameter("offset") or "0"))


def path_of(name: str) -> tuple[str, ...]:
    """Tags of an attribute named by keyword or by number, through sequences with dots (PS3.18 8.3.4.1)."""
    return tuple(_tag_of(part) for part in name.split("."))


def _tag_of(name: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{8}", name):
        return name.upper()
    tag = tag_for_keyword(name)
    if tag is None:
        raise Refusal(400, f"There is no attribute {name}.")
    return f"{int(tag):08X}"


def _whole(text: str) -> int:
    if not text.isdigit():
        raise Refusal(400, "limit and offset must be whole numbers.")
    return int(text)


def _matches(dataset: Mapping[str, Any], path: tuple[str, ...], wanted: str) -> bool:
    held = dataset.get(path[0]) or {}
    values = held.get("Value") or []
    if len(path) > 1:
        return any(_matches(item, path[1:], wanted) for item in values if isinstance(item, Mapping))
    vr = str(held.get("vr") or _vr_of(path[0]))
    return any(_value_matches(vr, text, wanted) for value in values for text in _texts(value))


def _vr_of(tag: str) -> str:
    try:
        return dictionary_VR(int(tag, 16))
    except KeyError:
        return "LO"


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [str(group) for group in value.values()]
    return [str(value)]


def _value_matches(vr: str, held: str, wanted: str) -> bool:
    if vr in {"DA", "TM", "DT"}:
        return _in_range(vr, held, wanted)
    choices = re.split(r"[,\\]", wanted) if vr in {"UI", "CS"} else [wanted]
    return any(_text_matches(vr, held, choice) for choice in choices)


def _text_matches(vr: str, held: str, wanted: str) -> bool:
    if vr == "PN":
        held, wanted = held.casefold(), wanted.casefold()
    if vr not in _WILDCARD_VRS or not any(mark in wanted for mark in "*?"):
        return held == wanted
    pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in wanted)
    return re.fullmatch(pattern, held, re.DOTALL) is not None


def _in_range(vr: str, held: str, wanted: str) -> bool:
    """Range matching (PS3.4 C.2.2.2.5): ``a-b``, ``a-``, ``-b`` or one value, compared as precisely as asked."""
    if vr == "DT":
        return _in_moments(held, wanted)
    low, dash, high = wanted.partition("-")
    if not dash:
        return held.startswith(low)
    return (not low or held[: len(low)] >= low) and (not high or held[: len(high)] <= high)


def _in_moments(held: str, wanted: str) -> bool:
    range_ = re.fullmatch(r"(\d*(?:\.\d+)?(?:[+-]\d{4})?)-(\d*(?:\.\d+)?(?:[+-]\d{4})?)", wanted)
    try:
        when = parse_moment(held)
        if range_ is None:
            return when == parse_moment(wanted)
        low, high = (_moment_or_none(text) for text in range_.groups())
    except ValueError:
        return False
    return (low is None or low <= when) and (high is None or when <= high)


def _moment_or_none(text: str) -> datetime | None:
    return parse_moment(text) if text else None
