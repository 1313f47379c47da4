"""The report of one case as a page: its fields, and the state of its draft. Bound to its case for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.reading.case import Case
from workstation.ui.pieces import TOKENS, button, frame, label, row, scroll_area
from workstation.ui.report_field import ReportField

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

PAGE_WIDTH = 860


class ReportEditor(QWidget):
    """Edits one case's draft while that case is the active one; otherwise it is grey and takes nothing."""

    edited = Signal(str)
    activate_requested = Signal(str)

    def __init__(self, desk: Desk, case: Case, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._case = case
        self.case_key = case.key
        named(self, "Report")
        template, draft = desk.template(case), desk.draft(case)
        self._title = label(template.title, "title", name="Report template")
        self._notice = label("", "warn", name="Report notice", wrap=True)
        self._activate = button("Make active", "Make this the active case", self._ask_activate)
        self.fields = {each.id: ReportField(each, draft.fields.get(each.id, "")) for each in template.fields}
        self._in_hand = next(iter(self.fields), "")
        self._lay_out()
        self._connect()
        self.follow(case, is_active=True)

    def follow(self, case: Case, *, is_active: bool) -> None:
        """Take the case's newest state, and whether it is the active one."""
        self._case = case
        is_writable = is_active and not case.is_read_only
        for each in self.fields.values():
            each.set_writable(is_writable=is_writable)
            each.setEnabled(is_active)
        if not is_active:
            self._say("This case is inactive. Nothing you type goes here.")
        else:
            self._say(f"Read only. {case.read_only_reason}" if case.is_read_only else "")
        self._activate.setVisible(not is_active)

    def go_to(self, field_id: str) -> None:
        """Take a field in hand."""
        if field_id in self.fields:
            self.fields[field_id].text.setFocus(Qt.FocusReason.OtherFocusReason)

    def step(self, by: int) -> None:
        """Take the next (1) or previous (-1) field in hand, round and round."""
        order = list(self.fields)
        if order:
            place = order.index(self._in_hand) if self._in_hand in order else 0
            self.go_to(order[(place + by) % len(order)])

    def first_focus(self) -> QWidget:
        """The field last in hand; at first the first empty one."""
        return self.fields[self._in_hand].text if self._in_hand in self.fields else self

    def start_at_first_empty(self) -> None:
        """Begin where something is missing."""
        empty = (key for key, each in self.fields.items() if not each.text.toPlainText().strip())
        self._in_hand = next(empty, self._in_hand)

    def reload(self) -> None:
        """Show what the draft holds now."""
        draft = self._desk.draft(self._case)
        for key, each in self.fields.items():
            each.show_text(draft.fields.get(key, ""))

    def _lay_out(self) -> None:
        page = frame("panel")
        page.setMaximumWidth(PAGE_WIDTH)
        inside = QVBoxLayout(page)
        inside.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.l, TOKENS.spacing.l, TOKENS.spacing.xl)
        inside.setSpacing(TOKENS.spacing.s)
        heading = row(self._title, 1)
        heading.setContentsMargins(TOKENS.spacing.l + 3, 0, 0, 0)
        inside.addLayout(heading)
        notice = row(self._notice, self._activate)
        notice.setContentsMargins(TOKENS.spacing.l + 3, 0, TOKENS.spacing.m, 0)
        inside.addLayout(notice)
        for each in self.fields.values():
            inside.addWidget(each)
        inside.addStretch(1)
        ground = QWidget()
        middle = QHBoxLayout(ground)
        middle.setContentsMargins(TOKENS.spacing.xl, TOKENS.spacing.xl, TOKENS.spacing.xl, TOKENS.spacing.xl)
        middle.addStretch(1)
        middle.addWidget(page, 1000)
        middle.addStretch(1)
        self._scroll = scroll_area(ground, "Report page")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

    def _connect(self) -> None:
        for each in self.fields.values():
            each.edited.connect(self._take_edit)
            each.taken_in_hand.connect(self._take_in_hand)

    def _take_edit(self, field_id: str, text: str) -> None:
        try:
            self._desk.edit_field(self.case_key, field_id, text)
        except UserFacingError as error:
            self.reload()
            self._say(str(error))
            return
        self.edited.emit(self.case_key)

    def _take_in_hand(self, field_id: str) -> None:
        self._in_hand = field_id
        self._scroll.ensureWidgetVisible(self.fields[field_id], 0, TOKENS.spacing.xl)

    def _say(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def _ask_activate(self) -> None:
        self.activate_requested.emit(self.case_key)
