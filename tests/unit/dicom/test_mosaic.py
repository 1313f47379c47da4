from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.enhanced_objects import csa_header, mosaic_object
from workstation.dicom.csa_header import csa_values
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.reading import header_of, read_header

_NAMES = frozenset({"NumberOfImagesInMosaic", "SliceNormalVector", "Absent"})


def sets_of(*objects: Any) -> tuple[DisplaySet, ...]:
    return display_sets_of(header_of(each) for each in objects)


@pytest.mark.parametrize("version", [1, 2])
def test_values_of_a_csa_header(version: int) -> None:
    content = csa_header(
        {"Empty": [], "NumberOfImagesInMosaic": ["25"], "SliceNormalVector": ["0.0", "0.1", "0.99"]}, version=version
    )
    expected = {"NumberOfImagesInMosaic": ("25",), "SliceNormalVector": ("0.0", "0.1", "0.99")}
    assert csa_values(content, _NAMES) == expected


@given(st.binary(max_size=400), st.integers(0, 300))
def test_a_broken_csa_header_has_no_values_or_fewer(noise: bytes, cut: int) -> None:
    whole = csa_header({"NumberOfImagesInMosaic": ["25"], "SliceNormalVector": ["0", "0", "1"]})
    for content in (noise, b"SV10" + noise, whole[:cut], whole[:cut] + noise):
        assert set(csa_values(content, _NAMES)) <= _NAMES


def test_each_tile_is_a_picture_with_its_own_place() -> None:
    (found,) = sets_of(mosaic_object(7, tile=8, between_mm=3.0, first=(-10.0, -20.0, 30.0)))
    assert len(found.frames) == 7
    assert [frame.tile for frame in found.frames] == list(range(7))
    assert {frame.frame_index for frame in found.frames} == {0}
    assert [frame.position_mm for frame in found.frames] == pytest.approx([30.0 + 3 * n for n in range(7)])
    third = found.header_at(2)
    assert (third.rows, third.columns, third.spacing, third.position) == (8, 8, (2.0, 2.0), (-10.0, -20.0, 36.0))
    assert (found.plane, found.is_reconstructable, found.is_clip, found.warnings) == ("AXIAL", True, False, ())


def test_slices_stacked_against_the_normal_are_turned_round() -> None:
    (found,) = sets_of(mosaic_object(4, normal=(0.0, 0.0, -1.0)))
    assert [frame.tile for frame in found.frames] == [3, 2, 1, 0]
    assert [frame.position_mm for frame in found.frames] == [21.0, 24.0, 27.0, 30.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"has_csa": False},
        {"normal": None},
        {"normal": (1.0, 0.0, 0.0)},
        {"normal": (float("nan"), 0.0, 0.0)},
        {"between_mm": 0.0},
    ],
)
def test_a_mosaic_that_cannot_be_understood_is_shown_as_it_is_and_says_so(changes: dict[str, Any]) -> None:
    (found,) = sets_of(mosaic_object(7, **changes))
    assert (len(found.frames), found.frames[0].tile, found.header_at(0).rows) == (1, None, 24)
    assert "mosaic" in found.warnings[0]


def test_volumes_over_time_are_split_by_time() -> None:
    objects = [mosaic_object(4, uid=str(n), InstanceNumber=n, TemporalPositionIdentifier=n) for n in (2, 1, 3)]
    found = sets_of(*objects)
    assert [each.label for each in found] == ["phase 1 of 3", "phase 2 of 3", "phase 3 of 3"]
    assert [len(each.frames) for each in found] == [4, 4, 4]


def test_real_diffusion_mosaics(open_data: Path) -> None:
    """Slice Location (0020,1041) of a mosaic is that of its first slice: an independent witness."""
    paths = sorted((open_data / "mr_brain_study/S4_dwi_mosaic").glob("*.dcm"))
    found = display_sets_of(header_of(read_header(path.read_bytes())) for path in paths)
    assert [each.label for each in found] == ["b 0", "b 1000"]
    for each in found:
        places = np.array([frame.position_mm for frame in each.frames])
        assert places[0] == pytest.approx(-74.862725031208, abs=1e-6)
        assert np.diff(places) == pytest.approx(5.2000000531732)
        assert (len(places), each.header_at(0).rows, each.is_reconstructable) == (25, 128, True)
