"""The desk's changes as a Qt signal: told in any thread, received on the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from workstation.reading.desk import Desk


class DeskSignals(QObject):
    """``changed`` carries the topic: worklist, images, outbox, case, draft, conditions or displays."""

    changed = Signal(str)
    _told = Signal(str)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        desk.observe(self._from_any_thread)

    def _from_any_thread(self, topic: str) -> None:
        if shiboken6.isValid(self):
            self._told.emit(topic)
