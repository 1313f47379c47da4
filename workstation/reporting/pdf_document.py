"""The report as a signed PDF letter, and that PDF as a DICOM object (Encapsulated PDF, PS3.3 A.45.1)."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import EncapsulatedPDFStorage

from workstation.reporting.canonical import CanonicalReport, ReportOrder
from workstation.reporting.dicom_common import code_item, document_dataset, has_code, put_as_sent, short, written
from workstation.reporting.letter import letter_of
from workstation.reporting.pdf_glyphs import shipped_glyphs
from workstation.reporting.pdf_letter import draw_letter
from workstation.reporting.pdf_signature import sign_pdf
from workstation.reporting.sr_document import TITLE

SERIES_NUMBER = 9002


def render_pdf(
    report: CanonicalReport,
    private_key: ec.EllipticCurvePrivateKey,
    chain: Sequence[x509.Certificate],
    *,
    paper: str = "A4",
) -> bytes:
    """Render the report as a letter and sign it (PAdES).

    Parameters
    ----------
    chain
        The signer's certificate first, then those above it.
    paper
        ``"A4"`` or ``"Letter"``.

    Notes
    -----
    The bytes differ from call to call (the signature does); render once and keep them. A character that the shipped
    typeface lacks is printed as a box, and a notice on the first page says so.
    """
    pdf = draw_letter(letter_of(report, shipped_glyphs()), paper=paper, created=report.signed_moment)
    location = report.author.organisation or report.site_name
    return sign_pdf(pdf, private_key, chain, reason="Final diagnostic imaging report", location=location)


def encapsulate_pdf(pdf: bytes, report: CanonicalReport) -> bytes:
    """Put the signed PDF into a DICOM file; every order stands in the Request Attributes Sequence."""
    dataset = document_dataset(
        report, kind="PDF", sop_class=EncapsulatedPDFStorage, modality="DOC", series_number=SERIES_NUMBER
    )
    dataset.SeriesDescription = "Radiology report (PDF)"
    dataset.ConversionType = "WSD"
    dataset.RequestAttributesSequence = Items([_request_attributes(order) for order in report.orders])
    dataset.AcquisitionDateTime = ""
    dataset.BurnedInAnnotation = "YES"
    dataset.RecognizableVisualFeatures = "NO"
    dataset.VerificationFlag = "VERIFIED"
    dataset.DocumentTitle = "Diagnostic imaging report"
    dataset.ConceptNameCodeSequence = Items([code_item(TITLE)])
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(pdf)  # before the pad byte that makes the value even
    dataset.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    return written(dataset)


def _request_attributes(order: ReportOrder) -> Dataset:
    """Request Attributes macro (PS3.3 table 10-9)."""
    item = Dataset()
    put_as_sent(item, "AccessionNumber", order.accession)
    put_as_sent(item, "StudyInstanceUID", order.study_uid)
    item.RequestedProcedureID = short(order.requested_procedure_id, 16) or "1"
    item.RequestedProcedureDescription = short(order.procedure, 64)
    if has_code(order.procedure_code):
        item.RequestedProcedureCodeSequence = Items([code_item(order.procedure_code)])
    return item
