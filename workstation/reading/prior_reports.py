"""Earlier reports of a patient: structured reports as text, encapsulated PDFs as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.catalogue.instances import StoredInstance
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.dicom_object import DicomObject
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.sr_content import pdf_bytes, sr_as_text
from workstation.dicom.values import text
from workstation.reading.order_panel import PriorReport, PriorStudy
from workstation.vault.errors import DamagedObject

OpenObject = Callable[[str], DicomObject]
"""Opens a stored instance by its SOP Instance UID."""


def prior_study(why: str, study: StudyRecord) -> PriorStudy:
    """An earlier study as the order panel lists it."""
    return PriorStudy(study.study_uid, study.study_date, study.description, study.modalities, why)


def prior_reports_of(catalogue: Catalogue, open_object: OpenObject, study: StudyRecord) -> tuple[PriorReport, ...]:
    """Reports that have arrived with an earlier study; an unreadable one is quarantined by name, the rest is shown."""
    return tuple(_reports(catalogue, open_object, study))


def _reports(catalogue: Catalogue, open_object: OpenObject, study: StudyRecord) -> Iterator[PriorReport]:
    for stored in catalogue.instances.received(study.study_uid):
        if stored.ref.modality not in ("SR", "DOC"):
            continue
        try:
            yield _report(open_object, study, stored)
        except UnreadableInstance as error:
            catalogue.instances.mark_quarantined(stored.ref.sop_uid, error.what)
        except (DamagedObject, ObjectNotStored) as error:
            catalogue.instances.mark_failed(stored.ref.sop_uid, error.what)  # fetched again by the next turn


def _report(open_object: OpenObject, study: StudyRecord, stored: StoredInstance) -> PriorReport:
    found = open_object(stored.ref.sop_uid)
    if found.pixel_data is not None:
        found.pixel_data.source.close()
    title = text(found.elements, "DocumentTitle") or text(found.elements, "SeriesDescription") or "Report"
    if stored.ref.modality == "DOC":
        return PriorReport(study.study_uid, study.study_date, title, "", pdf_bytes(found.elements))
    return PriorReport(study.study_uid, study.study_date, title, sr_as_text(found.elements))
