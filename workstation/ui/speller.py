"""The spell check for the windows: its words are read in the background on first use, the reader's own are added."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.marks import Span

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

START_AFTER_MS = 4000


class SpellingWords(Protocol):
    """What is needed of `workstation.dictation.spelling.Spelling`."""

    def unknown_in(self, text: str) -> tuple[Span, ...]: ...

    def suggestions(self, word: str) -> tuple[str, ...]: ...

    def with_own(self, own: tuple[str, ...]) -> SpellingWords: ...


def load_spelling(own: tuple[str, ...], cancel: CancelToken) -> SpellingWords:
    """The words that ship with the program; takes about a second."""
    from workstation.dictation.lexicon import Lexicon  # read on first use, never at program start
    from workstation.dictation.spelling import Spelling

    lexicon = Lexicon.load()
    cancel.raise_if_cancelled()
    return Spelling.load(own, lexicon)


class Speller(QObject):
    """Knows misspelt words once its lists are read; before that, none are.

    Parameters
    ----------
    load
        Reads the lists; runs in the background.
    start_after_ms
        When it is read: not while a case is opened, which is the busiest moment.
    """

    changed = Signal()

    def __init__(
        self,
        desk: Desk,
        tasks: TaskRunner,
        parent: QObject | None = None,
        *,
        load: Callable[[tuple[str, ...], CancelToken], SpellingWords] = load_spelling,
        start_after_ms: int = START_AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._load = load
        self._words: SpellingWords | None = None
        self._own: tuple[str, ...] = ()
        self._is_asked = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(start_after_ms)
        self._later.timeout.connect(self._read)

    def start(self) -> None:
        """Read the lists soon, once; only for reports in English, whose words they are."""
        if not self._is_asked and self._desk.dictation.state.language.startswith("en"):
            self._is_asked = True
            self._later.start()

    def _read(self) -> None:
        own = self._own = tuple(self._desk.dictation.own_words)
        self._tasks.run(
            lambda cancel: self._load(own, cancel), owner=self, on_success=self._loaded, on_failure=self._failed
        )

    def misspelt(self, text: str, typing_at: int | None = None) -> tuple[Span, ...]:
        """Where words stand that are none; the word that is just being typed is left alone."""
        if self._words is None:
            return ()
        self._take_own_words(self._words)
        return tuple(span for span in self._words.unknown_in(text) if typing_at is None or span[1] != typing_at)

    def suggestions(self, word: str) -> tuple[str, ...]:
        """What might have been meant."""
        return self._words.suggestions(word) if self._words is not None else ()

    def add(self, word: str) -> None:
        """Keep a word among the reader's own."""
        self._desk.dictation.add_word(word)
        self.follow_own_words()

    def follow_own_words(self) -> None:
        """Take over which words the reader has added."""
        if self._words is not None:
            self._take_own_words(self._words)
            self.changed.emit()

    def _take_own_words(self, words: SpellingWords) -> None:
        own = tuple(self._desk.dictation.own_words)
        if own != self._own:
            self._own, self._words = own, words.with_own(own)

    def _loaded(self, words: SpellingWords) -> None:
        self._words = words
        self.changed.emit()

    def _failed(self, _error: UserFacingError) -> None:
        """Without its lists no word is marked; everything else goes on."""
