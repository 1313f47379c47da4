from __future__ import annotations

import pickle
import tracemalloc
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from tests.helpers.enhanced_objects import AXIAL, ENHANCED_MR, enhanced_object, frame, measures
from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicom_object import open_object
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of
from workstation.dicom.voi import Window
from workstation.foundation.byte_source import BytesSource


def read_both_ways(dataset: Any) -> InstanceHeader:
    """The header from our own walker; it must be what pydicom's data set gives, for every frame."""
    ours, theirs = open_object(BytesSource(as_bytes(dataset))).header, header_of(dataset)
    for index in range(ours.frames):
        assert ours.of_frame(index) == theirs.of_frame(index)
    return ours


def test_each_frame_has_its_own_place_shared_ones_stay() -> None:
    frames = [frame(2.0 * n, StackID="1", InStackPositionNumber=n + 1) for n in range(4)]
    header = read_both_ways(enhanced_object(frames))
    assert header.position == (0.0, 0.0, 0.0)
    third = header.of_frame(2)
    assert (third.position, third.orientation, third.spacing) == ((0.0, 0.0, 4.0), AXIAL, (0.5, 0.5))
    assert (third.slice_thickness, third.spacing_kind) == (2.0, "patient")
    assert (third.details.stack_id, third.details.in_stack_position) == ("1", 3)
    assert third.of_frame(2) == third


# One row: the group of the second frame, and what must hold there.
GROUPS: list[tuple[str, dict[str, Any], str, Any]] = [
    ("FrameVOILUTSequence", {"WindowCenter": 40, "WindowWidth": 80}, "pixel.windows", (Window(40, 80),)),
    ("PixelValueTransformationSequence", {"RescaleIntercept": -5, "RescaleSlope": 2, "RescaleType": "HU"},
     "pixel.rescale_slope", 2.0),
    ("PixelMeasuresSequence", {"PixelSpacing": [3.0, 1.5], "SliceThickness": 7}, "pixel_aspect", 2.0),
    ("PixelMeasuresSequence", {"PixelSpacing": [0.0, 0.0], "SliceThickness": 7}, "spacing", (0.5, 0.5)),
    ("PlaneOrientationSequence", {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}, "orientation", (0, 1, 0, 0, 0, -1)),
    ("PlaneOrientationSequence", {"ImageOrientationPatient": [1, 1, 0, 0, 0, -1]}, "orientation", None),
    ("MREchoSequence", {"EffectiveEchoTime": 90.0}, "echo_time_ms", 90.0),
    ("MRTimingAndRelatedParametersSequence", {"RepetitionTime": 500, "FlipAngle": 15}, "details.flip_angle_deg", 15.0),
    ("MRModifierSequence", {"InversionTimes": [200.0]}, "details.inversion_time_ms", 200.0),
    ("MRDiffusionSequence", {"DiffusionBValue": 1000.0, "DiffusionDirectionality": "ISOTROPIC"},
     "details.b_value", 1000.0),
    ("MRDiffusionSequence", {"DiffusionBValue": 1.0, "DiffusionGradientDirectionSequence":
     {"DiffusionGradientOrientation": [0.0, 1.0, 0.0]}}, "details.diffusion_direction", (0.0, 1.0, 0.0)),
    ("MRVelocityEncodingSequence", {"VelocityEncodingMinimumValue": -150.0, "VelocityEncodingMaximumValue": 150.0},
     "details.velocity_limits", (-150.0, 150.0)),
    ("MRImageFrameTypeSequence", {"FrameType": ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"],
     "ComplexImageComponent": "PHASE"}, "details.component", "PHASE"),
    ("CTImageFrameTypeSequence", {"FrameType": ["DERIVED", "PRIMARY", "MIP", "NONE"]}, "image_type",
     ("DERIVED", "PRIMARY", "MIP", "NONE")),
    ("CTExposureSequence", {"ExposureInmAs": 120.0}, "exposure_mas", 120.0),
    ("CTXRayDetailsSequence", {"KVP": 80.0}, "kvp", 80.0),
    ("CTReconstructionSequence", {"ConvolutionKernel": "B30f"}, "details.kernel", "B30f"),
    ("ContrastBolusUsageSequence", {"ContrastBolusAgentPhase": "ARTERIAL"}, "details.contrast_phase", "ARTERIAL"),
    ("MultienergyCTCharacteristicsSequence", {"MonoenergeticEnergyEquivalent": 40.0}, "details.energy_kev", 40.0),
    ("CardiacSynchronizationSequence", {"NominalCardiacTriggerDelayTime": 320.0}, "details.cardiac_delay_ms", 320.0),
    ("PositionerPositionSequence", {"PositionerPrimaryAngle": -30.0, "PositionerSecondaryAngle": 20.0},
     "details.positioner_angles", (-30.0, 20.0)),
    ("FramePixelDataPropertiesSequence", {"ImagerPixelSpacing": [0.2, 0.2]}, "spacing_kind", "imager"),
    ("FrameAnatomySequence", {"FrameLaterality": "L"}, "laterality", "L"),
    ("TemporalPositionSequence", {"TemporalPositionTimeOffset": 40.0}, "details.time_offset_ms", 40.0),
    ("PlanePositionVolumeSequence", {"ImagePositionVolume": [1.0, 2.0, 3.0]},
     "details.volume_position", (1.0, 2.0, 3.0)),
    ("UnassignedPerFrameConvertedAttributesSequence", {"TriggerTime": 17, "EchoTime": 5},
     "details.cardiac_delay_ms", 17.0),
    ("UnassignedPerFrameConvertedAttributesSequence", {"TriggerTime": 17, "EchoTime": 5}, "echo_time_ms", 5.0),
]  # fmt: skip


@pytest.mark.parametrize(("group", "attributes", "path", "expected"), GROUPS)
def test_a_group_is_read_where_it_stands(group: str, attributes: dict[str, Any], path: str, expected: Any) -> None:
    """In the second frame alone it holds for the second alone; shared, for both."""
    plain = read_both_ways(enhanced_object([frame(0.0), frame(2.0)]))
    own = read_both_ways(enhanced_object([frame(0.0), {**frame(2.0), group: attributes}]))
    shared = read_both_ways(enhanced_object([frame(0.0), frame(2.0)], shared={**measures(), group: attributes}))
    assert _at(own.of_frame(1), path) == expected
    assert _at(own.of_frame(0), path) == _at(plain, path)
    if attributes.get("PixelSpacing") != [0.0, 0.0]:
        assert [_at(shared.of_frame(n), path) for n in (0, 1)] == [expected, expected]


def _at(header: InstanceHeader, path: str) -> Any:
    found: Any = header
    for name in path.split("."):
        found = getattr(found, name)
    return found


def test_real_world_maps_follow_the_frame() -> None:
    unit = {"CodeValue": "mm2/s", "CodingSchemeDesignator": "UCUM", "CodeMeaning": "mm2/s"}

    def mapped(slope: float) -> dict[str, Any]:
        return {
            "RealWorldValueFirstValueMapped": 0,
            "RealWorldValueLastValueMapped": 4095,
            "RealWorldValueSlope": slope,
            "RealWorldValueIntercept": 0.0,
            "MeasurementUnitsCodeSequence": unit,
        }

    frames = [{**frame(2.0 * n), "RealWorldValueMappingSequence": mapped(n + 1.0)} for n in range(3)]
    header = read_both_ways(enhanced_object(frames, modality="MR", sop_class=ENHANCED_MR))
    assert [header.of_frame(n).real_world[0].slope for n in range(3)] == [1.0, 2.0, 3.0]


def test_a_frame_without_an_item_has_no_place_of_another() -> None:
    dataset = enhanced_object([frame(1.0), frame(2.0), frame(3.0)])
    del dataset.PerFrameFunctionalGroupsSequence[2]
    header = read_both_ways(dataset)
    assert header.of_frame(1).position == (0.0, 0.0, 2.0)
    assert header.of_frame(2).position is None
    assert header.of_frame(2).spacing == (0.5, 0.5)


def test_an_ordinary_clip_is_its_own_header() -> None:
    header = header_of(image_object(np.zeros((5, 4, 4), np.uint8), modality="US"))
    assert header.of_frame(3) is header


def test_a_header_travels_between_processes() -> None:
    header = read_both_ways(enhanced_object([frame(1.0), frame(2.0)]))
    assert pickle.loads(pickle.dumps(header)).of_frame(1).position == (0.0, 0.0, 2.0)  # noqa: S301 - our own


def test_a_changed_header_keeps_its_change_in_every_frame() -> None:
    header = replace(header_of(enhanced_object([frame(1.0), frame(2.0)])), series_number=77)
    assert header.of_frame(1).series_number == 77


def test_many_frames_open_quickly_and_stay_small() -> None:
    """Walker, header, all frames: some 0.25 ms and 3 kB a frame; the limits leave room for a busy machine."""
    frames = [
        {
            **frame(0.5 * n, StackID="1", InStackPositionNumber=n + 1, FrameAcquisitionDateTime="20240101120000.5"),
            "FrameVOILUTSequence": {"WindowCenter": 40 + n % 7, "WindowWidth": 400},
        }
        for n in range(600)
    ]
    data = as_bytes(enhanced_object(frames, side=2))
    begin = perf_counter()
    header = open_object(BytesSource(data)).header
    opened = perf_counter()
    assert header.of_frame(599).position == (0.0, 0.0, 299.5)
    read = perf_counter()
    assert (opened - begin, read - opened) < (1.0, 1.5)
    tracemalloc.start()
    again = open_object(BytesSource(data)).header
    assert again.of_frame(1).position == (0.0, 0.0, 0.5)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 3e6


def test_real_enhanced_objects(open_data: Path) -> None:
    def frames_of(name: str) -> InstanceHeader:
        return open_object(BytesSource((open_data / "enhanced" / name).read_bytes())).header

    knee = frames_of("MOVEKNEE_enhanced_mr_19f.dcm")
    assert [knee.of_frame(n).details.temporal_position for n in (0, 9, 18)] == [1, 10, 19]
    assert knee.of_frame(1).pixel.windows[0] == Window(1519, 2808)
    assert knee.of_frame(1).displayed_time == "121300"
    ct = frames_of("eCT_Supplemental.dcm")
    assert [ct.of_frame(n).position for n in (0, 1)] == [(99.5, -301.5, -159.0), (99.5, -301.5, -149.0)]
    assert ct.of_frame(1).real_world[0].label == "RCBF"
    fmri = frames_of("siemens_xa30_2090640678703211.dcm")
    assert fmri.of_frame(3).position == (-116.344, -111.379, -2.53549)
    assert (fmri.of_frame(3).echo_time_ms, fmri.of_frame(3).details.in_stack_position) == (30.0, 4)
