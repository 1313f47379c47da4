"""Splitting of series that hold more than one stack: by hand-made headers, by enhanced objects, on real data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tests.helpers.enhanced_objects import ENHANCED_MR, enhanced_object, frame, measures
from tests.helpers.pixel_objects import image_object, sequence
from tests.helpers.plain_headers import CORONAL, image
from workstation.dicom.dicom_object import open_object
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import FrameDetails, InstanceHeader, PixelDescription
from workstation.dicom.reading import header_of
from workstation.dicom.real_world import RealWorldMap
from workstation.dicom.stack_splitting import NO_REASON
from workstation.foundation.byte_source import BytesSource


def volume(first: int, *, slices: int = 4, details: FrameDetails | None = None, **facts: Any) -> list[InstanceHeader]:
    """A stack of ``slices`` images, numbered from ``first`` on; ``facts`` may hold functions of the slice."""
    return [
        image(
            first + n,
            5.0 * n,
            details=details or FrameDetails(),
            **{name: value(n) if callable(value) else value for name, value in facts.items()},
        )
        for n in range(slices)
    ]


def labels(headers: Sequence[InstanceHeader]) -> list[tuple[str, int]]:
    return [(each.label, len(each.frames)) for each in display_sets_of(headers)]


MR = {"modality": "MR"}
B0 = FrameDetails(b_value=0.0)
B1000 = FrameDetails(b_value=1000.0, diffusion_directionality="DIRECTIONAL")
TRACE = FrameDetails(b_value=1000.0, diffusion_directionality="ISOTROPIC")
X = replace(B1000, diffusion_direction=(1.0, 0.0, 0.0))
Y = replace(B1000, diffusion_direction=(0.0, 1.0, 0.0))

# One row: what the series holds, and its sets as label and number of images, counted by hand.
SERIES: list[tuple[str, list[InstanceHeader], list[tuple[str, int]]]] = [
    ("echoes", [*volume(1, echo_time_ms=20.0, **MR), *volume(11, echo_time_ms=90.0, **MR)],
     [("TE 20 ms", 4), ("TE 90 ms", 4)]),
    ("echo numbers", [*volume(1, details=FrameDetails(echo_number=1), **MR),
                      *volume(11, details=FrameDetails(echo_number=2), **MR)], [("TE 1 ms", 4), ("TE 2 ms", 4)]),
    ("b-values", [*volume(1, details=B0, **MR), *volume(11, details=B1000, **MR)], [("b 0", 4), ("b 1000", 4)]),
    ("trace beside directions",
     [*volume(1, details=B0, **MR), *volume(11, details=TRACE, **MR), *volume(21, details=X, **MR),
      *volume(31, details=Y, **MR)],
     [("b 0", 4), ("b 1000 trace", 4), ("b 1000, direction 2 of 2", 4), ("b 1000, direction 1 of 2", 4)]),
    ("an ADC map among the b-values",
     [*volume(1, details=B0, **MR), *volume(11, details=B1000, **MR),
      *volume(21, image_type=("DERIVED", "PRIMARY", "DIFFUSION", "ADC"), **MR)],
     [("b 0", 4), ("b 1000", 4), ("ADC", 4)]),
    ("magnitude and phase",
     [*volume(1, image_type=("ORIGINAL", "PRIMARY", "M", "ND"), **MR),
      *volume(11, image_type=("ORIGINAL", "PRIMARY", "P", "ND"), **MR)], [("MAGNITUDE", 4), ("PHASE", 4)]),
    ("Philips' words for them",
     [*volume(1, image_type=("ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"), **MR),
      *volume(11, image_type=("ORIGINAL", "PRIMARY", "PHASE MAP", "P", "FFE"), **MR)],
     [("MAGNITUDE", 4), ("PHASE", 4)]),
    ("Dixon", [*volume(1, image_type=("DERIVED", "PRIMARY", "DIXON", "WATER"), **MR),
               *volume(11, image_type=("DERIVED", "PRIMARY", "DIXON", "FAT"), **MR),
               *volume(21, image_type=("DERIVED", "PRIMARY", "DIXON", "IN_PHASE"), **MR),
               *volume(31, image_type=("DERIVED", "PRIMARY", "DIXON", "OUT_PHASE"), **MR)],
     [("water", 4), ("fat", 4), ("in phase", 4), ("out of phase", 4)]),
    ("times", [each for t in (1, 2, 3) for each in volume(10 * t, details=FrameDetails(temporal_position=t))],
     [("phase 1 of 3", 4), ("phase 2 of 3", 4), ("phase 3 of 3", 4)]),
    ("times, each slice at its own moment",
     [each for t in (1, 2) for n, each in enumerate(
         replace(h, details=FrameDetails(acquired=f"2024010112000{t}.{n}")) for n, h in enumerate(volume(10 * t)))],
     [("phase 1 of 2", 4), ("phase 2 of 2", 4)]),
    ("heart phases of a CT", [each for p in (30.0, 40.0, 75.0) for each in volume(
        int(p), details=FrameDetails(cardiac_percent=p))],
     [("30 % of the heart beat", 4), ("40 % of the heart beat", 4), ("75 % of the heart beat", 4)]),
    ("acquisitions over the same slices", [*volume(1, acquisition_number=1), *volume(11, acquisition_number=2)],
     [("acquisition 1", 4), ("acquisition 2", 4)]),
    ("acquisitions one behind the other are one stack",
     volume(1, slices=8, acquisition_number=lambda n: n // 2), [("", 8)]),
    ("acquisitions that share one place are one stack",
     [*volume(1, acquisition_number=1),
      *(image(20 + n, 15.0 + 5.0 * n, acquisition_number=2) for n in range(4))], [("", 8)]),
    ("an acquisition for every two slices does not explain two passes",
     [each for t in (0, 4) for each in volume(10 * t + 1, slices=8, acquisition_number=lambda n, t=t: t + n // 2)],
     [("phase 1 of 2", 8), ("phase 2 of 2", 8)]),
    ("contrast phases", [*volume(1, details=FrameDetails(contrast_phase="PRE_CONTRAST")),
                         *volume(11, details=FrameDetails(contrast_phase="ARTERIAL"))],
     [("pre_contrast", 4), ("arterial", 4)]),
    ("kernels", [*volume(1, details=FrameDetails(kernel="B30f")), *volume(11, details=FrameDetails(kernel="B70f"))],
     [("B30f", 4), ("B70f", 4)]),
    ("monoenergetic images", [*volume(1, details=FrameDetails(energy_kev=40.0)),
                              *volume(11, details=FrameDetails(energy_kev=70.0))], [("40 keV", 4), ("70 keV", 4)]),
    ("units", [*volume(1, real_world=(RealWorldMap(0, 9, unit_meaning="ml/min"),)),
               *volume(11, real_world=(RealWorldMap(0, 9, unit_meaning="s"),))], [("ml/min", 4), ("s", 4)]),
    ("a slope for every slice is one stack", volume(
        1, slices=8, modality="PT", pixel=lambda n: PixelDescription(rescale_slope=n + 1.0)), [("", 8)]),
    ("matrix sizes", [*volume(1), *volume(11, rows=32, columns=32)], [("64 × 64", 4), ("32 × 32", 4)]),
    ("colour beside grey", [*volume(1), *volume(11, pixel=PixelDescription(photometric="RGB", samples=3))],
     [("", 4), ("colour", 4)]),
    ("a MIP among the slices", [*volume(1), image(11, 100.0, image_type=("DERIVED", "SECONDARY", "AXIAL", "MIP"))],
     [("", 4), ("MIP", 1)]),
    ("a saved screen", [*volume(1), image(11, sop_class="1.2.840.10008.5.1.4.1.1.7", orientation=None)],
     [("", 4), ("", 1)]),
    ("a single echo train at one place stays together",
     [image(n, 0.0, echo_time_ms=10.0 * n, **MR) for n in range(1, 9)], [("", 8)]),
    ("one place over time stays together",
     [image(n, 0.0, details=FrameDetails(temporal_position=n)) for n in range(1, 31)], [("", 30)]),
    ("nothing explains it", [*volume(1), *volume(11)], [("phase 1 of 2", 4), ("phase 2 of 2", 4)]),
    ("a slice sent twice", [*volume(1), image(99, 5.0, sop_uid="again")], [("", 5)]),
    ("a second pass that has only begun",
     [*volume(1, details=B0, **MR), image(11, 0.0, details=B1000, **MR)], [("", 5)]),
    ("a short-axis cine is a clip for each place",
     [image(100 * p + t, 8.0 * p, details=FrameDetails(cardiac_delay_ms=30.0 * t + p / 10), **MR)
      for p in range(3) for t in range(25)],
     [("position 1 of 3", 25), ("position 2 of 3", 25), ("position 3 of 3", 25)]),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "expected"), [row[1:] for row in SERIES], ids=[row[0] for row in SERIES])
def test_what_a_series_is_split_by(headers: list[InstanceHeader], expected: list[tuple[str, int]]) -> None:
    assert labels(headers) == expected
    shuffled = random.Random(len(headers)).sample(headers, len(headers))
    in_order, in_disorder = display_sets_of(headers), display_sets_of(shuffled)
    assert [(each.uid, each.frames) for each in in_disorder] == [(each.uid, each.frames) for each in in_order]


@settings(max_examples=40)
@given(st.sampled_from([row[1] for row in SERIES]), st.randoms())
def test_no_image_is_lost_nor_shown_twice_in_any_order(headers: list[InstanceHeader], rnd: random.Random) -> None:
    shuffled = rnd.sample(headers, len(headers))
    found = display_sets_of(shuffled)
    shown = [frame.sop_uid for each in found for frame in each.frames]
    assert sorted(shown) == sorted(header.sop_uid for header in headers)
    assert len({each.uid for each in found}) == len(found)


def test_each_set_of_a_split_series_is_a_volume() -> None:
    headers = [each for t in (1, 2) for each in volume(10 * t, details=FrameDetails(temporal_position=t))]
    for each in display_sets_of(headers):
        assert [frame.position_mm for frame in each.frames] == [0.0, 5.0, 10.0, 15.0]
        assert (each.is_reconstructable, each.warnings) == (True, ())


def test_what_nothing_explains_is_said() -> None:
    found = display_sets_of([*volume(1), *volume(11)])
    assert [each.warnings for each in found] == [(NO_REASON,), (NO_REASON,)]
    assert [header.instance_number for header in found[1].instances] == [11, 12, 13, 14]


def test_heart_phases_come_in_the_order_of_the_beat() -> None:
    headers = [image(50 - t, 0.0, details=FrameDetails(cardiac_delay_ms=30.0 * t)) for t in range(10)]
    (found,) = display_sets_of(headers)
    assert [found.header_at(n).details.cardiac_delay_ms for n in range(10)] == [30.0 * t for t in range(10)]
    assert found.is_at_one_place
    assert found.warnings == ()


def test_the_title_says_what_tells_a_set_from_the_others() -> None:
    headers = [replace(each, series_description="ep2d") for each in SERIES[2][1]]
    assert [each.title for each in display_sets_of(headers)] == ["ep2d · b 0", "ep2d · b 1000"]


def test_frames_of_reference_are_kept_apart_and_said() -> None:
    found = display_sets_of([*volume(1), *volume(11, frame_of_reference="1.10")])
    assert [each.label for each in found] == ["", "frame of reference 2"]
    assert "frames of reference" in found[1].warnings[0]


def test_slices_stored_turned_over_are_kept_apart_and_said() -> None:
    found = display_sets_of([*volume(1), *volume(11, orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0))])
    assert [each.label for each in found] == ["", "orientation 2"]
    assert "turned over" in found[1].warnings[0]


# --- multi-frame objects


def sets_of(*objects: Any) -> tuple[DisplaySet, ...]:
    return display_sets_of(header_of(each) for each in objects)


def test_two_stacks_at_two_times_are_four_sets() -> None:
    frames = [
        frame(3.0 * n + 100 * stack, StackID=str(stack), InStackPositionNumber=n + 1, TemporalPositionIndex=time)
        for time in (1, 2)
        for n in range(3)
        for stack in (1, 2)
    ]
    found = sets_of(enhanced_object(frames))
    assert [each.label for each in found] == [
        "stack 1, phase 1 of 2",
        "stack 1, phase 2 of 2",
        "stack 2, phase 1 of 2",
        "stack 2, phase 2 of 2",
    ]
    assert [frame.frame_index for frame in found[1].frames] == [6, 8, 10]
    assert [frame.position_mm for frame in found[3].frames] == [200.0, 203.0, 206.0]
    assert all(each.is_reconstructable and not each.is_clip for each in found)
    assert found[1].header_at(2).details.temporal_position == 2


def test_echoes_and_phases_within_one_object() -> None:
    frames = [
        {
            **frame(3.0 * n, InStackPositionNumber=n + 1),
            "MREchoSequence": {"EffectiveEchoTime": echo},
            "MRImageFrameTypeSequence": {"FrameType": ["ORIGINAL", "PRIMARY"], "ComplexImageComponent": component},
        }
        for component in ("MAGNITUDE", "PHASE")
        for echo in (4.9, 7.4)
        for n in range(3)
    ]
    found = sets_of(enhanced_object(frames, modality="MR", sop_class=ENHANCED_MR))
    assert [each.label for each in found] == [
        "MAGNITUDE, TE 4.9 ms",
        "MAGNITUDE, TE 7.4 ms",
        "PHASE, TE 4.9 ms",
        "PHASE, TE 7.4 ms",
    ]


def test_a_dimension_without_a_name_of_its_own_still_explains() -> None:
    frames = [frame(3.0 * n, DimensionIndexValues=[other, n + 1]) for other in (1, 2) for n in range(3)]
    assert [each.label for each in sets_of(enhanced_object(frames))] == ["phase 1 of 2", "phase 2 of 2"]


def test_frames_of_a_volume_are_sorted_by_place() -> None:
    (found,) = sets_of(enhanced_object([frame(z) for z in (9.0, 0.0, 6.0, 3.0)]))
    assert [each.frame_index for each in found.frames] == [1, 3, 2, 0]
    assert [found.header_at(n).position for n in range(4)] == [(0.0, 0.0, z) for z in (0.0, 3.0, 6.0, 9.0)]
    assert found.is_reconstructable


def test_orientations_within_one_object_are_apart() -> None:
    turned = {"PlaneOrientationSequence": {"ImageOrientationPatient": list(CORONAL)}}
    frames = [frame(3.0 * n) for n in range(3)] + [{**frame(0.0), **turned} for _ in range(3)]
    assert [each.plane for each in sets_of(enhanced_object(frames, shared=measures()))] == ["AXIAL", "CORONAL"]


def test_parts_of_a_concatenation_are_one_stack() -> None:
    parts = [
        enhanced_object(
            [frame(3.0 * n + 9.0 * part) for n in range(3)],
            uid=f"part{part}",
            ConcatenationUID="1.2.3",
            InConcatenationNumber=part + 1,
        )
        for part in (1, 0)
    ]
    (found,) = sets_of(*parts)
    assert [frame.position_mm for frame in found.frames] == [3.0 * n for n in range(6)]
    assert len(found.instances) == 2


def test_objects_of_one_series_say_which_one_they_are() -> None:
    clips = [image(n, frames=20, orientation=None, modality="US") for n in (1, 2)]
    assert labels(clips) == [("clip 1 of 2", 20), ("clip 2 of 2", 20)]
    assert all(each.is_clip for each in display_sets_of(clips))


def test_only_the_trimmed_part_of_a_clip_is_played() -> None:
    clip = image_object(np.zeros((10, 4, 4), np.uint8), modality="US", StartTrim=3, StopTrim=6)
    (found,) = sets_of(clip)
    assert (found.played, len(found.frames)) == ((2, 5), 10)


# --- nuclear medicine


def nuclear(frames: int, **attributes: Any) -> Any:
    return image_object(np.zeros((frames, 4, 4), np.uint16), modality="NM", **attributes)


def test_detectors_of_a_planar_study_are_apart() -> None:
    found = sets_of(nuclear(6, DetectorVector=[1, 2] * 3, PhaseVector=[1] * 6))
    assert [(each.label, [f.frame_index for f in each.frames]) for each in found] == [
        ("detector 1", [0, 2, 4]),
        ("detector 2", [1, 3, 5]),
    ]


def test_slices_of_a_gated_reconstruction_lie_where_the_object_says() -> None:
    detector = Dataset()
    detector.ImagePositionPatient, detector.ImageOrientationPatient = [0, 0, 100], [1, 0, 0, 0, 1, 0]
    found = sets_of(
        nuclear(
            6,
            SliceVector=[1, 2, 3] * 2,
            TimeSlotVector=[1] * 3 + [2] * 3,
            SpacingBetweenSlices=-4,
            PixelSpacing=[4, 4],
            DetectorInformationSequence=sequence(detector),
        )
    )
    assert [each.label for each in found] == ["phase 1 of 2", "phase 2 of 2"]
    assert [(f.frame_index, f.position_mm) for f in found[1].frames] == [(5, 92.0), (4, 96.0), (3, 100.0)]


# --- real data


def real_sets(folder: Path) -> list[tuple[str, int, bool, int]]:
    """Label, pictures, whether it is a volume, number of warnings: of every set, in the order of series."""
    headers = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        try:
            headers.append(open_object(BytesSource(path.read_bytes())).header)
        except UnreadableInstance:
            continue
    random.Random(5).shuffle(headers)
    return [(s.label, len(s.frames), s.is_reconstructable, len(s.warnings)) for s in display_sets_of(headers)]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("mr_brain_study", [("", 35, True, 0), ("b 0", 25, True, 0), ("b 1000", 25, True, 0),
                            ("", 24, True, 0), ("", 24, True, 0)]),
        ("mr_prostate_adc", [("", 20, True, 0)]),
        ("ct_head_prior_current/current", [("", 28, False, 2)]),
        ("enhanced", [("", 2, False, 0), ("", 19, False, 0), ("volume 1 of 2", 33, True, 0),
                      ("volume 2 of 2", 33, True, 0), ("", 10, False, 0)]),
        ("dicomdir/98892003", [("", 1, False, 0)] * 3 + [("", 1, False, 0)] * 7 + [("", 7, False, 0)]),
        ("pet", [("", 1, False, 0), ("", 1, False, 0)]),
        ("mg_screening/current", [("", 1, False, 0)] * 4),
    ],
)  # fmt: skip
def test_real_series(open_data: Path, folder: str, expected: list[tuple[str, int, bool, int]]) -> None:
    assert real_sets(open_data / folder) == expected


def test_real_ultrasound_clip(open_data: Path) -> None:
    header = open_object(BytesSource((open_data / "us/us_cine_120f_ybr_jpeg.dcm").read_bytes())).header
    (found,) = display_sets_of([header])
    assert (len(found.frames), found.is_clip, header.frame_time_ms) == (120, True, 33.333)
