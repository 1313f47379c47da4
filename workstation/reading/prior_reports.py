"""Earlier reports of a patient: structured reports as text, encapsulated PDFs as they are."""

from __future__ import annotations

from collections.abc import Iterator

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.catalogue.instances import StoredInstance
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.reading import read_dataset
from workstation.dicom.sr_content import pdf_bytes, sr_as_text
from workstation.reading.order_panel import PriorReport, PriorStudy
from workstation.vault.errors import DamagedObject


def prior_study(why: str, study: StudyRecord) -> PriorStudy:
    """An earlier study as the order panel lists it."""
    return PriorStudy(study.study_uid, study.study_date, study.description, study.modalities, why)


def prior_reports_of(catalogue: Catalogue, study: StudyRecord) -> tuple[PriorReport, ...]:
    """Reports that have arrived with an earlier study; an unreadable one is quarantined by name, the rest is shown."""
    return tuple(_reports(catalogue, study))


def _reports(catalogue: Catalogue, study: StudyRecord) -> Iterator[PriorReport]:
    for stored in catalogue.instances.received(study.study_uid):
        if stored.ref.modality not in ("SR", "DOC"):
            continue
        try:
            yield _report(catalogue, study, stored)
        except UnreadableInstance as error:
            catalogue.instances.mark_quarantined(stored.ref.sop_uid, error.what)
        except (DamagedObject, ObjectNotStored) as error:
            catalogue.instances.mark_failed(stored.ref.sop_uid, error.what)  # fetched again by the next turn


def _report(catalogue: Catalogue, study: StudyRecord, stored: StoredInstance) -> PriorReport:
    dataset = read_dataset(catalogue.objects.read(stored.ref.sop_uid))
    title = str(dataset.get("DocumentTitle", "") or dataset.get("SeriesDescription", "") or "Report")
    if stored.ref.modality == "DOC":
        return PriorReport(study.study_uid, study.study_date, title, "", pdf_bytes(dataset))
    return PriorReport(study.study_uid, study.study_date, title, sr_as_text(dataset))
