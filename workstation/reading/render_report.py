"""Rendering a frozen report once into everything that leaves the house; the outbox sends these very bytes."""

from __future__ import annotations

import json

from workstation.catalogue.outbox_store import NewDelivery
from workstation.dicom.workitem import WorkItem
from workstation.reading.case import Case
from workstation.reporting.canonical import CanonicalReport
from workstation.reporting.oru_message import render_oru
from workstation.reporting.pdf_document import encapsulate_pdf, render_pdf
from workstation.reporting.sr_document import render_sr
from workstation.reporting.uids import message_control_id, series_instance_uid, sop_instance_uid
from workstation.site.profile import SiteProfile
from workstation.sync.ups_attributes import OutputReference, Performer, final_attributes
from workstation.vault.reader_key import ReaderKey

_SR_CLASS = "1.2.840.10008.5.1.4.1.1.88.22"  # Enhanced SR Storage
_PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"  # Encapsulated PDF Storage


def deliveries_of(
    report: CanonicalReport, case: Case, profile: SiteProfile, reader_key: ReaderKey
) -> tuple[NewDelivery, ...]:
    """SR, PDF, one ORU message, and the completion of every work item of the case."""
    pdf = render_pdf(report, reader_key.private_key, reader_key.certificate_chain)
    accession = report.orders[0].accession
    message_id = message_control_id(report.report_id, report.version)
    oru = render_oru(
        report,
        receiving_application=profile.report.receiving_application,
        receiving_facility=profile.report.receiving_facility,
        message_id=message_id,
    )
    common = (
        ("SR", _uid(report, "SR"), "application/dicom", render_sr(report)),
        ("PDF", _uid(report, "PDF"), "application/dicom", encapsulate_pdf(pdf, report)),
        ("ORU", message_id, "application/hl7-v2", oru),
    )
    documents = tuple(
        NewDelivery(report.report_id, report.version, kind, target, content_type, accession, payload)  # type: ignore[arg-type]
        for kind, target, content_type, payload in common
    )
    return documents + tuple(_completion(report, item, case) for item in case.items)


def _completion(report: CanonicalReport, item: WorkItem, case: Case) -> NewDelivery:
    author = report.author
    attributes = final_attributes(
        Performer(author.user_id, author.name, author.organisation),
        station="LIGHTBOX",
        started=case.opened_at,
        ended=report.signed_moment,
        outputs=[
            OutputReference(
                report.primary_study.study_uid,
                series_instance_uid(report.report_id, kind),
                sop_class,
                _uid(report, kind),
            )
            for kind, sop_class in (("SR", _SR_CLASS), ("PDF", _PDF_CLASS))
        ],
        procedure_code=item.orders[0].procedure_code if item.orders else ("", "", ""),
    )
    return NewDelivery(
        report_id=report.report_id,
        version=report.version,
        kind="UPS",
        target_uid=item.uid,
        content_type="application/dicom+json",
        accession=item.accessions[0] if item.accessions else "",
        payload=json.dumps(attributes, sort_keys=True).encode(),
    )


def _uid(report: CanonicalReport, kind: str) -> str:
    return sop_instance_uid(report.report_id, report.version, kind)
