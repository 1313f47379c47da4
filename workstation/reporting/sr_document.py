"""The structured report: TID 2000 Basic Diagnostic Imaging Report (PS3.16) as a verified Enhanced SR (PS3.3 A.35.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import EnhancedSRStorage

from workstation.reporting import sr_content_items as content
from workstation.reporting.canonical import CanonicalReport, ReportOrder, ReportStudy, Section
from workstation.reporting.dicom_common import (
    author_identity,
    code_item,
    document_dataset,
    has_code,
    local_scheme,
    person_name,
    procedure_codes,
    put_as_sent,
    short,
    written,
)
from workstation.reporting.headings import LOCAL_SCHEME, heading_code
from workstation.reporting.uids import series_instance_uid, sop_instance_uid

TITLE = ("18748-4", "LN", "Diagnostic Imaging Report")  # CID 7000
SERIES_NUMBER = 9001
_CONTEXT, _MODIFIER, _CONTAINS = "HAS OBS CONTEXT", "HAS CONCEPT MOD", "CONTAINS"


def render_sr(report: CanonicalReport) -> bytes:
    """Render the report as a DICOM file.

    One document answers all orders: the Referenced Request Sequence names each, the evidence names every image of every
    study. It lies in the study of the first order. Rendering twice gives the same bytes.
    """
    dataset = document_dataset(
        report, kind="SR", sop_class=EnhancedSRStorage, modality="SR", series_number=SERIES_NUMBER
    )
    dataset.SeriesDescription = "Radiology report"
    dataset.ReferencedPerformedProcedureStepSequence = Items([])
    dataset.CodingSchemeIdentificationSequence = Items([local_scheme()])
    _put_status(dataset, report)
    _put_people(dataset, report)
    _put_requests(dataset, report)
    _put_references(dataset, report)
    root = content.container("", TITLE, _children(report))
    root.ContentTemplateSequence = Items([_template("2000")])
    dataset.update(root)
    return written(dataset)


def _put_status(dataset: Dataset, report: CanonicalReport) -> None:
    """SR Document General (PS3.3 C.17.2): complete, verified, final."""
    dataset.CompletionFlag = "COMPLETE"
    dataset.VerificationFlag = "VERIFIED"
    dataset.PreliminaryFlag = "FINAL"
    if report.kind == "addendum":
        dataset.CompletionFlagDescription = "Complete report with addendum"
    if report.kind == "correction":
        dataset.CompletionFlagDescription = "Corrected report"


def _put_people(dataset: Dataset, report: CanonicalReport) -> None:
    verifier = Dataset()
    verifier.VerifyingOrganization = short(report.author.organisation or report.site_name or report.site_id, 64)
    verifier.VerificationDateTime = report.signed_moment.strftime("%Y%m%d%H%M%S%z")
    verifier.VerifyingObserverName = person_name(report.author.name)
    verifier.VerifyingObserverIdentificationCodeSequence = author_identity(report)
    dataset.VerifyingObserverSequence = Items([verifier])
    author = Dataset()
    author.ObserverType = "PSN"
    author.PersonName = person_name(report.author.name)
    author.PersonIdentificationCodeSequence = author_identity(report)
    author.InstitutionName = short(report.author.organisation, 64)
    author.InstitutionCodeSequence = Items([])
    dataset.AuthorObserverSequence = Items([author])


def _put_requests(dataset: Dataset, report: CanonicalReport) -> None:
    dataset.ReferencedRequestSequence = Items([_request(order) for order in report.orders])
    dataset.PerformedProcedureCodeSequence = Items([code_item(code) for code in procedure_codes(report.orders)])


def _request(order: ReportOrder) -> Dataset:
    item = Dataset()
    put_as_sent(item, "StudyInstanceUID", order.study_uid)
    item.ReferencedStudySequence = Items([])
    put_as_sent(item, "AccessionNumber", order.accession)
    if order.issuer.strip():
        issuer = Dataset()
        issuer.LocalNamespaceEntityID = order.issuer.strip()
        item.IssuerOfAccessionNumberSequence = Items([issuer])
    item.PlacerOrderNumberImagingServiceRequest = short(order.placer_order, 64)
    item.FillerOrderNumberImagingServiceRequest = short(order.filler_order, 64)
    item.RequestedProcedureID = short(order.requested_procedure_id, 16)
    item.RequestedProcedureDescription = short(order.procedure, 64)
    has_one = has_code(order.procedure_code)
    item.RequestedProcedureCodeSequence = Items([code_item(order.procedure_code)] if has_one else [])
    return item


def _put_references(dataset: Dataset, report: CanonicalReport) -> None:
    current = [_evidence(study) for study in report.current_studies if _has_instances(study)]
    prior = [_evidence(study) for study in report.prior_studies if _has_instances(study)]
    if current:
        dataset.CurrentRequestedProcedureEvidenceSequence = Items(current)
    if prior:
        dataset.PertinentOtherEvidenceSequence = Items(prior)
    if report.predecessor is not None:
        dataset.PredecessorDocumentsSequence = Items([_predecessor(report, report.predecessor.version)])


def _evidence(study: ReportStudy) -> Dataset:
    """Hierarchical SOP Instance Reference (PS3.3 C.17.2.1)."""
    series = [
        _series_reference(each.series_uid, [(one.sop_class, one.sop_uid) for one in each.instances])
        for each in study.series
        if each.instances
    ]
    return _study_reference(study.study_uid, series)


def _predecessor(report: CanonicalReport, version: int) -> Dataset:
    reference = (EnhancedSRStorage, sop_instance_uid(report.report_id, version, "SR"))
    series = _series_reference(series_instance_uid(report.report_id, "SR"), [reference])
    return _study_reference(report.primary_study.study_uid, [series])


def _study_reference(study_uid: str, series: Sequence[Dataset]) -> Dataset:
    item = Dataset()
    put_as_sent(item, "StudyInstanceUID", study_uid)
    item.ReferencedSeriesSequence = Items(series)
    return item


def _series_reference(series_uid: str, references: Sequence[tuple[str, str]]) -> Dataset:
    item = Dataset()
    put_as_sent(item, "SeriesInstanceUID", series_uid)
    item.ReferencedSOPSequence = Items([_sop_reference(*each) for each in references])
    return item


def _sop_reference(sop_class: str, sop_uid: str) -> Dataset:
    item = Dataset()
    put_as_sent(item, "ReferencedSOPClassUID", sop_class)
    put_as_sent(item, "ReferencedSOPInstanceUID", sop_uid)
    return item


def _has_instances(study: ReportStudy) -> bool:
    return any(series.instances for series in study.series)


def _template(identifier: str) -> Dataset:
    item = Dataset()
    item.MappingResource = "DCMR"
    item.TemplateIdentifier = identifier
    return item


def _children(report: CanonicalReport) -> Iterator[Dataset]:
    """The content tree below the title, in the order of TID 2000."""
    yield content.coded(
        _MODIFIER,
        ("121049", "DCM", "Language of Content Item and Descendants"),
        ("en", "RFC5646", "English"),
    )
    for code in procedure_codes(report.orders):
        yield content.coded(_MODIFIER, ("121058", "DCM", "Procedure reported"), code)
    yield from _observer(report)
    for section in report.sections:
        if section.text.strip():
            yield _section(section)
    yield from _statements(report)


def _observer(report: CanonicalReport) -> Iterator[Dataset]:
    """TID 1002 and 1003: who observed."""
    yield content.coded(_CONTEXT, ("121005", "DCM", "Observer Type"), ("121006", "DCM", "Person"))
    yield content.person(_CONTEXT, ("121008", "DCM", "Person Observer Name"), report.author.name)
    if report.author.organisation.strip():
        concept = ("121009", "DCM", "Person Observer's Organization Name")
        yield content.text(_CONTEXT, concept, report.author.organisation)


def _section(section: Section) -> Dataset:
    codes = heading_code(section.id, section.heading)
    return content.container(_CONTAINS, codes.heading, [content.text(_CONTAINS, codes.element, section.text.strip())])


def _statements(report: CanonicalReport) -> Iterator[Dataset]:
    """What was acknowledged at signing, so that who reads the report alone knows it too."""
    if not report.acknowledgements:
        return
    concept = ("ACKNOWLEDGEMENT", LOCAL_SCHEME, "Acknowledged at signing")
    items = [content.text(_CONTAINS, concept, each.text) for each in report.acknowledgements]
    yield content.container(_CONTAINS, ("SIGNING-NOTES", LOCAL_SCHEME, "Notes made at signing"), items)
