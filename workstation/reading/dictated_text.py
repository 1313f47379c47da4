"""What is known of the dictated text of one case: where each utterance's text stands, what waits for the reader.

Pure: follows every change of the fields, whoever makes it, and recognises text that an undo brings back. It changes no
text itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from workstation.dictation.normaliser import Layout
from workstation.dictation.passages import Doubt, Passage, Span, Splice, doubts_in, is_glued, moved, touches
from workstation.dictation.words import Rewrite, Word

_KEPT_BEFORE = 8


@dataclass
class Dictated:
    """One utterance's text, and what nobody else needs to know of it.

    Attributes
    ----------
    passage
        Where and how it stands; its span is empty while it is gone.
    order
        Counts up: what was dictated last has the highest.
    is_low_accuracy
        The first engine's text is to be confirmed.
    is_gone
        The reader has deleted it; an undo may bring it back.
    before
        How it read before edits took something of it away: what an undo brings back.
    other_words
        What the engine of the other text heard.
    differs, chosen_second
        The two texts differ in a value; and which was chosen, None while none was.
    is_learnt
        What the reader made of it was learnt, which happens once.
    confirmed
        How it read when the reader confirmed its field; None while nobody has.
    layout
        How it sat in its field when it was written: the second pass is written in the same way.
    """

    passage: Passage
    order: int
    is_low_accuracy: bool = False
    is_gone: bool = False
    before: tuple[str, ...] = field(default=(), repr=False)
    other_words: tuple[Word, ...] = field(default=(), repr=False)
    differs: bool = False
    chosen_second: bool | None = None
    is_learnt: bool = False
    confirmed: str | None = field(default=None, repr=False)
    layout: Layout = field(default_factory=Layout)


class DictatedText:
    """All dictated text of one case."""

    def __init__(self) -> None:
        self._all: dict[str, Dictated] = {}
        self._unconfirmed: dict[str, str | None] = {}
        """Field → None; or, while the field is empty, the text that it had."""

    # --- looking -------------------------------------------------------------------------------------------------

    def all(self) -> Iterator[Dictated]:
        """Everything, also what is gone, in the order in which it was dictated."""
        return iter(sorted(self._all.values(), key=lambda each: each.order))

    def passages(self, field_id: str) -> tuple[Passage, ...]:
        """What stands in a field, by place."""
        found = (each.passage for each in self._all.values() if each.passage.field == field_id and not each.is_gone)
        return tuple(sorted(found, key=lambda passage: passage.start))

    def get(self, utterance: str) -> Dictated | None:
        """What stands of an utterance; None when nothing does."""
        found = self._all.get(utterance)
        return None if found is None or found.is_gone else found

    def has(self, utterance: str) -> bool:
        """Whether an utterance was ever written here."""
        return utterance in self._all

    def last(self) -> Dictated | None:
        """What was dictated last and still stands."""
        return next((each for each in reversed(list(self.all())) if not each.is_gone), None)

    def choices(self) -> tuple[Passage, ...]:
        """The passages of which a choice has to be made, in the order in which they were dictated."""
        return tuple(each.passage for each in self.all() if each.passage.needs_choice and not each.is_gone)

    def unconfirmed(self) -> tuple[str, ...]:
        """Fields with low-accuracy text that nobody has confirmed; an empty field holds none."""
        return tuple(sorted(name for name, emptied in self._unconfirmed.items() if emptied is None))

    @property
    def kept_unconfirmed(self) -> dict[str, str | None]:
        """For the draft: also fields that are empty just now."""
        return dict(self._unconfirmed)

    # --- what dictation does ---------------------------------------------------------------------------------------

    def add(self, dictated: Dictated) -> None:
        """New text was put in (the change itself was followed before), or is read back from a draft."""
        self._all[dictated.passage.utterance] = dictated

    def next_order(self) -> int:
        """For the next text."""
        return max((each.order for each in self._all.values()), default=0) + 1

    def set(self, passage: Passage) -> Dictated:
        """A passage stands differently now."""
        found = self._all[passage.utterance]
        found.passage = passage
        return found

    def must_be_confirmed(self, field_id: str, emptied: str | None = None) -> None:
        """Low-accuracy text came into this field."""
        self._unconfirmed[field_id] = emptied

    def confirm(self, field_id: str, text: str) -> None:
        """The reader has read the field, whose text this is."""
        self._unconfirmed.pop(field_id, None)
        for each in self._all.values():
            if each.passage.field == field_id and not each.is_gone:
                each.confirmed = text[each.passage.start : each.passage.end]

    # --- following changes -------------------------------------------------------------------------------------------

    def follow(
        self, field_id: str, splice: Splice, old: str, *, but: str = "", is_by_hand: bool = False
    ) -> None:  # fmt: skip
        """A field's text ``old`` was changed.

        Parameters
        ----------
        but
            The utterance whose text dictation changes; what becomes of that is the caller's business.
        is_by_hand
            By the reader, which may be an undo that brings text back; dictation brings only new text.
        """
        new = splice.apply(old)
        mine = [each for each in self.all() if each.passage.field == field_id and each.passage.utterance != but]
        touched: list[Dictated] = []
        for each in mine:
            span = moved(each.passage.span, splice)
            if not each.is_gone and (touches(each.passage.span, splice) or is_glued(new, span)):
                touched.append(each)
            else:
                each.passage = each.passage.at(span)
        away = [each for each in self.all() if each.is_gone and each.passage.field != field_id] if is_by_hand else []
        found = self._found(mine, touched, away, splice, old, is_by_hand=is_by_hand)
        for each in touched:
            if each.passage.utterance not in found:
                _edit(each, splice, old, found.values())
        self._follow_confirmation(field_id, old, new)
        for each in (*mine, *away):
            if each.passage.utterance in found:
                each.passage = replace(each.passage, field=field_id)
                is_back = _stand(each, found[each.passage.utterance], new)
                self._ask_again(each, new, is_back=is_back)
        for each in touched:
            if is_by_hand and each.passage.utterance not in found:
                self._ask_again(each, new, is_back=False)

    def _ask_again(self, each: Dictated, new: str, *, is_back: bool) -> None:
        """An undo, or moving text, brings words of a low-accuracy engine that the reader has not confirmed so."""
        passage = each.passage
        now = new[passage.start : passage.end]
        is_of_engine = is_back or now == passage.written.text
        if each.is_low_accuracy and not each.is_gone and is_of_engine and now != each.confirmed:
            self.must_be_confirmed(passage.field)

    def _found(
        self,
        mine: Sequence[Dictated],
        touched: list[Dictated],
        away: Sequence[Dictated],
        splice: Splice,
        old: str,
        *,
        is_by_hand: bool,
    ) -> dict[str, Span]:
        """Texts that stand in the changed field as they stood before: moved, also here from another field (``away``:
        what is gone there), or brought back by an undo.

        The change is known only as the one stretch in which the texts differ, which need not be what was deleted or
        typed: of "No effusion. No edema." without its first sentence the end of the first is gone and the beginning
        of the second.
        """
        new = splice.apply(old)
        changed = (splice.start, splice.start + len(splice.inserted))
        taken = [each.passage.span for each in mine if not each.is_gone and each not in touched]
        found: dict[str, Span] = {}

        def look(each: Dictated) -> None:
            was, is_ruin = each.passage.span, _is_ruin(each)
            texts = [*(each.before if is_by_hand else ())]
            if each in touched and not is_ruin:
                texts.append(old[was[0] : was[1]])
            blocked = [span for span in taken if span != was or each in touched or each.is_gone]
            where = (0, len(new)) if is_by_hand and is_ruin else changed
            spans = (_nearest(new, text, where, was[0], blocked) for text in texts if _has_word(text))
            span = next((span for span in spans if span is not None), None)
            if span is not None:
                found[each.passage.utterance] = span
                taken.append(span)

        for each in sorted((each for each in mine if not each.is_gone), key=lambda item: item.passage.start):
            look(each)
        # What is left of an edited passage is that passage, and not an older one that read the same.
        taken += [moved(each.passage.span, splice) for each in touched if each.passage.utterance not in found]
        for each in sorted((each for each in mine if each.is_gone and is_by_hand), key=lambda item: -item.order):
            look(each)
        for each in sorted(away, key=lambda item: -item.order):
            whole = [text for text in each.before if _has_word(text) and len(text) <= len(splice.inserted)]
            span = next(filter(None, (_nearest(new, text, changed, splice.start, taken) for text in whole)), None)
            if span is not None:
                found[each.passage.utterance] = span
                taken.append(span)
        return found

    def _follow_confirmation(self, field_id: str, old: str, new: str) -> None:
        """A field that was emptied has nothing to confirm, until text that it had comes back."""
        if field_id not in self._unconfirmed:
            return
        emptied = self._unconfirmed[field_id]
        if emptied is None:
            self._unconfirmed[field_id] = old if not new.strip() else None
            return
        mine = (each for each in self._all.values() if each.passage.field == field_id)
        if new == emptied or any(each.is_low_accuracy and not each.is_gone for each in mine):
            self._unconfirmed[field_id] = None


def _edit(each: Dictated, splice: Splice, old: str, taken: Collection[Span]) -> None:
    """The reader has changed the text of a passage, or taken it away."""
    passage = each.passage
    was, span = passage.span, moved(passage.span, splice)
    if not _is_ruin(each):
        before = (*each.before, old[was[0] : was[1]])
        each.before = (*before[:1], *before[1:][1 - _KEPT_BEFORE :])  # of many edits the first had the whole
    left = splice.apply(old)[span[0] : span[1]]
    if not _has_word(left) or any(start < span[1] and span[0] < end for start, end in taken):
        each.passage, each.is_gone = replace(passage, start=span[0], end=span[0], is_edited=True), True
        return
    each.passage = _with_marks_moved(replace(passage.at(span), is_edited=True), passage, splice)
    _recognise(each, left)


def _stand(each: Dictated, span: Span, new: str) -> bool:
    """The text of a passage stands here as it stood before; say whether it is back after an edit or a deletion."""
    text = new[span[0] : span[1]]
    was_damaged = text in each.before
    each.passage = each.passage.at(span)
    if was_damaged:
        each.is_gone, each.before = False, each.before[: each.before.index(text)]
        each.passage = replace(each.passage, doubts=(), rewrites=())
        _recognise(each, text)
    return was_damaged


def standing(passage: Passage, doubts: tuple[Doubt, ...]) -> Passage:
    """A passage whose text is as it was written, with all its marks."""
    guesses = tuple(each for each in passage.written.rewrites if each.is_guess)
    return replace(passage, doubts=doubts, rewrites=guesses)


def swapped(each: Dictated) -> None:
    """The text of the other pass stands now."""
    passage = each.passage
    assert passage.other is not None  # noqa: S101 - callers have looked
    words, each.other_words = each.other_words, passage.words
    now = replace(passage, written=passage.other, other=passage.written, words=words, is_second=not passage.is_second)
    each.passage = standing(now, doubts_in(now.written, words))


def _recognise(each: Dictated, text: str) -> None:
    """Marks of a passage whose text was changed by hand, perhaps back to what it was."""
    passage = each.passage
    if passage.other is not None and text == passage.other.text and text != passage.written.text:
        swapped(each)
        if each.differs:
            each.passage = replace(each.passage, needs_choice=each.chosen_second != each.passage.is_second)
    elif text == passage.written.text:
        each.passage = standing(passage, doubts_in(passage.written, passage.words))
        if each.differs:
            each.passage = replace(each.passage, needs_choice=each.chosen_second != passage.is_second)


def _with_marks_moved(now: Passage, old: Passage, splice: Splice) -> Passage:
    """The marks of a passage that was edited: those that the edit touched are gone."""
    doubts, rewrites = [], []
    for doubt in old.doubts:
        span = _relative(now, old, (doubt.start, doubt.end), splice)
        if span is not None:
            doubts.append(replace(doubt, start=span[0], end=span[1]))
    for mark in old.rewrites:
        span = _relative(now, old, (mark.start, mark.end), splice)
        if span is not None:
            rewrites.append(_at(mark, span))
    return replace(now, doubts=tuple(doubts), rewrites=tuple(rewrites))


def _relative(now: Passage, old: Passage, mark: Span, splice: Splice) -> Span | None:
    span = (old.start + mark[0], old.start + mark[1])
    if touches(span, splice):
        return None
    start, end = moved(span, splice)
    return (start - now.start, end - now.start) if now.start <= start and end <= now.end else None


def _at(mark: Rewrite, span: Span) -> Rewrite:
    return replace(mark, start=span[0], end=span[1])


def _is_ruin(each: Dictated) -> bool:
    """Whether hardly anything is left of a text; then it is looked for in the whole field, not only at the change."""
    passage = each.passage
    return bool(each.before) and (each.is_gone or 2 * (passage.end - passage.start) < len(each.before[0]))


def _has_word(text: str) -> bool:
    """Whether more than marks are there: a lone full stop is no passage that could be known again."""
    return any(letter.isalnum() for letter in text)


def _nearest(new: str, wanted: str, changed: Span, near: int, taken: Collection[Span]) -> Span | None:
    """Where ``wanted`` stands by itself at what was changed, in the place nearest to where it was."""
    found: list[Span] = []
    at = new.find(wanted, max(0, changed[0] - len(wanted))) if wanted else -1
    while at != -1 and at <= changed[1]:
        span = (at, at + len(wanted))
        if not is_glued(new, span) and not any(start < span[1] and span[0] < end for start, end in taken):
            found.append(span)
        at = new.find(wanted, at + 1)
    return min(found, key=lambda span: abs(span[0] - near), default=None)
