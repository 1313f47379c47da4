"""Small sheets that ask what a spoken command has said already: one of some choices, or words of the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, label, row

WIDTH = 480
MOST_LINES = 12
_LINE = 26
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ChoiceSheet(Overlay):
    """Lists choices; typing narrows, Enter takes the one in hand."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "Choice")
        self._choices: tuple[str, ...] = ()
        self._then: Callable[[str], object] = lambda _choice: None
        self._title = label("", "title", name="Choice of")
        self._typed = named(QLineEdit(), "Choice to find")
        self._list = named(QListWidget(), "Choices")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setStyleSheet(f"QListWidget::item {{ min-height: {_LINE}px; }} QListWidget {{ background: none; }}")
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.m] * 4))
        for part in (self._title, self._typed, self._list):
            layout.addWidget(part)
        self._typed.textChanged.connect(self._fill)
        self._typed.installEventFilter(self)
        self._list.itemClicked.connect(lambda _item: self._take())

    def ask(self, title: str, choices: Sequence[str], then: Callable[[str], object]) -> None:
        """Open with these; ``then`` gets the one that is taken."""
        self._choices, self._then = tuple(choices), then
        self._title.setText(title)
        self._typed.clear()
        self._fill()
        self._list.setFixedHeight((_LINE + 2) * min(max(1, len(self._choices)), MOST_LINES))
        self.open()

    def first_focus(self) -> QWidget:
        return self._typed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list and Enter takes while the text keeps the keyboard."""
        if watched is self._typed and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                last = self._list.count() - 1
                self._list.setCurrentRow(max(0, min(last, self._list.currentRow() + _STEPS[key])))
                return True
            if key in _ENTER:
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        words = self._typed.text().casefold().split()
        self._list.clear()
        self._list.addItems([each for each in self._choices if all(word in each.casefold() for word in words)])
        self._list.setCurrentRow(0)

    def _take(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.shut()
            self._then(item.text())


class WordsSheet(Overlay):
    """Asks for words of the field in hand, and for what takes their place."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "Words of the report")
        self._then: Callable[[str, str], bool] = lambda _words, _other: True
        self._title = label("", "title", name="What to do with words")
        self._words = named(QLineEdit(), "Words")
        self._words.setPlaceholderText("Words as they stand in the field")
        self._other = named(QLineEdit(), "Words instead")
        self._other.setPlaceholderText("What stands there instead")
        self._trouble = label("", "warn", name="Words not found", wrap=True)
        self._do = button("Do it", "Do it with these words", self._take, key="Enter", role="primary")
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.m] * 4))
        for part in (self._title, self._words, self._other, self._trouble):
            layout.addWidget(part)
        layout.addLayout(row(1, button("Give up", "Give up", self.shut, key="Esc"), self._do))
        for each in (self._words, self._other):
            each.returnPressed.connect(self._take)

    def ask(self, title: str, then: Callable[[str, str], bool], *, with_other: bool = False) -> None:
        """Open; ``then`` gets the words and those instead, and says whether it could be done."""
        self._then = then
        self._title.setText(title)
        for each in (self._words, self._other):
            each.clear()
        self._other.setVisible(with_other)
        self._trouble.hide()
        self.open()

    def first_focus(self) -> QWidget:
        return self._words

    def _take(self) -> None:
        words, other = self._words.text().strip(), self._other.text().strip()
        if not words or (not other and self._other.isVisible()):
            (self._other if words else self._words).setFocus()
            return
        self.shut()  # first, so that the keyboard is in the field again
        if not self._then(words, other):
            self.open()
            self._trouble.setText("These words do not stand in the field in hand.")
            self._trouble.show()
