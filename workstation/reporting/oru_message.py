"""The report as an HL7 v2.5.1 message ORU^R01 (chapter 7, section 7.3.1)."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from workstation.reporting.canonical import CanonicalReport, ReportOrder, ReportStudy, Section
from workstation.reporting.emphasis import stripped
from workstation.reporting.headings import LOCAL_SCHEME, heading_code
from workstation.reporting.hl7_text import components, escape, highlighted, message, person, segment, timestamp
from workstation.reporting.text import one_line
from workstation.reporting.uids import message_control_id, sop_instance_uid

SENDING_APPLICATION = "LIGHTBOX"
_SEXES = {"M", "F", "O"}


def render_oru(
    report: CanonicalReport,
    order: int | None = None,
    *,
    sending_application: str = SENDING_APPLICATION,
    sending_facility: str = "",
    receiving_application: str = "RIS",
    receiving_facility: str = "SITE",
    message_id: str = "",
    pdf: bytes | None = None,
) -> bytes:
    """Render the report as one message: one PID, then one OBR with its OBX for each accession.

    Parameters
    ----------
    order
        Index of the only order to report; None reports all of them in one message.
    message_id
        MSH-10, at most 20 characters. Follows from report, version and order when it is empty.
    pdf
        The signed PDF to put in as an OBX of type ED; None leaves it out (its SOP Instance UID stands there anyway).

    Returns
    -------
    bytes
        UTF-8, segments ended by CR, without MLLP framing. The same arguments give the same bytes.
    """
    chosen = report.orders if order is None else (report.orders[order],)
    control_id = message_id or message_control_id(report.report_id, report.version, "" if order is None else str(order))
    header = {
        1: "^~\\&",
        2: escape(sending_application),
        3: escape(sending_facility or report.site_id),
        4: escape(receiving_application),
        5: escape(receiving_facility),
        6: timestamp(report.signed_moment),
        8: "ORU^R01^ORU_R01",
        9: escape(control_id),
        10: "P",
        11: "2.5.1",
        17: "UNICODE UTF-8",
    }
    # MSH-15 and MSH-16 stay empty: original mode, in which the answer says AA, AE or AR (2.9.2).
    segments = [segment("MSH", header), _pid(report)]
    for number, each in enumerate(chosen, start=1):
        segments.append(_obr(report, each, number))
        segments += _observations(report, each, pdf)
    return message(segments)


def _pid(report: CanonicalReport) -> str:
    patient = report.patient
    sex = patient.sex.strip().upper()
    return segment(
        "PID",
        {
            1: "1",
            3: components(one_line(patient.patient_id), "", "", one_line(patient.issuer), "MR"),
            5: components(*(one_line(part) for part in person(patient.name)), "", "L"),
            7: _digits(patient.birth_date, 8),
            8: sex if sex in _SEXES else "U",
        },
    )


def _obr(report: CanonicalReport, order: ReportOrder, number: int) -> str:
    study = _study_of(report, order)
    signed = timestamp(report.signed_moment)
    author = report.author
    return segment(
        "OBR",
        {
            1: str(number),
            2: escape(one_line(order.placer_order)),
            3: escape(one_line(order.filler_order or order.accession)),
            4: _procedure(order),
            7: _digits(study.date, 8) + (_digits(study.time, 6) if _digits(study.date, 8) else ""),
            16: components("", *(one_line(part) for part in person(order.referrer))),
            18: escape(one_line(order.accession)),
            22: signed,
            24: "RAD",
            25: "F" if report.version == 1 else "C",
            31: components("", one_line(order.indication)) if order.indication.strip() else "",
            32: "&".join(escape(one_line(part)) for part in (author.user_id, *person(author.name)[:3])).rstrip("&"),
        },
    )


def _observations(report: CanonicalReport, order: ReportOrder, pdf: bytes | None) -> Iterator[str]:
    """OBX segments of one order: the text, the notes made at signing, the identifiers, the PDF."""
    status = "F" if report.version == 1 else "C"
    moment = timestamp(report.signed_moment)
    rows = [*_text_rows(report), *_identifier_rows(report, order), *_pdf_rows(pdf)]
    for number, (kind, identifier, value) in enumerate(rows, start=1):
        yield segment("OBX", {1: str(number), 2: kind, 3: identifier, 5: value, 11: status, 14: moment})


def _text_rows(report: CanonicalReport) -> Iterator[tuple[str, str, str]]:
    for section in report.sections:
        if section.text.strip():
            value, scheme, _ = heading_code(section.id, section.heading).heading
            yield "FT", components(value, section.heading, scheme), _highlighted(section)
    for note in report.acknowledgements:
        identifier = components("SIGNING-NOTES", "Note made at signing", LOCAL_SCHEME)
        yield "FT", identifier, escape(note.text.strip())


def _highlighted(section: Section) -> str:
    return highlighted(section.text.strip(), stripped(section.text, section.emphasis))


def _identifier_rows(report: CanonicalReport, order: ReportOrder) -> Iterator[tuple[str, str, str]]:
    """Where the images and the DICOM forms of this report are: UIDs as strings, which every receiver can keep."""
    study_uid = _study_of(report, order).study_uid
    yield "ST", components("110180", "Study Instance UID", "DCM"), escape(one_line(study_uid))
    for kind, meaning in (("SR", "SR SOP Instance UID"), ("PDF", "PDF SOP Instance UID")):
        uid = sop_instance_uid(report.report_id, report.version, kind)
        yield "ST", components(f"{kind}-UID", meaning, LOCAL_SCHEME), uid


def _pdf_rows(pdf: bytes | None) -> Iterator[tuple[str, str, str]]:
    if pdf is not None:
        content = base64.b64encode(pdf).decode("ascii")
        yield "ED", components("PDF", "Signed report", LOCAL_SCHEME), components("", "AP", "PDF", "Base64", content)


def _procedure(order: ReportOrder) -> str:
    """OBR-4: the procedure's code, else its words (CE: identifier, text, coding system)."""
    value, scheme, meaning = (one_line(part) for part in order.procedure_code)
    words = one_line(order.procedure) or meaning
    if value and scheme:
        return components(value, words, scheme)
    return components(one_line(order.requested_procedure_id), words or "Imaging procedure", LOCAL_SCHEME)


def _digits(value: str, length: int) -> str:
    """A DA or TM value as HL7 writes it; empty when it is not well formed. Fractions of a second are left out."""
    digits = value.strip().split(".")[0]
    is_formed = digits.isascii() and digits.isdigit() and (len(digits) == length or (length == 6 and len(digits) == 4))
    return digits if is_formed else ""


def _study_of(report: CanonicalReport, order: ReportOrder) -> ReportStudy:
    current = report.current_studies
    return next((study for study in current if study.study_uid == order.study_uid), report.primary_study)
