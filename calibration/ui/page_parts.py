"""What the pages of the main window have in common: heading, long work that can be given up, asking for files."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QProgressBar, QSplitter, QVBoxLayout, QWidget

from calibration.ui.pieces import SpokenLabel, button, label, set_role
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.accessible import named
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens

Value = TypeVar("Value")
Progress = Callable[[int, int], None]
"""Told how much is done, of how much; from any thread."""
_TELL_EVERY_S = 0.05
_WIDE = 1150


class FileAsker(Protocol):
    """How a person names files and folders; None or nothing when they think better of it."""

    def save(self, parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        """A file to write."""
        ...

    def files(self, parent: QWidget, title: str, kinds: str) -> Sequence[Path]:
        """Files to read."""
        ...

    def folder(self, parent: QWidget, title: str) -> Path | None:
        """A folder."""
        ...


class FileDialogs:
    """The usual windows for it."""

    def save(self, parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        """A file to write; a name without an ending gets the chosen kind's."""
        chosen, kind = QFileDialog.getSaveFileName(parent, title, name, kinds)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_name(path.name + kind.rpartition("*")[2].rstrip(")"))

    def files(self, parent: QWidget, title: str, kinds: str) -> Sequence[Path]:
        """Files to read."""
        chosen, _ = QFileDialog.getOpenFileNames(parent, title, "", kinds)
        return [Path(each) for each in chosen]

    def folder(self, parent: QWidget, title: str) -> Path | None:
        """A folder."""
        chosen = QFileDialog.getExistingDirectory(parent, title)
        return Path(chosen) if chosen else None


class WorkStrip(QFrame):
    """Long work, at most one at a time: what it is, how far it is, and a way to give it up."""

    given_up = Signal()
    _told = Signal(int, int)

    def __init__(self, name: str, tasks: TaskRunner, tokens: Tokens) -> None:
        super().__init__()
        named(self, name)
        self.setProperty("role", "raised")
        self._tasks = tasks
        self._token: CancelToken | None = None
        self._what = ""
        self._text = label("", "secondary", name=f"{name}, how far")
        self._bar = named(QProgressBar(), f"{name}, progress")
        self._bar.setTextVisible(False)
        self._stop = button("Give up", f"Give up, {name}", self.give_up)
        layout = QHBoxLayout(self)
        pad = tokens.spacing.s
        layout.setContentsMargins(tokens.spacing.m, pad, pad, pad)
        layout.setSpacing(tokens.spacing.m)
        layout.addWidget(self._text)
        layout.addWidget(self._bar, 1)
        layout.addWidget(self._stop)
        self._told.connect(self._show)
        self.hide()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._token is not None

    def run(
        self,
        what: str,
        work: Callable[[Progress, CancelToken], Value],
        *,
        on_success: Callable[[Value], None],
        on_failure: Callable[[UserFacingError], None],
    ) -> None:
        """Do ``work`` off the GUI thread; what was under way is given up."""
        self._drop()
        self._what = what
        self._text.setText(f"{what} …")
        self._bar.setRange(0, 0)
        self.show()
        told = self._throttled()

        def done(value: Value) -> None:
            self._end()
            on_success(value)

        def failed(error: UserFacingError) -> None:
            self._end()
            on_failure(error)

        self._token = self._tasks.run(lambda cancel: work(told, cancel), owner=self, on_success=done, on_failure=failed)

    def give_up(self) -> None:
        """Nobody wants it any more; what was done of it stays."""
        if self._token is not None:
            self._drop()
            self.given_up.emit()

    def _drop(self) -> None:
        if self._token is not None:
            self._token.cancel()
        self._end()

    def _end(self) -> None:
        self._token = None
        self.hide()

    def _throttled(self) -> Progress:
        last = 0.0

        def told(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _TELL_EVERY_S or done >= total:
                last = now
                self._told.emit(min(1000, 1000 * done // max(1, total)), total)

        return told

    def _show(self, thousandths: int, _total: int) -> None:
        if self.is_busy:
            self._bar.setRange(0, 1000)
            self._bar.setValue(thousandths)
            self._text.setText(f"{self._what}: {thousandths // 10} %")


def page_layout(page: QWidget, tokens: Tokens) -> QVBoxLayout:
    """The margins that all pages have."""
    layout = QVBoxLayout(page)
    pad = tokens.spacing.xl
    layout.setContentsMargins(pad, tokens.spacing.l, pad, tokens.spacing.m)
    layout.setSpacing(tokens.spacing.m)
    return layout


class Halves(QSplitter):
    """Two parts beside each other, or below each other where it is narrow; the line between them can be moved."""

    def __init__(self, name: str, first: QWidget, second: QWidget, tokens: Tokens, shares: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        named(self, name)
        self._tokens, self._shares = tokens, shares
        self.setChildrenCollapsible(False)
        self.setHandleWidth(tokens.spacing.l)
        self.setStyleSheet("QSplitter::handle { background: transparent; }")
        for number, (part, share) in enumerate(zip((first, second), shares, strict=True)):
            self.addWidget(part)
            self.setStretchFactor(number, share)
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn with the width."""
        is_wide = event.size().width() >= self._tokens.px(_WIDE)
        wanted = Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical
        if wanted is not self.orientation():
            self.setOrientation(wanted)
            self._share_out()
        super().resizeEvent(event)

    def _share_out(self) -> None:
        self.setSizes([1000 * share for share in self._shares])


class Told(SpokenLabel):
    """One sentence about what was done last, and how it went; not there while there is none."""

    def __init__(self, name: str) -> None:
        super().__init__("")
        named(self, name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWordWrap(True)
        self.hide()

    def say(self, text: str, tone: str = "secondary") -> None:
        """``tone``: secondary, ok, warn or fail."""
        set_role(self, tone)
        self.setText(text)
        self.setVisible(bool(text))
