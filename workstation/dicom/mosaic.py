"""Siemens mosaics: all slices of a volume as tiles of one picture (Image Type MOSAIC).

Image Position (Patient) of a mosaic is where its corner would lie if the whole picture were one slice; the first
tile's own position follows from the difference in size, the others' from the slice normal in the CSA header.
"""

from __future__ import annotations

import math
from dataclasses import replace

from workstation.dicom.csa_header import csa_values
from workstation.dicom.header import InstanceHeader, MosaicTiles, Vector
from workstation.dicom.orientation import dot
from workstation.dicom.private_values import private_numbers, private_value
from workstation.dicom.values import AnyDataset, number

_CSA = (0x0029, "SIEMENS CSA HEADER", 0x10)
_COUNT = (0x0019, "SIEMENS MR HEADER", 0x0A)
_NAMES = frozenset({"NumberOfImagesInMosaic", "SliceNormalVector", "SpacingBetweenSlices"})
_PARALLEL = 0.999


def is_mosaic(header: InstanceHeader) -> bool:
    """Whether the object calls itself one, understood or not."""
    return "MOSAIC" in header.image_type


def mosaic_of(header: InstanceHeader, dataset: AnyDataset) -> MosaicTiles | None:
    """Where the tiles are; None when it is no mosaic, or its private headers do not say enough to be sure."""
    if not is_mosaic(header):
        return None
    content = private_value(dataset, *_CSA)
    csa = csa_values(content, _NAMES) if isinstance(content, bytes) else {}
    count = _whole([*_numbers(csa, "NumberOfImagesInMosaic"), *private_numbers(dataset, *_COUNT)])
    between = [*_present(number(dataset, "SpacingBetweenSlices")), *_numbers(csa, "SpacingBetweenSlices")]
    return _tiles(header, count, _numbers(csa, "SliceNormalVector"), between[0] if between else 0.0)


def with_mosaic(header: InstanceHeader, dataset: AnyDataset) -> InstanceHeader:
    """``header`` with its tiles, where it has some."""
    tiles = mosaic_of(header, dataset)
    return header if tiles is None else replace(header, mosaic=tiles)


def _tiles(header: InstanceHeader, count: int, normal: list[float], between_mm: float) -> MosaicTiles | None:
    across = math.ceil(math.sqrt(count)) if count > 0 else 0
    own = header.normal
    if across < 1 or header.rows % across or header.columns % across or between_mm <= 0:
        return None
    if len(normal) != 3 or own is None or abs(dot(own, normal)) < _PARALLEL:
        return None
    rows, columns = header.rows // across, header.columns // across
    position = _first_position(header, rows, columns)
    if position is None:
        return None
    forward = math.copysign(between_mm, dot(own, normal))
    step = (own[0] * forward, own[1] * forward, own[2] * forward)
    return MosaicTiles(count, across, rows, columns, position, step)


def _first_position(header: InstanceHeader, rows: int, columns: int) -> Vector | None:
    """The mosaic's corner, moved by half of what the mosaic is larger than a tile."""
    if header.position is None or header.orientation is None or header.spacing is None:
        return None
    down = (header.rows - rows) / 2 * header.spacing[0]
    right = (header.columns - columns) / 2 * header.spacing[1]
    along_row, down_column = header.orientation[:3], header.orientation[3:]
    moved = [
        corner + right * a + down * b for corner, a, b in zip(header.position, along_row, down_column, strict=True)
    ]
    return (moved[0], moved[1], moved[2])


def _numbers(csa: dict[str, tuple[str, ...]], name: str) -> list[float]:
    try:
        found = [float(each) for each in csa.get(name, ())]
    except ValueError:
        return []
    return found if all(math.isfinite(each) for each in found) else []


def _present(found: float | None) -> list[float]:
    return [] if found is None else [found]


def _whole(found: list[float]) -> int:
    """The first of them when it is a whole number, else 0."""
    return int(found[0]) if found and found[0] == int(found[0]) else 0
