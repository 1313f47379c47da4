"""The line at the top of every diagnostic window: whose images these are, and how they came to hang this way."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from workstation.dicom.patient import PatientIdentity, age_at, display_name
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.times import date_text

HEIGHT = 24
_STUDY_KEEPS = 360  # the study keeps this much of its width; the protocol's name gives way first
_SEX = {"M": "male", "F": "female", "O": "other sex"}


@dataclass(frozen=True)
class BannerContent:
    """What the banner says. ``display_tone`` is a role of the style sheet: ok, warn, fail or caption."""

    patient: str = field(default="", repr=False)
    facts: str = field(default="", repr=False)
    study: str = field(default="", repr=False)
    identity_note: str = field(default="", repr=False)
    protocol: str = ""
    display: str = ""
    display_tone: str = "caption"
    state: str = ""


def patient_facts(patient: PatientIdentity, study_date: str) -> str:
    """Patient ID, birth date with age at the study, sex: what identifies beside the name."""
    age = age_at(patient.birth_date, study_date) if study_date else ""
    born = date_text(patient.birth_date) or "birth date unknown"
    sex = _SEX.get(patient.sex, "sex unknown")
    return "  ·  ".join(part for part in (patient.patient_id, f"{born} ({age})" if age else born, sex) if part)


def patient_name(patient: PatientIdentity) -> str:
    """The patient's name as people write it."""
    return display_name(patient.name) or "Name unknown"


class DiagnosticBanner(QFrame):
    """Identity left, study and date in the middle, protocol with its "why" and display state right."""

    why_asked = Signal()

    def __init__(self, screen_title: str, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self.setFixedHeight(tokens.px(HEIGHT))
        self.setProperty("role", "panel")
        self._patient = named(QLabel(self), f"Patient, {screen_title}")
        self._facts = named(QLabel(self), f"Patient facts, {screen_title}")
        self._note = named(QLabel(self), f"Identity note, {screen_title}")
        self._state = named(QLabel(self), f"Case state, {screen_title}")
        self._study = named(ElidedLabel(fills=True, parent=self), f"Study, {screen_title}")
        self._protocol = named(ElidedLabel(fills=True, parent=self), f"Hanging protocol, {screen_title}")
        self._why = named(QPushButton("why", self), f"Why this layout, {screen_title}")
        self._display = named(QLabel(self), f"Display state, {screen_title}")
        self._dress()
        self._lay_out()
        self._why.clicked.connect(self.why_asked)

    def show_content(self, content: BannerContent) -> None:
        """Say ``content``."""
        self._patient.setText(content.patient)
        self._facts.setText(content.facts)
        self._note.setText(content.identity_note)
        self._state.setText(content.state)
        self._study.setText(content.study)
        self._keep_study_wide()
        self._protocol.setText(content.protocol)
        self._why.setVisible(bool(content.protocol))
        self._display.setText(content.display)
        self._display.setProperty("role", content.display_tone)
        self._display.style().polish(self._display)
        for label in (self._note, self._state):
            label.setVisible(bool(label.text()))
        for label in (self._patient, self._facts, self._note, self._state, self._display):
            label.setAccessibleDescription(label.text())  # its name says where it stands, this what it says
        line = self._tokens.status.warn if content.state else self._tokens.surface.panel
        self.setStyleSheet(f"DiagnosticBanner {{ border-bottom: {self._tokens.px(2)}px solid {line}; }}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the study gives way too."""
        super().resizeEvent(event)
        self._keep_study_wide()

    def _keep_study_wide(self) -> None:
        wide = self._study.fontMetrics().horizontalAdvance(self._study.text()) + 2
        self._study.setMinimumWidth(min(wide, self._tokens.px(_STUDY_KEEPS), self.width() // 4))

    def _dress(self) -> None:
        text = self._tokens.text
        self._patient.setStyleSheet(f"font-weight: 600; color: {text.primary};")
        self._protocol.setStyleSheet(f"color: {text.secondary};")
        for label in (self._patient, self._facts, self._study, self._protocol, self._note, self._state, self._display):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._note, self._state):
            label.setProperty("role", "warn")
            label.hide()
        self._why.setProperty("role", "link")
        self._why.setToolTip("Why these images hang in this way")
        self._why.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._why.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        spacing = self._tokens.spacing
        row.setContentsMargins(spacing.s, 0, spacing.s, 0)
        row.setSpacing(spacing.m)
        self._study.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._study.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for label in (self._patient, self._facts, self._note, self._state):
            row.addWidget(label)
        row.addWidget(self._study, 1)
        row.addWidget(self._protocol)
        row.addWidget(self._why)
        row.addWidget(self._display)
