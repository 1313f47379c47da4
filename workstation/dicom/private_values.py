"""Values of private attributes, found by the name of who made them (PS3.5 7.8.1)."""

from __future__ import annotations

import math
from typing import Any

from workstation.dicom.elements import Elements
from workstation.dicom.values import UNREADABLE_VALUE, AnyDataset


def private_value(dataset: AnyDataset, group: int, creator: str, element: int) -> Any:
    """The value of ``(group, xx element)`` in the block that ``creator`` has reserved; None when it is absent.

    Parameters
    ----------
    element
        The low byte of the element number: 0x10 for (0029,xx10).
    """
    if isinstance(dataset, Elements):
        tag = dataset.private(group, creator, element)
        return None if tag is None else dataset.value(tag)
    try:
        return dataset.private_block(group, creator)[element].value
    except UNREADABLE_VALUE:
        return None


def private_numbers(dataset: AnyDataset, group: int, creator: str, element: int) -> tuple[float, ...]:
    """The value as finite numbers; empty when it is absent or holds anything else.

    Writers that do not know an attribute leave it as bytes (VR UN): text is understood then, binary is not.
    """
    found = private_value(dataset, group, creator, element)
    if isinstance(found, bytes):
        found = found.decode("latin-1")
    if isinstance(found, str):
        found = found.strip(" \0").split("\\")
    try:
        several = found if hasattr(found, "__iter__") else [found]
        read = tuple(float(each) for each in several if each is not None)
    except UNREADABLE_VALUE:
        return ()
    return read if all(math.isfinite(each) for each in read) else ()


def private_text(dataset: AnyDataset, group: int, creator: str, element: int) -> str:
    """The value as stripped text; empty when it is absent."""
    found = private_value(dataset, group, creator, element)
    if isinstance(found, bytes):
        found = found.decode("latin-1")
    return str(found).strip(" \0") if found is not None else ""
