"""What a viewport keeps is never seen: pictures are the same with and without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.reading import header_of, read_dataset
from workstation.imaging import resampling
from workstation.imaging.decoding import decode_frame
from workstation.imaging.kept import Kept, SameMask
from workstation.imaging.picture import Placement, Presentation, render_view
from workstation.imaging.pyramid import Pyramid
from workstation.imaging.resampling import Span, image_mask, resample
from workstation.imaging.voi_lut import Window

_RANDOM = np.random.default_rng(11)


def _object(seed: int, **facts: Any) -> tuple[Any, Any]:
    pixels = np.random.default_rng(seed).integers(0, 4096, (90, 120)).astype(np.uint16)
    pixels[:, :11] = 0
    data = as_bytes(
        image_object(pixels, bits_stored=12, PixelPaddingValue=0, WindowCenter=2000, WindowWidth=1500, **facts)
    )
    return decode_frame(data), header_of(read_dataset(data))


_OBJECTS = [_object(1), _object(2), _object(3)]
_LOOKS = [
    Presentation(),
    Presentation(Window(1000, 300)),
    Presentation(Window(900, 700), invert=True),
    Presentation(rotate_quarter=1),
    Presentation(flip=True),
]
_PLACES = [Placement(2.3), Placement(2.3, -40, 9), Placement(0.41, 5, 5), Placement(0.41, -9, 2), Placement(1.0, 3, 3)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_OBJECTS), st.sampled_from(_LOOKS), st.sampled_from(_PLACES)), max_size=12))
def test_pictures_are_the_same_whatever_was_drawn_before(drawn: list[tuple[Any, Presentation, Placement]]) -> None:
    kept = Kept()
    for (frame, header), look, place in drawn:
        size = (130, 100)
        found = render_view(frame, header, look, place, size, kept=kept)
        np.testing.assert_array_equal(found, render_view(frame, header, look, place, size))


def test_a_dragged_window_does_not_interpolate_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    resize = resampling.cv2.resize

    def counted(*words: Any, **options: Any) -> Any:
        calls.append(1)
        return resize(*words, **options)

    monkeypatch.setattr(resampling.cv2, "resize", counted)
    frame, header = _OBJECTS[0]
    kept = Kept()
    for place in (Placement(2.3, -40, 9), Placement(0.41, 5, 5)):
        render_view(frame, header, Presentation(Window(1000, 300)), place, (130, 100), kept=kept)
        calls.clear()
        for width in range(301, 320):
            render_view(frame, header, Presentation(Window(1000, width)), place, (130, 100), kept=kept)
        assert not calls


def test_the_padding_of_a_stack_is_placed_once() -> None:
    kept, spans = Kept(), (Span(20, 3.0, 0, 60), Span(20, 3.0, 0, 60))
    valid = _RANDOM.random((20, 20)) > 0.3
    first, second = (Pyramid(_RANDOM.integers(0, 99, (20, 20)).astype(np.int16), valid.copy()) for _ in range(2))
    assert image_mask(first, *spans, kept=kept) is image_mask(second, *spans, kept=kept)
    other = Pyramid(_RANDOM.integers(0, 99, (20, 20)).astype(np.int16), ~valid)
    assert image_mask(other, *spans, kept=kept) is not image_mask(second, *spans)
    assert SameMask(valid) != SameMask(~valid)
    assert SameMask(valid) != "mask"


@settings(max_examples=80, deadline=None)
@given(st.floats(0.05, 0.98), st.integers(-300, 60), st.integers(-300, 60))
def test_panning_a_reduced_image_only_moves_it(zoom: float, down: int, right: int) -> None:
    """The picture of a part is that part of the picture, to the last bit."""
    pixels = np.random.default_rng(4).integers(-1000, 3000, (333, 517)).astype(np.int16)
    pyramid = Pyramid(pixels, None)
    rows, columns = Span(333, zoom, down, 100), Span(517, zoom, right, 120)
    if rows.begin >= rows.end or columns.begin >= columns.end:
        return
    whole = resample(pyramid, Span(333, zoom, 0, 400), Span(517, zoom, 0, 600))
    part = whole[rows.begin - down : rows.end - down, columns.begin - right : columns.end - right]
    np.testing.assert_array_equal(resample(pyramid, rows, columns), part)
