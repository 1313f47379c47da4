"""Correcting misheard terms after recognition: "hypotenuating" → hypoattenuating, "plural effusion" → pleural effusion.

Every correction is a guess: it is marked, and what was heard is one click away. A guess is made only where it is safe:

- a word that is no word of English or of radiology may become the one term that is near it in letters and in sound;
- a word of English may become a term only as part of a longer term whose other words were heard exactly;
- two or three words may become one term that they spell nearly exactly;
- words that carry a value (`protected`) are never touched, nothing becomes such a word, and a prefix never turns into
its opposite (hypo-, hyper-; intra-, extra-; …).

What the reader has corrected twice comes before all this (`learnt_corrections`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from workstation.dictation.correction_terms import CorrectionTerms, Near, ends_alike, opposite_prefixes, sound_key
from workstation.dictation.learnt_corrections import MOST_WORDS, LearntCorrections
from workstation.dictation.opposites import are_opposites, negates
from workstation.dictation.protected import keeps_values, protected_words
from workstation.dictation.words import Why, Word

NON_WORD, IN_TERM, IN_TERM_ENGLISH, MERGED, SPLIT = 0.74, 0.70, 0.78, 0.86, 0.88
"""Least nearness (mean of letters and sound, 0 to 1) for each kind of guess."""
_SURE = 0.95
_SURE_AND_NEAR = 0.90
_UNSURE = 0.6
_LETTERS_AT_LEAST = 0.66
_LEAD = 0.03
_SHORTEST = 5
_MOST_JOINED = 3
_MARKS = '.,;:!?()[]"“”'


@dataclass(frozen=True)
class _Guess:
    """Words ``first`` to ``end`` (exclusive) as they should have been heard."""

    first: int
    end: int
    text: str = field(repr=False)
    why: Why
    near: float


class LexiconCorrection:
    """The correction stage.

    Parameters
    ----------
    terms
        What words may become.
    is_word
        Whether a word (lower case) is ordinary English.
    learnt
        What the reader has corrected.
    """

    def __init__(
        self, terms: CorrectionTerms, is_word: Callable[[str], bool], learnt: LearntCorrections | None = None
    ) -> None:
        self._terms = terms
        self._is_word = is_word
        self._learnt = learnt or LearntCorrections()

    def with_learnt(self, learnt: LearntCorrections) -> LexiconCorrection:
        """The same stage with other learnt corrections."""
        return LexiconCorrection(self._terms, self._is_word, learnt)

    def corrected(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The words with misheard terms replaced; a replaced `Word` keeps what was heard, and why.

        The protected values stay the same in any case: where a guess would change one, nothing is replaced.
        """
        result = tuple(self._replaced(words))
        return result if keeps_values(words, result) else tuple(words)

    def _replaced(self, words: Sequence[Word]) -> Iterator[Word]:
        """What was learnt first; then guesses, on what is left."""
        settled = tuple(self._by_learning(words))
        untouchable = protected_words([word for word, _ in settled]) | {
            index for index, (_, is_settled) in enumerate(settled) if is_settled
        }
        yield from self._by_guessing([word for word, _ in settled], untouchable)

    def _by_learning(self, words: Sequence[Word]) -> Iterator[tuple[Word, bool]]:
        """The words, and whether the reader's corrections have settled them.

        Taking a guess back teaches too: then what was heard is what was meant.
        """
        untouchable, at = protected_words(words), 0
        while at < len(words):
            found = self._learnt_at(words, at, untouchable)
            if found is None:
                yield words[at], False
                at += 1
                continue
            end, meant = found
            yield from ((word, True) for word in _as_corrected(words, _Guess(at, end, meant, "learnt", 1.0)))
            at = end

    def _learnt_at(self, words: Sequence[Word], i: int, untouchable: frozenset[int]) -> tuple[int, str] | None:
        for end in range(_stretch_end(words, i, untouchable, MOST_WORDS), i, -1):
            meant = self._learnt.meant(" ".join(_core(word.text) for word in words[i:end]))
            if meant is not None:
                return end, meant
        return None

    def _by_guessing(self, words: Sequence[Word], untouchable: frozenset[int]) -> Iterator[Word]:
        at = 0
        while at < len(words):
            ends = range(_stretch_end(words, at, untouchable, _MOST_JOINED), at, -1)
            guesses = (self._span_guess(words, at, end) for end in ends)
            guess = next((found for found in guesses if found and self._keeps_opposites(words, found)), None)
            if guess is None:
                yield words[at]
                at += 1
                continue
            yield from _as_corrected(words, guess)
            at = guess.end

    def _span_guess(self, words: Sequence[Word], first: int, end: int) -> _Guess | None:
        heard = [_core(word.text).lower() for word in words[first:end]]
        if not all(part.replace("-", "").replace("'", "").isalpha() for part in heard):
            return None
        if end - first == 1:
            return self._single(words[first], heard[0], first)
        return self._in_term(words, heard, first) or self._merged(heard, first)

    def _single(self, word: Word, heard: str, at: int) -> _Guess | None:
        """A word that is none: the one term near it."""
        if len(heard) < _SHORTEST or self._is_known(heard):
            return None
        near = self._terms.nearest(heard)
        enough = _SURE_AND_NEAR if word.confidence is not None and word.confidence >= _SURE else NON_WORD
        best = _clear_best(heard, near, enough, _LETTERS_AT_LEAST)
        if best is not None and (" " not in best.text or best.both >= SPLIT):
            return _Guess(at, at + 1, best.text, "lexicon", best.both)
        return None

    def _in_term(self, words: Sequence[Word], heard: Sequence[str], first: int) -> _Guess | None:
        """A word that differs from a term in a place where all other words of that term were heard."""
        for place, part in enumerate(heard):
            if len(part) < _SHORTEST - 1 or self._terms.has_word(part):
                continue
            fitting = self._terms.fillers(tuple(heard), place)
            near = sorted((self._terms.near(part, other) for other in fitting), key=lambda item: -item.both)
            both, letters = self._needed_in_term(part, words[first + place])
            best = _clear_best(part, near, both, letters)
            if best is not None:
                text = " ".join([*heard[:place], best.text, *heard[place + 1 :]])
                return _Guess(first, first + len(heard), text, "lexicon", best.both)
        return None

    def _needed_in_term(self, part: str, word: Word) -> tuple[float, float]:
        """How near, in both and in letters, a word must be to the one that its term has in this place."""
        confidence = word.confidence if word.confidence is not None else 1.0
        if confidence >= _SURE and word.confidence is not None:
            return _SURE_AND_NEAR, 0.8
        if self._is_known(part):
            return IN_TERM_ENGLISH, 0.8
        return (IN_TERM - 0.05, 0.55) if confidence < _UNSURE else (IN_TERM, 0.6)

    def _merged(self, heard: Sequence[str], first: int) -> _Guess | None:
        """Words that together spell one term: "sub dural", "spondylo listhesis"."""
        joined = "".join(heard)
        if len(joined) < 8 or self._terms.has_term(" ".join(heard)):
            return None
        best = _clear_best(joined, self._terms.nearest(joined), MERGED, MERGED - 0.05)
        if best is None or " " in best.text or best.text in heard:
            return None
        if best.letters < 1 and any(self._terms.has_word(part) and len(part) > 4 for part in heard):
            return None  # a part that is a term was heard rightly, unless the whole is spelt exactly
        return _Guess(first, first + len(heard), best.text, "lexicon", best.both)

    def _keeps_opposites(self, words: Sequence[Word], guess: _Guess) -> bool:
        """Whether normal stays normal, and no word of English becomes such a word."""
        heard = " ".join(_core(word.text).lower() for word in words[guess.first : guess.end])
        new = [part for part in guess.text.lower().split() if part not in heard.split()]
        old = [part for part in heard.split() if part not in guess.text.lower().split()]
        turns = are_opposites if len(old) == len(new) else negates  # "sub dural" may be joined, "a vascular" may not
        if any(turns(one, other) for one in old if self._is_known(one) for other in new):
            return False
        is_word = all(self._is_known(part) for part in heard.split())
        return keeps_values(heard, guess.text, may_add_opposites=not is_word)

    def _is_known(self, heard: str) -> bool:
        parts = [part for part in heard.removesuffix("'s").split("-") if part]
        return all(self._terms.has_word(part) or self._is_word(part) for part in parts)


def _clear_best(heard: str, near: Sequence[Near], enough: float, letters: float) -> Near | None:
    """The nearest term, if it is near enough and no other is about as near."""
    fair = [_judged(heard, item) for item in near if not opposite_prefixes(heard, item.text)]
    ranked = sorted(fair, key=lambda item: -item.both)
    if not ranked or ranked[0].both < enough or ranked[0].letters < letters:
        return None
    best = ranked[0]
    begins_alike = sound_key(best.text)[:1] == sound_key(heard)[:1]
    is_contested = len(ranked) > 1 and best.both - ranked[1].both < _LEAD
    has_opposite = any(
        (opposite_prefixes(best.text, item.text) or are_opposites(best.text, item.text)) and best.both - item.both < 0.1
        for item in near
    )
    only_in_number = {heard, best.text} in ({best.text, f"{best.text}s"}, {heard, f"{heard}s"})
    return best if begins_alike and not (is_contested or has_opposite or only_in_number) else None


def _judged(heard: str, item: Near) -> Near:
    """Another ending is another word: "hypotenuation" is rather hypoattenuation than hypoattenuating."""
    return item if ends_alike(heard, item.text) else replace(item, both=item.both - 0.06)


def _core(text: str) -> str:
    return text.strip(_MARKS)


def _stretch_end(words: Sequence[Word], i: int, untouchable: frozenset[int], most: int) -> int:
    """Index behind the longest stretch from ``i`` that may be corrected as one; ``i`` where there is none."""
    end = i
    while end < i + most and end not in untouchable and _may_join(words, i, end + 1):
        end += 1
    return end


def _may_join(words: Sequence[Word], first: int, end: int) -> bool:
    """Whether the words are one stretch: no mark and no line end between them."""
    if end > len(words):
        return False
    inner = words[first : end - 1]
    return all(_core(word.text) == word.text.lstrip(_MARKS) and _core(word.text) for word in inner) and all(
        word.text[:1] not in _MARKS for word in words[first + 1 : end]
    )


def _as_corrected(words: Sequence[Word], guess: _Guess) -> Iterator[Word]:
    """One word for the stretch; words in it that did not change stay as they are, before and behind it."""
    taken, target = list(words[guess.first : guess.end]), guess.text.split()
    if len(target) == len(taken):
        for word, new in zip(taken, target, strict=True):
            yield word if _core(word.text).lower() == new.lower() else _one_for([word], new, guess.why)
        return
    yield _one_for(taken, guess.text, guess.why)


def _one_for(taken: Sequence[Word], text: str, why: Why) -> Word:
    first, last = taken[0], taken[-1]
    before = first.text[: len(first.text) - len(first.text.lstrip(_MARKS))]
    behind = last.text[len(last.text.rstrip(_MARKS)) :]
    known = [word.confidence for word in taken if word.confidence is not None]
    heard = " ".join(word.heard or word.text for word in taken)
    return Word(f"{before}{text}{behind}", min(known) if known else None, first.start_s, last.end_s, heard, why)
