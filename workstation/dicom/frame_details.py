"""`FrameDetails` out of the attributes of an ordinary (not enhanced) object, and out of makers' private ones."""

from __future__ import annotations

from typing import Any

from workstation.dicom.frame_times import trim_of
from workstation.dicom.header import FrameDetails, Vector
from workstation.dicom.plane_values import vector
from workstation.dicom.private_values import private_numbers, private_text
from workstation.dicom.series_memory import alike_in_series, frozen_of
from workstation.dicom.values import AnyDataset, number, text, texts, whole_number

_ANGIOGRAPHY = ("XA", "RF")  # in mammography the same attribute means the angle of the view
_SIEMENS = (0x0019, "SIEMENS MR HEADER")
_PHILIPS = (0x2001, "Philips Imaging DD 001")
_PHILIPS_DIRECTION = (0x2005, "Philips MR Imaging DD 001")
_GE = (0x0043, "GEMS_PARM_01")
_GE_DIRECTION = (0x0019, "GEMS_ACQU_01")
_GE_OFFSET = 1e6  # GE adds 10⁹ to b-values whose table was changed by hand
_PHILIPS_DIRECTIONALITY = {"I": "ISOTROPIC", "O": "NONE"}


def details_of(dataset: AnyDataset, *, frames: int = 1) -> FrameDetails:
    """What the object says of itself outside functional groups.

    Parameters
    ----------
    dataset
        The object, or the item of a legacy converted object that holds what its group has no place for.
    frames
        How many the object has.
    """
    return frozen_of(
        FrameDetails,
        _of_series(dataset),
        acquired=_acquired(dataset),
        acquired_at=text(dataset, "ContentDate") + text(dataset, "ContentTime"),
        trim=trim_of(dataset, frames) if frames > 1 else None,
    )


@alike_in_series
def _of_series(dataset: AnyDataset) -> dict[str, Any]:
    """The fields that are mostly the same for many images of a series."""
    b_value, directionality, direction = diffusion_of(dataset)
    return {
        "temporal_position": whole_number(dataset, "TemporalPositionIdentifier"),
        "echo_number": whole_number(dataset, "EchoNumbers"),
        "inversion_time_ms": number(dataset, "InversionTime"),
        "flip_angle_deg": number(dataset, "FlipAngle"),
        "b_value": b_value,
        "diffusion_directionality": directionality,
        "diffusion_direction": direction,
        "cardiac_delay_ms": _first_number(dataset, "NominalCardiacTriggerDelayTime", "TriggerTime"),
        "cardiac_percent": number(dataset, "NominalPercentageOfCardiacPhase"),
        "component": text(dataset, "ComplexImageComponent").upper(),
        "kernel": "\\".join(texts(dataset, "ConvolutionKernel")),
        "positioner_angles": _angles(dataset),
        "concatenation": _concatenation(dataset),
    }


def diffusion_of(dataset: AnyDataset) -> tuple[float | None, str, Vector | None]:
    """B-value in s/mm², directionality and gradient direction: the standard's attributes, else the maker's."""
    b_value = number(dataset, "DiffusionBValue")
    if b_value is not None:
        return b_value, text(dataset, "DiffusionDirectionality"), vector(dataset, "DiffusionGradientOrientation")
    maker = text(dataset, "Manufacturer").upper() if text(dataset, "Modality") == "MR" else "-"
    for name, read in _MAKERS.items():
        found = read(dataset) if not maker or name in maker else _NO_DIFFUSION
        if found[0] is not None:
            return found
    return _NO_DIFFUSION


def _siemens(dataset: AnyDataset) -> tuple[float | None, str, Vector | None]:
    b_value = _first(private_numbers(dataset, *_SIEMENS, 0x0C))
    direction = _vector(private_numbers(dataset, *_SIEMENS, 0x0E))
    return b_value, private_text(dataset, *_SIEMENS, 0x0D), direction


def _philips(dataset: AnyDataset) -> tuple[float | None, str, Vector | None]:
    b_value = _first(private_numbers(dataset, *_PHILIPS, 0x03))
    letter = private_text(dataset, *_PHILIPS, 0x04)
    parts = [_first(private_numbers(dataset, *_PHILIPS_DIRECTION, each)) for each in (0xB0, 0xB1, 0xB2)]
    direction = _vector([each for each in parts if each is not None])
    return b_value, _PHILIPS_DIRECTIONALITY.get(letter, "DIRECTIONAL" if direction else ""), direction


def _ge(dataset: AnyDataset) -> tuple[float | None, str, Vector | None]:
    b_value = _first(private_numbers(dataset, *_GE, 0x39))
    parts = [_first(private_numbers(dataset, *_GE_DIRECTION, each)) for each in (0xBB, 0xBC, 0xBD)]
    direction = _vector([each for each in parts if each is not None])
    known = b_value % _GE_OFFSET if b_value is not None else None
    return known, "DIRECTIONAL" if direction else "", direction


_NO_DIFFUSION: tuple[float | None, str, Vector | None] = (None, "", None)
_MAKERS = {"SIEMENS": _siemens, "PHILIPS": _philips, "GE": _ge}


def _vector(found: Any) -> Vector | None:
    """Three numbers, not all 0."""
    return (found[0], found[1], found[2]) if len(found) == 3 and any(found) else None


def _first(found: tuple[float, ...]) -> float | None:
    return found[0] if found else None


def _first_number(dataset: AnyDataset, *keywords: str) -> float | None:
    return next((each for each in (number(dataset, word) for word in keywords) if each is not None), None)


def _acquired(dataset: AnyDataset) -> str:
    """As DT: one attribute, or date and time."""
    both = text(dataset, "AcquisitionDateTime")
    if both:
        return both
    date, time = text(dataset, "AcquisitionDate"), text(dataset, "AcquisitionTime")
    return date + time if date and time else ""


def _angles(dataset: AnyDataset) -> tuple[float, float] | None:
    if text(dataset, "Modality") not in _ANGIOGRAPHY:
        return None
    primary, secondary = number(dataset, "PositionerPrimaryAngle"), number(dataset, "PositionerSecondaryAngle")
    return (primary, secondary) if primary is not None and secondary is not None else None


def _concatenation(dataset: AnyDataset) -> tuple[str, int] | None:
    uid, part = text(dataset, "ConcatenationUID"), whole_number(dataset, "InConcatenationNumber")
    return (uid, part) if uid and part is not None else None
