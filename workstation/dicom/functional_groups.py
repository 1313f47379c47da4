"""What the frames of one object say of themselves: the functional groups of enhanced objects (PS3.3 C.7.6.16).

`GROUPS` names the groups that are understood, and the function that reads each (Real World Value Mapping stands beside
them). A group is read in the same way whether it is shared by all frames or stands in one frame's item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pydicom.datadict import tag_for_keyword

from workstation.dicom.display_shutter import display_shutter_of
from workstation.dicom.elements import Elements
from workstation.dicom.frame_details import details_of
from workstation.dicom.frame_table import FrameTable
from workstation.dicom.header import FrameDetails, InstanceHeader
from workstation.dicom.pixel_description import voi_luts_of, windows_of
from workstation.dicom.plane_values import orientation, pair, vector
from workstation.dicom.real_world import real_world_maps_of
from workstation.dicom.values import (
    AnyDataset,
    code_of_item,
    first_item,
    items,
    number,
    numbers,
    text,
    texts,
    whole_number,
)

SHARED, PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"


@dataclass
class Facts:
    """What groups say, by field of `InstanceHeader`, of its `FrameDetails` and of its `PixelDescription`."""

    header: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    pixel: dict[str, Any] = field(default_factory=dict)

    def upon(self, header: InstanceHeader) -> InstanceHeader:
        """``header`` with these facts in the place of its own."""
        changed = dict(self.header)
        if self.details:
            changed["details"] = replace(header.details, **self.details)
        if self.pixel:
            changed["pixel"] = replace(header.pixel, **self.pixel)
        return replace(header, **changed) if changed else header


def with_frame_groups(header: InstanceHeader, dataset: AnyDataset) -> InstanceHeader:
    """``header`` as the shared groups and those of the first frame complete it, ready to be asked for other frames.

    Parameters
    ----------
    header
        What the object says outside functional groups.
    """
    if SHARED not in dataset and PER_FRAME not in dataset:
        return header
    base = facts_of(first_item(dataset, SHARED), header).upon(header)
    frames = items(dataset, PER_FRAME)
    if not frames:
        return base
    table = FrameTable(base, partial(_frame_headers, base, frames)) if header.frames > 1 else None
    return replace(facts_of(frames[0], base).upon(base), per_frame=table)


def _frame_headers(base: InstanceHeader, frames: Sequence[AnyDataset]) -> list[InstanceHeader]:
    return [facts_of(item, base).upon(base) for item in frames]


def facts_of(item: AnyDataset, header: InstanceHeader) -> Facts:
    """What the groups of one item say.

    Parameters
    ----------
    header
        What holds where they say nothing.
    """
    facts = Facts()
    tags = item if isinstance(item, Elements) else item.keys()
    present = [keyword for tag in tags if (keyword := _KEYWORDS.get(int(tag)))]
    for keyword in sorted(present, key=_IN_ORDER.__getitem__):
        found = items(item, keyword)
        if found:
            GROUPS[keyword](found, facts, header)
    if "RealWorldValueMappingSequence" in item:
        facts.header["real_world"] = real_world_maps_of(item)
    return facts


# --- the groups

Found = Sequence[AnyDataset]


def _plane_position(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.header["position"] = vector(found[0], "ImagePositionPatient")


def _plane_orientation(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.header["orientation"] = orientation(found[0])


def _volume_position(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.details["volume_position"] = vector(found[0], "ImagePositionVolume")


def _volume_orientation(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.details["volume_orientation"] = orientation(found[0], "ImageOrientationVolume")


def _pixel_measures(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    spacing = pair(found[0], "PixelSpacing")
    if spacing is not None:
        facts.header |= {"spacing": spacing, "spacing_kind": "patient", "pixel_aspect": spacing[0] / spacing[1]}
    _number(found[0], facts.header, slice_thickness="SliceThickness")


def _shutter(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.header["shutter"] = display_shutter_of(found[0])[0]


def _frame_pixel_data(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    """Of X-ray angiography: the spacing holds at the detector (PS3.3 C.8.19.6.4)."""
    spacing = pair(found[0], "ImagerPixelSpacing")
    if spacing is not None:
        facts.header |= {"spacing": spacing, "spacing_kind": "imager", "pixel_aspect": spacing[0] / spacing[1]}
    _frame_type(found, facts, _header)


def _frame_type(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    kinds = tuple(each.upper() for each in texts(found[0], "FrameType"))
    if kinds:
        facts.header["image_type"] = kinds
    _text(found[0], facts.details, component="ComplexImageComponent")


def _frame_voi(found: Found, facts: Facts, header: InstanceHeader) -> None:
    intercept = facts.pixel.get("rescale_intercept", header.pixel.rescale_intercept)
    is_signed = header.pixel.modality_lut is None and (header.pixel.is_signed or intercept < 0)
    facts.pixel |= {"windows": windows_of(found[0]), "voi_luts": voi_luts_of(found[0], is_signed=is_signed)}


def _pixel_values(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    slope = number(found[0], "RescaleSlope")
    facts.pixel |= {
        "rescale_slope": slope if slope else 1.0,
        "rescale_intercept": number(found[0], "RescaleIntercept") or 0.0,
        "rescale_type": text(found[0], "RescaleType"),
    }


def _frame_content(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    item = found[0]
    _text(item, facts.details, stack_id="StackID", comments="FrameComments", acquired="FrameAcquisitionDateTime")
    _text(item, facts.details, acquired_at="FrameReferenceDateTime")
    _whole(item, facts.details, in_stack_position="InStackPositionNumber", temporal_position="TemporalPositionIndex")
    facts.details["dimension_values"] = tuple(int(each) for each in numbers(item, "DimensionIndexValues"))
    _whole(item, facts.header, acquisition_number="FrameAcquisitionNumber")
    _number(item, facts.details, cardiac_percent="NominalPercentageOfCardiacPhase")
    moment = facts.details.get("acquired", "")
    if len(moment) >= 12:
        facts.header |= {"displayed_date": moment[:8], "displayed_time": moment[8:]}


def _frame_anatomy(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _text(found[0], facts.header, laterality="FrameLaterality")
    codes = tuple(code_of_item(each)[0] for each in items(found[0], "AnatomicRegionSequence"))
    if any(codes):
        facts.header["body_codes"] = tuple(each for each in codes if each)


def _mr_echo(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.header, echo_time_ms="EffectiveEchoTime")


def _mr_timing(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.header, repetition_time_ms="RepetitionTime")
    _number(found[0], facts.details, flip_angle_deg="FlipAngle")


def _mr_modifier(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.details, inversion_time_ms="InversionTimes")


def _mr_diffusion(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    gradient = first_item(found[0], "DiffusionGradientDirectionSequence")
    _number(found[0], facts.details, b_value="DiffusionBValue")
    _text(found[0], facts.details, diffusion_directionality="DiffusionDirectionality")
    facts.details["diffusion_direction"] = vector(gradient, "DiffusionGradientOrientation")


def _mr_velocity(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    ends = (number(found[0], "VelocityEncodingMinimumValue"), number(found[0], "VelocityEncodingMaximumValue"))
    if ends[0] is not None and ends[1] is not None:
        facts.details["velocity_limits"] = ends


def _ct_exposure(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.header, exposure_mas="ExposureInmAs")


def _ct_x_ray(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.header, kvp="KVP")


def _ct_acquisition(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.header, gantry_tilt="GantryDetectorTilt")


def _ct_reconstruction(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    facts.details["kernel"] = "\\".join(texts(found[0], "ConvolutionKernel"))


def _contrast_usage(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _text(found[0], facts.details, contrast_phase="ContrastBolusAgentPhase")


def _multi_energy(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.details, energy_kev="MonoenergeticEnergyEquivalent")


def _cardiac(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.details, cardiac_delay_ms="ActualCardiacTriggerDelayTime")
    _number(found[0], facts.details, cardiac_delay_ms="NominalCardiacTriggerDelayTime")
    _number(found[0], facts.details, cardiac_percent="NominalPercentageOfCardiacPhase")


def _temporal_position(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    _number(found[0], facts.details, time_offset_ms="TemporalPositionTimeOffset")


def _positioner(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    angles = (number(found[0], "PositionerPrimaryAngle"), number(found[0], "PositionerSecondaryAngle"))
    if angles[0] is not None and angles[1] is not None:
        facts.details["positioner_angles"] = angles


def _unassigned(found: Found, facts: Facts, _header: InstanceHeader) -> None:
    """What a legacy converted object keeps that no group has a place for (PS3.3 C.7.6.16.2.25)."""
    own, plain = details_of(found[0]), FrameDetails()
    named = {name: getattr(own, name) for name in FrameDetails.__dataclass_fields__}
    facts.details |= {name: value for name, value in named.items() if value != getattr(plain, name)}
    _number(found[0], facts.header, echo_time_ms="EchoTime", repetition_time_ms="RepetitionTime", kvp="KVP")
    _number(found[0], facts.header, exposure_mas="Exposure", gantry_tilt="GantryDetectorTilt")
    _whole(found[0], facts.header, acquisition_number="AcquisitionNumber")
    if text(found[0], "ContrastBolusAgent"):
        facts.header["contrast_agent"] = text(found[0], "ContrastBolusAgent")


def _number(item: AnyDataset, into: dict[str, Any], **keywords: str) -> None:
    into |= {name: found for name, each in keywords.items() if (found := number(item, each)) is not None}


def _whole(item: AnyDataset, into: dict[str, Any], **keywords: str) -> None:
    into |= {name: found for name, each in keywords.items() if (found := whole_number(item, each)) is not None}


def _text(item: AnyDataset, into: dict[str, Any], **keywords: str) -> None:
    into |= {name: found for name, each in keywords.items() if (found := text(item, each))}


GROUPS: Mapping[str, Callable[[Found, Facts, InstanceHeader], None]] = {
    "PixelValueTransformationSequence": _pixel_values,  # before the windows: their tables' sign depends on it
    "FrameVOILUTSequence": _frame_voi,
    "PlanePositionSequence": _plane_position,
    "PlaneOrientationSequence": _plane_orientation,
    "PlanePositionVolumeSequence": _volume_position,
    "PlaneOrientationVolumeSequence": _volume_orientation,
    "PixelMeasuresSequence": _pixel_measures,
    "FrameContentSequence": _frame_content,
    "FrameAnatomySequence": _frame_anatomy,
    "CTImageFrameTypeSequence": _frame_type,
    "MRImageFrameTypeSequence": _frame_type,
    "PETFrameTypeSequence": _frame_type,
    "XRay3DFrameTypeSequence": _frame_type,
    "USImageDescriptionSequence": _frame_type,
    "ParametricMapFrameTypeSequence": _frame_type,
    "FramePixelDataPropertiesSequence": _frame_pixel_data,
    "FrameDisplayShutterSequence": _shutter,
    "MREchoSequence": _mr_echo,
    "MRTimingAndRelatedParametersSequence": _mr_timing,
    "MRModifierSequence": _mr_modifier,
    "MRDiffusionSequence": _mr_diffusion,
    "MRVelocityEncodingSequence": _mr_velocity,
    "CTExposureSequence": _ct_exposure,
    "CTXRayDetailsSequence": _ct_x_ray,
    "CTAcquisitionDetailsSequence": _ct_acquisition,
    "CTReconstructionSequence": _ct_reconstruction,
    "ContrastBolusUsageSequence": _contrast_usage,
    "MultienergyCTCharacteristicsSequence": _multi_energy,
    "CardiacSynchronizationSequence": _cardiac,
    "TemporalPositionSequence": _temporal_position,
    "PositionerPositionSequence": _positioner,
    "UnassignedSharedConvertedAttributesSequence": _unassigned,
    "UnassignedPerFrameConvertedAttributesSequence": _unassigned,
}
_IN_ORDER = {keyword: number for number, keyword in enumerate(GROUPS)}
_KEYWORDS = {int(tag_for_keyword(keyword) or 0): keyword for keyword in GROUPS}
