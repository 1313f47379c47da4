"""The order panel: what one item is about. Indication first, then what is dangerous to overlook, then the rest."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from workstation.dicom.patient import display_name
from workstation.dicom.workitem import AiFlag, Order, WorkItem
from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.reading.order_panel import OrderPanel, PriorReport, PriorStudy
from workstation.ui.patient_banner import identity_line
from workstation.ui.pieces import TOKENS, clear, column, frame, label, put_in
from workstation.ui.prior_report_view import prior_report_view
from workstation.ui.times import date_text

_NOTHING = ("no known allergies", "no known drug allergies", "nkda", "nka", "none", "none known", "no alerts")


class OrderPanelWidget(QScrollArea):
    """Shows an `OrderPanel`, or that it is being looked up, or why it cannot be shown.

    Parameters
    ----------
    shows_patient
        Whether the patient heads the panel; beside a banner that says it already, it need not.
    """

    def __init__(self, parent: QWidget | None = None, *, shows_patient: bool = True) -> None:
        super().__init__(parent)
        named(self, "Order panel")
        self._shows_patient = shows_patient
        self._panel: OrderPanel | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._page = QVBoxLayout(inside)
        margin = TOKENS.spacing.m
        self._page.setContentsMargins(margin, margin, margin, margin)
        self._page.setSpacing(TOKENS.spacing.l)
        put_in(self, inside)
        self.say("Choose an item to see its order.")

    def say(self, text: str, role: str = "caption") -> None:
        """Show a sentence in place of an order."""
        self._panel = None
        clear(self._page)
        self._page.addWidget(label(text, role, name="Order panel state", wrap=True))
        self._page.addStretch(1)

    def show_panel(self, panel: OrderPanel, now: datetime) -> None:
        """Show an order with the patient's age at ``now``; one that is shown already stays as the reader left it."""
        if panel == self._panel:
            return
        self._panel = panel
        clear(self._page)
        item = panel.item
        for part in (
            *(self._patient(item, now) if self._shows_patient else ()),
            _indication(item, panel.linked),
            *_warnings(item),
            _text("History", item.history),
            _text("Technologist's notes", item.technologist_notes),
            _text("Why it is here", item.assignment_reason),
            _ai(item.ai),
            _earlier(panel.prior_studies, panel.prior_reports),
            _orders(item, panel.linked),
        ):
            if part is not None:
                self._page.addWidget(part)
        self._page.addStretch(1)
        self.verticalScrollBar().setValue(0)

    def _patient(self, item: WorkItem, now: datetime) -> tuple[QWidget, ...]:
        name = label(display_name(item.patient.name), "title", name="Order patient", wrap=True)
        name.setStyleSheet("font-weight: 600;")
        return (_together(name, label(identity_line(item.patient, now), "caption", wrap=True)),)


def _together(*parts: QWidget, name: str = "") -> QFrame:
    made = QFrame()
    if name:
        named(made, name)
    made.setLayout(column(*parts, spacing=TOKENS.spacing.xs))
    return made


def _section(heading: str, *parts: QWidget) -> QFrame:
    return _together(label(heading, "caption"), *parts, name=heading)


def _selectable(text: str, name: str, role: str = "") -> QLabel:
    made = label(text, role, name=name, wrap=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def _text(heading: str, text: str) -> QWidget | None:
    return _section(heading, _selectable(text, f"{heading} text")) if text.strip() else None


def _indication(item: WorkItem, linked: tuple[WorkItem, ...]) -> QWidget:
    items = (item, *linked)
    texts = dict.fromkeys(order.indication for each in items for order in each.orders if order.indication)
    text = "\n".join(texts) or "The order gives no indication."
    made = _selectable(text, "Indication text", "title" if texts else "caption")
    return _section("Indication", made)


def _warnings(item: WorkItem) -> tuple[QWidget, ...]:
    found = [f"Allergy: {text}" for text in item.allergies] + [f"Alert: {text}" for text in item.alerts]
    if not found:
        return ()
    roles = ["" if _is_none(text) else "warn" for text in (*item.allergies, *item.alerts)]
    box = frame("raised")
    named(box, "Allergies and alerts")
    lines = [_selectable(text, text, role) for text, role in zip(found, roles, strict=True)]
    inside = column(*lines, spacing=TOKENS.spacing.xs)
    inside.setContentsMargins(TOKENS.spacing.m, TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s)
    box.setLayout(inside)
    return (box,)


def _is_none(text: str) -> bool:
    """Whether a text says that there is nothing to warn of."""
    return text.strip().casefold().rstrip(".") in _NOTHING


def _ai(flag: AiFlag | None) -> QWidget | None:
    if flag is None:
        return None
    finding = label(f"AI: {flag.finding}", name="AI finding", wrap=True)
    finding.setStyleSheet(f"color: {TOKENS.status.ai};")
    who = " ".join(part for part in (flag.algorithm or "Algorithm not named", flag.version) if part)
    sure = "no confidence given" if flag.confidence is None else f"confidence {flag.confidence * 100:.0f} %"
    return _section("AI triage, not verified", finding, label(f"{who}, {sure}", "caption", wrap=True))


def _earlier(studies: tuple[PriorStudy, ...], reports: tuple[PriorReport, ...]) -> QWidget | None:
    if not studies and not reports:
        return _section("Earlier studies", label("None found for this patient.", "caption", wrap=True))
    told = {report.study_uid for report in reports}
    parts: list[QWidget] = [_report(report) for report in reports]
    parts += [_study(study) for study in studies if study.study_uid not in told]
    return _section("Earlier studies", *parts)


def _study(study: PriorStudy) -> QWidget:
    modalities = "/".join(study.modalities)
    first = label(f"{date_text(study.date)}   {modalities}   {study.description}", wrap=True)
    return _together(first, label(study.why, "caption", wrap=True))


def _report(report: PriorReport) -> QWidget:
    heading = named(QToolButton(), f"Prior report {date_text(report.date)}, {report.title}")
    heading.setText(f"{date_text(report.date)}   {report.title}")
    heading.setIcon(icon("report"))
    heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    heading.setProperty("role", "link")
    heading.setCheckable(True)
    heading.setToolTip("Show or hide this report")
    box = _together(heading)
    layout = box.layout()

    def toggle(is_open: bool) -> None:
        body = box.findChild(QWidget, "Prior report body")
        if body is None and layout is not None:
            body = prior_report_view(report)
            layout.addWidget(body)
        if body is not None:
            body.setVisible(is_open)

    heading.toggled.connect(toggle)
    return box


def _orders(item: WorkItem, linked: tuple[WorkItem, ...]) -> QWidget:
    parts = [_order(order) for each in (item, *linked) for order in each.orders]
    heading = "Orders, read together" if linked else "Order"
    return _section(heading, *parts)


def _order(order: Order) -> QWidget:
    referrer = display_name(order.referrer)
    phone = f"Phone {order.referrer_phone}" if order.referrer_phone else ""
    lines = (
        order.procedure,
        f"Accession {order.accession}" if order.accession else "No accession number",
        f"Referred by {referrer}" if referrer else "",
        phone,
    )
    texts = [text for text in lines if text]
    first, rest = texts[0], "\n".join(texts[1:])
    return _together(_selectable(first, f"Order {first}"), _selectable(rest, f"Order {first}, details", "caption"))
