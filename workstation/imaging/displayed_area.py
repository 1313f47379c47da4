"""Where an image lies so that the area a presentation state selects fills the viewport (PS3.3 C.10.4)."""

from __future__ import annotations

from workstation.dicom.image_scope import ImageScope
from workstation.dicom.presentation_state import DisplayedArea
from workstation.imaging.placement import GREATEST_ZOOM, LEAST_ZOOM, Placement, Presentation, ViewTransform

Rectangle = tuple[float, float, float, float]


def area_placement(
    area: DisplayedArea,
    shape: tuple[int, int],
    pixel_aspect: float,
    presentation: Presentation,
    size: tuple[int, int],
    *,
    device_pixel_mm: float | None = None,
) -> Placement:
    """The placement that shows ``area`` in the middle of a viewport.

    Parameters
    ----------
    shape
        (rows, columns) of the image.
    size
        (width, height) of the viewport in device pixels.
    device_pixel_mm
        Width of a pixel of the display; without it TRUE SIZE cannot be had, and the area is fitted.
    """
    left, top, across, down = turned_area(area, shape, pixel_aspect, presentation)
    zoom = min(size[0] / across, size[1] / down)
    if area.mode == "MAGNIFY":
        zoom = area.size
    elif area.mode == "TRUE SIZE" and device_pixel_mm:
        zoom = area.size / device_pixel_mm
    zoom = min(max(zoom, LEAST_ZOOM), GREATEST_ZOOM)
    x = (size[0] - across * zoom) / 2 - left * zoom
    y = (size[1] - down * zoom) / 2 - top * zoom
    return Placement(zoom, x, y, pixel_aspect)


def displayed_rectangle(
    area: DisplayedArea | None, shape: tuple[int, int], presentation: Presentation, placement: Placement
) -> Rectangle:
    """Left, top, width and height in device pixels of ``area``, or of the whole image, as it lies at ``placement``."""
    rows, columns = shape
    whole = area or DisplayedArea(ImageScope(), 0, 0, columns, rows)
    left, top, across, down = turned_area(whole, shape, placement.pixel_aspect, presentation)
    zoom = placement.zoom
    return placement.x + left * zoom, placement.y + top * zoom, across * zoom, down * zoom


def turned_area(
    area: DisplayedArea, shape: tuple[int, int], pixel_aspect: float, presentation: Presentation
) -> Rectangle:
    """Left, top, width and height of the area in the turned image, in widths of an image pixel."""
    view = ViewTransform(*shape, presentation, Placement(1.0, pixel_aspect=pixel_aspect))
    one, other = view.to_device(area.left, area.top), view.to_device(area.right, area.bottom)
    left, top = min(one[0], other[0]), min(one[1], other[1])
    return left, top, abs(other[0] - one[0]), abs(other[1] - one[1])
