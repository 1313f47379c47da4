"""What dictation has learnt from the reader: corrections, and the reader's own words; all of it can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workstation.dictation.learnt_corrections import TIMES_NEEDED, LearntCorrection
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, label, row

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

WIDTH, HEIGHT, WORDS_WIDTH = 960, 420, 280
WHAT = (
    "When you correct a word that was dictated, Lightbox remembers what it heard and what you meant, and from the "
    "second time on it writes what you meant, marked and one click from what was heard."
)
NEVER = (
    "Negation, side, numbers, units and levels are never learnt: correcting them says nothing about the next report."
)
NOTHING_LEARNT = "Nothing has been learnt yet. Correct a dictated word in a report, and it appears here."
NOTHING_FOUND = "Nothing learnt has these words."
_HEARD = Qt.ItemDataRole.UserRole


class CorrectionsPage(Overlay):
    """A sheet over the window, on what ``desk.dictation`` has learnt from this reader."""

    changed = Signal()

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "What dictation has learnt")
        self._dictation = desk.dictation
        self._removed: tuple[LearntCorrection, ...] = ()
        self._removed_words: tuple[str, ...] = ()
        self._typed = named(QLineEdit(), "Correction to find")
        self._typed.setPlaceholderText("Type part of what was heard or meant")
        self._table = named(QTreeWidget(), "Corrections learnt")
        self._empty = label("", "caption", name="No corrections", wrap=True)
        self._count = label("", "caption", name="Corrections shown")
        self._remove = button("Remove", "Remove the selected corrections", self._remove_corrections, key="Del")
        self._undo = button("Put back", "Put the removed back", self._put_back)
        self._word = named(QLineEdit(), "Own word to add")
        self._word.setPlaceholderText("A name or word of your own")
        self._words = named(QListWidget(), "Own words")
        self._no_words = label("No words of your own yet.", "caption", name="No own words", wrap=True)
        self._remove_word = button("Remove", "Remove the selected own words", self._remove_words, key="Del")
        self._says = label("", "warn", name="What corrections say", wrap=True)
        self._lay_out_sheet()
        self._connect()

    def first_focus(self) -> QWidget:
        return self._typed

    def open(self) -> None:
        """Show what has been learnt up to now."""
        self._removed, self._removed_words = (), ()
        self._typed.clear()
        self._word.clear()
        self._say("")
        self.refresh()
        super().open()

    def refresh(self) -> None:
        """Show what has been learnt, anew."""
        self._fill_corrections()
        self._fill_words()
        self._undo.setVisible(bool(self._removed or self._removed_words))
        self._choice_changed()

    # --- corrections

    def _fill_corrections(self) -> None:
        entries = self._dictation.learnt.entries
        words = self._typed.text().casefold().split()
        shown = [each for each in reversed(entries) if _has(each, words)]
        self._table.clear()
        for each in shown:
            self._table.addTopLevelItem(_item(each))
        self._table.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        self._empty.setText(NOTHING_FOUND if entries else NOTHING_LEARNT)
        self._count.setText(_counted(len(shown), len(entries)))

    def _remove_corrections(self) -> None:
        heard = [str(item.data(0, _HEARD)) for item in self._table.selectedItems()]
        gone = tuple(each for each in self._dictation.learnt.entries if each.heard in heard)
        if gone and self._try(lambda: _each(self._dictation.forget, [each.heard for each in gone])):
            self._removed, self._removed_words = gone, ()
            self._done()
            self._say(f"{_things(len(gone), 'correction')} forgotten.")
            self._typed.setFocus()

    # --- own words

    def _fill_words(self) -> None:
        words = sorted(self._dictation.own_words, key=str.casefold)
        self._words.clear()
        self._words.addItems(words)
        self._words.setVisible(bool(words))
        self._no_words.setVisible(not words)

    def _add_word(self) -> None:
        word = " ".join(self._word.text().split())
        if not word:
            return
        if word in self._dictation.own_words:
            self._say(f"{word} is there already.")
        elif not _is_word(word):
            self._say("An own word is one to three words of letters; hyphens and apostrophes may stand in it.")
        elif self._try(lambda: self._dictation.add_word(word)):
            self._word.clear()
            self._done()

    def _remove_words(self) -> None:
        gone = tuple(item.text() for item in self._words.selectedItems())
        if gone and self._try(lambda: _each(self._dictation.remove_word, gone)):
            self._removed, self._removed_words = (), gone
            self._done()
            self._say(f"{_things(len(gone), 'own word')} removed.")
            self._word.setFocus()

    # --- both

    def _put_back(self) -> None:
        def back() -> None:
            if self._removed:
                self._dictation.put_back(self._removed)
            _each(self._dictation.add_word, self._removed_words)

        if self._try(back):
            self._removed, self._removed_words = (), ()
            self._done()
            self._typed.setFocus()

    def _try(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except UserFacingError as error:
            self._say(str(error))
            self.refresh()
            return False
        return True

    def _done(self) -> None:
        self._say("")
        self.refresh()
        self.changed.emit()

    def _say(self, text: str) -> None:
        self._says.setText(text)
        self._says.setVisible(bool(text))

    def _choice_changed(self) -> None:
        self._remove.setEnabled(bool(self._table.selectedItems()))
        self._remove_word.setEnabled(bool(self._words.selectedItems()))

    # --- looks and keys

    def _lay_out_sheet(self) -> None:
        self._prepare_lists()
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.m)
        layout.addWidget(label("What dictation has learnt from you", "title"))
        layout.addWidget(label(f"{WHAT} {NEVER}", name="What is learnt and what never is", wrap=True))
        both = QHBoxLayout()
        both.setSpacing(TOKENS.spacing.xl)
        both.addWidget(self._corrections_side(), 1)
        both.addWidget(self._words_side())
        layout.addLayout(both)
        layout.addLayout(row(self._says, 1, self._undo, button("Close", "Close corrections", self.shut, key="Esc")))

    def _corrections_side(self) -> QWidget:
        side = QWidget()
        inside = QVBoxLayout(side)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(row(label("Corrections"), self._typed))
        inside.addWidget(self._table, 1)
        inside.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(row(self._count, 1, self._remove))
        side.setFixedHeight(TOKENS.px(HEIGHT))
        return side

    def _words_side(self) -> QWidget:
        side = QWidget()
        side.setFixedSize(TOKENS.px(WORDS_WIDTH), TOKENS.px(HEIGHT))
        inside = QVBoxLayout(side)
        inside.setContentsMargins(0, 0, 0, 0)
        add = button("Add", "Add the own word", self._add_word, key="Enter")
        inside.addLayout(row(label("Own words"), self._word, add))
        inside.addWidget(self._words, 1)
        inside.addWidget(self._no_words, 1, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(row(label("Heard and spelt as you write them.", "caption"), 1, self._remove_word))
        return side

    def _prepare_lists(self) -> None:
        several = QAbstractItemView.SelectionMode.ExtendedSelection
        self._table.setHeaderLabels(["Heard", "Meant", "Corrected", "In use"])
        self._table.setRootIsDecorated(False)
        self._table.setUniformRowHeights(True)
        self._table.setSelectionMode(several)
        header = self._table.header()
        header.setStretchLastSection(False)
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._words.setSelectionMode(several)

    def _connect(self) -> None:
        self._typed.textChanged.connect(self.refresh)
        self._word.returnPressed.connect(self._add_word)
        self._table.itemSelectionChanged.connect(self._choice_changed)
        self._words.itemSelectionChanged.connect(self._choice_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del removes what is selected in the list that has the keyboard."""
        if event.key() == Qt.Key.Key_Delete and self._table.hasFocus():
            self._remove_corrections()
        elif event.key() == Qt.Key.Key_Delete and self._words.hasFocus():
            self._remove_words()
        else:
            super().keyPressEvent(event)
            return
        event.accept()


def _each(work: Callable[[str], None], words: Iterable[str]) -> None:
    for word in words:
        work(word)


def _item(entry: LearntCorrection) -> QTreeWidgetItem:
    times = "once" if entry.times == 1 else f"{entry.times} times"
    use = "yes" if entry.is_used else f"from the {_ordinal(TIMES_NEEDED)} time on"
    item = QTreeWidgetItem([entry.heard, entry.meant, times, use])
    item.setData(0, _HEARD, entry.heard)
    for column in (0, 1):
        item.setToolTip(column, item.text(column))
    if not entry.is_used:
        item.setForeground(3, QColor(TOKENS.text.secondary))
    return item


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _has(entry: LearntCorrection, words: Iterable[str]) -> bool:
    text = f"{entry.heard} {entry.meant}".casefold()
    return all(word in text for word in words)


def _counted(shown: int, every: int) -> str:
    return _things(every, "correction") if shown == every else f"{shown} of {_things(every, 'correction')}"


def _things(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _is_word(text: str) -> bool:
    """One to three words of letters."""
    words: Sequence[str] = text.split()
    bare = text.replace("-", "").replace("'", "").replace("’", "").replace(" ", "")
    return 1 <= len(words) <= 3 and bare.isalpha() and len(text) <= 60
