from __future__ import annotations

import math
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.plain_headers import CORONAL, SAGITTAL, image
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_header


def numbers(display_set: DisplaySet) -> list[int | None]:
    return [header.instance_number for header in display_set.instances]


def test_position_decides_not_instance_number_nor_arrival() -> None:
    images = [image(1, 30.0), image(2, 10.0), image(3, 20.0)]
    (found,) = display_sets_of(images)
    assert numbers(found) == [2, 3, 1]
    assert [frame.position_mm for frame in found.frames] == [10.0, 20.0, 30.0]
    assert (found.plane, found.is_reconstructable, found.warnings) == ("AXIAL", True, ())


def test_without_positions_the_instance_number_decides() -> None:
    (found,) = display_sets_of([image(10), image(9), image(2, orientation=None)][:2])
    assert numbers(found) == [9, 10]
    assert not found.is_reconstructable


@given(st.permutations(range(8)))
def test_arrival_order_does_not_matter(order: list[int]) -> None:
    images = [image(n, 5.0 * n) for n in range(4)]
    images += [image(4, 0.0, orientation=CORONAL), image(5, 1.0, orientation=CORONAL)]
    images += [image(6, 0.0, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER")), image(7, frames=12)]
    expected = display_sets_of(images)
    assert [(s.uid, s.frames) for s in display_sets_of([images[i] for i in order])] == [
        (s.uid, s.frames) for s in expected
    ]


def test_a_series_is_split_by_what_does_not_belong_together() -> None:
    images = [image(n, 5.0 * n) for n in range(3)]
    images += [image(10 + n, 3.0 * n, orientation=SAGITTAL) for n in range(3)]
    images += [image(20, 0.0, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"), orientation=CORONAL)]
    images += [image(30, frames=40, orientation=None)]
    found = {each.uid.split("/")[1]: each for each in display_sets_of(images)}
    assert set(found) == {"axial", "sagittal", "localizer-coronal", "1.1.30"}
    assert found["localizer-coronal"].is_localizer
    assert len(found["1.1.30"].frames) == 40
    assert [frame.frame_index for frame in found["1.1.30"].frames][:3] == [0, 1, 2]


def test_series_are_never_merged_and_come_in_order() -> None:
    images = [
        image(n, 5.0 * n, series_uid=f"1.{s}", sop_uid=f"1.{s}.{n}", series_number=s) for s in (3, 1, 2) for n in (1, 2)
    ]
    assert [each.series_number for each in display_sets_of(images)] == [1, 2, 3]


def test_orientations_within_noise_stay_together() -> None:
    noisy = (0.99999, 0.0, 0.00447, 0.0, 1.0, 0.0)
    (found,) = display_sets_of([image(1, 0.0), image(2, 5.0, orientation=noisy)])
    assert len(found.frames) == 2


def test_a_turning_projection_stays_one_set_in_number_order() -> None:
    def turned(n: int) -> InstanceHeader:
        angle = math.radians(10 * n)
        return image(n, 0.0, orientation=(math.cos(angle), math.sin(angle), 0.0, 0.0, 0.0, -1.0))

    (found,) = display_sets_of([turned(n) for n in (5, 3, 1, 2, 4, 0)])
    assert numbers(found) == [0, 1, 2, 3, 4, 5]
    assert not found.is_reconstructable


def test_projections_of_different_side_or_view_are_different_sets() -> None:
    views = [("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")]
    images = [
        image(n, modality="MG", orientation=None, laterality=side, view_position=view)
        for n, (side, view) in enumerate(views)
    ]
    found = display_sets_of(images)
    assert [(each.laterality, each.view) for each in found] == views
    assert {each.plane for each in found} == {"PROJECTION"}


def test_reports_and_segmentations_are_no_display_sets() -> None:
    seg = image(2, sop_class="1.2.840.10008.5.1.4.1.1.66.4", modality="SEG")
    assert display_sets_of([image(1, rows=0, columns=0, frames=0), seg]) == ()


def test_an_instance_given_twice_counts_once() -> None:
    (found,) = display_sets_of([image(1, 0.0), image(1, 0.0)])
    assert len(found.frames) == 1


def test_uneven_gaps_are_stated() -> None:
    (found,) = display_sets_of([image(n, z) for n, z in enumerate((0.0, 5.0, 9.0, 16.0))])
    assert found.warnings == ("Uneven gaps between images: 4.00 to 7.00 mm",)
    assert not found.is_reconstructable


def test_repeated_positions_are_stated() -> None:
    (found,) = display_sets_of([image(n, z) for n, z in enumerate((0.0, 0.0, 5.0, 10.0))])
    assert any("where another one lies" in warning for warning in found.warnings)
    assert numbers(found) == [0, 1, 2, 3]


def test_rounding_of_positions_is_not_uneven() -> None:
    images = [image(n, round(0.625 * n, 2)) for n in range(40)]
    (found,) = display_sets_of(images)
    assert found.is_reconstructable


def test_header_at_a_picture() -> None:
    (found,) = display_sets_of([image(1, 30.0), image(2, 10.0)])
    assert found.header_at(0).instance_number == 2


def test_real_tilted_head(open_data: Path) -> None:
    headers = _headers(open_data / "ct_head_prior_current/current")
    random.Random(7).shuffle(headers)
    (found,) = display_sets_of(headers)
    assert len(found.frames) == 28
    positions = [frame.position_mm or 0.0 for frame in found.frames]
    assert positions == sorted(positions)
    assert (found.plane, found.body_region, found.is_reconstructable) == ("AXIAL", "HEAD", False)
    assert any("18.5°" in warning for warning in found.warnings)
    assert any("Uneven gaps" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("folder", "count", "plane"),
    [("S3_t1_sag", 35, "SAGITTAL"), ("S13_t1_ax_derived", 24, "AXIAL"), ("S14_t1_cor_derived", 24, "CORONAL")],
)
def test_real_brain(open_data: Path, folder: str, count: int, plane: str) -> None:
    (found,) = display_sets_of(_headers(open_data / "mr_brain_study" / folder))
    assert (len(found.frames), found.plane, found.is_reconstructable) == (count, plane, True)


def test_real_mammograms(open_data: Path) -> None:
    found = display_sets_of(_headers(open_data / "mg_screening/current"))
    assert sorted((each.laterality, each.view) for each in found) == [
        ("L", "CC"),
        ("L", "MLO"),
        ("R", "CC"),
        ("R", "MLO"),
    ]
    assert {each.body_region for each in found} == {"BREAST"}


def _headers(folder: Path) -> list[InstanceHeader]:
    return [header_of(read_header(path.read_bytes())) for path in sorted(folder.glob("*.dcm"))]
