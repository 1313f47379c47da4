"""Small helps for making DICOM data sets: every keyword is looked up in the dictionary before it is set."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.sr.coding import Code

LOCAL_SCHEME = "99LIGHTBOX"
MANUFACTURER, MODEL = "Lightbox", "Lightbox calibration"
_NAMESPACE = uuid.UUID("8a4f2f0e-5a3c-4a0c-9a53-0f7d35d0c1be")
_LENGTHS = {"SH": 16, "LO": 64, "PN": 64, "CS": 16}  # PS3.5 6.2


def item(**values: Any) -> Dataset:
    """A data set of keywords and values. Text is cut to what its VR allows; lists of data sets become sequences.

    Raises
    ------
    ValueError
        For a keyword that the dictionary does not have.
    """
    made = Dataset()
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no keyword of the DICOM dictionary")
        vr = dictionary_VR(tag)
        made.add(DataElement(tag, vr, Items(value) if vr == "SQ" else _fitting(vr, value)))
    return made


def code_item(code: Code) -> Dataset:
    """One item of a code sequence (PS3.3 8.8)."""
    return item(CodeValue=code.value, CodingSchemeDesignator=code.scheme_designator, CodeMeaning=code.meaning)


def local_code(value: str, meaning: str) -> Dataset:
    """An item of our own coding scheme, where the standard has no code."""
    return code_item(Code(value, LOCAL_SCHEME, meaning[:64]))


def date_time(at: datetime) -> str:
    """DT in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}+0000"


def uid_of(*parts: str) -> str:
    """A UID that is always the same for the same parts (PS3.5 B.2: 2.25 and a UUID)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, chr(0).join(parts)).int}"


def one_line(text: str, length: int) -> str:
    """Without line breaks and backslashes (which would part two values), at most ``length`` characters."""
    return " ".join(text.replace("\\", "/").split())[:length].rstrip()


def _fitting(vr: str, value: Any) -> Any:
    if isinstance(value, str) and vr in _LENGTHS:
        return one_line(value, _LENGTHS[vr])
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_fitting(vr, each) for each in value]
    return float(f"{value:.7g}") if vr == "FL" else value  # as much as 32 bits hold
