"""The report of one case as a page: its fields, and the state of its draft. Bound to its case for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.reading.case import Case
from workstation.reading.dictating import Change, LiveText, TextSpliced
from workstation.ui.field_history import FieldHistory
from workstation.ui.field_marks import FieldMarks
from workstation.ui.passage_offers import PassageOffers
from workstation.ui.passage_panel import PassagePanel
from workstation.ui.pieces import TOKENS, button, frame, label, row, scroll_area
from workstation.ui.report_field import ReportField
from workstation.ui.speller import Speller
from workstation.ui.text_places import shown
from workstation.ui.voice_edits import VoiceEdits

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

PAGE_WIDTH = 860
_NEAR = 120
"""A panel below a passage that is so near to the end of its field stands below the field, and covers none of it."""


class ReportEditor(QWidget):
    """Edits one case's draft while that case is the active one; otherwise it is grey and takes nothing typed.

    What was dictated arrives in every editor, active or not: it belongs to the case where it was spoken.

    Parameters
    ----------
    apply
        Hands on what a method of dictation has changed; it comes back through `show_live`, `take_splice` and
        `show_marks`.
    """

    edited = Signal(str)
    activate_requested = Signal(str)
    confirmed = Signal(str)
    """Something that stood before signing was settled."""

    def __init__(
        self,
        desk: Desk,
        case: Case,
        speller: Speller,
        apply: Callable[[Iterable[Change]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._case = case
        self.apply = apply
        self.voice = VoiceEdits(desk, self)
        self.case_key = case.key
        named(self, "Report")
        template, draft = desk.template(case), desk.draft(case)
        self._title = label(template.title, "title", name="Report template")
        self._notice = label("", "warn", name="Report notice", wrap=True)
        self._activate = button("Make active", "Make this the active case", self._ask_activate)
        self.fields = {
            each.id: ReportField(each, draft.fields.get(each.id, ""), draft.emphasis.get(each.id, ()))
            for each in template.fields
        }
        self._told = {key: each.text.toPlainText() for key, each in self.fields.items()}
        self._in_hand = next(iter(self.fields), "")
        self._is_writable = False
        self._untold_bold: set[str] = set()
        self._marks = FieldMarks(desk, case.key, self.fields, speller, self)
        self._offers = PassageOffers(desk, case.key, apply, speller, self.correct)
        self._history = FieldHistory({key: each.text for key, each in self.fields.items()})
        self._comparing = QTimer(self)
        self._lay_out()
        self.panel = PassagePanel(self)
        self._connect()
        self.follow(case, is_active=True)
        self._marks.refresh_all()

    # --- what others ask of it

    @property
    def in_hand(self) -> str:
        """The field that takes what is typed and said."""
        return self._in_hand

    @property
    def here(self) -> tuple[str, int]:
        """The field in hand and the place of its cursor."""
        return self._in_hand, self.fields[self._in_hand].text.place[1] if self._in_hand in self.fields else 0

    @property
    def is_writable(self) -> bool:
        """Whether the report takes text now."""
        return self._is_writable

    def follow(self, case: Case, *, is_active: bool) -> None:
        """Take the case's newest state, and whether it is the active one."""
        self._case = case
        self._is_writable = is_active and not case.is_read_only
        for each in self.fields.values():
            each.set_writable(is_writable=self._is_writable)
            each.setEnabled(is_active)
        if not self._is_writable:
            self._end_bold()
        if not is_active:
            self.panel.shut()
            self._say("This case is inactive. Nothing you type goes here.")
        else:
            self._say(f"Read only. {case.read_only_reason}" if case.is_read_only else "")
            self._marks.check_soon()
        self._activate.setVisible(not is_active)
        self.show_confirmations()
        self.tell_place()

    def go_to(self, field_id: str) -> None:
        """Take a field in hand."""
        if field_id in self.fields:
            self.fields[field_id].text.setFocus(Qt.FocusReason.OtherFocusReason)
            self._take_in_hand(field_id)

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
        self.tell_place()

    def reload(self) -> None:
        """Show what the draft holds now."""
        for key in self.fields:
            self._reload(key)

    def undo(self) -> bool:
        """Take back the last change of the report, in whichever field it was made."""
        return self._is_writable and self._shown_in_hand(self._history.undo())

    def redo(self) -> bool:
        """Make the last undone change again."""
        return self._is_writable and self._shown_in_hand(self._history.redo())

    def correct(self, field_id: str, start: int, end: int, text: str) -> None:
        """Put other text into a stretch of a field, as the reader's own edit in one undo step."""
        if self._is_writable:
            self.fields[field_id].text.splice(start, end - start, text)

    # --- what dictation tells

    def show_live(self, live: LiveText) -> None:
        """Show words that are still being heard."""
        if live.field_id in self.fields:
            self.fields[live.field_id].text.show_live(live.at, live.text)

    def take_splice(self, change: TextSpliced) -> None:
        """Do to a field what was done to the draft, as one undo step."""
        each = self.fields.get(change.field_id)
        if each is None:
            return
        is_bold = each.text.writes_bold and change.why == "dictated" and self._is_writable
        each.splice(change.splice.start, change.splice.removed, change.splice.inserted, is_bold=is_bold)
        self._told[change.field_id] = each.text.toPlainText()
        if is_bold:
            self._untold_bold.add(change.field_id)
        self._tell_bold(change.field_id)
        self._marks.refresh(change.field_id)
        self.panel.shut()
        self._comparing.start()
        self.tell_place()

    def show_marks(self, field_id: str) -> None:
        """Show marks and confirmations as they are now."""
        self._marks.refresh(field_id)
        self.show_confirmations()

    def show_confirmations(self) -> None:
        """Ask in the headings of fields for the confirmation that they need."""
        unconfirmed = self._desk.dictation.unconfirmed(self.case_key)
        for key, each in self.fields.items():
            each.show_unconfirmed(is_unconfirmed=key in unconfirmed)

    def confirm(self, field_id: str = "") -> bool:
        """Stand by low-accuracy text of a field (by default the one in hand); say whether there was any."""
        field_id = field_id or self._in_hand
        if not self._is_writable or field_id not in self._desk.dictation.unconfirmed(self.case_key):
            return False
        self.apply(self._desk.dictation.confirm(self.case_key, field_id))
        self.show_confirmations()
        self.confirmed.emit(self.case_key)
        return True

    def tell_place(self) -> None:
        """Tell dictation where the reader is: what is said next begins there."""
        if self._is_writable and self._in_hand in self.fields:
            self._desk.dictation.place(self.case_key, self._in_hand, *self.fields[self._in_hand].text.place)

    def open_panel(self) -> bool:
        """Show what was heard where the cursor is; say whether there is anything."""
        text = self.fields[self._in_hand].text if self._in_hand in self.fields else None
        return text is not None and self._open_panel(self._in_hand, text.place[1], by_key=True)

    # --- inside

    def _lay_out(self) -> None:
        self._page = frame("panel")
        self._page.setMaximumWidth(PAGE_WIDTH)
        inside = QVBoxLayout(self._page)
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
        middle.addWidget(self._page, 1000)
        middle.addStretch(1)
        self._scroll = scroll_area(ground, "Report page")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

    def _connect(self) -> None:
        for key, each in self.fields.items():
            each.edited.connect(self._take_edit)
            each.taken_in_hand.connect(self._take_in_hand)
            each.confirm_asked.connect(self.confirm)
            each.text.moved.connect(lambda key=key: self._moved(key))
            each.text.asked_at.connect(lambda place, by_key, key=key: self._open_panel(key, place, by_key=by_key))
        self._scroll.verticalScrollBar().valueChanged.connect(self.panel.shut)
        self._comparing.setSingleShot(True)
        self._comparing.setInterval(0)
        self._comparing.timeout.connect(self._compare)

    def _take_edit(self, field_id: str, text: str) -> None:
        draft = self._desk.draft(self._case)
        if shown(draft.fields.get(field_id, "")) != self._told[field_id]:
            self._reload(field_id)
            self._say_reloaded(field_id)
            return
        try:
            draft = self._desk.edit_field(self.case_key, field_id, text, self.fields[field_id].text.bold)
        except UserFacingError as error:
            self.reload()
            self._say(str(error))
            return
        self._told[field_id] = text
        if shown(draft.fields.get(field_id, "")) != text:  # characters that no report can carry, accents composed
            self._reload(field_id)
        self.panel.shut()
        self._marks.refresh(field_id)
        self.show_confirmations()
        self.tell_place()
        self.edited.emit(self.case_key)

    def _tell_bold(self, field_id: str) -> None:
        """Words were dictated in bold: the draft learns it as soon as the text that it holds is shown."""
        each, text = self.fields[field_id].text, self._desk.draft(self._case).fields.get(field_id, "")
        if field_id not in self._untold_bold or shown(text) != each.toPlainText():
            return
        self._untold_bold.discard(field_id)
        with suppress(UserFacingError):  # it takes nothing now: what the draft holds is shown in a moment
            self._desk.edit_field(self.case_key, field_id, text, each.bold)

    def _end_bold(self) -> None:
        for each in self.fields.values():
            each.text.end_bold()

    def _reload(self, field_id: str) -> bool:
        """Show a field as the draft has it; say whether it was different."""
        draft = self._desk.draft(self._case)
        has_changed = self.fields[field_id].show_text(draft.fields.get(field_id, ""))
        self.fields[field_id].show_bold(draft.emphasis.get(field_id, ()))
        self._told[field_id] = self.fields[field_id].text.toPlainText()
        if has_changed:
            self._marks.refresh(field_id)
        return has_changed

    def _compare(self) -> None:
        """After splices: a field that differs from its draft shows the draft, and says so."""
        for key in [key for key in self.fields if self._reload(key)]:
            self._say_reloaded(key)

    def _say_reloaded(self, field_id: str) -> None:
        heading = self.fields[field_id].field.heading
        self._say(f"{heading} differed from the draft and was loaded again. Read it once more.")

    def _moved(self, field_id: str) -> None:
        """The cursor of a field is elsewhere; while text changes, the place is told when the draft has it too."""
        each = self.fields[field_id]
        if field_id == self._in_hand and each.text.toPlainText() == self._told[field_id]:
            self.tell_place()

    def _take_in_hand(self, field_id: str) -> None:
        has_changed = field_id != self._in_hand
        self._in_hand = field_id
        if has_changed:
            self._end_bold()
            self.panel.shut()
        self._scroll.ensureWidgetVisible(self.fields[field_id], 0, TOKENS.spacing.xl)
        self.tell_place()

    def _shown_in_hand(self, field_id: str) -> bool:
        if field_id:
            self.go_to(field_id)
        return bool(field_id)

    def _open_panel(self, field_id: str, place: int, *, by_key: bool) -> bool:
        text = self.fields[field_id].text
        found = self._marks.found_at(field_id, place)
        parts = self._offers.of(field_id, text.toPlainText(), found, place, is_writable=self._is_writable)
        if not parts:
            self.panel.shut()
            return False
        start, end = found.passage.span if found.passage is not None else found.misspelt or (place, place)
        about, page = text.rect_of(start, end), QRect(self._page.mapTo(self, QPoint()), self._page.size())
        about.moveTopLeft(text.mapTo(self, about.topLeft()))
        field_end = text.mapTo(self, text.rect().bottomLeft()).y()
        if field_end - about.bottom() < _NEAR:
            about.setBottom(field_end)
        self.panel.open(parts, about, page, text, by_key=by_key)
        return True

    def _say(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.setVisible(bool(text))

    def _ask_activate(self) -> None:
        self.activate_requested.emit(self.case_key)
