"""What a reader does with items and cases, started off the GUI thread; outcomes come back as signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.case import CaseOpening

if TYPE_CHECKING:
    from workstation.reading.desk import Desk


class CaseActions(QObject):
    """Opens, switches, closes and returns; one opening at a time."""

    opened = Signal()
    asked = Signal(str, tuple)
    returned = Signal()
    nothing_unread = Signal()
    busy = Signal(str)
    failed = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._is_opening = False

    def open(self, item_uid: str, accepted: tuple[str, ...] = ()) -> None:
        """Take an item and open it; one that is open already is only made active."""
        known = next((case for case in self._desk.open_cases if item_uid in case.item_uids), None)
        if known is not None and not known.is_read_only:
            self.activate(known.key)
            self.opened.emit()
            return
        if self._is_opening:
            return
        self._is_opening = True
        self.busy.emit("Opening the item …")
        self._tasks.run(
            lambda _cancel: self._desk.open_case(item_uid, accepted),
            owner=self,
            on_success=lambda opening: self._opened(item_uid, opening),
            on_failure=self._open_failed,
        )

    def open_next(self) -> None:
        """Open the most urgent unread item."""
        self._tasks.run(
            lambda _cancel: self._desk.next_unread(), owner=self, on_success=self._found_next, on_failure=self._fail
        )

    def activate(self, case_key: str) -> None:
        """Make an open case the active one, in all windows together."""
        try:
            self._desk.activate(case_key)
        except UserFacingError as error:
            self._fail(error)

    def close(self, case_key: str) -> None:
        """Close a case; its draft stays."""
        self._do(lambda: self._desk.close_case(case_key))

    def return_to_site(self, item_uid: str, reason: str, note: str) -> None:
        """Give an item back to the site."""
        self._do(lambda: self._desk.return_to_site(item_uid, reason, note), self.returned.emit)

    def retry(self, delivery_id: str) -> None:
        """Send a failed delivery again."""
        self._do(lambda: self._desk.retry_delivery(delivery_id))

    def _do(self, work: Callable[[], None], then: Callable[[], object] | None = None) -> None:
        def done(_nothing: None) -> None:
            if then is not None:
                then()

        self._tasks.run(lambda _cancel: work(), owner=self, on_success=done, on_failure=self._fail)

    def _opened(self, item_uid: str, opening: CaseOpening) -> None:
        self._is_opening = False
        self.busy.emit("")
        if opening.case is None:
            self.asked.emit(item_uid, opening.obstacles)
        else:
            self.opened.emit()

    def _open_failed(self, error: UserFacingError) -> None:
        self._is_opening = False
        self.busy.emit("")
        self._fail(error)

    def _found_next(self, item_uid: str | None) -> None:
        if item_uid is None:
            self.nothing_unread.emit()
        else:
            self.open(item_uid)

    def _fail(self, error: UserFacingError) -> None:
        self.failed.emit(str(error))
