"""From bytes to a data set, and from a data set to an `InstanceHeader`.

Whatever pydicom raises becomes `UnreadableInstance` here; its text names attributes, never values.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO

import pydicom
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from workstation.dicom import pixel_description, values
from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader, Vector
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.values import UNREADABLE_VALUE, first_item, number, numbers, text, texts, value, whole_number

# Malformed values are dealt with by us, one by one; pydicom's own warnings quote them.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", module=r"pydicom\b")

_ADVICE = "Ask the site to send the image again."
_READING_ERRORS = (
    *UNREADABLE_VALUE,
    InvalidDicomError,
    BytesLengthException,
    EOFError,
    OSError,
    RecursionError,
    MemoryError,
    struct.error,
    zlib.error,
)
_MAX_SIDE = 65535
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


def header_of(dataset: Dataset, *, require_identifiers: bool = True) -> InstanceHeader:
    """What the program needs to know of an instance.

    Parameters
    ----------
    require_identifiers
        False for a file that is only to be drawn and never filed: its UIDs may be missing.

    Raises
    ------
    UnreadableInstance
        When an identifier is missing, or an image contradicts itself about its size or bits.
    """
    faults = _faults(dataset, require_identifiers=require_identifiers)
    if faults:
        raise UnreadableInstance(f"An image cannot be used: {'; '.join(faults)}.", _ADVICE)
    view = _with_shared_groups(dataset)
    rows, columns = whole_number(dataset, "Rows") or 0, whole_number(dataset, "Columns") or 0
    spacing, kind = _spacing(view)
    date, time = _displayed_moment(dataset)
    return InstanceHeader(
        study_uid=text(dataset, "StudyInstanceUID"),
        series_uid=text(dataset, "SeriesInstanceUID"),
        sop_uid=text(dataset, "SOPInstanceUID"),
        sop_class=text(dataset, "SOPClassUID"),
        transfer_syntax=transfer_syntax_of(dataset),
        modality=text(dataset, "Modality"),
        patient=patient_of(dataset),
        pixel=pixel_description.pixel_description_of(view),
        series_number=whole_number(dataset, "SeriesNumber"),
        instance_number=whole_number(dataset, "InstanceNumber"),
        acquisition_number=whole_number(dataset, "AcquisitionNumber"),
        rows=rows,
        columns=columns,
        frames=(whole_number(dataset, "NumberOfFrames") or 1) if rows and columns else 0,
        position=_vector(view, "ImagePositionPatient"),
        orientation=_orientation(view),
        spacing=spacing,
        spacing_kind=kind,
        pixel_aspect=_pixel_aspect(view, spacing),
        slice_thickness=number(view, "SliceThickness"),
        gantry_tilt=number(dataset, "GantryDetectorTilt"),
        frame_of_reference=text(dataset, "FrameOfReferenceUID"),
        patient_orientation=tuple(each for each in texts(dataset, "PatientOrientation") if each),
        patient_position=text(dataset, "PatientPosition"),
        laterality=_laterality(view),
        view_position=_view_position(dataset),
        image_type=tuple(each.upper() for each in texts(dataset, "ImageType")),
        presentation_intent=text(dataset, "PresentationIntentType"),
        body_part=text(dataset, "BodyPartExamined"),
        body_codes=_body_codes(view),
        protocol_name=text(dataset, "ProtocolName"),
        series_description=text(dataset, "SeriesDescription"),
        study_description=text(dataset, "StudyDescription"),
        study_date=text(dataset, "StudyDate"),
        study_time=text(dataset, "StudyTime"),
        study_id=text(dataset, "StudyID"),
        displayed_date=date,
        displayed_time=time,
        accession=text(dataset, "AccessionNumber"),
        institution=text(dataset, "InstitutionName"),
        manufacturer=text(dataset, "Manufacturer"),
        model=text(dataset, "ManufacturerModelName"),
        is_lossy=text(dataset, "LossyImageCompression") == "01" or _is_lossy_syntax(transfer_syntax_of(dataset)),
        lossy_ratio=next(iter(numbers(dataset, "LossyImageCompressionRatio")[-1:]), None),
        lossy_method=next(iter(texts(dataset, "LossyImageCompressionMethod")[-1:]), ""),
        frame_time_ms=_frame_time(dataset),
        contrast_agent=text(dataset, "ContrastBolusAgent"),
        kvp=number(dataset, "KVP"),
        exposure_mas=number(dataset, "Exposure"),
        repetition_time_ms=number(dataset, "RepetitionTime"),
        echo_time_ms=number(dataset, "EchoTime"),
    )


def patient_of(dataset: Dataset) -> PatientIdentity:
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
    except _READING_ERRORS as error:
        raise UnreadableInstance("A file is damaged or is not a DICOM object.", _ADVICE) from error
    if not is_object:
        raise UnreadableInstance("A file is not a DICOM object.", _ADVICE)
    return dataset


def _faults(dataset: Dataset, *, require_identifiers: bool) -> list[str]:
    faults = [
        f"{attribute_name(keyword)} is missing"
        for keyword in ("SOPInstanceUID", "SOPClassUID", "SeriesInstanceUID", "StudyInstanceUID")
        if require_identifiers and not text(dataset, keyword)
    ]
    if "Rows" in dataset or "Columns" in dataset:
        faults += [
            f"{attribute_name(keyword)} is not a number from 1 to {_MAX_SIDE}"
            for keyword in ("Rows", "Columns")
            if not 0 < (whole_number(dataset, keyword) or 0) <= _MAX_SIDE
        ]
        faults += pixel_description.faults_of(dataset)
    return faults


def _with_shared_groups(dataset: Dataset) -> Dataset:
    """The data set with what an enhanced object keeps in its shared groups, and in those of frame 1, at the top."""
    if "SharedFunctionalGroupsSequence" not in dataset and "PerFrameFunctionalGroupsSequence" not in dataset:
        return dataset
    flat = Dataset()
    for keyword in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        for group in first_item(dataset, keyword):
            if group.VR == "SQ" and group.value:
                flat.update(group.value[0])
    flat.update(dataset)
    return flat


def _vector(dataset: Dataset, keyword: str) -> Vector | None:
    found = numbers(dataset, keyword)
    return (found[0], found[1], found[2]) if len(found) == 3 else None


def _orientation(dataset: Dataset) -> tuple[float, float, float, float, float, float] | None:
    found = numbers(dataset, "ImageOrientationPatient")
    if len(found) != 6:
        return None
    a, b, c, d, e, f = found
    has_unit_length = all(abs(length - 1) < 0.01 for length in (a * a + b * b + c * c, d * d + e * e + f * f))
    is_right_angled = abs(a * d + b * e + c * f) < 0.01
    return (a, b, c, d, e, f) if has_unit_length and is_right_angled else None


def _spacing(dataset: Dataset) -> tuple[tuple[float, float] | None, str]:
    """Pixel spacing and where it holds (PS3.3 10.7.1.3): uncalibrated and equal to the imager's is the imager's."""
    in_patient = _pair(dataset, "PixelSpacing")
    at_imager = _pair(dataset, "ImagerPixelSpacing") or _pair(dataset, "NominalScannedPixelSpacing")
    if in_patient is None:
        return at_imager, "imager" if at_imager else "none"
    is_calibrated = bool(text(dataset, "PixelSpacingCalibrationType"))
    is_projection = text(dataset, "Modality") in _PROJECTION
    if is_projection and not is_calibrated and at_imager in {None, in_patient}:
        return in_patient, "imager"
    return in_patient, "patient"


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    found = numbers(dataset, keyword)
    return (found[0], found[1]) if len(found) == 2 and min(found) > 0 else None


def _pixel_aspect(dataset: Dataset, spacing: tuple[float, float] | None) -> float:
    if spacing is not None:
        return spacing[0] / spacing[1]
    ratio = _pair(dataset, "PixelAspectRatio")
    return ratio[0] / ratio[1] if ratio else 1.0


def _laterality(dataset: Dataset) -> str:
    """Frame Laterality before Image Laterality before (series) Laterality (IHE BIR)."""
    for keyword in ("FrameLaterality", "ImageLaterality", "Laterality"):
        if text(dataset, keyword):
            return text(dataset, keyword)
    return ""


def _view_position(dataset: Dataset) -> str:
    return text(dataset, "ViewPosition") or values.code(dataset, "ViewCodeSequence")[2]


def _body_codes(dataset: Dataset) -> tuple[str, ...]:
    codes = (values.code_of_item(item)[0] for item in values.items(dataset, "AnatomicRegionSequence"))
    return tuple(each for each in codes if each)


def _displayed_moment(dataset: Dataset) -> tuple[str, str]:
    both = text(dataset, "AcquisitionDateTime")
    if len(both) >= 12:
        return both[:8], both[8:]
    for moment in ("Acquisition", "Content", "Series", "Study"):
        if text(dataset, f"{moment}Date"):
            return text(dataset, f"{moment}Date"), text(dataset, f"{moment}Time")
    return "", ""


def _frame_time(dataset: Dataset) -> float | None:
    """Frame Time, else the mean of Frame Time Vector, else from a rate (PS3.3 C.7.6.5)."""
    vector = numbers(dataset, "FrameTimeVector")[1:]
    candidates = [number(dataset, "FrameTime"), sum(vector) / len(vector) if vector else None]
    rates = (number(dataset, "CineRate"), number(dataset, "RecommendedDisplayFrameRate"))
    candidates += [1000 / rate if rate else None for rate in rates]
    return next((each for each in candidates if each is not None and each > 0), None)


def _is_lossy_syntax(uid: str) -> bool:
    """JPEG baseline and extended: always lossy. Others that may be lossy say so in the header."""
    return uid in {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81"}


def is_pixel_data_present(dataset: Dataset) -> bool:
    """Whether the object carries pixel data of any of the three kinds."""
    return any(value(dataset, each) is not None for each in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
