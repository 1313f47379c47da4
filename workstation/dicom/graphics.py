"""Graphic annotations of a presentation state: layers, lines and shapes, texts (PS3.3 C.10.5, C.10.7).

What cannot be drawn is left out, and said: a missing arrow is seen to be missing only where somebody says so.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from workstation.dicom.image_scope import ImageScope, scope_of
from workstation.dicom.values import AnyDataset, first_item, items, number, numbers, text, value, whole_number

MOST_POINTS = 10_000  # of one object
MOST_POINTS_OF_ALL = 100_000
MOST_OBJECTS = 2_000
MOST_LETTERS = 1_024
_FARTHEST = 1e6  # pixels: beyond that a coordinate means nothing

_Drawn = TypeVar("_Drawn", "GraphicObject", "TextObject")
Point = tuple[float, float]
Lab = tuple[int, int, int]


class Units(Enum):
    """What coordinates count (C.10.5.1.1.1).

    PIXEL: columns and rows of the image as stored, 0\\0 the outer corner of its first pixel. DISPLAY: shares of the
    displayed area as it is seen, 0\\0 its top left corner.
    """

    PIXEL = "PIXEL"
    DISPLAY = "DISPLAY"


class Shape(Enum):
    """Graphic Type (0070,0023)."""

    POINT = "POINT"
    POLYLINE = "POLYLINE"
    INTERPOLATED = "INTERPOLATED"
    CIRCLE = "CIRCLE"
    ELLIPSE = "ELLIPSE"


@dataclass(frozen=True)
class GraphicObject:
    """A shape by its points (x, y).

    CIRCLE: centre and a point on it. ELLIPSE: both ends of the major axis, both of the minor one.
    """

    shape: Shape
    units: Units
    points: tuple[Point, ...] = field(repr=False)
    is_filled: bool = False
    lab: Lab | None = None


@dataclass(frozen=True)
class TextObject:
    """A text in a box, at an anchor, or both.

    Attributes
    ----------
    box
        Two opposite corners in ``box_units``, or None.
    anchor
        What it speaks of, in ``anchor_units``, or None; ``is_anchor_shown`` asks for a line from the text to it.
    justification
        LEFT, CENTER or RIGHT within the box.
    """

    text: str = field(repr=False)
    box: tuple[Point, Point] | None = None
    box_units: Units = Units.PIXEL
    anchor: Point | None = None
    anchor_units: Units = Units.PIXEL
    is_anchor_shown: bool = False
    justification: str = "LEFT"
    lab: Lab | None = None


@dataclass(frozen=True)
class GraphicLayer:
    """Annotations are drawn layer by layer, lowest order first; ``gray`` is a P-value, ``lab`` an encoded CIELab."""

    name: str
    order: int = 0
    gray: int | None = None
    lab: Lab | None = None


@dataclass(frozen=True)
class GraphicAnnotation:
    """Shapes and texts of one layer, for the images of ``scope``."""

    layer: str
    scope: ImageScope = field(repr=False)
    graphics: tuple[GraphicObject, ...] = ()
    texts: tuple[TextObject, ...] = ()


def layers_of(state: AnyDataset) -> tuple[GraphicLayer, ...]:
    """Graphic Layer Sequence, lowest order first."""
    found = [
        GraphicLayer(
            name=text(item, "GraphicLayer").upper(),
            order=whole_number(item, "GraphicLayerOrder") or 0,
            gray=_p_value(item, "GraphicLayerRecommendedDisplayGrayscaleValue"),
            lab=lab_of(item, "GraphicLayerRecommendedDisplayCIELabValue"),
        )
        for item in items(state, "GraphicLayerSequence")
    ]
    return tuple(sorted(found, key=lambda layer: layer.order))


def annotations_of(state: AnyDataset) -> tuple[tuple[GraphicAnnotation, ...], tuple[str, ...]]:
    """Graphic Annotation Sequence, and in words what of it is left out."""
    reader = _Reader()
    read = [reader.annotation(item) for item in items(state, "GraphicAnnotationSequence")]
    found = tuple(each for each in read if each.graphics or each.texts)
    return found, tuple(_words(number_, what) for what, number_ in reader.left_out.items() if number_)


class _Reader:
    """Reads annotations until there are too many to draw; counts what is left out."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._objects = MOST_OBJECTS
        self._points = MOST_POINTS_OF_ALL

    def annotation(self, item: AnyDataset) -> GraphicAnnotation:
        shapes, words = items(item, "GraphicObjectSequence"), items(item, "TextObjectSequence")
        stand_ins = {whole_number(each, "CompoundGraphicInstanceID") for each in (*shapes, *words)}
        compounds = items(item, "CompoundGraphicSequence")
        self.left_out["compound graphic"] += sum(
            whole_number(each, "CompoundGraphicInstanceID") not in stand_ins - {None} for each in compounds
        )
        graphics = [kept for each in shapes if (kept := self._kept(_graphic(each), "graphic"))]
        texts = [written for each in words if (written := self._kept(_text_object(each), "text"))]
        return GraphicAnnotation(text(item, "GraphicLayer").upper(), scope_of(item), tuple(graphics), tuple(texts))

    def _kept(self, found: _Drawn | None, what: str) -> _Drawn | None:
        points = len(found.points) if isinstance(found, GraphicObject) else 0
        if found is None or self._objects < 1 or self._points < points:
            self.left_out[what] += 1
            return None
        self._objects -= 1
        self._points -= points
        return found


def lab_of(item: AnyDataset, keyword: str) -> Lab | None:
    """A CIELab value as encoded (C.10.7.1.1): three numbers from 0 to 65535; None when it is absent or wrong."""
    found = numbers(item, keyword)
    if len(found) != 3 or not all(0 <= each <= 65535 for each in found):
        return None
    return int(found[0]), int(found[1]), int(found[2])


def _graphic(item: AnyDataset) -> GraphicObject | None:
    shape, units = text(item, "GraphicType").upper(), _units(text(item, "GraphicAnnotationUnits"))
    points = _points(item)
    if shape not in Shape.__members__ or units is None or not _is_enough(Shape[shape], points):
        return None
    is_filled = text(item, "GraphicFilled").upper() == "Y"
    lab = lab_of(first_item(item, "LineStyleSequence"), "PatternOnColorCIELabValue")
    return GraphicObject(Shape[shape], units, points, is_filled, lab)


def _is_enough(shape: Shape, points: tuple[Point, ...]) -> bool:
    needed = {Shape.POINT: 1, Shape.POLYLINE: 2, Shape.INTERPOLATED: 2, Shape.CIRCLE: 2, Shape.ELLIPSE: 4}[shape]
    return len(points) >= needed and (len(points) == needed or shape in {Shape.POLYLINE, Shape.INTERPOLATED})


def _points(item: AnyDataset) -> tuple[Point, ...]:
    """Graphic Data as points; none when it is not what the item says of it."""
    said = whole_number(item, "NumberOfGraphicPoints")
    dimensions = whole_number(item, "GraphicDimensions")
    if said is None or not 0 < said <= MOST_POINTS or dimensions not in {None, 2}:
        return ()
    flat = numbers(item, "GraphicData")
    if len(flat) != 2 * said or not all(abs(each) <= _FARTHEST for each in flat):
        return ()
    return tuple(zip(flat[0::2], flat[1::2], strict=True))


def _text_object(item: AnyDataset) -> TextObject | None:
    words = str(value(item, "UnformattedTextValue") or "").strip(" \0\r\n")[:MOST_LETTERS]
    corners = (
        _point(item, "BoundingBoxTopLeftHandCorner"),
        _point(item, "BoundingBoxBottomRightHandCorner"),
    )
    box_units, anchor_units = (
        _units(text(item, f"{which}AnnotationUnits")) for which in ("BoundingBox", "AnchorPoint")
    )
    box = (corners[0], corners[1]) if corners[0] and corners[1] and box_units else None
    anchor = _point(item, "AnchorPoint") if anchor_units else None
    if not words or (box is None and anchor is None):
        return None
    return TextObject(
        text=words,
        box=box,
        box_units=box_units or Units.PIXEL,
        anchor=anchor,
        anchor_units=anchor_units or Units.PIXEL,
        is_anchor_shown=text(item, "AnchorPointVisibility").upper() == "Y",
        justification=text(item, "BoundingBoxTextHorizontalJustification").upper() or "LEFT",
        lab=lab_of(first_item(item, "TextStyleSequence"), "TextColorCIELabValue"),
    )


def _point(item: AnyDataset, keyword: str) -> Point | None:
    found = numbers(item, keyword)
    return (found[0], found[1]) if len(found) == 2 and all(abs(each) <= _FARTHEST for each in found) else None


def _units(word: str) -> Units | None:
    return Units[word.upper()] if word.upper() in Units.__members__ else None


def _p_value(item: AnyDataset, keyword: str) -> int | None:
    found = number(item, keyword)
    return int(found) if found is not None and 0 <= found <= 65535 else None


def _words(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} cannot be drawn"
