"""Volumes: where slices lie comes from their headers alone, pixels are not copied, and what cannot be done says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.viewer_desk import desk_of_folders
from tests.helpers.volume_phantoms import display_set_of, phantom, pixel_places, pixels_of, stack_headers
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.pet_acquisition import PetAcquisition
from workstation.dicom.real_world import RealWorldMap
from workstation.dicom.voi import Window
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.imaging.decoding import decode_frame
from workstation.imaging.errors import CannotReformat
from workstation.imaging.stack_pixels import PixelForm, StackPixels, key_of
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.volume import StackSource, Volume, volume_from, volume_of
from workstation.imaging.volume_grid import grid_of

EVEN = [(-8.0, -6.0, 2.0 * n) for n in range(12)]
TILTED = [(-8.0, -6.0 + 0.7 * n, 2.0 * n) for n in range(12)]
OBLIQUE = (0.8, 0.6, 0.0, -0.36, 0.48, 0.8)


def height(places: np.ndarray) -> np.ndarray:
    """The third patient coordinate, ten times."""
    return places[..., 2] * 10


class Frames:
    """A source of made-up frames: some cannot be shown, and it may or may not keep a stack in one array."""

    def __init__(self, display_set: DisplaySet, *, broken: set[int] | None = None, in_one: bool = True) -> None:
        self._set = display_set
        self._broken = broken or set()
        self._index = {key_of(ref): n for n, ref in enumerate(display_set.frames)}
        form = PixelForm.of(self._frame(0))
        keys = tuple(key_of(ref) for ref in display_set.frames)
        self._stack = StackPixels(display_set.uid, keys, form) if in_one else None

    def load(
        self,
        display_set: DisplaySet,
        centre: Callable[[], int],
        cancel: CancelToken,
        on_frame: Callable[[int], None],
    ) -> None:
        for index in sorted(range(len(display_set.frames)), key=lambda n: abs(n - centre())):
            cancel.raise_if_cancelled()
            if index not in self._broken:
                if self._stack is not None:
                    self._stack.fill(index, self._frame(index))
                on_frame(index)

    def fetch(self, sop_uid: str, frame: int, tile: int, *, cancel: CancelToken) -> StoredFrame:
        cancel.raise_if_cancelled()
        index = self._index[sop_uid, frame, tile]
        if index in self._broken:
            raise UserFacingError("An image cannot be shown: it is broken.")
        return self._frame(index)

    def stack_pixels(self, display_set: DisplaySet) -> StackPixels | None:
        return self._stack

    def _frame(self, index: int) -> StoredFrame:
        pixel = self._set.header_at(index).pixel
        pixels = pixels_of(self._set.header_at(index), height)
        return StoredFrame(pixels, pixel.photometric, pixel.bits_stored, pixel.is_signed, pixel.padding)


def _of(source: StackSource, display_set: DisplaySet) -> Volume:
    return volume_of(display_set, source, CancelToken())


def test_the_affine_is_where_the_headers_say_each_pixel_lies() -> None:
    for orientation in ((1, 0, 0, 0, 1, 0), OBLIQUE):
        display_set = display_set_of(stack_headers(EVEN, orientation=orientation, spacing=(0.7, 0.5)))
        grid = grid_of(display_set)
        for number, slot in enumerate(grid.slots):
            places = pixel_places(display_set.header_at(int(slot)))
            for row, column in ((0, 0), (5, 9), (23, 31)):
                assert grid.affine @ (column, row, number, 1) == pytest.approx((*places[row, column], 1), abs=1e-9)
                back = grid.inverse_affine @ (*places[row, column], 1)
                assert back == pytest.approx((column, row, number, 1), abs=1e-9)


def test_order_comes_from_positions_not_from_numbers_or_files() -> None:
    shuffled = [EVEN[n] for n in (7, 2, 11, 0, 5, 9, 1, 3, 10, 4, 8, 6)]
    volume = phantom(stack_headers(shuffled), height)
    assert list(volume.grid.places_mm) == pytest.approx([2.0 * n for n in range(12)])
    assert list(volume.values[volume.grid.slots, 3, 4]) == [20 * n for n in range(12)]


def test_tilt_is_in_the_affine() -> None:
    grid = grid_of(display_set_of(stack_headers(TILTED)))
    assert grid.is_even
    assert grid.is_straight
    assert not grid.is_orthogonal
    assert grid.step_mm == pytest.approx((0, 0.7, 2.0))


def test_the_pixels_are_the_stack_itself() -> None:
    display_set = display_set_of(stack_headers(EVEN))
    frames, seen = Frames(display_set), list[int]()
    volume = volume_of(display_set, frames, CancelToken(), seen.append)
    stack = frames.stack_pixels(display_set)
    assert stack is not None
    assert np.shares_memory(volume.values, stack.array)
    assert not volume.values.flags.writeable
    assert sorted(seen) == list(range(12))
    assert seen[0] == 6
    apart = _of(Frames(display_set, in_one=False), display_set)
    assert np.array_equal(apart.values, volume.values)


def test_gaps_are_where_images_are_missing() -> None:
    grid = grid_of(display_set_of(stack_headers([EVEN[n] for n in (0, 1, 2, 3, 7, 8, 9, 11)])))
    assert [(gap.begin_mm, gap.end_mm) for gap in grid.gaps] == [(7.0, 13.0), (19.0, 21.0)]
    places = np.array([-1.1, -0.9, 3.0, 6.9, 7.1, 12.9, 13.1, 20.0, 22.9, 23.1])
    assert list(grid.bracket(places).inside) == [False, True, True, True, False, False, True, False, True, False]


def test_slices_that_become_thicker_leave_no_gap() -> None:
    origins = [(0, 0, 4.0 * n) for n in range(10)] + [(0, 0, 41.5 + 7.0 * n) for n in range(7)]
    thick = [4.0] * 10 + [7.0] * 7
    headers = stack_headers(origins)
    joined = [replace(h, slice_thickness=t) for h, t in zip(headers, thick, strict=True)]
    assert grid_of(display_set_of(joined)).gaps == ()
    assert len(grid_of(display_set_of(headers)).gaps) == 6, "without a thickness nobody knows that they touch"


def test_of_two_images_at_one_place_the_lower_number_is_taken() -> None:
    headers = stack_headers([*EVEN, EVEN[4], EVEN[4]])
    grid = grid_of(display_set_of(headers))
    assert grid.repeats == 2
    assert grid.slices == 12
    display_set = display_set_of(headers)
    assert display_set.header_at(int(grid.slots[4])).instance_number == 5


def test_images_that_cannot_be_shown_leave_a_gap() -> None:
    display_set = display_set_of(stack_headers(EVEN))
    volume = _of(Frames(display_set, broken={5}), display_set)
    assert volume.lost == 1
    assert [(gap.begin_mm, gap.end_mm) for gap in volume.gaps] == [(9.0, 11.0)]
    with pytest.raises(CannotReformat, match="too many of its images cannot be shown"):
        _of(Frames(display_set, broken=set(range(10))), display_set)


def test_giving_up_is_heard() -> None:
    display_set = display_set_of(stack_headers(EVEN))
    token = CancelToken()
    with pytest.raises(Cancelled):
        volume_of(display_set, Frames(display_set), token, lambda _: token.cancel())


def test_a_slope_for_each_slice_makes_modality_values() -> None:
    headers = [
        replace(h, pixel=replace(h.pixel, rescale_slope=0.5 + n / 10, rescale_intercept=1.0, padding=(30, 30)))
        for n, h in enumerate(stack_headers(EVEN, modality="PT"))
    ]
    volume = phantom(headers, height)
    assert volume.values.dtype == np.float32
    assert (volume.slope, volume.intercept) == (1.0, 0.0)
    expected = [20 * n * (0.5 + n / 10) + 1 for n in range(12)]
    assert volume.values[:, 2, 3] == pytest.approx(np.array(expected, dtype=np.float32))
    same = phantom(stack_headers(EVEN, pixel=PixelDescription(is_signed=True, rescale_slope=0.3)), height)
    assert same.values.dtype == np.int16
    assert same.slope == 0.3


def test_windows_on_stored_values_are_taken_along() -> None:
    window = Window(1000, 400)
    headers = [
        replace(h, pixel=replace(h.pixel, rescale_slope=2.0 if n == 6 else 3.0, windows=(window,)))
        for n, h in enumerate(stack_headers(EVEN, modality="MR"))
    ]
    taken = phantom(headers, height).header.pixel.windows[0]
    assert (taken.center, taken.width) == (2000, 800)


def test_padding_becomes_nothing_in_modality_values() -> None:
    headers = [
        replace(h, pixel=replace(h.pixel, rescale_slope=1.0 + n, padding=(0, 0)))
        for n, h in enumerate(stack_headers(EVEN))
    ]
    volume = phantom(headers, height)
    assert np.isnan(volume.values[0]).all()
    assert volume.padded_columns is not None
    assert volume.padded_columns.all()
    assert phantom(stack_headers(EVEN), height).padded_columns is None


def test_quantities_hold_for_all_slices_or_are_not_told() -> None:
    doses = [PetAcquisition("BQML", corrected=("ATTN", "DECY"), decay_correction="ADMIN", dose_bq=n) for n in (3e8, 0)]
    weighed = [replace(each, weight_kg=70.0, half_life_s=6586.2) for each in doses]
    headers = stack_headers(EVEN, modality="PT")
    alike = [replace(header, pet=weighed[0]) for header in headers]
    assert phantom(alike, height).header.pet == weighed[0]
    differing = [replace(header, pet=weighed[header.instance_number == 3]) for header in headers]
    with pytest.raises(CannotReformat, match="differ in how uptake"):
        phantom(differing, height)
    mapped = [replace(h, real_world=(RealWorldMap(0, 9, slope=float(n)),)) for n, h in enumerate(headers)]
    assert phantom(mapped, height).header.real_world == ()


def _refused() -> list[tuple[str, list[InstanceHeader]]]:
    headers = stack_headers(EVEN)
    odd = replace(headers[3], orientation=(0.0, 1.0, 0.0, 0.0, 0.0, -1.0))
    colour = replace(headers[0].pixel, photometric="RGB", samples=3)
    return [
        ("it has 2 images", headers[:2]),
        ("its images lie at one place", [replace(h, position=headers[0].position) for h in headers]),
        ("it is in colour", [replace(h, pixel=colour) for h in headers]),
        ("its images do not state how they lie in the patient", [replace(h, orientation=None) for h in headers]),
        ("its images lie in different orientations", [*headers[:3], odd, *headers[4:]]),
        ("the distance between its pixels is not known", [replace(h, spacing=None) for h in headers]),
        ("the distance between its pixels is not known", [replace(h, spacing=(float("nan"), 1.0)) for h in headers]),
        ("its images differ in size", [replace(headers[0], rows=30), *headers[1:]]),
        ("its images differ in pixel spacing", [replace(headers[0], spacing=(2.0, 2.0)), *headers[1:]]),
        ("not numbers", [replace(headers[0], position=(0.0, 0.0, float("nan"))), *headers[1:]]),
        ("not possible", [replace(h, orientation=(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)) for h in headers]),
    ]


@pytest.mark.parametrize(("why", "headers"), _refused(), ids=lambda each: each if isinstance(each, str) else "")
def test_what_cannot_be_a_volume_says_why(why: str, headers: list[InstanceHeader]) -> None:
    as_one = replace(
        display_set_of(stack_headers(EVEN[: len(headers)])), instances=tuple(headers)
    )  # also what would have been split
    with pytest.raises(CannotReformat, match=why):
        grid_of(as_one)


REAL = {  # display set → (slices, spacing between slices, even, orthogonal, centre of the volume)
    "ct_head_prior_current/current": (28, 4.0, False, False, (-0.24, -5.18, 42.2)),
    "mr_brain_study/S4_dwi_mosaic": (25, 5.2, True, True, None),
}


@pytest.mark.parametrize("name", REAL)
def test_real_stacks_lie_where_their_headers_say(open_data: Path, name: str) -> None:
    desk = desk_of_folders(open_data / name)
    slices, step, is_even, is_orthogonal, centre = REAL[name]
    display_set = next(each for each in display_sets_of(desk.headers.values()) if len(each.frames) == slices)
    volume = volume_of(display_set, desk.frame_source, CancelToken())
    grid = volume.grid
    assert (grid.is_even, grid.is_orthogonal, grid.is_straight) == (is_even, is_orthogonal, True)
    assert grid.spacing_mm[2] == pytest.approx(step, abs=0.01)
    for number in (0, slices // 2, slices - 1):
        header = display_set.header_at(int(grid.slots[number]))
        assert grid.origins_mm[number] == pytest.approx(header.position)
    if centre is not None:
        assert grid.centre_mm() == pytest.approx(centre, abs=0.1)
        first = display_set.header_at(int(grid.slots[0]))
        alone = decode_frame(desk.bytes_of[first.sop_uid], 0)
        assert np.array_equal(volume.values[grid.slots[0]], alone.pixels)


def test_frames_of_an_enhanced_object_are_a_volume(open_data: Path) -> None:
    desk = desk_of_folders(open_data / "enhanced")
    found = [each for each in display_sets_of(desk.headers.values()) if len(each.frames) > 2]
    made = 0
    for display_set in found:
        try:
            grid = grid_of(display_set)
        except CannotReformat:
            continue
        made += 1
        assert list(grid.places_mm) == sorted(grid.places_mm)
        for number, slot in enumerate(grid.slots):
            assert grid.origins_mm[number] == pytest.approx(display_set.header_at(int(slot)).position)
    assert made >= 2


def test_a_volume_of_pixels_that_are_there() -> None:
    display_set = display_set_of(stack_headers(EVEN))
    values = np.zeros((12, 24, 32), dtype=np.uint16)
    volume = volume_from(values, grid_of(display_set), display_set)
    assert np.shares_memory(volume.values, values)
