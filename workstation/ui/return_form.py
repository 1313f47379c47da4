"""Returning an item to the site, with the reason chosen in place."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, button, label, row


class ReturnForm(QFrame):
    """Offers the site's reasons and a note. Emits item, reason and note."""

    returned = Signal(str, str, str)
    given_up = Signal()

    def __init__(self, reasons: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Return to site")
        self.setProperty("role", "raised")
        self._item_uid = ""
        self._reasons = QButtonGroup(self)
        self._note = named(QLineEdit(), "Note for the site")
        self._note.setPlaceholderText("Note for the site (may stay empty)")
        self._go = button("Return to site", "Return the item now", self._return)
        self._lay_out(reasons)
        self._reasons.buttonToggled.connect(lambda: self._go.setEnabled(self._reasons.checkedButton() is not None))
        self._note.returnPressed.connect(self._return)
        self.hide()

    def ask(self, item_uid: str, title: str) -> None:
        """Ask why ``item_uid`` goes back."""
        self._item_uid = item_uid
        self._reasons.setExclusive(False)
        for each in self._reasons.buttons():
            each.setChecked(False)
        self._reasons.setExclusive(True)
        self._note.clear()
        self._go.setEnabled(False)
        self._what.setText(title)
        self.show()
        self._reasons.buttons()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, reasons: tuple[str, ...]) -> None:
        layout = QVBoxLayout(self)
        margin = TOKENS.spacing.m
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(TOKENS.spacing.s)
        layout.addWidget(label("Return to the site. Why?", "title"))
        self._what = label("", "caption", wrap=True)
        layout.addWidget(self._what)
        for reason in reasons:
            choice = named(QRadioButton(reason), f"Reason {reason}")
            self._reasons.addButton(choice)
            choice.setStyleSheet(_RADIO)
            layout.addWidget(choice)
        layout.addWidget(self._note)
        layout.addLayout(row(1, button("Keep it", "Keep the item", self._give_up, key="Esc"), self._go))

    def _return(self) -> None:
        chosen = self._reasons.checkedButton()
        if chosen is None:
            return
        self.hide()
        self.returned.emit(self._item_uid, chosen.text(), self._note.text().strip())

    def _give_up(self) -> None:
        self.hide()
        self.given_up.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc keeps the item."""
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        else:
            super().keyPressEvent(event)


_RADIO = f"""
QRadioButton {{ spacing: {TOKENS.spacing.s}px; min-height: 22px; }}
QRadioButton::indicator {{
    width: 12px; height: 12px; border: 1px solid {TOKENS.text.secondary}; border-radius: 7px;
    background: {TOKENS.surface.panel};
}}
QRadioButton::indicator:checked {{ background: {TOKENS.accent.main}; border-color: {TOKENS.accent.main}; }}
QRadioButton::indicator:focus {{ border-color: {TOKENS.accent.main}; }}
"""
