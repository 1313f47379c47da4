"""Positions, orientations and spacings out of a data set, refused as unknown where they are not usable."""

from __future__ import annotations

from workstation.dicom.header import Vector
from workstation.dicom.values import AnyDataset, numbers

Orientation = tuple[float, float, float, float, float, float]
_UNIT_TOLERANCE = 0.01
_SMALLEST, _LARGEST = 1e-6, 1e6  # mm, and the numbers of an aspect ratio
_MOST_OBLONG = 100.0


def vector(dataset: AnyDataset, keyword: str) -> Vector | None:
    """Three finite numbers."""
    found = numbers(dataset, keyword)
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def orientation(dataset: AnyDataset, keyword: str = "ImageOrientationPatient") -> Orientation | None:
    """Row and column cosines; None unless both have length 1 and stand at right angles (PS3.3 C.7.6.2.1.1)."""
    found = numbers(dataset, keyword)
    if len(found) != 6:
        return None
    a, b, c, d, e, f = found
    lengths = (a * a + b * b + c * c, d * d + e * e + f * f)
    has_unit_length = all(abs(length - 1) < _UNIT_TOLERANCE for length in lengths)
    is_right_angled = abs(a * d + b * e + c * f) < _UNIT_TOLERANCE
    return (a, b, c, d, e, f) if has_unit_length and is_right_angled else None


def pair(dataset: AnyDataset, keyword: str) -> tuple[float, float] | None:
    """Two numbers above 0: a spacing or a ratio.

    Zero, negative and not-a-number mean unknown, and so do numbers that no pixel has: a nanometre, a kilometre, a
    hundred times as high as wide.
    """
    found = numbers(dataset, keyword)
    if len(found) != 2 or not _SMALLEST <= min(found) <= max(found) <= _LARGEST:
        return None
    return (found[0], found[1]) if max(found) <= _MOST_OBLONG * min(found) else None
