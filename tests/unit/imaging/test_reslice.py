"""Planes and slabs: what stands at a place of the patient is what the volume has there, whichever way leads to it."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.helpers.viewer_desk import desk_of_folders
from tests.helpers.volume_phantoms import (
    FloatArray,
    Volume,
    display_set_of,
    phantom,
    plane_places,
    stack_headers,
    trilinear,
)
from workstation.dicom.display_sets import display_sets_of
from workstation.dicom.orientation import edge_letters
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled
from workstation.imaging.even_parts import parts_of
from workstation.imaging.planes import (
    AXIAL,
    CORONAL,
    ORTHOGONAL,
    SAGITTAL,
    Orientation,
    Planes,
    acquisition_orientations,
    oblique,
    planes_of,
)
from workstation.imaging.reformatting import PlaneFrame, plane_frame
from workstation.imaging.reslice import can_reslice, index_matrix, reslice
from workstation.imaging.sampling import Interpolation, sample_plane
from workstation.imaging.slab import Projection, Slab
from workstation.imaging.volume import volume_of

SPACING = (0.7, 0.5)
EVEN = [(10.0, 20.0, 5.0 * n) for n in range(12)]
TILTED = [(10.0, 20.0 + 1.3 * n, 5.0 * n) for n in range(12)]
UNEVEN = [(10.0, 20.0 + 0.4 * z, z) for z in (0.0, 2.0, 4.0, 6.0, 8.5, 11.0, 12.0, 14.0, 16.0, 18.0)]
HOLED = [(10.0, 20.0, 2.0 * n) for n in (0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14)]
STACKS = {"even": EVEN, "tilted": TILTED, "uneven": UNEVEN, "holed": HOLED}
SLANTED = oblique((0.3, 0.2, 1.0), (0.0, -1.0, 0.1))
_unit = st.floats(-1, 1)


def plain(places: FloatArray) -> FloatArray:
    """A linear function of the place: linear interpolation gives it back exactly."""
    return places @ np.array([3.0, -5.0, 7.0]) + 100


def _inside(volume: Volume, places: FloatArray) -> np.ndarray:
    """Between the outermost pixel centres and away from gaps, where nothing is held or cut off."""
    grid = volume.grid
    along = places @ grid.normal
    bracket = grid.bracket(along.ravel())
    number = bracket.lower + bracket.share
    between = (
        (along >= grid.places_mm[0]) & (along <= grid.places_mm[-1]) & ~grid.is_gap[bracket.lower].reshape(along.shape)
    )
    origins = np.stack([np.interp(number, np.arange(grid.slices), grid.origins_mm[:, a]) for a in range(3)], axis=-1)
    offset = places - origins.reshape(places.shape)
    columns, rows = offset @ grid.across / grid.spacing_mm[0], offset @ grid.down / grid.spacing_mm[1]
    return between & (columns >= 0) & (columns <= grid.columns - 1) & (rows >= 0) & (rows <= grid.rows - 1)


def _worst(volume: Volume, planes: Planes, index: int) -> tuple[float, int]:
    """The greatest difference from the plain field, and over how many pixels."""
    frame = plane_frame(volume, planes, index)
    places = plane_places(planes, index, volume.header)
    inside = _inside(volume, places)
    assert frame.valid is None or frame.valid[inside].all(), "no pixel within the volume is missing"
    return float(np.abs(frame.pixels - plain(places))[inside].max(initial=0)), int(inside.sum())


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("orientation", [*ORTHOGONAL, SLANTED], ids=lambda each: each.name)
def test_a_linear_field_is_given_back_exactly(name: str, orientation: Orientation) -> None:
    volume = phantom(stack_headers(STACKS[name], spacing=SPACING), plain, "f4")
    planes = planes_of(volume.grid, orientation)
    seen = 0
    for index in range(0, planes.count, max(1, planes.count // 5)):
        worst, count = _worst(volume, planes, index)
        assert worst < 1e-3
        seen += count
    assert seen > 500


@settings(max_examples=60, deadline=None)
@given(st.tuples(_unit, _unit, _unit), st.tuples(_unit, _unit, _unit), st.sampled_from([*STACKS]))
def test_it_is_so_at_every_oblique_plane(
    normal: tuple[float, float, float], up: tuple[float, float, float], name: str
) -> None:
    assume(np.linalg.norm(np.cross(normal, up)) > 0.05)
    volume = phantom(stack_headers(STACKS[name], spacing=SPACING, size=(14, 18)), plain, "f4")
    planes = planes_of(volume.grid, oblique(normal, up))
    for index in (0, planes.count // 2, planes.count - 1):
        assert _worst(volume, planes, index)[0] < 1e-3


def test_vtk_gives_what_plain_trilinear_interpolation_gives() -> None:
    noise = np.random.default_rng(3)
    volume = phantom(
        stack_headers(EVEN[:6], spacing=SPACING, size=(9, 11)), lambda p: noise.uniform(-900, 900, p.shape[:-1])
    )
    planes = planes_of(volume.grid, SLANTED)
    for index in range(planes.count):
        sheet = reslice(volume, planes, index)
        matrix = index_matrix(volume, planes, index)
        grid = np.stack(np.meshgrid(np.arange(planes.columns), np.arange(planes.rows)), axis=-1)
        indices = grid @ matrix[:3, :2].T + matrix[:3, 3]
        valid = np.ones(grid.shape[:2], bool) if sheet.valid is None else sheet.valid
        expected = trilinear(volume.values.astype(float), indices)
        assert np.abs(sheet.values - expected)[valid].max(initial=0) <= 0.51
        sizes = np.array([11, 9, 6])
        truly_inside = ((indices > -0.499) & (indices < sizes - 0.501)).all(axis=-1)
        assert (valid | ~truly_inside).all()
        assert not (valid & ((indices < -0.501) | (indices > sizes - 0.499)).any(axis=-1)).any()


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u2", "i4", "u4", "f4"])
def test_every_type_of_pixels_stays_what_it_is(dtype: str) -> None:
    volume = phantom(stack_headers(EVEN), lambda p: np.clip(p[..., 0], 0, 100), dtype)
    for orientation in (AXIAL, CORONAL, SLANTED):
        planes = planes_of(volume.grid, orientation)
        frame = plane_frame(volume, planes, planes.count // 2)
        assert frame.pixels.dtype == np.dtype(dtype)
        assert frame.pixels[frame.valid if frame.valid is not None else ...].min() >= 10


def test_the_other_ways_of_interpolating() -> None:
    volume = phantom(stack_headers(EVEN, spacing=SPACING), plain, "f4")
    planes = planes_of(volume.grid, SLANTED)
    index = planes.count // 2
    near = plane_frame(volume, planes, index, Interpolation.NEAREST)
    known = set(volume.values.ravel().tolist())
    assert set(near.pixels[near.valid].tolist()) <= known
    cubic = plane_frame(volume, planes, index, Interpolation.CUBIC)
    places = plane_places(planes, index, volume.header)
    deep = _inside(volume, places + 3.0) & _inside(volume, places - 3.0)
    assert deep.any()
    assert np.abs(cubic.pixels - plain(places))[deep].max() < 0.05
    uneven = phantom(stack_headers(UNEVEN, spacing=SPACING), plain, "f4")
    found = plane_frame(uneven, planes_of(uneven.grid, SLANTED), 3, Interpolation.NEAREST)
    assert set(found.pixels[found.valid].tolist()) <= set(uneven.values.ravel().tolist())


# --- the patient's axes


LETTERS = {"AXIAL": ("R", "L", "A", "P"), "CORONAL": ("R", "L", "H", "F"), "SAGITTAL": ("A", "P", "H", "F")}
ACQUIRED = [(1, 0, 0, 0, 1, 0), (-1, 0, 0, 0, -1, 0), (0, 1, 0, 0, 0, -1), (1, 0, 0, 0, 0, -1), (0, 0, 1, 0, 1, 0)]


@pytest.mark.parametrize("acquired", ACQUIRED)
@pytest.mark.parametrize("orientation", ORTHOGONAL, ids=lambda each: each.name)
def test_planes_look_as_radiologists_expect_however_they_were_acquired(
    acquired: tuple[float, ...], orientation: Orientation
) -> None:
    normal = np.cross(acquired[:3], acquired[3:])
    headers = stack_headers([tuple(3.0 * n * normal) for n in range(9)], orientation=acquired)
    volume = phantom(headers, plain, "f4")
    planes = planes_of(volume.grid, orientation)
    assert planes.axes is not None, "its own pixels are taken"
    header = planes.header(planes.count // 2, volume.header, "x")
    letters = edge_letters(header)
    assert (letters.left, letters.right, letters.top, letters.bottom) == LETTERS[orientation.name]
    for index in range(planes.count):
        worst, count = _worst(volume, planes, index)
        assert worst < 1e-4
        assert count == planes.rows * planes.columns, "every pixel is one of the volume's own"


def test_the_middle_plane_goes_through_the_middle() -> None:
    for name, orientation in product(STACKS, (*ORTHOGONAL, SLANTED)):
        grid = phantom(stack_headers(STACKS[name]), plain).grid
        planes = planes_of(grid, orientation)
        away = np.dot(
            np.array(planes.centre_mm(planes.nearest(tuple(grid.centre_mm())))) - grid.centre_mm(), orientation.normal
        )
        assert abs(away) <= planes.step_mm / 2 + 1e-6
        ends = [planes.place_mm(0), planes.place_mm(planes.count - 1)]
        assert ends == sorted(ends), "places grow along the normal, as in every stack"


def test_a_vertical_cylinder_stays_vertical_in_a_tilted_stack() -> None:
    def cylinder(places: FloatArray) -> FloatArray:
        x, y = places[..., 0] - 26, places[..., 1] - 35
        return np.where(x * x + y * y < 49, 1000.0, 0.0)

    origins = [(0.0, 2.0 * n - 12.0, 5.0 * n) for n in range(12)]
    volume = phantom(stack_headers(origins, size=(80, 60)), cylinder)
    planes = planes_of(volume.grid, SAGITTAL)
    frame = plane_frame(volume, planes, planes.nearest((26.0, 0.0, 0.0)))
    places = plane_places(planes, planes.nearest((26.0, 0.0, 0.0)), volume.header)
    middles = []
    for row in range(frame.rows):
        is_there = frame.pixels[row] > 500
        if is_there.any() and 5 < places[row, 0, 2] < 50:
            middles.append(float(places[row, is_there, 1].mean()))
    assert len(middles) > 30
    assert np.ptp(middles) < 1.0
    assert np.mean(middles) == pytest.approx(35, abs=0.5)


def test_the_axes_of_the_acquisition() -> None:
    tilted = (1.0, 0.0, 0.0, 0.0, 0.94, 0.3412)
    grid = phantom(stack_headers([(0, 0, 3.0 * n) for n in range(9)], orientation=tilted), plain).grid
    own, across, along = acquisition_orientations(grid)
    assert (own.name, across.name, along.name) == ("AXIAL", "CORONAL", "SAGITTAL")
    assert np.dot(own.normal, grid.normal) == pytest.approx(1)


def test_turning_there_and_back() -> None:
    turned = CORONAL.turned(20, about_vertical=True).turned(-7.5, about_vertical=False)
    assert turned.name == "OBLIQUE"
    for pair in ((turned.right, turned.down), (turned.right, turned.normal), (turned.down, turned.normal)):
        assert np.dot(*pair) == pytest.approx(0, abs=1e-12)
    assert turned.turned(7.5, about_vertical=False).turned(-20, about_vertical=True) is CORONAL


# --- gaps, padding, edges


def test_gaps_are_marked_and_never_interpolated_across() -> None:
    volume = phantom(stack_headers(HOLED), plain, "f4")
    low, high = volume.gaps[0].begin_mm, volume.gaps[0].end_mm
    assert (low, high) == (13.0, 19.0)
    for orientation, slab in product((AXIAL, CORONAL, SAGITTAL, SLANTED), (Slab(), Slab(2.0, Projection.MEAN))):
        planes = planes_of(volume.grid, orientation, slab)
        seen = 0
        for index in range(planes.count):
            frame = plane_frame(volume, planes, index)
            height = plane_places(planes, index, volume.header)[..., 2]
            half = planes.thickness_mm / 2 if planes.is_slab else 0.0
            in_gap = (height - half > low + 0.05) & (height + half < high - 0.05)
            seen += int(in_gap.sum())
            if in_gap.any():
                assert frame.valid is not None
                assert not frame.valid[in_gap].any()
        assert seen > 0


def test_outside_of_the_volume_there_is_no_image() -> None:
    volume = phantom(stack_headers(EVEN), plain)
    planes = planes_of(volume.grid, SLANTED)
    frame = plane_frame(volume, planes, 0)
    assert frame.valid is not None
    assert not frame.valid.all()
    assert (frame.pixels[~frame.valid] == 0).all()
    assert frame.padding is None


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("orientation", [CORONAL, SLANTED], ids=lambda each: each.name)
def test_padding_never_mixes_with_the_image(name: str, orientation: Orientation, projection: Projection) -> None:
    """Outside a circle lies padding far below, or far above, all that is real."""

    for padding in (-2000, 30000):

        def field(places: FloatArray, padding: int = padding) -> FloatArray:
            x, y = places[..., 0] - 26, places[..., 1] - 32
            return np.where(x * x + y * y < 100, 100.0 + places[..., 2], padding)

        headers = stack_headers(STACKS[name])
        headers = [replace(h, pixel=replace(h.pixel, padding=(padding, padding))) for h in headers]
        volume = phantom(headers, field)
        for slab in (Slab(), Slab(6.0, projection)):
            planes = planes_of(volume.grid, orientation, slab)
            frame = plane_frame(volume, planes, planes.count // 2)
            assert frame.valid is not None
            shown = frame.pixels[frame.valid]
            assert shown.size > 50
            assert shown.min() >= 100
            assert shown.max() <= 170


# --- slabs


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("orientation", [*ORTHOGONAL, SLANTED], ids=lambda each: each.name)
@pytest.mark.parametrize("projection", Projection)
def test_a_slab_is_made_of_the_sheets_it_covers(name: str, orientation: Orientation, projection: Projection) -> None:
    noise = np.random.default_rng(5)
    headers = stack_headers(STACKS[name], spacing=SPACING, size=(16, 20))
    volume = phantom(headers, lambda p: noise.uniform(-900, 900, p.shape[:-1]), "f4")
    planes = planes_of(volume.grid, orientation, Slab(5.0, projection))
    index = planes.count // 3
    frame = plane_frame(volume, planes, index)
    expected = sample_plane(volume, planes, index)
    both = expected.valid if frame.valid is None else expected.valid & frame.valid
    assert both.sum() > 20
    differing = np.abs(frame.pixels - expected.values)[both] > 0.05
    assert differing.mean() < 0.01, "but for a sheet that just touches the edge"


def test_a_slab_covers_what_it_says() -> None:
    grid = phantom(stack_headers([(0, 0, 1.0 * n) for n in range(30)], spacing=(0.5, 0.5)), plain).grid
    for thickness, sheets in ((0.0, 1), (3.0, 3), (5.0, 5), (10.0, 10), (40.0, 30)):
        planes = planes_of(grid, AXIAL, Slab(thickness))
        assert planes.samples == sheets
        assert planes.thickness_mm == pytest.approx(sheets)
        assert planes.header(0, phantom(stack_headers(EVEN), plain).header, "x").slice_thickness == planes.thickness_mm
    oblique_slab = planes_of(grid, SLANTED, Slab(10.0))
    assert oblique_slab.thickness_mm == pytest.approx(10.0)


def test_the_thicknesses_offered() -> None:
    slab = Slab()
    seen = [slab.thickness_mm]
    for _ in range(6):
        slab = slab.thicker(1)
        seen.append(slab.thickness_mm)
    assert seen == [0, 3, 5, 10, 20, 40, 40]
    assert slab.thicker(-1).thickness_mm == 20
    assert Slab().thicker(-1) == Slab()
    with pytest.raises(ValueError, match="0 mm or more"):
        Slab(float("nan"))


# --- VTK itself


def test_vtk_reads_our_array_where_it_lies() -> None:
    volume = phantom(stack_headers(EVEN), plain)
    writable = np.array(volume.values)
    mine = replace(volume, values=writable, idle_cutters=type(volume.idle_cutters)())
    planes = planes_of(mine.grid, SLANTED)
    index = planes.count // 2
    before = reslice(mine, planes, index)
    writable += 7
    mine.idle_cutters[0]._filter.Modified()  # nobody told VTK: a stack never changes once it is there
    after = reslice(mine, planes, index)
    assert (after.values[after.valid] - before.values[before.valid] == 7).all()


def test_a_plane_given_out_is_never_overwritten() -> None:
    volume = phantom(stack_headers(EVEN), plain)
    planes = planes_of(volume.grid, SLANTED)
    first = reslice(volume, planes, 3)
    kept = first.values.copy()
    reslice(volume, planes, 9)
    assert np.array_equal(first.values, kept)


def test_many_threads_at_once_get_their_own_planes() -> None:
    volume = phantom(stack_headers(EVEN, size=(64, 64)), plain)
    planes = planes_of(volume.grid, SLANTED)
    alone = [plane_frame(volume, planes, index).pixels for index in range(planes.count)]
    gate = threading.Barrier(4)

    def work(start: int) -> bool:
        gate.wait(10)
        order = [(start + n) % planes.count for n in range(planes.count)]
        return all(np.array_equal(plane_frame(volume, planes, index).pixels, alone[index]) for index in order)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(0, 40, 10)))


def test_what_vtk_complains_of_is_raised(capfd: pytest.CaptureFixture[str]) -> None:
    volume = phantom(stack_headers(EVEN), plain)
    planes = planes_of(volume.grid, SLANTED)
    reslice(volume, planes, 0)
    volume.idle_cutters[0]._filter.SetInputData(None)
    with pytest.raises(RuntimeError, match="vtkImageReslice: "):
        reslice(volume, planes, 1)
    captured = capfd.readouterr()
    assert captured.out + captured.err == ""
    assert not volume.idle_cutters, "one that has failed is not used again"


def test_vtk_is_imported_only_when_it_is_needed() -> None:
    code = (
        "import sys, workstation.imaging.reformatting, workstation.viewing.keys\n"
        "assert not [name for name in sys.modules if name.startswith('vtk')]\n"
        "workstation.imaging.reformatting.reslice.__globals__['load']()\n"
        "assert 'vtkmodules.vtkImagingCore' in sys.modules\n"
        "assert not [name for name in sys.modules if 'OpenGL' in name or 'Rendering' in name]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_giving_up_is_heard_between_sheets() -> None:
    volume = phantom(stack_headers(UNEVEN), plain)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        plane_frame(volume, planes_of(volume.grid, SLANTED, Slab(10.0)), 0, cancel=token)


def test_which_way_leads_there() -> None:
    ways = {name: phantom(stack_headers(origins), plain) for name, origins in STACKS.items()}
    assert {name: can_reslice(volume) for name, volume in ways.items()} == {
        "even": True,
        "tilted": True,
        "uneven": False,
        "holed": False,
    }
    assert len(parts_of(ways["holed"])) == 2
    assert 2 <= len(parts_of(ways["uneven"])) <= 5
    shuffled = phantom(stack_headers([EVEN[n] for n in (3, 1, 0, 2, 5, 4)]), plain)
    assert can_reslice(shuffled), "a display set is sorted: its frames lie in order"


# --- a real head CT, tilted and with two thicknesses


def _plain_interpolation(volume: Volume, places: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Values at places of a tilted, uneven stack, one after the other and without a thought for speed."""
    grid = volume.grid
    values, known = np.zeros(len(places)), np.zeros(len(places), bool)
    for n, place in enumerate(places):
        along = float(place @ grid.normal)
        above = int(np.searchsorted(grid.places_mm, along))
        if not 0 < above < grid.slices:
            continue
        share = (along - grid.places_mm[above - 1]) / (grid.places_mm[above] - grid.places_mm[above - 1])
        origin = grid.origins_mm[above - 1] * (1 - share) + grid.origins_mm[above] * share
        column = float((place - origin) @ grid.across) / grid.spacing_mm[0]
        row = float((place - origin) @ grid.down) / grid.spacing_mm[1]
        if not (0 <= column <= grid.columns - 1 and 0 <= row <= grid.rows - 1):
            continue
        left, top = min(int(column), grid.columns - 2), min(int(row), grid.rows - 2)
        pair = volume.values[grid.slots[above - 1 : above + 1], top : top + 2, left : left + 2]
        if (pair == -1500).any():
            continue  # beside padding
        values[n] = trilinear(pair.astype(float), np.array([column - left, row - top, share]))
        known[n] = True
    return values, known


def test_a_coronal_plane_of_a_real_head_is_where_numpy_puts_it(open_data: Path) -> None:
    desk = desk_of_folders(open_data / "ct_head_prior_current/current")
    display_set = next(each for each in display_sets_of(desk.headers.values()) if len(each.frames) == 28)
    volume = volume_of(display_set, desk.frame_source, CancelToken())
    planes = planes_of(volume.grid, CORONAL)
    index = planes.count // 2
    frame = plane_frame(volume, planes, index)
    letters = edge_letters(planes.header(index, volume.header, "x"))
    assert (letters.left, letters.right, letters.top, letters.bottom) == LETTERS["CORONAL"]
    picked = np.random.default_rng(7).choice(frame.pixels.size, 6000, replace=False)
    places = plane_places(planes, index, volume.header).reshape(-1, 3)[picked]
    expected, known = _plain_interpolation(volume, places)
    assert known.sum() > 2000
    assert frame.valid is not None
    assert frame.valid.ravel()[picked][known].all()
    assert np.abs(frame.pixels.ravel()[picked] - expected)[known].max() <= 0.51
    assert _bone_is_on_top(frame)


def _bone_is_on_top(frame: PlaneFrame) -> bool:
    """From above: air, then the skull's vault, then brain: the head stands upright."""
    middle = frame.pixels[:, frame.columns // 2 - 5 : frame.columns // 2 + 5].max(axis=1)
    vault = int(np.argmax(middle > 500))
    return 0 < vault < frame.rows // 2 and bool((frame.pixels[vault + 60, 200:300] < 200).mean() > 0.8)


def test_a_display_set_that_is_seen_in_its_own_direction_is_itself() -> None:
    display_set = display_set_of(stack_headers(EVEN))
    volume = phantom(stack_headers(EVEN), plain)
    planes = planes_of(volume.grid, AXIAL)
    assert planes.count == len(display_set.frames)
    for index in range(planes.count):
        header = planes.header(index, volume.header, "x")
        assert header.position == pytest.approx(display_set.header_at(index).position)
        assert header.orientation == display_set.header_at(index).orientation
        assert np.array_equal(plane_frame(volume, planes, index).pixels, volume.values[index])
