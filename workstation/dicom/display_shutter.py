"""Display shutters: the part of an image that is to be seen (PS3.3 C.7.6.11, C.7.6.15).

Pixels are counted from 1, as the standard does. Edges belong to what is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from workstation.dicom.graphics import Lab, lab_of
from workstation.dicom.overlay_planes import OverlayPlane
from workstation.dicom.values import AnyDataset, numbers, texts, whole_number

MOST_VERTICES = 1_000
_FARTHEST = 1e6


@dataclass(frozen=True)
class DisplayShutter:
    """What lies within all its shapes is seen; the rest is covered.

    Attributes
    ----------
    rectangle
        First and last column, first and last row that are seen.
    circle
        Row and column of the centre, radius in pixels along a row.
    polygon
        (row, column) of each corner; the last is joined with the first.
    bitmap
        Where it is 1 the image is covered.
    p_value
        Grey of what is covered, 0 to 65535, behind every look-up table of the image.
    lab
        Its colour, encoded CIELab, for colour.
    """

    rectangle: tuple[float, float, float, float] | None = None
    circle: tuple[float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] = ()
    bitmap: OverlayPlane | None = None
    p_value: int = 0
    lab: Lab | None = None


def display_shutter_of(
    dataset: AnyDataset, planes: tuple[OverlayPlane, ...] = ()
) -> tuple[DisplayShutter | None, tuple[str, ...]]:
    """The display shutter, and in words what of it cannot be used.

    Parameters
    ----------
    planes
        Overlays of the object, among them the one that a bitmap shutter names.
    """
    shapes = [each.upper() for each in texts(dataset, "ShutterShape") if each]
    if not shapes:
        return None, ()
    shutter = DisplayShutter(
        rectangle=_rectangle(dataset) if "RECTANGULAR" in shapes else None,
        circle=_circle(dataset) if "CIRCULAR" in shapes else None,
        polygon=_polygon(dataset) if "POLYGONAL" in shapes else (),
        bitmap=_bitmap(dataset, planes) if "BITMAP" in shapes else None,
        p_value=_p_value(dataset),
        lab=lab_of(dataset, "ShutterPresentationColorCIELabValue"),
    )
    made = {
        "RECTANGULAR": shutter.rectangle,
        "CIRCULAR": shutter.circle,
        "POLYGONAL": shutter.polygon,
        "BITMAP": shutter.bitmap,
    }
    faults = tuple(f"a {shape.lower()[:20]} shutter cannot be used" for shape in shapes if not made.get(shape))
    return (shutter if any(made.values()) else None), faults


def _rectangle(dataset: AnyDataset) -> tuple[float, float, float, float] | None:
    edges = [
        numbers(dataset, f"Shutter{edge}Edge")
        for edge in ("LeftVertical", "RightVertical", "UpperHorizontal", "LowerHorizontal")
    ]
    if not all(len(each) == 1 and abs(each[0]) <= _FARTHEST for each in edges):
        return None
    left, right, upper, lower = (each[0] for each in edges)
    return (left, right, upper, lower) if left <= right and upper <= lower else None


def _circle(dataset: AnyDataset) -> tuple[float, float, float] | None:
    centre, radius = numbers(dataset, "CenterOfCircularShutter"), numbers(dataset, "RadiusOfCircularShutter")
    is_usable = len(centre) == 2 and len(radius) == 1 and 0 < radius[0] <= _FARTHEST
    return (centre[0], centre[1], radius[0]) if is_usable and max(map(abs, centre)) <= _FARTHEST else None


def _polygon(dataset: AnyDataset) -> tuple[tuple[float, float], ...]:
    flat = numbers(dataset, "VerticesOfThePolygonalShutter")
    is_usable = 6 <= len(flat) <= 2 * MOST_VERTICES and len(flat) % 2 == 0
    if not is_usable or max(map(abs, flat)) > _FARTHEST:
        return ()
    return tuple(zip(flat[0::2], flat[1::2], strict=True))


def _bitmap(dataset: AnyDataset, planes: tuple[OverlayPlane, ...]) -> OverlayPlane | None:
    group = whole_number(dataset, "ShutterOverlayGroup")
    return next((plane for plane in planes if plane.group == group and not plane.is_embedded), None)


def _p_value(dataset: AnyDataset) -> int:
    found = whole_number(dataset, "ShutterPresentationValue")
    return found if found is not None and 0 <= found <= 65535 else 0
