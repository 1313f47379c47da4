"""Presentation states: what is read of them, what is refused, how they hold for a picture, and what is drawn on top."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from tests.helpers.pixel_objects import as_bytes, image_object, lut_item, ramp, sequence
from tests.helpers.presentation_states import (
    annotation,
    area,
    graphic,
    gsps,
    layer,
    overlay,
    read_state,
    reference,
    softcopy_voi,
    text_at,
)
from workstation.dicom.dicom_object import open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.graphics import Shape, Units
from workstation.dicom.header import InstanceHeader
from workstation.dicom.presentation_state import COLOUR, PresentationState, presentation_state_of
from workstation.dicom.voi import VoiFunction, Window
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.applied_state import AppliedState, applied_state
from workstation.imaging.decoding import decode_frame
from workstation.imaging.displayed_area import area_placement, displayed_rectangle
from workstation.imaging.drawing import Label, Line, leader_of, marks_of, text_box
from workstation.imaging.drawn_marks import paint_marks
from workstation.imaging.gray_table import chain_for
from workstation.imaging.picture import render_native, render_view
from workstation.imaging.placement import Placement, Presentation, ViewTransform

IMAGE = image_object(np.arange(40 * 50, dtype="u2").reshape(40, 50), bits_stored=12, WindowCenter=100, WindowWidth=50)


def _header(dataset: Dataset) -> InstanceHeader:
    return open_object(BytesSource(as_bytes(dataset))).header


def _applied(image: Dataset, state: Dataset, frame: int = 0) -> AppliedState:
    applied = applied_state(read_state(state), _header(image), frame)
    assert applied is not None
    return applied


class TestReading:
    def test_what_readers_choose_by(self) -> None:
        state = read_state(gsps(IMAGE))
        assert state.title == "STATE  A finding"
        assert (state.creator, state.date, state.time) == ("Doe, Jane", "20240102", "101500")
        assert state.notes == ()
        assert "Doe" not in repr(state)

    def test_frames_and_images_it_refers_to(self) -> None:
        state = gsps(IMAGE)
        state.ReferencedSeriesSequence[0].ReferencedImageSequence = sequence(reference(IMAGE, [2, 5]))
        read = read_state(state)
        uid = IMAGE.SOPInstanceUID
        assert [read.refers_to(uid, frame) for frame in (0, 1, 4, 5)] == [False, True, True, False]
        assert not read.refers_to("1.2.3", 1)
        assert read.refers_to_any(["1.2.3", uid])

    def test_mask_subtraction_is_not_applied_and_said(self) -> None:
        mask = Dataset()
        mask.MaskOperation = "AVG_SUB"
        assert read_state(gsps(IMAGE, MaskSubtractionSequence=sequence(mask))).notes == (
            "mask subtraction is not applied",
        )

    @pytest.mark.parametrize(
        ("number", "kind"),
        [("3", "pseudo-colour"), ("4", "blending"), ("5", "XA/XRF"), ("8", "advanced blending"), ("12", "variable")],
    )
    def test_kinds_that_are_not_applied_are_refused_by_name(self, number: str, kind: str) -> None:
        with pytest.raises(UnreadableInstance, match=kind):
            read_state(gsps(IMAGE, sop_class=f"1.2.840.10008.5.1.4.1.1.11.{number}"))

    def test_an_image_is_no_state(self) -> None:
        with pytest.raises(UnreadableInstance, match="not a presentation state"):
            presentation_state_of(open_object(BytesSource(as_bytes(IMAGE))).elements)


_SHORT = lut_item(0, 12, range(10))
_SHORT.LUTDescriptor = [4096, 0, 12]
_DEEP = lut_item(0, 12, range(10))
_DEEP.LUTDescriptor = [10, 0, 40]
_NO_DATA = lut_item(0, 12, range(10))
del _NO_DATA.LUTData

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a voi lut shorter than it says": (
        {"SoftcopyVOILUTSequence": sequence(softcopy_voi(VOILUTSequence=sequence(_SHORT)))},
        "VOI LUT",
    ),
    "a voi lut of 40 bits": (
        {"SoftcopyVOILUTSequence": sequence(softcopy_voi(VOILUTSequence=sequence(_DEEP)))},
        "VOI LUT",
    ),
    "a window of no width": ({"SoftcopyVOILUTSequence": sequence(softcopy_voi(WindowCenter=4, WindowWidth=0))}, "VOI"),
    "a window without a width": ({"SoftcopyVOILUTSequence": sequence(softcopy_voi(WindowCenter=4))}, "VOI LUT"),
    "a voi item with nothing in it": ({"SoftcopyVOILUTSequence": sequence(softcopy_voi())}, "VOI LUT"),
    "a modality lut without data": ({"ModalityLUTSequence": sequence(_NO_DATA)}, "modality LUT"),
    "a presentation lut shorter than it says": ({"PresentationLUTSequence": sequence(_SHORT)}, "presentation LUT"),
    "an unknown shape": ({"PresentationLUTShape": "UPSIDE DOWN"}, "shape"),
    "no image": ({"ReferencedSeriesSequence": sequence()}, "no image"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_give_a_wrong_grey_is_refused_as_a_whole(name: str) -> None:
    attributes, words = REFUSED[name]
    with pytest.raises(UnreadableInstance, match=words):
        read_state(gsps(IMAGE, **attributes))


LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "a coordinate that is no number": (
        {"GraphicAnnotationSequence": sequence(annotation("L", [graphic("POLYLINE", [1, 2, float("nan"), 4])]))},
        "1 graphic cannot be drawn",
    ),
    "a circle of three points": (
        {"GraphicAnnotationSequence": sequence(annotation("L", [graphic("CIRCLE", [1, 2, 3, 4, 5, 6])]))},
        "1 graphic cannot be drawn",
    ),
    "a shape nobody knows": (
        {"GraphicAnnotationSequence": sequence(annotation("L", [graphic("SPIRAL", [1, 2, 3, 4])]))},
        "1 graphic cannot be drawn",
    ),
    "a text that stands nowhere": (
        {"GraphicAnnotationSequence": sequence(annotation("L", texts=[text_at("here")]))},
        "1 text cannot be drawn",
    ),
    "an area of a volume": (
        {"DisplayedAreaSelectionSequence": sequence(area(IMAGE, PixelOriginInterpretation="VOLUME"))},
        "displayed area",
    ),
    "a true size without a size": (
        {"DisplayedAreaSelectionSequence": sequence(area(IMAGE, mode="TRUE SIZE"))},
        "displayed area",
    ),
    "a turn by 45 degrees": ({"ImageRotation": 45}, "rotation"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_only_lies_on_top_is_left_out_and_said(name: str) -> None:
    attributes, words = LEFT_OUT[name]
    state = read_state(gsps(IMAGE, **attributes))
    assert any(words in note for note in state.notes), state.notes
    assert applied_state(state, _header(IMAGE), 0) is not None


def test_lying_counts_and_too_many_objects() -> None:
    lying = graphic("POLYLINE", [1, 2, 3, 4])
    lying.NumberOfGraphicPoints = 3
    state = read_state(gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", [lying]))))
    assert state.annotations == ()
    many = [graphic("POINT", [1, 2])] * 2100
    state = read_state(gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", many))))
    assert state.notes == ("100 graphics cannot be drawn",)


@pytest.mark.parametrize("points", [40_000, 200_000])
def test_more_points_than_anybody_draws(points: int) -> None:
    endless = graphic("POLYLINE", [1.0, 2.0])
    endless.GraphicData, endless.NumberOfGraphicPoints = [1.0] * 2 * points, min(points, 65535)
    state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", [endless])))
    state.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian  # the other has no place for so many
    assert read_state(state).notes == ("1 graphic cannot be drawn",)


def test_compound_graphics_are_shown_by_what_stands_in_for_them() -> None:
    compound = Dataset()
    compound.CompoundGraphicInstanceID, compound.CompoundGraphicType = 7, "ARROW"
    stand_in = graphic("POLYLINE", [1, 2, 3, 4])
    stand_in.CompoundGraphicInstanceID = 7
    with_one = annotation("L", [stand_in], CompoundGraphicSequence=sequence(compound))
    assert read_state(gsps(IMAGE, GraphicAnnotationSequence=sequence(with_one))).notes == ()
    alone = annotation("L", [graphic("POINT", [1, 2])], CompoundGraphicSequence=sequence(compound))
    notes = read_state(gsps(IMAGE, GraphicAnnotationSequence=sequence(alone))).notes
    assert notes == ("1 compound graphic cannot be drawn",)


class TestApplying:
    def test_what_it_does_not_state_is_identity(self) -> None:
        image = image_object(
            ramp(0, 4095, "u2"),
            bits_stored=12,
            photometric="MONOCHROME1",
            RescaleSlope=2,
            RescaleIntercept=-1024,
            WindowCenter=40,
            WindowWidth=80,
        )
        chain = chain_for(_applied(image, gsps(image)).header)
        assert chain.p_values(np.array([0, 4095])).tolist() == [0, 65535]

    def test_the_readers_window_replaces_the_states(self) -> None:
        state = gsps(IMAGE, SoftcopyVOILUTSequence=sequence(softcopy_voi(WindowCenter=1000, WindowWidth=100)))
        applied, frame = _applied(IMAGE, state), decode_frame(as_bytes(IMAGE))
        own = Window(300, 200)
        by_reader = render_native(frame, _header(IMAGE), Presentation(own, applied=applied), 16)
        assert np.array_equal(by_reader, render_native(frame, _header(IMAGE), Presentation(own), 16))
        by_state = render_native(frame, _header(IMAGE), Presentation(applied=applied), 16)
        assert np.array_equal(by_state, render_native(frame, _header(IMAGE), Presentation(Window(1000, 100)), 16))

    @pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
    @pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE"])
    def test_inverting_reverses_what_the_state_shows_once(self, photometric: str, shape: str) -> None:
        image = image_object(ramp(0, 4095, "u2"), bits_stored=12, photometric=photometric)
        applied = _applied(image, gsps(image, PresentationLUTShape=shape))
        frame, header = decode_frame(as_bytes(image)), _header(image)
        once = render_native(frame, header, Presentation(applied=applied), 16)
        again = render_native(frame, header, Presentation(applied=applied, invert=True), 16)
        assert bool(once[0, 0] == 0) is (shape == "IDENTITY")
        assert np.array_equal(again, 65535 - once)

    def test_a_presentation_lut_is_reversed_as_a_whole(self) -> None:
        table = lut_item(0, 12, [min(4095, i * 2) for i in range(4096)])
        applied = _applied(IMAGE, gsps(IMAGE, PresentationLUTSequence=sequence(table)))
        frame, header = decode_frame(as_bytes(IMAGE)), _header(IMAGE)
        once = render_native(frame, header, Presentation(applied=applied), 16)
        assert np.array_equal(
            render_native(frame, header, Presentation(applied=applied, invert=True), 16), 65535 - once
        )

    def test_a_window_is_a_sigmoid_where_the_state_says_so(self) -> None:
        item = softcopy_voi(WindowCenter=2000, WindowWidth=900, VOILUTFunction="SIGMOID")
        applied = _applied(IMAGE, gsps(IMAGE, SoftcopyVOILUTSequence=sequence(item)))
        assert applied.header.pixel.windows == (Window(2000, 900, VoiFunction.SIGMOID),)

    def test_windows_of_mr_act_on_what_the_state_makes_of_them(self) -> None:
        """The rule for windows of files is not for those of states: they state their own rescale, or none."""
        image = image_object(ramp(0, 4095, "u2"), bits_stored=12, modality="MR", RescaleSlope=3, RescaleIntercept=0)
        voi = sequence(softcopy_voi(WindowCenter=3000, WindowWidth=2000))
        stated = gsps(image, RescaleSlope=3, RescaleIntercept=0, RescaleType="US", SoftcopyVOILUTSequence=voi)
        assert chain_for(_applied(image, stated).header).pixel.rescale_slope == 3
        unstated = gsps(image, SoftcopyVOILUTSequence=voi)
        assert chain_for(_applied(image, unstated).header).pixel.rescale_slope == 1

    def test_a_state_for_colour_says_nothing_about_grey(self) -> None:
        assert applied_state(read_state(gsps(IMAGE, sop_class=COLOUR)), _header(IMAGE), 0) is None
        coloured = image_object(np.zeros((4, 4, 3), "u1"), photometric="RGB")
        assert applied_state(read_state(gsps(coloured)), _header(coloured), 0) is None
        applied = _applied(coloured, gsps(coloured, sop_class=COLOUR, ImageRotation=90))
        assert applied.state.rotate_quarter == 1

    def test_the_same_state_and_picture_give_the_same_object(self) -> None:
        state, header = read_state(gsps(IMAGE)), _header(IMAGE)
        assert applied_state(state, header, 0) is applied_state(state, header, 0)

    def test_a_shuffled_modality_lut_comes_before_interpolation(self) -> None:
        """Interpolated first, the values between two neighbours would be looked up in a table without order."""
        shuffled = np.random.default_rng(5).permutation(4096)
        smooth = np.add.outer(np.arange(30), np.arange(30)).astype("u2") * 60
        image = image_object(shuffled[smooth].astype("u2"), bits_stored=12)
        table = lut_item(0, 12, np.argsort(shuffled).tolist())
        table.ModalityLUTType = "US"
        applied = _applied(image, gsps(image, ModalityLUTSequence=sequence(table)))
        plain = image_object(smooth, bits_stored=12)
        args = (Presentation(applied=applied), Placement(3.0), (90, 90))
        found = render_view(decode_frame(as_bytes(image)), _header(image), *args)
        identity = (Presentation(Window(2047.5, 4095, VoiFunction.LINEAR_EXACT)), Placement(3.0), (90, 90))
        wanted = render_view(decode_frame(as_bytes(plain)), _header(plain), *identity)
        assert np.array_equal(found, wanted)


class TestDisplayedArea:
    WHOLE = Presentation()

    def _placement(self, item: Dataset, presentation: Presentation = WHOLE, **more: Any) -> Placement:
        [read] = read_state(gsps(IMAGE, DisplayedAreaSelectionSequence=sequence(item))).areas
        return area_placement(read, (40, 50), read.pixel_aspect or 1.0, presentation, (400, 300), **more)

    def test_scale_to_fit_shows_all_of_the_area_in_the_middle(self) -> None:
        placement = self._placement(area(IMAGE, (11, 6), (30, 25)))  # 20 × 20 pixels
        view = ViewTransform(40, 50, self.WHOLE, placement)
        assert placement.zoom == 15
        assert view.to_device(10, 5) == (50, 0)
        assert view.to_device(30, 25) == (350, 300)

    @pytest.mark.parametrize(("quarters", "flip"), [(q, f) for q in range(4) for f in (False, True)])
    def test_it_is_the_same_area_however_the_image_is_turned(self, quarters: int, flip: bool) -> None:
        presentation = Presentation(rotate_quarter=quarters, flip=flip)
        item = area(IMAGE, (11, 6), (30, 25))
        view = ViewTransform(40, 50, presentation, self._placement(item, presentation))
        ends = [view.to_device(10, 5), view.to_device(30, 25)]
        assert np.sort(ends, axis=0).tolist() == [[50, 0], [350, 300]]
        item.DisplayedAreaTopLeftHandCorner, item.DisplayedAreaBottomRightHandCorner = [30, 6], [11, 25]
        assert self._placement(item, presentation) == self._placement(area(IMAGE, (11, 6), (30, 25)), presentation)

    def test_an_area_beyond_the_image_leaves_black_around_it(self) -> None:
        placement = self._placement(area(IMAGE, (-24, -9), (75, 50)))  # 100 × 60 around the image
        assert placement.zoom == 4
        picture = render_view(decode_frame(as_bytes(IMAGE)), _header(IMAGE), self.WHOLE, placement, (400, 300))
        assert not picture[:, :100].any()
        assert picture[70:230, 100:300].any()

    def test_pixels_that_are_not_square(self) -> None:
        placement = self._placement(area(IMAGE, PresentationPixelSpacing=[2.0, 1.0]))
        assert placement.pixel_aspect == 2.0
        assert placement.zoom == min(400 / 50, 300 / 80)

    def test_magnify_and_true_size(self) -> None:
        magnified = area(IMAGE, (11, 6), (30, 25), "MAGNIFY", PresentationPixelMagnificationRatio=3.0)
        placement = self._placement(magnified)
        assert placement.zoom == 3
        assert ViewTransform(40, 50, self.WHOLE, placement).to_device(20, 15) == (200, 150)
        true = area(IMAGE, mode="TRUE SIZE", PresentationPixelSpacing=[0.5, 0.5])
        assert self._placement(true, device_pixel_mm=0.25).zoom == 2
        assert self._placement(true).zoom == min(400 / 50, 300 / 40)  # not known: fitted

    def test_the_area_for_one_image_of_several(self) -> None:
        other = image_object(np.zeros((40, 50), "u2"), uid="2")
        item = area(IMAGE, (11, 6), (30, 25))
        item.ReferencedImageSequence = sequence(reference(IMAGE))
        state = read_state(gsps(IMAGE, other, DisplayedAreaSelectionSequence=sequence(item)))
        first, second = (applied_state(state, _header(each), 0) for each in (IMAGE, other))
        assert first is not None
        assert first.area is not None
        assert second is not None
        assert second.area is None


def _marks(state: Dataset, presentation: Presentation | None = None, zoom: float = 2.0) -> tuple[Line | Label, ...]:
    applied = _applied(IMAGE, state)
    presentation, placement = presentation or Presentation(), Placement(zoom)
    view = ViewTransform(40, 50, presentation, placement)
    return marks_of(applied, view, displayed_rectangle(None, (40, 50), presentation, placement))


class TestDrawing:
    def test_pixel_units_follow_the_image_and_display_units_the_screen(self) -> None:
        shapes = [graphic("POLYLINE", [10, 20, 30, 20]), graphic("POLYLINE", [0.0, 0.5, 1.0, 0.5], units="DISPLAY")]
        state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", shapes)))
        upright = [line.points.tolist() for line in _marks(state)]
        assert upright == [[[20, 40], [60, 40]], [[0, 40], [100, 40]]]
        turned = [line.points.tolist() for line in _marks(state, Presentation(rotate_quarter=1))]
        assert turned == [[[40, 20], [40, 60]], [[0, 50], [80, 50]]]

    def test_shapes(self) -> None:
        shapes = [
            graphic("CIRCLE", [20, 20, 25, 20], filled=True),
            graphic("ELLIPSE", [10, 20, 30, 20, 20, 15, 20, 25]),
            graphic("INTERPOLATED", [5, 5, 15, 10, 25, 5]),
            graphic("POINT", [7, 8]),
            graphic("POLYLINE", [1, 1, 9, 1, 9, 9, 1, 1], filled=True),
        ]
        state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", shapes)))
        circle, ellipse, curve, point, triangle = _marks(state)
        radius = np.hypot(*(circle.points - [40, 40]).T)
        assert np.allclose(radius, 10)
        assert (circle.is_closed, circle.is_filled) == (True, True)
        assert np.allclose([ellipse.points.min(axis=0), ellipse.points.max(axis=0)], [[20, 30], [60, 50]], atol=0.2)
        assert not ellipse.is_filled
        for through in ([10, 10], [30, 20], [50, 10]):
            assert np.hypot(*(curve.points - through).T).min() < 1e-9
        assert np.allclose(point.points.mean(axis=0), [14, 16])
        assert triangle.is_filled

    def test_layers_lie_in_their_order_and_colour(self) -> None:
        layers = [
            layer("TOP", 2, GraphicLayerRecommendedDisplayGrayscaleValue=0x4000),
            layer("BOTTOM", 1, GraphicLayerRecommendedDisplayCIELabValue=[34911, 53470, 50137]),
        ]
        shapes = [annotation(name, [graphic("POINT", [5, 5])]) for name in ("TOP", "BOTTOM", "UNKNOWN")]
        state = gsps(IMAGE, GraphicLayerSequence=sequence(*layers), GraphicAnnotationSequence=sequence(*shapes))
        unknown, bottom, top = _marks(state)
        assert top.ink.gray == 0x4000
        assert top.ink.rgb == (64, 64, 64)
        assert bottom.ink.rgb[0] > 240
        assert bottom.ink.rgb[1] < 40
        assert unknown.ink.rgb == (255, 255, 255)

    def test_texts_in_boxes_and_at_anchors(self) -> None:
        boxed = text_at(
            "one\r\ntwo",
            BoundingBoxAnnotationUnits="PIXEL",
            BoundingBoxTopLeftHandCorner=[10.0, 5.0],
            BoundingBoxBottomRightHandCorner=[30.0, 15.0],
            BoundingBoxTextHorizontalJustification="RIGHT",
        )
        anchored = text_at(
            "here", AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[20.0, 20.0], AnchorPointVisibility="Y"
        )
        state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", texts=[boxed, anchored])))
        first, second = _marks(state)
        assert isinstance(first, Label)
        assert isinstance(second, Label)
        assert first.lines == ("one", "two")
        assert first.box == (20, 10, 40, 20)
        assert text_box(first, (30, 12)) == (30, 10, 30, 12)
        assert second.anchor == (40, 40)
        place = text_box(second, (30, 12))
        leader = leader_of(second, place)
        assert leader is not None
        assert leader[-1].tolist() == [40, 40]
        turned_box = _marks(state, Presentation(rotate_quarter=1, flip=True))[0]
        assert isinstance(turned_box, Label)
        assert turned_box.box is not None
        assert turned_box.box[2:] == (20, 40)  # the box turns, the text stays upright

    def test_annotations_for_one_image_only(self) -> None:
        other = image_object(np.zeros((40, 50), "u2"), uid="2")
        item = annotation("L", [graphic("POINT", [5, 5])], ReferencedImageSequence=sequence(reference(other)))
        state = read_state(gsps(IMAGE, other, GraphicAnnotationSequence=sequence(item)))
        counts = []
        for each in (IMAGE, other):
            applied = applied_state(state, _header(each), 0)
            assert applied is not None
            counts.append(len(applied.annotations))
        assert counts == [0, 1]

    @pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
    def test_painting_touches_only_what_is_drawn(self, dtype: type[np.generic]) -> None:
        shapes = [graphic("CIRCLE", [25, 20, 32, 20])]
        words = text_at("A", AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[5.0, 35.0], AnchorPointVisibility="N")
        state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", shapes, [words])))
        picture = np.full((160, 200), 90, dtype=dtype)
        paint_marks(picture, _marks(state, zoom=4.0), lambda p: p >> (8 if dtype is np.uint8 else 0))
        row, column = np.mgrid[:160, :200]
        distance = np.hypot(row + 0.5 - 80, column + 0.5 - 100)
        assert (picture[np.abs(distance - 28) < 0.4] > 150 * (257 if dtype is np.uint16 else 1)).all()
        far = (np.abs(distance - 28) > 4) & ~((column > 20) & (column < 45) & (row > 110) & (row < 145))
        assert (picture[far] == 90).all()
        assert (picture[115:140, 22:42] != 90).any()

    def test_layers_drawn_far_outside_are_no_trouble(self) -> None:
        wild = [graphic("CIRCLE", [0, 0, 900_000, 0]), graphic("POLYLINE", [-1e6, -1e6, 1e6, 1e6], filled=True)]
        words = text_at("far", AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[-9e5, 9e5], AnchorPointVisibility="Y")
        state = gsps(IMAGE, GraphicAnnotationSequence=sequence(annotation("L", wild, [words])))
        paint_marks(np.zeros((80, 100), np.uint8), _marks(state), lambda p: p >> 8)


class TestOverlays:
    BITS = np.random.default_rng(1).random((40, 50)) < 0.2

    def _image(self, **attributes: Any) -> Dataset:
        dataset = image_object(np.full((40, 50), 500, "u2"), bits_stored=12, WindowCenter=500, WindowWidth=500)
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
        return dataset

    def _set(self, dataset: Dataset, presentation: Presentation | None = None, frame: int = 0) -> np.ndarray[Any, Any]:
        """Where overlays are drawn."""
        content = as_bytes(dataset)
        picture = render_native(decode_frame(content, frame), _header(dataset), presentation, has_overlays=True)
        return np.asarray(picture == 255)

    def test_an_images_own_are_all_shown_and_can_be_hidden(self) -> None:
        dataset = self._image()
        overlay(dataset, 0x6000, self.BITS)
        assert np.array_equal(self._set(dataset), self.BITS)
        assert not self._set(dataset, Presentation(hides_overlays=True)).any()

    @pytest.mark.parametrize("origin", [(1, 1), (5, 9), (-3, -7), (35, 45), (100, 100)])
    def test_origin(self, origin: tuple[int, int]) -> None:
        dataset = self._image()
        overlay(dataset, 0x6002, self.BITS, origin=origin)
        expected = np.zeros((40, 50), dtype=bool)
        for row, column in np.argwhere(self.BITS) + np.array(origin) - 1:
            if 0 <= row < 40 and 0 <= column < 50:
                expected[row, column] = True
        assert np.array_equal(self._set(dataset), expected)

    def test_frames_of_an_overlay(self) -> None:
        dataset = image_object(np.full((3, 11, 13), 500, "u2"), bits_stored=12, WindowCenter=500, WindowWidth=500)
        bits = np.random.default_rng(2).random((3, 11, 13)) < 0.3  # 143 bits a frame: no whole bytes
        overlay(dataset, 0x6000, bits, frames=3)
        for frame in range(3):
            assert np.array_equal(self._set(dataset, Presentation(frame=frame), frame), bits[frame])

    def test_bits_beside_the_pixels(self) -> None:
        """The retired form: Overlay Bits Allocated is that of the pixels, the overlay one of their unused bits."""
        dataset = self._image()
        dataset.PixelData = (np.full((40, 50), 500, "<u2") | (self.BITS.astype("<u2") << 13)).tobytes()
        for element, vr, value in ((0x10, "US", 40), (0x11, "US", 50), (0x50, "SS", [1, 1])):
            dataset.add_new((0x6000, element), vr, value)
        dataset.add_new((0x6000, 0x0040), "CS", "G")
        dataset.add_new((0x6000, 0x0100), "US", 16)
        dataset.add_new((0x6000, 0x0102), "US", 13)
        assert np.array_equal(self._set(dataset), self.BITS)
        assert (render_native(decode_frame(as_bytes(dataset)), _header(dataset)) == 128).all()

    def test_a_state_shows_those_it_activates(self) -> None:
        dataset, other = self._image(), ~self.BITS
        overlay(dataset, 0x6000, self.BITS)
        overlay(dataset, 0x6002, other)
        state = gsps(dataset, GraphicLayerSequence=sequence(layer("OVL", 1)))
        hidden = Presentation(applied=_applied(dataset, state))
        assert not self._set(dataset, hidden).any()
        state.add_new((0x6000, 0x1001), "CS", "OVL")
        assert np.array_equal(self._set(dataset, Presentation(applied=_applied(dataset, state))), self.BITS)

    def test_a_states_own_overlay_takes_the_place_of_the_images(self) -> None:
        dataset, other = self._image(), ~self.BITS
        overlay(dataset, 0x6000, self.BITS)
        gray = layer("OVL", 1, GraphicLayerRecommendedDisplayGrayscaleValue=0xFFFF)
        state = gsps(dataset, GraphicLayerSequence=sequence(gray))
        overlay(state, 0x6000, other)
        state.add_new((0x6000, 0x1001), "CS", "OVL")
        assert np.array_equal(self._set(dataset, Presentation(applied=_applied(dataset, state))), other)

    @pytest.mark.parametrize("zoom", [0.3, 1.0, 2.0])
    def test_thin_lines_stay_whole_at_every_size(self, zoom: float) -> None:
        dataset = self._image()
        bits = np.zeros((40, 50), dtype=bool)
        bits[17] = True
        overlay(dataset, 0x6000, bits)
        size = (round(50 * zoom), round(40 * zoom))
        picture = render_view(decode_frame(as_bytes(dataset)), _header(dataset), Presentation(), Placement(zoom), size)
        assert (picture == 255).all(axis=1).sum() == max(1, round(zoom))

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda d: d.add_new((0x6000, 0x0010), "US", 60000),
            lambda d: d.add_new((0x6000, 0x0011), "US", 0),
            lambda d: d.add_new((0x6000, 0x0015), "IS", 500),
            lambda d: d.add_new((0x6000, 0x3000), "OW", b"\1\2"),
            lambda d: d.add_new((0x6000, 0x0050), "SS", [1, 2, 3]),
        ],
    )
    def test_broken_ones_are_left_out(self, spoil: Callable[[Dataset], None]) -> None:
        dataset = self._image()
        overlay(dataset, 0x6000, self.BITS)
        spoil(dataset)
        assert _header(dataset).overlays == ()
        assert _header(dataset).not_shown == ("overlay 6000 is damaged",)
        state = gsps(self._image())
        overlay(state, 0x6000, self.BITS)
        spoil(state)
        assert read_state(state).notes == ("overlay 6000 is damaged",)


def test_a_real_state(open_data: Path) -> None:
    content = (open_data / "composed_objects" / "gsps_window_flip_rot90_circle.dcm").read_bytes()
    state = presentation_state_of(open_object(BytesSource(content)).elements)
    assert (state.label, state.rotate_quarter, state.flip) == ("GSPS1", 1, True)
    [found] = state.annotations
    assert [each.shape for each in found.graphics] == [Shape.CIRCLE]
    assert found.texts[0].anchor_units is Units.PIXEL
    assert (state.areas[0].left, state.areas[0].bottom) == (100, 400)


@cache
def _full_state() -> bytes:
    shapes = [graphic("CIRCLE", [20, 20, 25, 20]), graphic("POLYLINE", [1, 1, 9, 1, 9, 9])]
    words = text_at("here", AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[20.0, 20.0], AnchorPointVisibility="Y")
    state = gsps(
        IMAGE,
        SoftcopyVOILUTSequence=sequence(softcopy_voi(VOILUTSequence=sequence(lut_item(0, 12, range(64))))),
        PresentationLUTSequence=sequence(lut_item(0, 12, range(64))),
        GraphicAnnotationSequence=sequence(annotation("L", shapes, [words])),
        GraphicLayerSequence=sequence(layer("L", 1)),
        ShutterShape=["RECTANGULAR", "POLYGONAL"],
        ShutterLeftVerticalEdge=2,
        ShutterRightVerticalEdge=30,
        ShutterUpperHorizontalEdge=2,
        ShutterLowerHorizontalEdge=20,
        VerticesOfThePolygonalShutter=[1, 1, 1, 50, 40, 50, 40, 1],
    )
    overlay(state, 0x6000, np.ones((8, 9), dtype=bool))
    state.add_new((0x6000, 0x1001), "CS", "L")
    return as_bytes(state)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.expects_log  # of pydicom, which reads what our own walker does not take
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_damaged_states_are_read_or_refused_in_words(seed: int) -> None:
    """Whatever is read of them can be applied and drawn."""
    chance, content = random.Random(seed), bytearray(_full_state())
    for _ in range(chance.randint(1, 12)):
        content[chance.randrange(300, len(content))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
    try:
        state: PresentationState = presentation_state_of(open_object(BytesSource(bytes(content))).elements)
    except UnreadableInstance:
        return
    header = replace(_header(IMAGE), sop_uid=next(iter(state.images.sop_uids)))
    frame = next(iter(state.images.images[0][1]), 0)
    applied = applied_state(state, header, frame)
    if applied is None:
        return
    presentation = Presentation(applied=applied, rotate_quarter=state.rotate_quarter, flip=state.flip)
    picture = render_view(decode_frame(as_bytes(IMAGE)), header, presentation, Placement(2.0), (100, 90))
    view = ViewTransform(40, 50, presentation, Placement(2.0))
    paint_marks(picture, marks_of(applied, view, (0.0, 0.0, 100.0, 80.0)), lambda p: p >> 8)


def test_the_damaged_states_are_whole_before_they_are_damaged() -> None:
    state = read_state(pydicom.dcmread(BytesIO(_full_state())))
    assert state.notes == ()
    assert state.annotations
    assert state.shutter is not None
    assert state.own_overlays
