"""Something laid over a window: dims what is behind, keeps the keyboard, goes away with Esc. No second window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workstation.ui.pieces import frame


class Overlay(QWidget):
    """Covers ``over`` with a dim, and holds one sheet in it, as high as the window or only as high as it must be.

    The keyboard stays inside while it is open, and goes back to where it was when it shuts.
    """

    closed = Signal()

    def __init__(self, over: QWidget, *, width: int, fills: bool = True, shuts_outside: bool = True) -> None:
        super().__init__(over)
        self._over = over
        self._before: QWidget | None = None
        self._shuts_outside = shuts_outside
        self.sheet: QFrame = frame("raised")
        self.sheet.setMaximumWidth(width)
        self._lay_out(width, fills=fills)
        over.installEventFilter(self)
        self.hide()

    @property
    def is_open(self) -> bool:
        return not self.isHidden()

    def open(self) -> None:
        """Show it and take the keyboard."""
        self._before = QApplication.focusWidget()
        self.setGeometry(self._over.rect())
        self.show()
        self.raise_()
        self.first_focus().setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        """Go away and give the keyboard back."""
        if not self.is_open:
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None
        self.closed.emit()

    def first_focus(self) -> QWidget:
        """What takes the keyboard first."""
        return self

    def _lay_out(self, width: int, *, fills: bool) -> None:
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.sheet, 1000)
        middle.addStretch(1)
        self.sheet.setMinimumWidth(min(width, 320))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 24)
        if fills:
            whole.addLayout(middle)
        else:
            whole.addStretch(1)
            whole.addLayout(middle)
            whole.addStretch(3)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes round inside."""
        chain = [each for each in self.findChildren(QWidget) if _takes_tab(each)]
        if not chain:
            return True
        now = QApplication.focusWidget()
        place = chain.index(now) if now in chain else -1
        chain[(place + (1 if forward else -1)) % len(chain)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up; no other key reaches what is behind."""
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press beside the sheet gives up, where that loses nothing."""
        if self._shuts_outside and not self.sheet.geometry().contains(event.position().toPoint()):
            self.shut()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what is behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 150))
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return False


def _takes_tab(widget: QWidget) -> bool:
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isVisible() and widget.isEnabled()
