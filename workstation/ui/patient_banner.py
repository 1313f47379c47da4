"""The banner of the active case: who, which order, what is special. It stays on top of the report monitor."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workstation.dicom.patient import PatientIdentity, age_at, display_name
from workstation.qtkit.accessible import named
from workstation.reading.case import Case
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.pieces import TOKENS, label, row
from workstation.ui.times import date_text

_SEX = {"M": "male", "F": "female", "O": "other"}


def identity_line(patient: PatientIdentity, now: datetime) -> str:
    """``SYN-0001 · born 14 Mar 1959 · 67 y · female``; what is unknown is left out."""
    born = f"born {date_text(patient.birth_date)}" if patient.birth_date else ""
    parts = (patient.patient_id, born, age_at(patient.birth_date, now.date()), _SEX.get(patient.sex, patient.sex))
    return "  ·  ".join(part for part in parts if part)


class PatientBanner(QFrame):
    """Shows the active case, or says that there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Patient banner")
        self.setProperty("role", "panel")
        self._name = ElidedLabel(name="Patient name")
        self._name.setStyleSheet(f"font-size: {TOKENS.type.room}px; font-weight: 600;")
        self._identity = ElidedLabel(name="Patient identity")
        self._study = ElidedLabel(name="Study of the case")
        self._order = ElidedLabel(name="Accession of the case", role="caption")
        self._notes = label("", "warn", name="Identity notes", wrap=True)
        self._read_only = label("", "warn", name="Read-only reason", wrap=True)
        self._lay_out()
        self.show_case(None, None)

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.s, TOKENS.spacing.l, TOKENS.spacing.s)
        whole.setSpacing(TOKENS.spacing.xs)
        first = QHBoxLayout()
        first.setSpacing(TOKENS.spacing.l)
        for part in (self._name, self._identity):
            first.addWidget(part)
        first.addStretch(1)
        for part in (self._study, self._order):
            first.addWidget(part)
        whole.addLayout(first)
        whole.addLayout(row(self._notes, self._read_only, spacing=TOKENS.spacing.xl))

    def show_case(self, case: Case | None, now: datetime | None) -> None:
        """Show ``case`` with the patient's age at ``now``."""
        self.setVisible(case is not None)
        if case is None or now is None:
            for each in (self._name, self._identity, self._study, self._order, self._notes, self._read_only):
                each.clear()
            return
        self._name.setText(display_name(case.patient.name) or "Name not given")
        self._identity.setText(identity_line(case.patient, now))
        self._study.setText(case.title)
        accessions = [accession for item in case.items for accession in item.accessions]
        self._order.setText(f"Accession {', '.join(accessions)}" if accessions else "No accession number")
        _show(self._notes, "  ".join(case.identity_notes))
        _show(self._read_only, case.read_only_reason and f"Read only. {case.read_only_reason}")


def _show(where: QLabel, text: str) -> None:
    where.setText(text)
    where.setVisible(bool(text))
