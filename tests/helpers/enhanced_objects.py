"""Builds enhanced multi-frame objects and Siemens mosaics, each picture of which tells by its value which it is."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.helpers.pixel_objects import ROOT, image_object, sequence

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_CREATOR_CSA, _CREATOR_MR = "SIEMENS CSA HEADER", "SIEMENS MR HEADER"

Groups = Mapping[str, Mapping[str, Any]]


def group_item(groups: Groups) -> Dataset:
    """One item of a functional groups sequence: sequence keyword to its one item's attributes.

    An attribute that is a mapping becomes a sequence of one item.
    """
    item = Dataset()
    for keyword, attributes in groups.items():
        setattr(item, keyword, sequence(_item(attributes)))
    return item


def _item(attributes: Mapping[str, Any]) -> Dataset:
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, sequence(_item(value)) if isinstance(value, Mapping) else value)
    return item


def enhanced_object(
    frames: Sequence[Groups],
    *,
    shared: Groups | None = None,
    modality: str = "CT",
    sop_class: str = ENHANCED_CT,
    uid: str = "enh",
    side: int = 8,
    **attributes: Any,
) -> Dataset:
    """An object of ``len(frames)`` frames; all pixels of frame n have the stored value n."""
    pixels = np.repeat(np.arange(len(frames), dtype=np.uint16), side * side).reshape(len(frames), side, side)
    dataset = image_object(pixels, bits_stored=12, modality=modality, uid=str(abs(hash(uid)) % 10**9), **attributes)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = UID(sop_class)
    dataset.NumberOfFrames = len(frames)
    dataset.FrameOfReferenceUID = f"{ROOT}9"
    dataset.SharedFunctionalGroupsSequence = sequence(group_item(shared if shared is not None else measures()))
    dataset.PerFrameFunctionalGroupsSequence = sequence(*(group_item(each) for each in frames))
    return dataset


def measures(spacing: float = 0.5, thickness: float = 2.0, orientation: Sequence[float] = AXIAL) -> dict[str, Any]:
    """Groups that are often shared."""
    return {
        "PixelMeasuresSequence": {"PixelSpacing": [spacing, spacing], "SliceThickness": thickness},
        "PlaneOrientationSequence": {"ImageOrientationPatient": list(orientation)},
    }


def frame(z: float, *, x: float = 0.0, **content: Any) -> dict[str, dict[str, Any]]:
    """Groups of one frame at height ``z``, with what its Frame Content Sequence says."""
    return {
        "PlanePositionSequence": {"ImagePositionPatient": [x, 0.0, z]},
        "FrameContentSequence": content or {"FrameAcquisitionNumber": 1},
    }


def mosaic_object(
    count: int,
    *,
    tile: int = 8,
    normal: Sequence[float] | None = (0.0, 0.0, 1.0),
    between_mm: float = 3.0,
    first: Sequence[float] = (-10.0, -20.0, 30.0),
    spacing: float = 2.0,
    has_csa: bool = True,
    **attributes: Any,
) -> Dataset:
    """A mosaic of ``count`` axial slices; all pixels of slice n have the stored value n + 1.

    Parameters
    ----------
    normal
        As the CSA header has it; None leaves it out.
    first
        Position of the first slice, which the object's own position must lead back to.
    """
    across = math.ceil(math.sqrt(count))
    pixels = np.zeros((across * tile, across * tile), np.uint16)
    for n in range(count):
        down, right = divmod(n, across)
        pixels[down * tile : (down + 1) * tile, right * tile : (right + 1) * tile] = n + 1
    half = (across * tile - tile) / 2 * spacing
    dataset = image_object(pixels, bits_stored=12, modality="MR", **attributes)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]
    dataset.ImageOrientationPatient = list(AXIAL)
    dataset.ImagePositionPatient = [first[0] - half, first[1] - half, first[2]]
    dataset.PixelSpacing, dataset.SliceThickness = [spacing, spacing], between_mm
    dataset.SpacingBetweenSlices = between_mm
    dataset.Manufacturer, dataset.FrameOfReferenceUID = "SIEMENS", f"{ROOT}9"
    dataset.private_block(0x0019, _CREATOR_MR, create=True).add_new(0x0A, "US", count)
    if has_csa:
        entries: dict[str, list[str]] = {"EchoLinePosition": [], "NumberOfImagesInMosaic": [str(count)]}
        if normal is not None:
            entries["SliceNormalVector"] = [f"{each:.8f}" for each in normal]
        dataset.private_block(0x0029, _CREATOR_CSA, create=True).add_new(0x10, "OB", csa_header(entries))
    return dataset


def csa_header(entries: Mapping[str, Sequence[str]], *, version: int = 2) -> bytes:
    """A CSA header: version 2 (``SV10``) as today's scanners write it, or the older version 1."""
    head = b"SV10\4\3\2\1" if version == 2 else b""
    content = head + struct.pack("<2i", len(entries), 77)
    surplus = max(6, len(next(iter(entries.values()), ())))
    for name, values in entries.items():
        items = max(6, len(values))
        content += struct.pack("<64si4siii", name.encode(), len(values), b"FD\0\0", 4, items, 77)
        for n in range(items):
            value = values[n].encode() + b"\0" if n < len(values) else b""
            lengths = (len(value),) * 4 if version == 2 else (len(value) + surplus, 77, 77, 77)
            content += struct.pack("<4i", *lengths) + value + bytes(-len(value) % 4)
    return content
