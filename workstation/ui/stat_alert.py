"""A STAT item has come: said in sight and sound, without taking the keyboard from anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from workstation.catalogue.work_items import ClaimState
from workstation.dicom.patient import display_name
from workstation.qtkit.accessible import named
from workstation.sync.worklist import WorklistRow, urgency
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.pieces import TOKENS, button, label, row
from workstation.ui.worklist_columns import due_text, slack_at, study_text


class StatWatch:
    """Remembers which STAT items were announced, so that each is announced once."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def newly_come(self, rows: Iterable[WorklistRow]) -> tuple[WorklistRow, ...]:
        """Free STAT items that were not there at the last look, most urgent first."""
        waiting = [row for row in rows if is_waiting_stat(row)]
        new = tuple(row for row in waiting if row.item.uid not in self._known)
        self._known |= {row.item.uid for row in waiting}
        return new


def is_waiting_stat(row: WorklistRow) -> bool:
    """Whether a row is STAT and nobody has taken it."""
    return row.item.is_stat and row.is_unread and row.claim is ClaimState.NONE


class StatAlert(QFrame):
    """The banner. It stays until its items are opened, taken by somebody else, or put away by the reader."""

    open_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, key: str = "Ctrl+J") -> None:
        super().__init__(parent)
        named(self, "STAT alert")
        self._rows: list[WorklistRow] = []
        self._word = label("STAT")
        self._text = ElidedLabel(name="STAT alert text", role="title")
        self._due = label("", "title", name="STAT alert due time")
        self._open = button(f"Open  {key}", "Open the announced STAT item", self._ask_open, key=key)
        self._away = button("Put away", "Put the STAT alert away", self.put_away)
        self._lay_out()
        self.hide()

    @property
    def item_uid(self) -> str | None:
        """The announced item."""
        return self._rows[0].item.uid if self._rows else None

    def announce(self, rows: Sequence[WorklistRow], now: datetime, *, sound: bool) -> None:
        """Show items, one after the other, and sound the bell when the reader wants it."""
        self._rows = sorted((*self._rows, *rows), key=urgency)
        self._show(now)
        if sound:
            QApplication.beep()

    def tick(self, now: datetime) -> None:
        """Count on."""
        if self._rows:
            slack = slack_at(self._rows[0], now)
            text = due_text(slack)
            self._due.setText("" if slack is None else text if text.startswith("late") else f"due in {text}")

    def settle(self, rows: Iterable[WorklistRow], now: datetime) -> None:
        """Drop announced items that no longer wait."""
        waiting = {row.item.uid for row in rows if is_waiting_stat(row)}
        self._rows = [row for row in self._rows if row.item.uid in waiting]
        self._show(now)

    def put_away(self) -> None:
        """Go away; the items stay on the worklist."""
        self._rows = []
        self.hide()

    def _show(self, now: datetime) -> None:
        self.setVisible(bool(self._rows))
        if not self._rows:
            return
        item = self._rows[0].item
        more = f"and {len(self._rows) - 1} more" if len(self._rows) > 1 else ""
        parts = (display_name(item.patient.name), study_text(self._rows[0]), item.facility, more)
        self._text.setText("  ·  ".join(part for part in parts if part))
        self.tick(now)

    def _ask_open(self) -> None:
        if self.item_uid is not None:
            self.open_requested.emit(self.item_uid)

    def _lay_out(self) -> None:
        fail = TOKENS.status.fail
        self.setStyleSheet(f"#{_css_name(self)} {{ background: #2A1618; border: 1px solid {fail}; border-radius: 0; }}")
        self._word.setStyleSheet(f"color: {fail}; font-weight: 700; font-size: {TOKENS.type.room}px;")
        self._due.setStyleSheet(f"color: {fail};")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.s, TOKENS.spacing.l, TOKENS.spacing.s)
        layout.addLayout(row(self._word, self._text, 1, self._due, self._open, self._away, spacing=TOKENS.spacing.l))
        for each in (self._open, self._away):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def _css_name(widget: QWidget) -> str:
    return widget.objectName().replace(" ", "\\ ")
