from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.plain_headers import image
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import FrameDetails
from workstation.dicom.stack_geometry import geometry_of


def stack(places: Sequence[float], **facts: object) -> DisplaySet:
    (found,) = display_sets_of([image(n, z, **facts) for n, z in enumerate(places, 1)])
    return found


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        ((17, 18), "2 images seem to be missing between 17 and 18 (gap 7.5 mm, usual 2.5 mm)"),
        ((5,), "1 image seems to be missing between 5 and 6 (gap 5 mm, usual 2.5 mm)"),
        ((5, 20), "2 images seem to be missing: after 5, 19 (usual gap 2.5 mm)"),
        (
            (3, 8, 13, 18),
            "4 images seem to be missing: after 3, 7, 11 and at 1 more place (usual gap 2.5 mm)",
        ),
    ],
)
def test_missing_images_are_stated_with_their_place(left_out: tuple[int, ...], told: str) -> None:
    found = stack([2.5 * n for n in range(30) if n not in left_out])
    assert found.warnings == (told,)
    assert sum(hole.count for hole in found.missing) == len(left_out)
    assert not found.is_reconstructable


def test_images_missing_at_the_ends_cannot_be_seen() -> None:
    assert stack([2.5 * n for n in range(3, 20)]).warnings == ()


def test_a_stack_in_two_spacings_is_uneven_rather_than_full_of_holes() -> None:
    found = stack([*range(0, 40, 5), *range(40, 120, 10)])
    assert found.warnings == ("Uneven gaps between images: 5.00 to 10.00 mm",)
    assert found.missing == ()


def test_duplicates_are_stated() -> None:
    assert stack([0, 5, 5, 10, 15]).warnings == ("Image 3 lies where another one lies",)
    assert stack([0, 5, 5, 10, 10, 15, 20, 25]).warnings == ("2 of the images lie where another one lies",)


@given(st.floats(min_value=1.0, max_value=40.0))
def test_a_tilt_is_stated_with_its_angle(tilt_deg: float) -> None:
    shift = math.tan(math.radians(tilt_deg))
    images = [image(n, 0.0, position=(0.0, -5.0 * n * shift, 5.0 * n)) for n in range(10)]
    (found,) = display_sets_of(images)
    (warning,) = found.warnings
    stated = re.fullmatch(r"Gantry tilt (\d+\.\d)°: the stack is sheared", warning)
    assert stated is not None
    assert float(stated[1]) == pytest.approx(tilt_deg, abs=0.0501)  # an angle in the middle may be rounded either way


def test_sizes_and_spacings_that_differ_are_stated() -> None:
    images = [image(n, 5.0 * n, spacing=(0.5, 0.5) if n < 3 else (0.6, 0.6)) for n in range(6)]
    (found,) = display_sets_of(images)
    assert found.warnings == ("The images differ in size or pixel spacing",)


def test_overlapping_slices_are_a_remark() -> None:
    found = stack([3.0 * n for n in range(6)], slice_thickness=5.0)
    assert (found.warnings, found.remarks) == ((), ("Slices overlap: 5 mm thick, 3 mm apart",))
    assert stack([5.0 * n for n in range(6)], slice_thickness=5.0).remarks == ()


def test_places_in_a_volume_of_ultrasound_order_it_without_claiming_to_be_the_patients() -> None:
    own = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    images = [
        image(n, None, orientation=None, modality="US",
              details=FrameDetails(volume_position=(0.0, 0.0, -1.0 * n), volume_orientation=own,
                                   volume_frame_of_reference="1.77"))
        for n in range(4)
    ]  # fmt: skip
    (found,) = display_sets_of(images)
    assert [header.instance_number for header in found.instances] == [3, 2, 1, 0]
    assert (found.frame_of_reference, found.plane) == ("1.77", "NONE")


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=30))
def test_any_places_are_looked_at_without_trouble(places: list[float]) -> None:
    geometry = geometry_of([image(n, z) for n, z in enumerate(sorted(places))])
    assert len(geometry.positions_mm) == len(places)
    assert not (geometry.is_even and geometry.warnings)
