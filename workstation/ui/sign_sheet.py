"""The signing sheet: exactly what will be signed, the password, one press. The only thing that takes the foreground."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workstation.dicom.patient import display_name
from workstation.qtkit.accessible import named
from workstation.reading.case import Case
from workstation.reading.obstacles import Obstacle
from workstation.reporting.draft import Draft
from workstation.reporting.emphasis import Spans, runs, stripped
from workstation.reporting.template import Template
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import (
    TOKENS,
    button,
    clear,
    column,
    label,
    line,
    put_in,
    row,
    scroll_area,
    set_role,
)

SHEET_WIDTH = 880


@dataclass(frozen=True)
class SigningPreview:
    """What will be signed, held from the moment the sheet opens: if the draft changes since, nothing is signed."""

    case: Case = field(repr=False)
    draft: Draft = field(repr=False)
    sections: tuple[tuple[str, str, Spans], ...] = field(repr=False)
    """Heading, text, and what of it is bold."""
    acknowledgements: dict[str, str] = field(repr=False)
    obstacles: tuple[Obstacle, ...] = field(repr=False)
    reader: str = field(repr=False)
    patient_line: str = field(repr=False)


def preview_of(
    case: Case,
    draft: Draft,
    template: Template,
    obstacles: tuple[Obstacle, ...],
    acknowledgements: dict[str, str],
    reader: str,
    patient_line: str,
) -> SigningPreview:
    """Gather what the frozen report will say: the template's sections that hold text, in their order."""
    texts = ((each.heading, each.id, draft.fields.get(each.id, "")) for each in template.fields)
    sections = tuple(
        (heading, text.strip(), stripped(text, draft.emphasis.get(field_id, ())))
        for heading, field_id, text in texts
        if text.strip()
    )
    return SigningPreview(case, draft, sections, acknowledgements, obstacles, reader, patient_line)


class SignSheet(Overlay):
    """Emits the password and whether the next item is to be opened. Cleared whenever it shuts."""

    confirmed = Signal(str, bool)

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, width=SHEET_WIDTH, fills=False, shuts_outside=False)
        named(self, "Signing sheet")
        self.preview: SigningPreview | None = None
        self._and_next = False
        self._head = QVBoxLayout()
        self._body = QWidget()
        self._scroll = scroll_area(self._body, "What will be signed")
        self._password = named(QLineEdit(), "Password to sign")
        self._trouble = label("", "fail", name="Signing problem", wrap=True)
        self._busy = label("", "caption", name="Signing progress")
        self._cancel = button("Back to the report", "Back to the report", self.shut, key="Esc")
        self._sign = button("Sign", "Sign now", lambda: self.confirm(and_next=False), key="F12")
        self._next = button(
            "Sign and next", "Sign now and open next", lambda: self.confirm(and_next=True), key="Ctrl+Enter"
        )
        self._lay_out_sheet()
        self._password.returnPressed.connect(lambda: self.confirm(and_next=self._and_next))
        self.closed.connect(self._forget)

    def first_focus(self) -> QWidget:
        return self._password

    def open_for(self, preview: SigningPreview, *, and_next: bool) -> None:
        """Show what will be signed and ask for the password."""
        self.preview = preview
        self._and_next = and_next
        self._show_preview(preview)
        self._set_main_button()
        self.say("")
        self.set_busy("")
        self.open()

    def say(self, text: str) -> None:
        """Say what went wrong; the password has to be typed again."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))
        if text:
            self.set_busy("")
            self._password.clear()
            self._password.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, text: str) -> None:
        """Say what is being done; nothing can be pressed meanwhile."""
        self._busy.setText(text)
        for each in (self._password, self._sign, self._next, self._cancel):
            each.setEnabled(not text)

    @property
    def is_busy(self) -> bool:
        return not self._password.isEnabled()

    def shut(self) -> None:
        """Go away, unless signing is under way."""
        if not self.is_busy:
            super().shut()

    def confirm(self, *, and_next: bool) -> None:
        """Sign with the password typed, once."""
        if self.is_busy or self.preview is None:
            return
        if not self._password.text():
            self.say("Type your password to sign.")
            return
        self._and_next = and_next
        self.confirmed.emit(self._password.text(), and_next)

    def _forget(self) -> None:
        self._password.clear()
        self.preview = None

    def _set_main_button(self) -> None:
        for each, is_main in ((self._sign, not self._and_next), (self._next, self._and_next)):
            each.setProperty("role", "primary" if is_main else "")
            each.style().unpolish(each)
            each.style().polish(each)
        self._sign.setText("Sign  F12" if self._and_next else "Sign  Enter")
        self._next.setText("Sign and next  Enter" if self._and_next else "Sign and next  Ctrl+Enter")

    def _lay_out_sheet(self) -> None:
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("Your password")
        self._password.setMinimumWidth(220)
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.m)
        layout.addLayout(self._head)
        layout.addWidget(line())
        layout.addWidget(self._scroll, 1)
        layout.addWidget(line())
        layout.addWidget(self._trouble)
        layout.addLayout(row(self._password, self._busy, 1, self._cancel, self._sign, self._next))

    def _show_preview(self, preview: SigningPreview) -> None:
        clear(self._head)
        name = ElidedLabel(display_name(preview.case.patient.name), name="Patient to sign for")
        name.setStyleSheet(f"font-size: {TOKENS.type.room}px; font-weight: 600;")
        self._head.addLayout(row(label("Sign this report?", "title"), 1, label(f"as {preview.reader}", "caption")))
        self._head.addWidget(name)
        self._head.addWidget(label(preview.patient_line, wrap=True))
        self._head.addWidget(label(_order_line(preview.case), "caption", wrap=True))
        self._body = self._page(preview)
        put_in(self._scroll, self._body)
        self._scroll.setFixedHeight(self._height_of_body())

    def _height_of_body(self) -> int:
        """As high as the text, as far as the window has room."""
        wanted = self._body.heightForWidth(SHEET_WIDTH - 2 * TOKENS.spacing.xl - 12)
        room = self._over.height() - 330
        return max(120, min(wanted + TOKENS.spacing.s, room))

    def _page(self, preview: SigningPreview) -> QWidget:
        page = QWidget()
        parts: list[QWidget] = []
        for heading, text, bold in preview.sections:
            parts.append(label(heading.upper(), "caption"))
            body = label(text, name=f"To be signed, {heading}", wrap=True)
            if bold:
                body.setTextFormat(Qt.TextFormat.RichText)
                body.setText(_with_bold(text, bold))
                body.setAccessibleDescription(text)
            set_role(body, "title")
            body.setContentsMargins(0, 0, 0, TOKENS.spacing.s)
            parts.append(body)
        parts += _statements(preview)
        page.setLayout(column(*parts, 1, spacing=TOKENS.spacing.xs))
        return page


def _with_bold(text: str, bold: Spans) -> str:
    """The text as markup that shows each of its own characters as it is, blanks and line ends too."""
    parts = (f"<b>{escape(part)}</b>" if is_bold else escape(part) for part, is_bold in runs(text, bold))
    return f'<div style="white-space: pre-wrap">{"".join(parts)}</div>'


def _order_line(case: Case) -> str:
    accessions = [accession for item in case.items for accession in item.accessions]
    return f"{case.title}  ·  accession {', '.join(accessions) or 'not given'}"


def _statements(preview: SigningPreview) -> list[QWidget]:
    """What goes along with the text: acknowledgements, and warnings that do not stop signing."""
    by_key = {each.key: each.text for each in preview.obstacles}
    parts: list[QWidget] = []
    for key, text in preview.acknowledgements.items():
        parts.append(label(by_key.get(key, key), "warn", wrap=True))
        parts.append(label(f"You say: {text}", name=f"Acknowledged: {by_key.get(key, key)}", wrap=True))
    warnings = [each.text for each in preview.obstacles if not each.is_blocking and not each.must_acknowledge]
    parts += [label(text, "warn", wrap=True) for text in warnings]
    return parts
