"""Which meter is used, and what its certificate says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from calibration.photometer.meter_book import MeterFacts, certificate_warning
from calibration.photometer.opening import parse_description
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.typed_number import plain_number
from calibration.ui.pieces import button, label, row
from workstation.foundation.errors import BadInput
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens


@dataclass(frozen=True)
class _Kind:
    """One kind of meter to choose from; ``asks`` is what must be told of it, empty for nothing."""

    kind: str
    title: str
    asks: str = ""
    example: str = ""


KINDS = (
    _Kind("spotread", "Colorimeter (found by itself)"),
    _Kind("minolta", "Konica Minolta LS or CS on a serial port", "Port", "/dev/ttyUSB0"),
    _Kind("manual", "Any meter: I type what it says"),
    _Kind("csv", "Readings from a file", "File", "readings.csv"),
)


class MeterPanel(QWidget):
    """Choose a meter, tell its port, keep its certificate. The meter is tried before the check begins."""

    changed = Signal()
    try_asked = Signal()
    certificate_told = Signal(object)
    """`MeterFacts` to be written into the meter book."""

    def __init__(self, tokens: Tokens, today: Callable[[], date]) -> None:
        super().__init__()
        named(self, "Meter")
        self._tokens, self._today = tokens, today
        self._identity: MeterIdentity | None = None
        self._kind = named(QComboBox(), "Kind of meter")
        for each in KINDS:
            self._kind.addItem(each.title, each.kind)
        self._argument = named(QLineEdit(), "Port or file of the meter")
        self._asks = label("", "secondary")
        self._try = button("Find the meter", "Find the meter", self.try_asked.emit, key="Alt+F")
        self._try.setShortcut("Alt+F")
        self._found = label("", name="Meter found", wrap=True)
        self._certificate = label("", "warn", name="Certificate of the meter", wrap=True)
        self._trouble = label("", "fail", name="Trouble with the meter", wrap=True)
        self._tell = button("Certificate …", "Tell the certificate of the meter", self._open_form, role="link")
        self._form = _CertificateForm(tokens)
        self._lay_out()
        self._connect()
        self._kind_changed()

    @property
    def description(self) -> str:
        """The meter as `open_meter` takes it."""
        kind, argument = str(self._kind.currentData()), self._argument.text().strip()
        return f"{kind}:{argument}" if argument and kind != "manual" else kind

    @property
    def is_found(self) -> bool:
        """Whether the meter that is chosen has answered."""
        return self._identity is not None

    def choose(self, description: str) -> None:
        """Show a meter that was used before; one that is not known any more is left alone."""
        try:
            parts = parse_description(description)
        except BadInput:
            return
        self._kind.setCurrentIndex(max(0, self._kind.findData(parts.kind)))
        self._argument.setText(parts.argument)

    def show_found(self, identity: MeterIdentity) -> None:
        """The meter has answered."""
        self._identity = identity
        name = " ".join(part for part in (identity.model or identity.kind, identity.serial) if part)
        ambient = "sees room light too" if identity.includes_ambient else "shuts room light out"
        self._found.setText(f"Ready: {name}; {ambient}.")
        self._found.show()
        self._trouble.hide()
        warning = certificate_warning(identity, self._today())
        self._certificate.setText(warning or f"Certificate valid until {identity.certificate_due}.")
        self._certificate.setProperty("role", "warn" if warning else "secondary")
        self._certificate.style().unpolish(self._certificate)
        self._certificate.style().polish(self._certificate)
        self._certificate.show()
        self._tell.show()
        self.changed.emit()

    def show_trouble(self, text: str) -> None:
        """The meter has not answered, and why."""
        self._identity = None
        self._trouble.setText(text)
        self._trouble.show()
        for part in (self._found, self._certificate, self._tell, self._form):
            part.hide()
        self.changed.emit()

    def show_busy(self) -> None:
        """The meter is being looked for."""
        self._found.setText("Looking for the meter …")
        self._found.show()
        self._trouble.hide()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self._tokens.spacing.s)
        layout.addLayout(row(self._kind, 1))
        layout.addLayout(row(self._asks, self._argument, self._try, 1))
        for told in (self._found, self._certificate, self._trouble):
            layout.addWidget(told)
        layout.addLayout(row(self._tell, 1))
        layout.addWidget(self._form)
        for part in (self._found, self._certificate, self._trouble, self._tell, self._form):
            part.hide()
        self._argument.setMinimumWidth(self._tokens.px(170))

    def _connect(self) -> None:
        self._kind.currentIndexChanged.connect(lambda _: self._kind_changed())
        self._argument.textEdited.connect(lambda _: self._forget())
        self._form.told.connect(self._certificate_given)

    def _kind_changed(self) -> None:
        kind = KINDS[max(0, self._kind.currentIndex())]
        self._asks.setText(kind.asks)
        self._argument.setPlaceholderText(kind.example)
        for part in (self._asks, self._argument):
            part.setVisible(bool(kind.asks))
        if not kind.asks:
            self._argument.clear()
        self._forget()

    def _forget(self) -> None:
        self._identity = None
        for part in (self._found, self._certificate, self._trouble, self._tell, self._form):
            part.hide()
        self.changed.emit()

    def _open_form(self) -> None:
        if self._identity is not None:
            self._form.show_for(self._identity)
            self._form.show()

    def _certificate_given(self, facts: MeterFacts) -> None:
        self._form.hide()
        self.certificate_told.emit(facts)


class _CertificateForm(QWidget):
    """The four facts of a certificate."""

    told = Signal(object)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._kind = "manual"
        self._serial = named(QLineEdit(), "Serial number of the meter")
        self._due = named(QLineEdit(), "Certificate valid until")
        self._due.setPlaceholderText("2027-01-31")
        self._factor = named(QLineEdit(), "Correction factor")
        self._uncertainty = named(QLineEdit(), "Uncertainty on the certificate, per cent")
        self._trouble = label("", "fail", name="Trouble with the certificate", wrap=True)
        self._keep = button("Keep", "Keep the certificate", self._give)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(tokens.spacing.s)
        fields = (
            ("Serial number", self._serial),
            ("Valid until (year-month-day)", self._due),
            ("Correction factor", self._factor),
            ("Uncertainty, % (k = 2)", self._uncertainty),
        )
        for line, (text, field) in enumerate(fields):
            grid.addWidget(label(text, "secondary"), line, 0)
            grid.addWidget(field, line, 1)
        grid.addWidget(self._trouble, len(fields), 0, 1, 2)
        grid.addLayout(row(self._keep, 1), len(fields) + 1, 1)
        self._trouble.hide()

    def show_for(self, identity: MeterIdentity) -> None:
        """Fill in what is known."""
        self._kind = identity.kind
        self._serial.setText(identity.serial)
        self._due.setText("" if identity.certificate_due is None else identity.certificate_due.isoformat())
        self._factor.setText(f"{identity.correction_factor:g}")
        self._uncertainty.setText(f"{100 * identity.certificate_uncertainty:g}")

    def _give(self) -> None:
        try:
            facts = self._facts()
        except BadInput as error:
            self._trouble.setText(str(error))
            self._trouble.show()
            return
        self._trouble.hide()
        self.told.emit(facts)

    def _facts(self) -> MeterFacts:
        due = self._due.text().strip()
        try:
            day = date.fromisoformat(due) if due else None
        except ValueError as error:
            raise BadInput(f"“{due}” is no date.", "Write it as 2027-01-31.") from error
        factor, per_cent = plain_number(self._factor.text()), plain_number(self._uncertainty.text())
        return MeterFacts(self._kind, self._serial.text().strip(), "", day, factor, per_cent / 100)
