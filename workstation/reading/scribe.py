"""Puts dictated text into drafts and keeps track of it there: the only way from speech into a report.

Everything here happens in one thread at a time (see `dictating`). A draft and what is known of its dictated text
change together, at one go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.dictation.passages import Passage, Span, Splice, doubts_in
from workstation.dictation.placing import layout_at, placed, taken_out
from workstation.dictation.text_stages import TextStages
from workstation.dictation.utterances import EndReason, Tag, Target
from workstation.dictation.words import Rewrite, Word, Written
from workstation.foundation.clock import Clock
from workstation.reading.case_book import CaseBook
from workstation.reading.dictated_json import dictated_from_json, dictated_to_json
from workstation.reading.dictated_text import Dictated, DictatedText, standing, swapped
from workstation.reading.dictation_changes import Change, MarksChanged, Reason, TextSpliced
from workstation.reading.drafting import DraftKeeper
from workstation.reading.errors import NotNow
from workstation.reading.insertion_points import InsertionPoints
from workstation.reporting.draft import Draft
from workstation.reporting.emphasis import followed
from workstation.reporting.text import clean_text

CLOSED = "its case is closed"


@dataclass(frozen=True)
class Spoken:
    """An utterance as an engine heard it, for writing.

    Attributes
    ----------
    engine
        Name of the engine, for people.
    is_low_accuracy
        The field is to be confirmed.
    is_second
        It is the engine of the second pass.
    """

    tag: Tag
    words: tuple[Word, ...] = field(repr=False)
    engine: str
    is_low_accuracy: bool = False
    is_second: bool = False
    reason: EndReason = EndReason.PAUSE


class Scribe:
    """Writes, replaces, takes back and scratches; knows where everything stands.

    Parameters
    ----------
    stages
        Gives the text stages of now.
    """

    def __init__(
        self, drafts: DraftKeeper, book: CaseBook, clock: Clock, stages: Callable[[LearntCorrections], TextStages]
    ) -> None:
        self.points = InsertionPoints()
        self.learnt = LearntCorrections()
        self._drafts = drafts
        self._book = book
        self._clock = clock
        self._stages = stages
        self._cases: dict[str, DictatedText] = {}
        self._signing: set[str] = set()

    # --- looking -----------------------------------------------------------------------------------------------------

    def text_of(self, case_key: str) -> DictatedText:
        """What is known of a case's dictated text; read from its draft at first."""
        if case_key not in self._cases:
            draft = self._drafts.get(case_key)
            if draft is None:
                return DictatedText()
            text, waiting = dictated_from_json(draft.dictated, draft.fields)
            self._cases[case_key] = text
            for utterance, (field_id, at) in waiting.items():
                self.points.begin_at(utterance, case_key, field_id, at)
        return self._cases[case_key]

    def is_open(self, case_key: str) -> bool:
        """Whether the case is open now."""
        return any(case.key == case_key for case in self._book.open_cases)

    def is_active(self, case_key: str) -> bool:
        """Whether the case is the one in which the reader works."""
        active = self._book.active
        return active is not None and active.key == case_key

    def why_not(self, tag: Tag) -> str:
        """Why no text can go where an utterance belongs; empty when it can."""
        target = tag.target
        case = next((case for case in self._book.open_cases if case.key == target.case), None)
        draft = self._drafts.get(target.case)
        if draft is None:
            return "the report is signed"
        if case is None:
            return CLOSED
        if case.is_read_only:
            return "its case can only be looked at"
        if target.case in self._signing:
            return "signing had begun"
        if draft.version != target.draft_version:
            return "it belonged to an earlier version of the report"
        return "" if target.field in draft.fields else "its field is not in the report any more"

    def why_not_here(self, case_key: str, field_id: str) -> str:
        """Why nothing can be dictated in this field now; empty when it can."""
        draft = self._drafts.get(case_key)
        version = draft.version if draft is not None else 0
        return self.why_not(_tag(case_key, version, field_id))

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, spoken: Spoken) -> list[Change]:
        """Put what was heard where the utterance belongs; `why_not` was asked before.

        Raises
        ------
        NotNow
            When the report was signed in this moment; nothing has changed then.
        """
        tag = spoken.tag
        case_key, field_id = tag.target.case, tag.target.field
        old = self._field(case_key, field_id)
        start, end = _clamped(self.points.span_of(tag.utterance) or (len(old), len(old)), len(old))
        layout = layout_at(old, start, end, is_whole=spoken.reason is not EndReason.LENGTH)
        written = _cleaned(self._stages(self.learnt).write(spoken.words, layout))
        if not written.text.strip():
            self.points.drop(tag.utterance)
            return []
        there = placed(old, start, end, written.text)
        passage = Passage(
            tag.utterance, field_id, *there.span, spoken.engine, written, spoken.words, is_second=spoken.is_second
        )
        text = self.text_of(case_key)

        def add() -> None:
            self.points.put(tag.utterance, there.splice)
            marked = standing(passage, doubts_in(written, spoken.words))
            order = text.next_order()
            text.add(Dictated(marked, order, is_low_accuracy=spoken.is_low_accuracy, layout=layout))
            if spoken.is_low_accuracy:
                text.must_be_confirmed(field_id)

        changed = self._splice(case_key, field_id, there.splice, "dictated", add, moves_points=False)
        return [changed, MarksChanged(case_key, field_id)]

    def written_again(self, dictated: Dictated, words: tuple[Word, ...]) -> Written:
        """The second engine's words as they would have been written in the place of the first's."""
        return _cleaned(self._stages(self.learnt).write(words, dictated.layout))

    def replace_by(self, case_key: str, dictated: Dictated, other: Written, words: tuple[Word, ...]) -> list[Change]:
        """The second pass has a better text; the first is kept, one click away."""
        dictated.passage = replace(dictated.passage, other=other)
        dictated.other_words = words
        if dictated.is_low_accuracy and dictated.confirmed is not None:  # another text than the reader has read
            self.text_of(case_key).must_be_confirmed(dictated.passage.field)
        return self._exchange(case_key, dictated, "second pass")

    def ask(self, case_key: str, dictated: Dictated, other: Written, words: tuple[Word, ...]) -> list[Change]:
        """The two texts differ in a value: the reader chooses."""
        dictated.passage = replace(dictated.passage, other=other, needs_choice=True)
        dictated.other_words, dictated.differs = words, True
        self.keep(case_key)
        return [MarksChanged(case_key, dictated.passage.field)]

    def agree(self, case_key: str, dictated: Dictated, other: Written) -> list[Change]:
        """Both engines heard the same: doubts are gone, and guesses that the second did not need."""
        dictated.passage = replace(standing(replace(dictated.passage, written=other), ()), doubts=())
        self.keep(case_key)
        return [MarksChanged(case_key, dictated.passage.field)]

    # --- what the reader decides -------------------------------------------------------------------------------------

    def choose(self, case_key: str, utterance: str, *, second: bool) -> list[Change]:
        """One of two texts is right."""
        self._must_take_text(case_key)
        dictated = self.text_of(case_key).get(utterance)
        if dictated is None or not dictated.passage.needs_choice:
            return []
        dictated.chosen_second = second
        changes: list[Change] = []
        if dictated.passage.is_second != second:
            changes = self._exchange(case_key, dictated, "chosen")
        dictated.passage = replace(dictated.passage, needs_choice=False, is_edited=True)
        self.keep(case_key)
        return changes or [MarksChanged(case_key, dictated.passage.field)]

    def take_back(self, case_key: str, utterance: str, rewrite: Rewrite | None) -> list[Change]:
        """One guess back to what was heard; None: the text of the second pass back to the first."""
        self._must_take_text(case_key)
        dictated = self.text_of(case_key).get(utterance)
        if dictated is None:
            return []
        passage = dictated.passage
        if rewrite is not None:
            return self._take_guess_back(case_key, dictated, rewrite) if rewrite in passage.rewrites else []
        if passage.other is None or not passage.is_second or passage.needs_choice:
            return []
        changes = self._exchange(case_key, dictated, "taken back")
        dictated.passage = replace(dictated.passage, is_edited=True)
        self.keep(case_key)
        return changes

    def scratch(self, case_key: str) -> list[Change]:
        """Take away what was dictated last and still stands."""
        self._must_take_text(case_key)
        last = self.text_of(case_key).last()
        if last is None:
            return []
        passage = last.passage
        splice = taken_out(self._field(case_key, passage.field), passage.start, passage.end)
        return [
            self._splice(case_key, passage.field, splice, "scratched"),
            MarksChanged(case_key, passage.field),
        ]

    def confirm(self, case_key: str, field_id: str) -> list[Change]:
        """The reader has read the low-accuracy text of a field."""
        self._must_take_text(case_key)
        self.text_of(case_key).confirm(field_id, self._field(case_key, field_id))
        self.keep(case_key)
        return [MarksChanged(case_key, field_id)]

    def follow_edit(self, case_key: str, field_id: str, splice: Splice, old: str) -> None:
        """The reader has changed a field; the draft has it already."""
        text = self.text_of(case_key)
        text.follow(field_id, splice, old, is_by_hand=True)
        self.points.follow(case_key, field_id, splice)
        self.keep(case_key)

    def learn(self, case_key: str, field_id: str = "", span: Span = (-1, -1)) -> bool:
        """Learn what the reader made of each passage that the cursor has left; True when there was something."""
        before = self.learnt
        has_changed = False
        for each in self.text_of(case_key).all():
            passage = each.passage
            is_there = passage.field == field_id and passage.start <= span[1] and span[0] <= passage.end
            if each.is_learnt or each.is_gone or not passage.is_edited or is_there:
                continue
            now = self._field(case_key, passage.field)[passage.start : passage.end]
            if now != passage.written.text:
                self.learnt = self.learnt.noting_edit(passage.written, now)
                each.is_learnt = has_changed = True
        if has_changed:
            self.keep(case_key)
        return self.learnt != before

    # --- the life of a case ------------------------------------------------------------------------------------------

    def sign_dialog(self, case_key: str, *, is_open: bool) -> None:
        """While it is open, nothing of this case is touched."""
        (self._signing.add if is_open else self._signing.discard)(case_key)

    def is_signing(self, case_key: str) -> bool:
        """Whether the sign dialog is open."""
        return case_key in self._signing

    def forget(self, case_key: str) -> None:
        """The case was signed or returned."""
        self._cases.pop(case_key, None)
        self._signing.discard(case_key)
        for utterance in self.points.waiting(case_key):
            self.points.drop(utterance)

    def keep(self, case_key: str) -> None:
        """Put what is known into the draft, where it is saved with the text."""
        text = self._cases.get(case_key)
        if text is None:
            return
        kept = dictated_to_json(text, self.points.waiting(case_key))
        draft = self._drafts.get(case_key)
        if draft is None or draft.dictated == kept:
            return
        try:
            self._drafts.change(case_key, lambda now: now.with_dictated(kept))
        except NotNow:
            self._cases.pop(case_key)  # signed in this moment

    # --- inside ------------------------------------------------------------------------------------------------------

    def _exchange(self, case_key: str, dictated: Dictated, why: Reason) -> list[Change]:
        """Let the other text of a passage stand in its place."""
        passage = dictated.passage
        assert passage.other is not None  # noqa: S101 - callers have looked
        other = passage.other.text
        splice = Splice(passage.start, passage.end - passage.start, other)

        def swap() -> None:
            swapped(dictated)
            dictated.passage = dictated.passage.at((passage.start, passage.start + len(other)))

        changed = self._splice(case_key, passage.field, splice, why, swap, but=passage.utterance)
        return [changed, MarksChanged(case_key, passage.field)]

    def _take_guess_back(self, case_key: str, dictated: Dictated, rewrite: Rewrite) -> list[Change]:
        passage = dictated.passage
        start = passage.start + rewrite.start
        heard = rewrite.from_
        if rewrite.to[:1].isupper() and heard[:1].islower():
            heard = heard[:1].upper() + heard[1:]
        splice = Splice(start, rewrite.end - rewrite.start, heard)
        changed = self._splice(case_key, passage.field, splice, "taken back")
        return [changed, MarksChanged(case_key, passage.field)]

    def _splice(
        self,
        case_key: str,
        field_id: str,
        splice: Splice,
        why: Reason,
        then: Callable[[], None] = lambda: None,
        *,
        but: str = "",
        moves_points: bool = True,
    ) -> TextSpliced:
        """Change a field, and all that is known of it; ``then`` sets what the change is for."""
        text = self.text_of(case_key)
        old = self._field(case_key, field_id)
        text.follow(field_id, splice, old, but=but)
        if moves_points:
            self.points.follow(case_key, field_id, splice)
        then()
        kept = dictated_to_json(text, self.points.waiting(case_key))

        def change(draft: Draft) -> Draft:
            if draft.fields.get(field_id) != old:
                raise NotNow("The field has changed meanwhile.")
            bold = followed(draft.emphasis.get(field_id, ()), old, splice.start, splice.removed, splice.inserted)
            return draft.with_field(field_id, splice.apply(old), self._clock.now(), bold).with_dictated(kept)

        try:
            self._drafts.change(case_key, change)
        except NotNow:
            self._cases.pop(case_key, None)  # what was noted above has not happened
            raise
        return TextSpliced(case_key, field_id, splice, why)

    def _field(self, case_key: str, field_id: str) -> str:
        draft = self._drafts.get(case_key)
        return draft.fields.get(field_id, "") if draft is not None else ""

    def _must_take_text(self, case_key: str) -> None:
        case = self._book.get(case_key)
        if case.is_read_only:
            raise NotNow(case.read_only_reason)
        if case_key in self._signing:
            raise NotNow("The report is being signed, so it takes no text.", "Close the dialog first.")


def _tag(case_key: str, version: int, field_id: str) -> Tag:
    return Tag("", Target(case_key, version, field_id))


def _clamped(span: Span, length: int) -> Span:
    return min(span[0], length), min(span[1], length)


def _cleaned(written: Written) -> Written:
    """What a report can carry; marks are dropped where that moves them."""
    clean = clean_text(written.text)
    return written if clean == written.text else Written(clean, written.raw)
