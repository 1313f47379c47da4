"""Putting a ready picture on the screen: straight into the memory that Qt paints into, where it is ordinary memory.

`QPainter.drawImage` gives the same pixels, but for grey takes more than twice as long, and waits for threads of its own
while other programs are busy. Where the memory cannot be reached (a picture scaled by a fraction, a system that paints
by other means, a viewport partly covered) the painter draws it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QImage, QPainter, QRegion, QTransform

_FOUR_BYTES = (QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32, QImage.Format.Format_ARGB32_Premultiplied)

_STRAIGHT = (
    QTransform.TransformationType.TxNone,
    QTransform.TransformationType.TxTranslate,
    QTransform.TransformationType.TxScale,
)


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage over ``pixels`` without a copy; keep ``pixels`` alive as long as the image."""
    rows, columns = pixels.shape[:2]
    is_grey = pixels.ndim == 2
    form = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    return QImage(pixels.data, columns, rows, pixels.strides[0], form)


def blit(painter: QPainter, region: QRegion, corner: QPoint, pixels: NDArray[np.uint8]) -> bool:
    """Write ``pixels`` one to one; False, and nothing done, where that is not possible.

    Parameters
    ----------
    painter
        Untransformed, of a widget that is being painted.
    region
        What is being painted of the widget, logical pixels: nothing outside of it is touched.
    corner
        Where the top left pixel lies, in device pixels from the widget's own corner.
    pixels
        uint8, (rows, columns) or (rows, columns, 3), contiguous.
    """
    device, transform = painter.paintEngine().paintDevice(), painter.deviceTransform()
    if not isinstance(device, QImage) or device.format() not in _FOUR_BYTES or not _is_whole(transform):
        return False
    if region.rectCount() != 1:
        return False
    begin = QPoint(round(transform.dx()), round(transform.dy()))
    place = QRect(begin + corner, QSize(pixels.shape[1], pixels.shape[0]))
    part = transform.mapRect(region.boundingRect()).intersected(place).intersected(device.rect())
    if not part.isEmpty():
        memory = np.frombuffer(device.bits(), np.uint8).reshape(device.height(), device.bytesPerLine() // 4, 4)
        colours = cv2.COLOR_GRAY2BGRA if pixels.ndim == 2 else cv2.COLOR_RGB2BGRA
        cv2.cvtColor(_within(pixels, part.translated(-place.topLeft())), colours, _within(memory, part))
    return True


def _is_whole(transform: QTransform) -> bool:
    """Whether logical pixels are whole numbers of device pixels, neither turned nor distorted."""
    if transform.type() not in _STRAIGHT or transform.m11() != transform.m22():
        return False
    return all(float(number).is_integer() for number in (transform.m11(), transform.dx(), transform.dy()))


def _within(pixels: NDArray[np.uint8], part: QRect) -> NDArray[np.uint8]:
    return pixels[part.top() : part.top() + part.height(), part.left() : part.left() + part.width()]
