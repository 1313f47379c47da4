"""Structured reports and encapsulated documents: a digest for proof, text and pages for showing.

A PACS may rewrite headers, so two copies of a report are compared by their content tree alone (PS3.3 C.17.3).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.patient import display_name
from workstation.dicom.values import AnyDataset, code, code_of_item, first_item, items, text, texts, value, values

Json = list[Any]
_DEEPEST = 64


def content_digest(dataset: AnyDataset) -> str:
    """SHA-256 (hex) of a canonical form of a report's content tree.

    Takes in relationship, value type, concept name and value of every item, in order; leaves out everything else, so a
    copy with coerced patient or study attributes has the same digest. Line ends and padding do not count.

    Raises
    ------
    UnreadableInstance
        When the object has no content tree, or it is nested beyond all reason.
    """
    if "ValueType" not in dataset and "ContentSequence" not in dataset:
        raise UnreadableInstance("A report has no content tree.")
    canonical = json.dumps(_canonical(dataset, 0), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def sr_as_text(dataset: AnyDataset) -> str:
    """A report as plain text: headings of its containers in capitals, one paragraph for each item with a value."""
    lines = [code(dataset, "ConceptNameCodeSequence")[2]]
    for item in items(dataset, "ContentSequence"):
        lines += _lines(item, 0)
    return "\n".join(lines).strip("\n") + "\n"


def pdf_bytes(dataset: AnyDataset) -> bytes:
    """The document within an Encapsulated PDF object (PS3.3 A.45.1), without the padding byte.

    Raises
    ------
    UnreadableInstance
        When there is none.
    """
    content = value(dataset, "EncapsulatedDocument")
    if not isinstance(content, bytes):
        raise UnreadableInstance("A report holds no document.")
    length = value(dataset, "EncapsulatedDocumentLength")
    if isinstance(length, int) and 0 < length <= len(content):
        return content[:length]
    return content[:-1] if content.endswith(b"\0") else content


def _canonical(item: AnyDataset, depth: int) -> Json:
    if depth > _DEEPEST:
        raise UnreadableInstance("A report's content tree is nested too deeply.")
    return [
        text(item, "RelationshipType"),
        text(item, "ValueType"),
        list(code(item, "ConceptNameCodeSequence")),
        _value_of(item),
        [_canonical(child, depth + 1) for child in items(item, "ContentSequence")],
    ]


def _value_of(item: AnyDataset) -> Any:
    if "ReferencedContentItemIdentifier" in item:
        return [int(each) for each in values(item, "ReferencedContentItemIdentifier")]
    read = _VALUE_READERS.get(text(item, "ValueType"))
    return read(item) if read else None


def _text_value(item: AnyDataset) -> str:
    lines = str(value(item, "TextValue") or "").replace("\r\n", "\n").replace("\r", "\n").rstrip(" \0\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _number_value(item: AnyDataset) -> Json:
    measured = first_item(item, "MeasuredValueSequence")
    unit = code(measured, "MeasurementUnitsCodeSequence")
    return [_plain_number(text(measured, "NumericValue")), *unit, *code(item, "NumericValueQualifierCodeSequence")]


def _plain_number(number: str) -> str:
    """One way to write a number: ``1.50`` and ``1.5E0`` are the same value."""
    try:
        return format(Decimal(number).normalize(), "f") if number else ""
    except InvalidOperation:
        return number


def _reference(item: AnyDataset) -> Json:
    return [
        [
            text(each, "ReferencedSOPClassUID"),
            text(each, "ReferencedSOPInstanceUID"),
            list(texts(each, "ReferencedFrameNumber")),
        ]
        for each in items(item, "ReferencedSOPSequence")
    ]


def _spatial(item: AnyDataset) -> Json:
    points = [round(float(each), 4) for each in values(item, "GraphicData")]
    return [text(item, "GraphicType"), points, text(item, "ReferencedFrameOfReferenceUID")]


def _temporal(item: AnyDataset) -> Json:
    keywords = ("ReferencedSamplePositions", "ReferencedTimeOffsets", "ReferencedDateTime")
    return [text(item, "TemporalRangeType"), *(list(texts(item, each)) for each in keywords)]


_VALUE_READERS: dict[str, Callable[[AnyDataset], Any]] = {
    "TEXT": _text_value,
    "NUM": _number_value,
    "CODE": lambda item: list(code(item, "ConceptCodeSequence")),
    "PNAME": lambda item: text(item, "PersonName").rstrip("^="),
    "DATE": lambda item: text(item, "Date"),
    "TIME": lambda item: text(item, "Time"),
    "DATETIME": lambda item: text(item, "DateTime"),
    "UIDREF": lambda item: text(item, "UID"),
    "IMAGE": _reference,
    "COMPOSITE": _reference,
    "WAVEFORM": _reference,
    "SCOORD": _spatial,
    "SCOORD3D": _spatial,
    "TCOORD": _temporal,
    "CONTAINER": lambda item: text(item, "ContinuityOfContent"),
}


def _lines(item: AnyDataset, depth: int) -> Iterator[str]:
    """An item and what lies under it; references to images are left out, they say nothing as text."""
    if depth > _DEEPEST:
        return
    name = code(item, "ConceptNameCodeSequence")[2]
    if text(item, "ValueType") == "CONTAINER":
        yield ""
        if name:
            yield name.upper()
    else:
        shown = _shown_value(item)
        if shown:
            yield f"{name}: {shown}" if name and not _is_prose(item) else shown
    for child in items(item, "ContentSequence"):
        yield from _lines(child, depth + 1)


def _is_prose(item: AnyDataset) -> bool:
    """Findings and impressions in a section of that name need no label of their own."""
    return text(item, "ValueType") == "TEXT" and text(item, "RelationshipType") == "CONTAINS"


def _shown_value(item: AnyDataset) -> str:
    match text(item, "ValueType"):
        case "TEXT":
            return _text_value(item)
        case "CODE":
            return code_of_item(first_item(item, "ConceptCodeSequence"))[2]
        case "NUM":
            measured = first_item(item, "MeasuredValueSequence")
            unit = code(measured, "MeasurementUnitsCodeSequence")
            return f"{text(measured, 'NumericValue')} {unit[2] or unit[0]}".strip()
        case "PNAME":
            return display_name(text(item, "PersonName"))
        case "DATE" | "TIME" | "DATETIME" as kind:
            return text(item, {"DATE": "Date", "TIME": "Time", "DATETIME": "DateTime"}[kind])
    return ""
