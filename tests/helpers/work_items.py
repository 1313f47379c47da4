"""Builders of work items, studies' counts and templates: a worklist of synthetic people as a demo site has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workstation.dicom.patient import PatientIdentity
from workstation.dicom.workitem import AiFlag, InputReference, Order, WorkItem
from workstation.reporting.template import Template, TemplateField

NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


def a_patient(name: str = "SYNTHETIC^Ada", **changes: Any) -> PatientIdentity:
    """A made-up patient."""
    values: dict[str, Any] = {"patient_id": "SYN-0001", "issuer": "DEMO", "birth_date": "19590314", "sex": "F"}
    return PatientIdentity(name=name, **{**values, **changes})


def an_item(number: int = 1, *, due_in: timedelta | None = timedelta(hours=3), **changes: Any) -> WorkItem:
    """Item ``number``: a routine head CT, unless told otherwise."""
    study = f"1.2.826.0.1.3680043.10.999.{number}"
    procedure = changes.pop("procedure", "CT head without contrast")
    indication = changes.pop("indication", "Headache after a fall, on anticoagulants.")
    values: dict[str, Any] = {
        "uid": f"2.25.{1000 + number}",
        "state": "SCHEDULED",
        "priority": "MEDIUM",
        "label": procedure,
        "worklist_label": "Reading",
        "patient": a_patient(patient_id=f"SYN-{number:04d}"),
        "orders": (
            Order(
                accession=f"A{20260000 + number}",
                study_uid=study,
                requested_procedure_id=f"RP{number}",
                procedure=procedure,
                indication=indication,
                referrer="Referrer^Robin^^Dr.",
                referrer_phone="+1 555 0100",
            ),
        ),
        "study_uids": (study,),
        "inputs": (InputReference(study),),
        "due": None if due_in is None else NOW + due_in,
        "assignment_reason": "Neuroradiology, first reader on the evening rota.",
        "facility": "Northside Hospital",
        "modality": "CT",
        "body_region": "HEAD",
    }
    return WorkItem(**{**values, **changes})


def an_ai_flag(finding: str = "Intracranial haemorrhage", confidence: float | None = 0.93) -> AiFlag:
    """A finding of a made-up algorithm."""
    return AiFlag(finding=finding, algorithm="HeadScan", version="2.4", confidence=confidence)


def a_template() -> Template:
    """A template like the shipped one for head CT."""
    fields = (
        TemplateField(
            id="technique", heading="Technique", default="Axial CT of the head without contrast.", required=True
        ),
        TemplateField(id="comparison", heading="Comparison", default="", required=False),
        TemplateField(id="findings", heading="Findings", default="", required=True),
        TemplateField(id="impression", heading="Impression", default="", required=True),
    )
    return Template(id="ct-head", title="CT head", modalities=("CT",), body_regions=("HEAD",), fields=fields)
