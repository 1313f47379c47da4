"""Single values out of a pydicom data set: absent and unreadable ones give the empty value, never an exception.

Headers in the field are often malformed in places that do not matter for showing the image. What does matter (rows,
bits, UIDs) is checked by `workstation.dicom.reading`.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence

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


def value(dataset: Dataset, keyword: str) -> Any:
    """The value of an attribute, or None when it is absent, empty or cannot be converted."""
    try:
        found = dataset.get(keyword)
    except UNREADABLE_VALUE:
        return None
    return None if found is None or found == "" else found


def values(dataset: Dataset, keyword: str) -> list[Any]:
    """All values of an attribute as a list."""
    found = value(dataset, keyword)
    if found is None:
        return []
    return list(found) if isinstance(found, MultiValue | DicomSequence | list | tuple) else [found]


def text(dataset: Dataset, keyword: str) -> str:
    """The first value as stripped text; a person name with all its component groups."""
    return next(iter(texts(dataset, keyword)), "")


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """All values as stripped text, in place (empty ones stay)."""
    return tuple(str(each).strip(" \0\t\r\n") if each is not None else "" for each in values(dataset, keyword))


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a finite number, or None."""
    return next(iter(numbers(dataset, keyword)), None)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All values as finite numbers; empty when one of them is not a number."""
    try:
        found = tuple(float(each) for each in values(dataset, keyword))
    except UNREADABLE_VALUE:
        return ()
    return found if all(math.isfinite(each) for each in found) else ()


def whole_number(dataset: Dataset, keyword: str) -> int | None:
    """The first value as an integer, or None when it is absent or not whole."""
    found = number(dataset, keyword)
    return int(found) if found is not None and found == int(found) else None


def items(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """The items of a sequence; none when it is absent or not a sequence."""
    return [item for item in values(dataset, keyword) if isinstance(item, Dataset)]


def first_item(dataset: Dataset, keyword: str) -> Dataset:
    """The first item of a sequence, or an empty data set."""
    return next(iter(items(dataset, keyword)), Dataset())


def code(dataset: Dataset, keyword: str) -> tuple[str, str, str]:
    """Value, coding scheme and meaning of the first item of a code sequence."""
    return code_of_item(first_item(dataset, keyword))


def code_of_item(item: Dataset) -> tuple[str, str, str]:
    """Value, coding scheme and meaning of one code item (PS3.3 table 8.8-1)."""
    code_value = text(item, "CodeValue") or text(item, "LongCodeValue") or text(item, "URNCodeValue")
    return code_value, text(item, "CodingSchemeDesignator"), text(item, "CodeMeaning")
