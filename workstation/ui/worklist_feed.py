"""The worklist as all parts of the report monitor share it: looked up once, told to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner
from workstation.sync.worklist import WorklistRow
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.refresh import Refresh

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

PAUSE_MS = 250
"""Images arrive by the dozen a second; the whole worklist need not be looked up for each."""
_TOPICS = ("worklist", "images", "outbox", "case")
Look = tuple[tuple[WorklistRow, ...], frozenset[str]]


class WorklistFeed(QObject):
    """Keeps ``rows`` and ``drafted`` (UIDs of items with a draft) up to date."""

    updated = Signal()
    failed = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, signals: DeskSignals, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.rows: tuple[WorklistRow, ...] = ()
        self.drafted: frozenset[str] = frozenset()
        self.is_loaded = False
        self._refresh = Refresh(tasks, self, self._look, self._take, self._tell_failure, pause_ms=PAUSE_MS)
        signals.changed.connect(self._on_topic)

    def ask(self) -> None:
        """Look again."""
        if self._desk.is_logged_in:
            self._refresh.ask()

    def row(self, item_uid: str) -> WorklistRow | None:
        """The row of an item."""
        return next((row for row in self.rows if row.item.uid == item_uid), None)

    def _on_topic(self, topic: str) -> None:
        if topic in _TOPICS:
            self.ask()

    def _look(self, _cancel: CancelToken) -> Look:
        return self._desk.worklist_rows(), frozenset(self._desk.draft_keys())

    def _take(self, look: Look) -> None:
        self.rows, self.drafted = look
        self.is_loaded = True
        self.updated.emit()

    def _tell_failure(self, error: UserFacingError) -> None:
        self.failed.emit(str(error))
