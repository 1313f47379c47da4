"""The text stages in their order: what was heard is corrected with the lexicon, then written as a report says it."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.dictation.correction_terms import CorrectionTerms
from workstation.dictation.english_words import is_english
from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.lexicon_correction import LexiconCorrection
from workstation.dictation.normaliser import Layout, write_out
from workstation.dictation.words import Word, Written


class TextStages:
    """Turns words into text.

    Parameters
    ----------
    correction
        The correction of misheard terms; None writes what was heard.
    """

    def __init__(self, correction: LexiconCorrection | None = None) -> None:
        self._correction = correction

    @classmethod
    def of(cls, lexicon: Lexicon, learnt: LearntCorrections | None = None) -> TextStages:
        """With correction by a lexicon and by what the reader has corrected (half a second to build)."""
        terms = CorrectionTerms(lexicon.spoken_variants)
        return cls(LexiconCorrection(terms, is_english(lexicon.pronunciations), learnt))

    def with_learnt(self, learnt: LearntCorrections) -> TextStages:
        """The same stages with other learnt corrections."""
        return TextStages(self._correction.with_learnt(learnt) if self._correction is not None else None)

    def write(self, words: Sequence[Word], layout: Layout | None = None) -> Written:
        """The text of an utterance, with a mark for each stretch that is not as it was heard."""
        return write_out(self._correction.corrected(words) if self._correction is not None else words, layout)
