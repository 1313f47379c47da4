"""What the panel beside a passage says and offers, for what stands at a place of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from workstation.dictation.passages import Passage
from workstation.reading.dictating import Change
from workstation.ui.marks import Found
from workstation.ui.passage_panel import Offer, PanelPart
from workstation.ui.speller import Speller
from workstation.ui.spoken_words import words_behind

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

_LONGEST_SHOWN = 220
Correct = Callable[[str, int, int, str], object]
"""Puts other text into a stretch of a field, as the reader's own edit."""


class PassageOffers:
    """Builds the panel's parts for one case.

    Parameters
    ----------
    apply
        Hands on what a method of dictation has changed.
    correct
        Changes a stretch of a field like typing.
    """

    def __init__(
        self, desk: Desk, case_key: str, apply: Callable[[Iterable[Change]], None], speller: Speller, correct: Correct
    ) -> None:
        self._desk = desk
        self._case_key = case_key
        self._apply = apply
        self._speller = speller
        self._correct = correct

    def of(self, field_id: str, text: str, found: Found, place: int, *, is_writable: bool) -> tuple[PanelPart, ...]:
        """The parts to show; none when nothing is known about the place."""
        parts: list[PanelPart] = []
        if found.misspelt is not None and is_writable:
            parts.append(self._spelling(field_id, text, found.misspelt))
        if found.passage is not None:
            parts += self._of_passage(found.passage, text, found, place, is_writable=is_writable)
        return tuple(parts)

    def _of_passage(
        self, passage: Passage, text: str, found: Found, place: int, *, is_writable: bool
    ) -> Iterator[PanelPart]:
        if is_writable:
            if passage.needs_choice:
                yield self._choice(passage)
            yield from self._guesses(passage, found)
            if passage.is_second and passage.other is not None and not passage.needs_choice:
                yield self._second_pass(passage, passage.other.text)
        yield PanelPart("Heard", _short(passage.written.raw), tuple(self._replays(passage, text, place)))

    def _spelling(self, field_id: str, text: str, span: tuple[int, int]) -> PanelPart:
        word = text[span[0] : span[1]]
        offers = [
            Offer(each, lambda each=each: self._correct(field_id, *span, each), f"Write {each}")  # type: ignore[misc]
            for each in self._speller.suggestions(word)
        ]
        offers.append(Offer("Add to my words", lambda: self._speller.add(word), f"Add {word} to my words"))
        return PanelPart("Not in the dictionary", word, tuple(offers))

    def _choice(self, passage: Passage) -> PanelPart:
        def choose(second: bool) -> Callable[[], None]:
            return lambda: self._apply(self._desk.dictation.choose(self._case_key, passage.utterance, second))

        other = passage.other.text if passage.other is not None else ""
        return PanelPart(
            "Two hearings differ",
            f"Second: {_short(other)}",
            (Offer("Keep first", choose(False)), Offer("Take second", choose(True))),
        )

    def _guesses(self, passage: Passage, found: Found) -> Iterator[PanelPart]:
        """The guess at the place first, then the others of the passage."""
        for each in sorted(passage.rewrites, key=lambda rewrite: rewrite is not found.rewrite):
            yield PanelPart(
                "A correction you taught" if each.why == "learnt" else "A guess",
                f"“{each.from_}” was heard, “{each.to}” is written.",
                (
                    Offer(
                        f"Use “{each.from_}”",
                        lambda each=each: self._apply(  # type: ignore[misc]
                            self._desk.dictation.take_back(self._case_key, passage.utterance, each)
                        ),
                        f"Use what was heard, {each.from_}",
                    ),
                ),
            )

    def _second_pass(self, passage: Passage, first: str) -> PanelPart:
        def take_back() -> None:
            self._apply(self._desk.dictation.take_back(self._case_key, passage.utterance, None))

        return PanelPart(
            "From the second pass. The first text was", _short(first), (Offer("Take the first text back", take_back),)
        )

    def _replays(self, passage: Passage, text: str, place: int) -> Iterator[Offer]:
        replay = self._desk.dictation.replay
        yield Offer("▶  Replay this phrase", lambda: replay(passage.utterance))
        inside = place - passage.start
        words = words_behind(text[passage.start : passage.end], passage.words, inside, inside)
        if words and any(each.end_s > each.start_s for each in words):
            said = " ".join(each.heard or each.text for each in words)
            yield Offer(f"▶  Replay “{said}”", lambda: replay(passage.utterance, words), f"Replay the word {said}")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1].rstrip()}…"
