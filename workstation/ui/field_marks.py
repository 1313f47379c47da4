"""The marks of one report's fields: looked up after every change of text, spelling a moment after typing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workstation.dictation.passages import Passage, Splice, moved, splice_between
from workstation.ui.marks import Found, Span, found_at, marks_of, second_pass_words
from workstation.ui.report_field import ReportField
from workstation.ui.speller import Speller

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

SPELL_AFTER_MS = 400


class FieldMarks(QObject):
    """Keeps what is marked in each field, and answers what stands at a place."""

    def __init__(
        self, desk: Desk, case_key: str, fields: Mapping[str, ReportField], speller: Speller, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._case_key = case_key
        self._fields = fields
        self._speller = speller
        self._passages: dict[str, tuple[Passage, ...]] = {}
        self._misspelt: dict[str, tuple[Span, ...]] = {}
        self._texts = {key: each.text.toPlainText() for key, each in fields.items()}
        self._unchecked = set(fields)
        self._brought = lru_cache(maxsize=256)(second_pass_words)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SPELL_AFTER_MS)
        self._soon.timeout.connect(self._check_spelling)
        speller.changed.connect(self.check_all)
        for key, each in fields.items():
            each.text.tip_at = partial(self._tip_at, key)
            each.text.has_at = partial(self._has_at, key)

    def refresh(self, field_id: str) -> None:
        """Show the marks of a field as they are now."""
        if field_id not in self._fields:
            return
        editor = self._fields[field_id].text
        self._follow_text(field_id, editor.toPlainText())
        self._passages[field_id] = self._desk.dictation.passages(self._case_key, field_id)
        misspelt = self._misspelt.get(field_id, ())
        editor.show_marks(marks_of(self._texts[field_id], self._passages[field_id], misspelt, self._brought))

    def refresh_all(self) -> None:
        """Show all marks as they are now."""
        for field_id in self._fields:
            self.refresh(field_id)

    def check_all(self) -> None:
        """Check the spelling of all fields soon."""
        self._unchecked = set(self._fields)
        self.check_soon()

    def check_soon(self) -> None:
        """The report is in sight: check what was not checked while it was not."""
        if self._unchecked:
            self._soon.start()

    def found_at(self, field_id: str, place: int) -> Found:
        """What stands at a place of a field."""
        return found_at(self._passages.get(field_id, ()), self._misspelt.get(field_id, ()), place)

    def _follow_text(self, field_id: str, text: str) -> None:
        """Misspelt words move with the text; those that were changed are looked at again in a moment."""
        change = splice_between(self._texts[field_id], text)
        if change is None:
            return
        self._texts[field_id] = text
        self._misspelt[field_id] = _kept(self._misspelt.get(field_id, ()), change)
        self._unchecked.add(field_id)
        self._soon.start()

    def _check_spelling(self) -> None:
        """Only in a report that can be seen; the others are looked at when they are shown."""
        for field_id in sorted(self._unchecked):
            editor = self._fields[field_id].text
            if not editor.isVisible():
                continue
            self._unchecked.discard(field_id)
            typing_at = editor.place[1] if editor.hasFocus() else None
            self._misspelt[field_id] = self._speller.misspelt(editor.toPlainText(), typing_at)
            self.refresh(field_id)

    def _tip_at(self, field_id: str, place: int) -> str:
        marks = self._fields[field_id].text.marks
        return next((each.tip for each in marks if each.start <= place < each.end), "")

    def _has_at(self, field_id: str, place: int) -> bool:
        return self.found_at(field_id, place).is_something


def _kept(spans: tuple[Span, ...], change: Splice) -> tuple[Span, ...]:
    """Words that the change left alone, where they are now; a word that it touches or adjoins is another one."""
    return tuple(moved(span, change) for span in spans if span[1] < change.start or change.end < span[0])
