"""Objects that our own walker does not take, read by pydicom in a helper process.

What comes back is data of a process that has touched a hostile file: every part of it is checked before it is used.
"""

from __future__ import annotations

from typing import Any

from workstation.dicom.elements import Elements, Entries
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.pydicom_elements import ADVICE, PIXEL_KEYWORDS, ObjectParts, PixelPlace, read_parts
from workstation.dicom.value_representations import LONG_VRS, SHORT_VRS
from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process import Failure, HelperFailed, HelperProcess

_KNOWN_VRS = LONG_VRS | SHORT_VRS
_DEEPEST = 100  # sequences in sequences; real objects have fewer than ten


class ReadInHelper:
    """An `UnusualReader` that keeps pydicom out of the program.

    Parameters
    ----------
    helper
        Where it is read; stopped by whoever made it.
    """

    def __init__(self, helper: HelperProcess) -> None:
        self._helper = helper

    def read(self, data: bytes) -> ObjectParts:
        """As `workstation.dicom.pydicom_elements.read_parts`.

        Raises
        ------
        UnreadableInstance
            Also when reading took too long, took too much memory or ended the helper process.
        HelperFailed
            When there is no helper process to be had: not the file's fault.
        """
        try:
            return _parts(self._helper.call("workstation.dicom.unusual_objects:plain_parts", data))
        except HelperFailed as error:
            if error.failure is Failure.NOT_STARTED:
                raise
            raise UnreadableInstance(f"A file cannot be read: {error.failure.value}.", ADVICE) from error
        except UserFacingError as error:
            raise UnreadableInstance(error.what, error.advice) from error
        except (TypeError, ValueError) as error:
            raise UnreadableInstance("A file is damaged or is not a DICOM object.", ADVICE) from error


def plain_parts(data: bytes) -> tuple[Any, ...]:
    """The parts of an object as plain data; runs in the helper process."""
    parts = read_parts(data)
    pixels = parts.pixels
    place = (pixels.keyword, pixels.vr, pixels.offset, pixels.length) if pixels is not None else None
    return _plain(parts.elements, 0), parts.transfer_syntax, parts.is_big_endian, place


def _plain(elements: Elements, depth: int) -> tuple[Any, ...]:
    if depth > _DEEPEST:
        raise UnreadableInstance("A file has sequences within sequences without end.", ADVICE)
    tags, vrs, values = [], [], []
    for tag, (vr, value) in elements.entries.items():
        tags.append(tag)
        vrs.append(vr)
        values.append(value if isinstance(value, bytes) else tuple(_plain(item, depth + 1) for item in value))
    return tags, "".join(vrs), values


def _parts(plain: Any) -> ObjectParts:
    elements, syntax, is_big_endian, place = plain
    if not isinstance(syntax, str) or not isinstance(is_big_endian, bool):
        raise TypeError
    return ObjectParts(_elements(elements, b"", 0), syntax, is_big_endian, _place(place) if place is not None else None)


def _elements(plain: Any, inherited_character_sets: bytes, depth: int) -> Elements:
    tags, vrs, values = plain
    if len(vrs) != 2 * len(tags) or depth > _DEEPEST:
        raise TypeError
    found: Entries = {}
    elements = Elements(found, inherited_character_sets)
    for index, (tag, value) in enumerate(zip(tags, values, strict=True)):
        vr = vrs[2 * index : 2 * index + 2]
        if type(tag) is not int or not 0 <= tag <= 0xFFFFFFFF or vr not in _KNOWN_VRS:
            raise TypeError
        sets = elements.character_sets  # known by now: Specific Character Set has the lowest tag of any sequence's
        found[tag] = (
            vr,
            value if isinstance(value, bytes) else tuple(_elements(each, sets, depth + 1) for each in value),
        )
    return elements


def _place(plain: Any) -> PixelPlace:
    keyword, vr, offset, length = plain
    if keyword not in PIXEL_KEYWORDS.values() or vr not in _KNOWN_VRS or type(offset) is not int or offset < 0:
        raise TypeError
    if length is not None and (type(length) is not int or length < 0):
        raise TypeError
    return PixelPlace(keyword, vr, offset, length)
