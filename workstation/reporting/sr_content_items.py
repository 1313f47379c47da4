"""Content items of a structured report (PS3.3 C.17.3), one function a value type."""

from __future__ import annotations

from collections.abc import Iterable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from workstation.reporting.dicom_common import Code, code_item, person_name
from workstation.reporting.text import carried_text


def container(relationship: str, concept: Code, children: Iterable[Dataset]) -> Dataset:
    """CONTAINER with SEPARATE continuity. ``relationship`` is empty for the root only."""
    item = _item(relationship, "CONTAINER", concept)
    item.ContinuityOfContent = "SEPARATE"
    found = list(children)
    if found:
        item.ContentSequence = Items(found)
    return item


def text(relationship: str, concept: Code, value: str) -> Dataset:
    """TEXT; line ends become CR LF (PS3.5 6.1.3)."""
    item = _item(relationship, "TEXT", concept)
    item.TextValue = carried_text(value).replace("\n", "\r\n")
    return item


def coded(relationship: str, concept: Code, value: Code) -> Dataset:
    """CODE."""
    item = _item(relationship, "CODE", concept)
    item.ConceptCodeSequence = Items([code_item(value)])
    return item


def person(relationship: str, concept: Code, name: str) -> Dataset:
    """PNAME."""
    item = _item(relationship, "PNAME", concept)
    item.PersonName = person_name(name)
    return item


def _item(relationship: str, value_type: str, concept: Code) -> Dataset:
    item = Dataset()
    if relationship:
        item.RelationshipType = relationship
    item.ValueType = value_type
    item.ConceptNameCodeSequence = Items([code_item(concept)])
    return item
