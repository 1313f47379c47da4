"""Edits of the field in hand, as they are asked for by voice, by key or from the palette.

Each is one undo step, goes into the draft like typing, and says whether there was something to do. Where words stand
in several places, the last one up to the cursor is meant; what was changed is selected, so that it is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from workstation.reading.dictating import Change, TextSpliced
from workstation.ui.report_field import ReportField
from workstation.ui.report_text import ReportText
from workstation.ui.text_places import nearest_before, places_of

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

Span = tuple[int, int]
_BLANK = re.compile(r"\[[^\]\n]*\]")
_NO_SPACE_BEFORE = ".,;:!?)]"


class EditedReport(Protocol):
    """What is needed of the editor."""

    case_key: str
    fields: Mapping[str, ReportField]

    @property
    def in_hand(self) -> str: ...

    @property
    def is_writable(self) -> bool: ...

    def go_to(self, field_id: str) -> None: ...

    def step(self, by: int) -> None: ...

    def undo(self) -> bool: ...

    def redo(self) -> bool: ...

    def tell_place(self) -> None: ...

    def apply(self, changes: Iterable[Change]) -> None: ...


class VoiceEdits:
    """The edits of one report."""

    def __init__(self, desk: Desk, report: EditedReport) -> None:
        self._desk = desk
        self._report = report

    @property
    def field_id(self) -> str:
        """The field in hand."""
        return self._report.in_hand

    @property
    def text(self) -> str:
        """The text of the field in hand."""
        field = self._field
        return field.toPlainText() if field is not None else ""

    # --- going about

    def select(self, words: str) -> bool:
        """Select words of the field."""
        place = self._place_of(words)
        return self._select(place) if place is not None else False

    def select_all(self) -> bool:
        """Select the whole field."""
        return self._select((0, len(self.text))) if self.text else False

    def go_to_field(self, heading: str) -> bool:
        """Take the field of this heading in hand."""
        wanted = heading.strip().casefold()
        for key, each in self._report.fields.items():
            if wanted in (each.field.heading.casefold(), key.casefold()):
                self._report.go_to(key)
                return True
        return False

    def next(self) -> bool:
        """Take the next field in hand."""
        self._report.step(1)
        return True

    def previous(self) -> bool:
        """Take the field before in hand."""
        self._report.step(-1)
        return True

    # --- changing words

    def replace(self, words: str, replacement: str) -> bool:
        """Put other words in the place of words; the capital of a first word stays."""
        place = self._place_of(words)
        if place is None or not replacement.strip():
            return False
        return self._put(place, _like(self.text[place[0] : place[1]], replacement.strip()), is_selected=True)

    def delete(self, words: str = "") -> bool:
        """Remove words, or what is selected, and the blank that would be one too many."""
        place = self._place_of(words) if words else self._selection
        return place is not None and self._put(_with_a_blank(self.text, place), "")

    def capitalise(self, words: str = "") -> bool:
        """Give each of the words, of what is selected, or of the last word a capital."""
        place = self._place_of(words) if words else self._selection or self._last_word
        if place is None:
            return False
        now = self.text[place[0] : place[1]]
        return self._put(place, re.sub(r"(?<![\w'’])\w", lambda found: found[0].upper(), now), is_selected=bool(words))

    def lower_case(self) -> bool:
        """Take the capitals of what is selected, or of the last word, away."""
        place = self._selection or self._last_word
        return place is not None and self._put(place, self.text[place[0] : place[1]].lower())

    def bold(self, *, is_on: bool | None = None) -> bool:
        """Make what is selected bold or not bold, or else what is written next; None is the other way from now."""
        field = self._field
        return field is not None and field.switch_bold(is_on)

    # --- putting in

    def new_paragraph(self) -> bool:
        """Begin a new paragraph at the cursor."""
        return self._break("\n\n")

    def new_line(self) -> bool:
        """Begin a new line at the cursor."""
        return self._break("\n")

    def insert_macro(self, text: str) -> bool:
        """Put a macro in at the cursor; its first blank is selected, ready to be filled."""
        field = self._field
        if field is None or not text.strip():
            return False
        start, end = field.place
        whole = _spaced(self.text[:start], text, self.text[end:])
        if not self._put((start, end), whole):
            return False
        blank = _BLANK.search(whole)
        return self._select((start + blank.start(), start + blank.end())) if blank is not None else True

    # --- taking back

    def undo(self) -> bool:
        """Take back what was changed last, in whichever field."""
        return self._report.undo()

    def redo(self) -> bool:
        """Make it again."""
        return self._report.redo()

    def scratch(self) -> bool:
        """Remove what was dictated last."""
        if not self._report.is_writable:
            return False
        changes = self._desk.dictation.scratch(self._report.case_key)
        self._report.apply(changes)
        for each in changes:
            if isinstance(each, TextSpliced):
                self._report.go_to(each.field_id)  # it is to be seen what has gone, and where
        return bool(changes)

    # --- inside

    @property
    def _field(self) -> ReportText | None:
        """The text in hand, while it may be written."""
        each = self._report.fields.get(self._report.in_hand)
        return each.text if each is not None and self._report.is_writable else None

    @property
    def _selection(self) -> Span | None:
        field = self._field
        place = field.place if field is not None else (0, 0)
        return place if place[0] < place[1] else None

    @property
    def _last_word(self) -> Span | None:
        """The last word that begins before the cursor."""
        field = self._field
        if field is None:
            return None
        words = [each.span() for each in re.finditer(r"[\w'’-]+", self.text)]
        return next((each for each in reversed(words) if each[0] < max(field.place[1], 1)), None)

    def _place_of(self, words: str) -> Span | None:
        field = self._field
        return nearest_before(places_of(self.text, words), field.place[1]) if field is not None else None

    def _break(self, marks: str) -> bool:
        """A break in the place of what is selected and of the blanks around it; never more of it than asked for."""
        field = self._field
        if field is None:
            return False
        text, (start, end) = self.text, field.place
        first = len(text[:start].rstrip(" "))
        last = end + len(text[end:]) - len(text[end:].lstrip(" "))
        before = len(text[:first]) - len(text[:first].rstrip("\n"))
        if first == 0 or before >= len(marks):
            return False
        return self._put((first, last), marks[before:])

    def _put(self, place: Span, text: str, *, is_selected: bool = False) -> bool:
        """Change a stretch in one step and leave the cursor behind it, or the stretch selected."""
        field = self._field
        start, last = place
        if field is None or self.text[start:last] == text or not field.splice(start, last - start, text):
            return False
        end = start + len(text)
        return self._select((start if is_selected else end, end))

    def _select(self, place: Span) -> bool:
        field = self._field
        if field is None:
            return False
        field.select(*place)
        self._report.tell_place()
        return True


def _like(old: str, new: str) -> str:
    """New words with the capital that the old ones begin with; abbreviations lend none."""
    first = old.split(maxsplit=1)[0]
    has_capital = first[:1].isupper() and (len(first) == 1 or not first.isupper())
    return new[:1].upper() + new[1:] if has_capital else new


def _with_a_blank(text: str, place: Span) -> Span:
    """The stretch and one blank beside it, so that one is left between the words around it."""
    start, end = place
    before, after = text[:start], text[end:]
    if before.endswith(" ") and (not after or after[0].isspace() or after[0] in _NO_SPACE_BEFORE):
        return start - 1, end
    if after.startswith(" ") and (not before or before[-1].isspace()):
        return start, end + 1
    return place


def _spaced(before: str, text: str, after: str) -> str:
    """A text with the blanks that it needs between what stands before and after it."""
    needs_lead = bool(before) and not before[-1].isspace() and not text[0].isspace() and text[0] not in _NO_SPACE_BEFORE
    needs_tail = bool(after) and after[0].isalnum() and not text[-1].isspace()
    return f"{' ' * needs_lead}{text}{' ' * needs_tail}"
