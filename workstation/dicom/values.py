"""Single values out of a data set, ours or pydicom's, with the same answers.

Absent and unreadable ones give the empty value, never an exception.

Headers in the field are often malformed in places that do not matter for showing the image. What does matter (rows,
bits, UIDs) is checked by `workstation.dicom.reading`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence

from workstation.dicom.elements import LARGEST_NUMBER, Elements

AnyDataset = Elements | Dataset

# What pydicom raises, by experience, when it first converts a raw element that is malformed.
UNREADABLE_VALUE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    ArithmeticError,
    BytesLengthException,
    struct.error,
)


def value(dataset: AnyDataset, keyword: str) -> Any:
    """The value of an attribute, or None when it is absent, empty or cannot be converted."""
    if isinstance(dataset, Elements):
        return dataset.value(keyword)
    try:
        found = dataset.get(keyword)
    except UNREADABLE_VALUE:
        return None
    return None if found is None or found == "" else found


def values(dataset: AnyDataset, keyword: str) -> list[Any]:
    """All values of an attribute as a list."""
    if isinstance(dataset, Elements):
        return dataset.values(keyword)
    found = value(dataset, keyword)
    if found is None:
        return []
    return list(found) if isinstance(found, MultiValue | DicomSequence | list | tuple) else [found]


def text(dataset: AnyDataset, keyword: str) -> str:
    """The first value as stripped text; a person name with all its component groups."""
    if isinstance(dataset, Elements):
        return dataset.text(keyword)
    found = texts(dataset, keyword)
    return found[0] if found else ""


def texts(dataset: AnyDataset, keyword: str) -> tuple[str, ...]:
    """All values as stripped text, in place (empty ones stay)."""
    if isinstance(dataset, Elements):
        return dataset.texts(keyword)
    return tuple(_as_text(each) for each in values(dataset, keyword))


def _as_text(found: Any) -> str:
    if found is None:
        return ""
    return (found.decode("latin-1") if isinstance(found, bytes) else str(found)).strip(" \0\t\r\n")


def number(dataset: AnyDataset, keyword: str) -> float | None:
    """The first value as a finite number, or None."""
    if isinstance(dataset, Elements):
        return dataset.number(keyword)
    found = numbers(dataset, keyword)
    return found[0] if found else None


def numbers(dataset: AnyDataset, keyword: str) -> tuple[float, ...]:
    """All values as finite numbers; empty when one of them is not a number, or beyond all measure."""
    if isinstance(dataset, Elements):
        return dataset.numbers(keyword)
    try:
        found = tuple(float(each) for each in values(dataset, keyword))
    except UNREADABLE_VALUE:
        return ()
    return found if all(abs(each) <= LARGEST_NUMBER for each in found) else ()


def whole_number(dataset: AnyDataset, keyword: str) -> int | None:
    """The first value as an integer, or None when it is absent or not whole."""
    found = number(dataset, keyword)
    return int(found) if found is not None and found == int(found) else None


def items(dataset: AnyDataset, keyword: str) -> Sequence[AnyDataset]:
    """The items of a sequence; none when it is absent or not a sequence."""
    if isinstance(dataset, Elements):
        return dataset.items(keyword)
    return [item for item in values(dataset, keyword) if isinstance(item, Dataset)]


def first_item(dataset: AnyDataset, keyword: str) -> AnyDataset:
    """The first item of a sequence, or an empty data set."""
    found = items(dataset, keyword)
    return found[0] if found else Elements()


def code(dataset: AnyDataset, keyword: str) -> tuple[str, str, str]:
    """Value, coding scheme and meaning of the first item of a code sequence."""
    return code_of_item(first_item(dataset, keyword))


def code_of_item(item: AnyDataset) -> tuple[str, str, str]:
    """Value, coding scheme and meaning of one code item (PS3.3 table 8.8-1)."""
    code_value = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    return code_value, text(item, "CodingSchemeDesignator"), text(item, "CodeMeaning")
