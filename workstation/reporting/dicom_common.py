"""What the SR and the encapsulated PDF of a report have in common: patient, study, equipment, people, requests.

Modules of PS3.3: Patient C.7.1.1, General Study C.7.2.1, General Equipment C.7.5.1, SOP Common C.12.1.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from pydicom.config import IGNORE
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

from workstation.reporting.canonical import CanonicalReport, ReportOrder
from workstation.reporting.headings import LOCAL_SCHEME
from workstation.reporting.text import one_line
from workstation.reporting.uids import series_instance_uid, sop_instance_uid

Code = tuple[str, str, str]

MANUFACTURER = "Lightbox"
MODEL = "Lightbox Workstation"
IMPLEMENTATION_CLASS_UID = UID("2.25.186170229341943219483217943026581239377")
_UTF_8 = "ISO_IR 192"  # PS3.3 C.12.1.1.2
_SEXES = {"M", "F", "O"}
_DATE = re.compile(r"[12]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")  # PS3.5 6.2, DA
_TIME = re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?")  # PS3.5 6.2, TM


def document_dataset(
    report: CanonicalReport, *, kind: str, sop_class: str, modality: str, series_number: int
) -> Dataset:
    """A data set with all modules that do not depend on the kind of document."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = _UTF_8
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = sop_instance_uid(report.report_id, report.version, kind)
    dataset.Modality = modality
    dataset.SeriesInstanceUID = series_instance_uid(report.report_id, kind)
    dataset.SeriesNumber = series_number
    dataset.InstanceNumber = report.version
    dataset.InstanceCreationDate, dataset.InstanceCreationTime = moment_of_signing(report)
    dataset.ContentDate, dataset.ContentTime = moment_of_signing(report)
    _put_patient(dataset, report)
    _put_study(dataset, report)
    _put_equipment(dataset, report)
    return dataset


def written(dataset: Dataset) -> bytes:
    """The data set as a DICOM file (PS3.10), Explicit VR Little Endian."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = "LIGHTBOX"
    dataset.file_meta = meta
    buffer = io.BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def moment_of_signing(report: CanonicalReport) -> tuple[str, str]:
    """DA and TM of the signature, on the site's clock."""
    moment = report.signed_moment
    return moment.strftime("%Y%m%d"), moment.strftime("%H%M%S")


def code_item(code: Code) -> Dataset:
    """One item of a code sequence (PS3.3 8.1); values beyond 16 characters become Long Code Values."""
    value, scheme, meaning = (short(part, 64) for part in code)
    item = Dataset()
    if len(value) > 16:
        item.LongCodeValue = value
    else:
        item.CodeValue = value
    item.CodingSchemeDesignator = short(scheme, 16) or LOCAL_SCHEME
    item.CodeMeaning = meaning or value
    return item


def has_code(code: Code) -> bool:
    """Whether a code of an order can be written as one."""
    return bool(code[0].strip() and code[1].strip())


def short(text: str, length: int) -> str:
    """A value for LO, SH, PN and their like: one line, no backslash (it would part two values), at most ``length``."""
    return one_line(text.replace("\\", "/"))[:length].rstrip()


def person_name(name: str) -> str:
    """A PN value (PS3.5 6.2.1): each of at most three groups at most 64 characters."""
    return "=".join(short(group, 64) for group in name.split("=")[:3])


def author_identity(report: CanonicalReport) -> Items:
    """The author's identifier as a code sequence (PS3.3 10.1.1, Person Identification)."""
    author = report.author
    return Items([code_item((author.user_id, LOCAL_SCHEME, author.name.replace("^", " ") or author.user_id))])


def put_as_sent(dataset: Dataset, keyword: str, value: str) -> None:
    """Put a value that has to stay what the site sent, even where it breaks the rules of its value representation.

    A UID with a leading zero or an accession of 20 characters has to come back as it went out, or nothing would match.
    """
    element = DataElement(keyword, dictionary_VR(keyword), one_line(value).replace("\\", "/"), validation_mode=IGNORE)
    dataset.add(element)


def procedure_codes(orders: Sequence[ReportOrder]) -> list[Code]:
    """Each procedure code of the orders once."""
    return list(dict.fromkeys(order.procedure_code for order in orders if has_code(order.procedure_code)))


def _put_patient(dataset: Dataset, report: CanonicalReport) -> None:
    patient = report.patient
    dataset.PatientName = person_name(patient.name)
    put_as_sent(dataset, "PatientID", patient.patient_id)
    if patient.issuer.strip():
        dataset.IssuerOfPatientID = short(patient.issuer, 64)
    dataset.PatientBirthDate = (
        patient.birth_date if len(patient.birth_date) == 8 and patient.birth_date.isdigit() else ""
    )
    dataset.PatientSex = patient.sex.strip().upper() if patient.sex.strip().upper() in _SEXES else ""


def _put_study(dataset: Dataset, report: CanonicalReport) -> None:
    study, order = report.primary_study, primary_order(report)
    put_as_sent(dataset, "StudyInstanceUID", study.study_uid)
    dataset.StudyDate = _matching(_DATE, study.date)
    dataset.StudyTime = _matching(_TIME, study.time)
    dataset.StudyID = short(order.requested_procedure_id, 16)
    put_as_sent(dataset, "AccessionNumber", order.accession)
    dataset.ReferringPhysicianName = person_name(order.referrer)
    if study.description.strip():
        dataset.StudyDescription = short(study.description, 64)


def primary_order(report: CanonicalReport) -> ReportOrder:
    """The order whose study the documents are stored in."""
    return next((each for each in report.orders if each.study_uid == report.primary_study.study_uid), report.orders[0])


def _put_equipment(dataset: Dataset, report: CanonicalReport) -> None:
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MODEL
    dataset.SoftwareVersions = report.schema
    if report.author.organisation.strip():
        dataset.InstitutionName = short(report.author.organisation, 64)


def local_scheme() -> Dataset:
    """What our own coding scheme is (PS3.3 C.12.1.1.5)."""
    item = Dataset()
    item.CodingSchemeDesignator = LOCAL_SCHEME
    item.CodingSchemeName = "Lightbox local codes"
    item.CodingSchemeResponsibleOrganization = MANUFACTURER
    return item


def _matching(pattern: re.Pattern[str], value: str) -> str:
    """The value when it is well formed, else empty: these attributes are of type 2 (PS3.5 7.4.3)."""
    return value.strip() if pattern.fullmatch(value.strip()) else ""
