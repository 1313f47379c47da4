"""What an attribute is called in the standard, for messages to people."""

from __future__ import annotations

from pydicom.datadict import dictionary_description, tag_for_keyword


def attribute_name(tag: str | int) -> str:
    """Name and number of an attribute, for example ``Patient ID (0010,0020)``.

    Parameters
    ----------
    tag
        Eight hex digits, a number, or a keyword of the data dictionary.
    """
    number = tag if isinstance(tag, int) else _number(tag)
    try:
        name = dictionary_description(number)
    except KeyError:
        name = "attribute"
    return f"{name} ({number >> 16:04X},{number & 0xFFFF:04X})"


def _number(tag: str) -> int:
    known = tag_for_keyword(tag)
    return int(known) if known is not None else int(tag, 16)
