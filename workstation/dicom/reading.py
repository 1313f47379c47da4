"""From bytes to a data set, and from a data set to an `InstanceHeader`.

Whatever pydicom raises becomes `UnreadableInstance` here; its text names attributes, never values.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from workstation.dicom import pixel_description, values
from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.display_shutter import display_shutter_of
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.frame_details import details_of
from workstation.dicom.frame_times import frame_time_ms_of
from workstation.dicom.functional_groups import with_frame_groups
from workstation.dicom.header import InstanceHeader
from workstation.dicom.mosaic import with_mosaic
from workstation.dicom.nuclear_frames import with_nuclear_frames
from workstation.dicom.overlay_planes import OverlayPlane, overlay_planes_of
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.pet_acquisition import pet_acquisition_of
from workstation.dicom.plane_values import orientation, pair, vector
from workstation.dicom.pydicom_elements import ADVICE, READING_ERRORS
from workstation.dicom.real_world import real_world_maps_of
from workstation.dicom.series_memory import alike_in_series, frozen_of
from workstation.dicom.values import (
    AnyDataset,
    number,
    numbers,
    text,
    texts,
    value,
    whole_number,
)

_MAX_SIDE = 65535
_IDENTIFIERS = {"SOPClassUID": "sop_class", "SeriesInstanceUID": "series_uid", "StudyInstanceUID": "study_uid"}
_MOMENTS = tuple((f"{moment}Date", f"{moment}Time") for moment in ("Acquisition", "Content", "Series", "Study"))
_PROJECTION = frozenset({"CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG"})


def read_header(data: bytes) -> Dataset:
    """Everything up to the pixels.

    Raises
    ------
    UnreadableInstance
        When the bytes are not a DICOM object.
    """
    return _read(data, stop_before_pixels=True)


def read_dataset(data: bytes) -> Dataset:
    """The whole object, pixels as stored.

    Raises
    ------
    UnreadableInstance
        When the bytes are not a DICOM object.
    """
    return _read(data, stop_before_pixels=False)


def transfer_syntax_of(dataset: Dataset) -> str:
    """The transfer syntax in the meta information, or as guessed for an object without one."""
    meta = getattr(dataset, "file_meta", None)
    named = text(meta, "TransferSyntaxUID") if meta is not None else ""
    if named:
        return named
    is_implicit, is_little = dataset.original_encoding
    if is_implicit:
        return str(ImplicitVRLittleEndian)
    return str(ExplicitVRLittleEndian if is_little in {True, None} else ExplicitVRBigEndian)


def header_of(
    dataset: AnyDataset, *, transfer_syntax: str | None = None, require_identifiers: bool = True
) -> InstanceHeader:
    """What the program needs to know of an instance.

    Parameters
    ----------
    transfer_syntax
        UID of the object's; may be left out for a pydicom data set that was read with its meta information.
    require_identifiers
        False for a file that is only to be drawn and never filed: its UIDs may be missing.

    Raises
    ------
    UnreadableInstance
        When an identifier is missing, or an image contradicts itself about its size or bits.
    """
    of_series, faults, missing = _of_series(dataset)
    sop_uid = text(dataset, "SOPInstanceUID")
    if require_identifiers and (missing or not sop_uid):
        unnamed = () if sop_uid else ("SOPInstanceUID",)
        faults = (*(f"{attribute_name(keyword)} is missing" for keyword in (*unnamed, *missing)), *faults)
    if faults:
        raise UnreadableInstance(f"An image cannot be used: {'; '.join(faults)}.", ADVICE)
    syntax = transfer_syntax or (transfer_syntax_of(dataset) if isinstance(dataset, Dataset) else "")
    date, time = _displayed_moment(dataset)
    overlays, faulty_overlays = _overlays(dataset)
    header = frozen_of(
        InstanceHeader,
        of_series,
        sop_uid=sop_uid,
        transfer_syntax=syntax,
        pixel=pixel_description.pixel_description_of(dataset),
        instance_number=whole_number(dataset, "InstanceNumber"),
        position=vector(dataset, "ImagePositionPatient"),
        displayed_date=date,
        displayed_time=time,
        is_lossy=text(dataset, "LossyImageCompression") == "01" or _is_lossy_syntax(syntax),
        lossy_ratio=next(iter(numbers(dataset, "LossyImageCompressionRatio")[-1:]), None),
        exposure_mas=number(dataset, "Exposure"),
        details=details_of(dataset, frames=of_series["frames"]),
        overlays=overlays,
        not_shown=(*of_series["not_shown"], *faulty_overlays),
    )
    return with_frame_groups(with_nuclear_frames(with_mosaic(header, dataset), dataset), dataset)


@alike_in_series
def _of_series(dataset: AnyDataset) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
    """What is mostly the same for all images of a series.

    Returns
    -------
    tuple
        Fields of `InstanceHeader`; what contradicts itself, in words; keywords of the identifiers that are missing.
    """
    rows, columns = whole_number(dataset, "Rows") or 0, whole_number(dataset, "Columns") or 0
    spacing, kind = _spacing(dataset)
    shutter, faulty_shutters = display_shutter_of(dataset)
    fields = {
        "study_uid": text(dataset, "StudyInstanceUID"),
        "series_uid": text(dataset, "SeriesInstanceUID"),
        "sop_class": text(dataset, "SOPClassUID"),
        "modality": text(dataset, "Modality"),
        "patient": patient_of(dataset),
        "series_number": whole_number(dataset, "SeriesNumber"),
        "acquisition_number": whole_number(dataset, "AcquisitionNumber"),
        "rows": rows,
        "columns": columns,
        "frames": (whole_number(dataset, "NumberOfFrames") or 1) if rows and columns else 0,
        "orientation": orientation(dataset),
        "spacing": spacing,
        "spacing_kind": kind,
        "pixel_aspect": _pixel_aspect(dataset, spacing),
        "slice_thickness": number(dataset, "SliceThickness"),
        "gantry_tilt": number(dataset, "GantryDetectorTilt"),
        "frame_of_reference": text(dataset, "FrameOfReferenceUID"),
        "patient_orientation": tuple(each for each in texts(dataset, "PatientOrientation") if each),
        "patient_position": text(dataset, "PatientPosition"),
        "laterality": _laterality(dataset),
        "view_position": _view_position(dataset),
        "image_type": tuple(each.upper() for each in texts(dataset, "ImageType")),
        "presentation_intent": text(dataset, "PresentationIntentType"),
        "body_part": text(dataset, "BodyPartExamined"),
        "body_codes": _body_codes(dataset),
        "protocol_name": text(dataset, "ProtocolName"),
        "series_description": text(dataset, "SeriesDescription"),
        "study_description": text(dataset, "StudyDescription"),
        "study_date": text(dataset, "StudyDate"),
        "study_time": text(dataset, "StudyTime"),
        "study_id": text(dataset, "StudyID"),
        "accession": text(dataset, "AccessionNumber"),
        "institution": text(dataset, "InstitutionName"),
        "manufacturer": text(dataset, "Manufacturer"),
        "model": text(dataset, "ManufacturerModelName"),
        "frame_time_ms": frame_time_ms_of(dataset),
        "contrast_agent": text(dataset, "ContrastBolusAgent"),
        "kvp": number(dataset, "KVP"),
        "lossy_method": next(iter(texts(dataset, "LossyImageCompressionMethod")[-1:]), ""),
        "echo_time_ms": number(dataset, "EchoTime"),
        "repetition_time_ms": number(dataset, "RepetitionTime"),
        "real_world": real_world_maps_of(dataset),
        "pet": pet_acquisition_of(dataset),
        "shutter": shutter,
        "not_shown": faulty_shutters,
    }
    missing = tuple(keyword for keyword, field in _IDENTIFIERS.items() if not fields[field])
    return fields, _faults_of_image(dataset), missing


@alike_in_series
def _overlays(dataset: AnyDataset) -> tuple[tuple[OverlayPlane, ...], tuple[str, ...]]:
    size = (whole_number(dataset, "Rows") or 0, whole_number(dataset, "Columns") or 0)
    return overlay_planes_of(dataset, size)


def patient_of(dataset: AnyDataset) -> PatientIdentity:
    """The patient an object says it belongs to."""
    return PatientIdentity(
        patient_id=text(dataset, "PatientID"),
        issuer=text(dataset, "IssuerOfPatientID"),
        name=text(dataset, "PatientName"),
        birth_date=text(dataset, "PatientBirthDate"),
        sex=text(dataset, "PatientSex"),
    )


def _read(data: bytes, *, stop_before_pixels: bool) -> Dataset:
    try:
        dataset = pydicom.dcmread(BytesIO(data), force=True, stop_before_pixels=stop_before_pixels)
        is_object = "SOPClassUID" in dataset or "SOPInstanceUID" in dataset or "Rows" in dataset
    except READING_ERRORS as error:
        raise UnreadableInstance("A file is damaged or is not a DICOM object.", ADVICE) from error
    if not is_object:
        raise UnreadableInstance("A file is not a DICOM object.", ADVICE)
    return dataset


def _faults_of_image(dataset: AnyDataset) -> tuple[str, ...]:
    if "Rows" not in dataset and "Columns" not in dataset:
        return ()
    sides = [
        f"{attribute_name(keyword)} is not a number from 1 to {_MAX_SIDE}"
        for keyword in ("Rows", "Columns")
        if not 0 < (whole_number(dataset, keyword) or 0) <= _MAX_SIDE
    ]
    return (*sides, *pixel_description.faults_of(dataset))


def _spacing(dataset: AnyDataset) -> tuple[tuple[float, float] | None, str]:
    """Pixel spacing and where it holds (PS3.3 10.7.1.3): uncalibrated and equal to the imager's is the imager's."""
    in_patient = pair(dataset, "PixelSpacing")
    at_imager = pair(dataset, "ImagerPixelSpacing") or pair(dataset, "NominalScannedPixelSpacing")
    if in_patient is None:
        return at_imager, "imager" if at_imager else "none"
    is_calibrated = bool(text(dataset, "PixelSpacingCalibrationType"))
    is_projection = text(dataset, "Modality") in _PROJECTION
    if is_projection and not is_calibrated and at_imager in {None, in_patient}:
        return in_patient, "imager"
    return in_patient, "patient"


def _pixel_aspect(dataset: AnyDataset, spacing: tuple[float, float] | None) -> float:
    if spacing is not None:
        return spacing[0] / spacing[1]
    ratio = pair(dataset, "PixelAspectRatio")
    return ratio[0] / ratio[1] if ratio else 1.0


def _laterality(dataset: AnyDataset) -> str:
    """Frame Laterality before Image Laterality before (series) Laterality (IHE BIR)."""
    for keyword in ("FrameLaterality", "ImageLaterality", "Laterality"):
        if text(dataset, keyword):
            return text(dataset, keyword)
    return ""


def _view_position(dataset: AnyDataset) -> str:
    return text(dataset, "ViewPosition") or values.code(dataset, "ViewCodeSequence")[2]


def _body_codes(dataset: AnyDataset) -> tuple[str, ...]:
    codes = (values.code_of_item(item)[0] for item in values.items(dataset, "AnatomicRegionSequence"))
    return tuple(each for each in codes if each)


def _displayed_moment(dataset: AnyDataset) -> tuple[str, str]:
    both = text(dataset, "AcquisitionDateTime")
    if len(both) >= 12:
        return both[:8], both[8:]
    for date, time in _MOMENTS:
        day = text(dataset, date)
        if day:
            return day, text(dataset, time)
    return "", ""


def _is_lossy_syntax(uid: str) -> bool:
    """JPEG baseline and extended: always lossy. Others that may be lossy say so in the header."""
    return uid in {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"}


def is_pixel_data_present(dataset: AnyDataset) -> bool:
    """Whether the object carries pixel data of any of the three kinds."""
    return any(value(dataset, each) is not None for each in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
