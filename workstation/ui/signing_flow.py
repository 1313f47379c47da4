"""From "sign" to "signed": opens the sheet, checks that what was shown is what is signed, tells the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.signing import SignedReport
from workstation.ui.obstacle_list import ObstacleList
from workstation.ui.patient_banner import identity_line
from workstation.ui.sign_sheet import SignSheet, preview_of

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

CHANGED = "The report has changed since this sheet opened. Nothing was signed. Read it again, then sign."


class SigningFlow(QObject):
    """``signed`` tells whether the next item is wanted; ``refused`` says why the sheet did not open."""

    signed = Signal(bool)
    refused = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, over: QWidget) -> None:
        super().__init__(over)
        self._desk = desk
        self._tasks = tasks
        self.sheet = SignSheet(over)
        self.sheet.confirmed.connect(self._sign)

    def begin(self, obstacles: ObstacleList, *, and_next: bool) -> None:
        """Open the sheet for the active case, unless something stands in the way."""
        case, reader = self._desk.active_case, self._desk.reader
        if case is None or reader is None:
            self.refused.emit("No case is active, so there is nothing to sign.")
            return
        if not obstacles.is_ready:
            obstacles.take_keyboard()  # what is typed next, perhaps the password, must not go into the report
            self.refused.emit("The report cannot be signed yet. The list beside it says what is missing.")
            return
        preview = preview_of(
            case,
            self._desk.draft(case),
            self._desk.template(case),
            obstacles.obstacles,
            obstacles.acknowledgements,
            reader.name or reader.user,
            identity_line(case.patient, self._desk.site_clock.now()),
        )
        self.sheet.open_for(preview, and_next=and_next)

    def _sign(self, password: str, and_next: bool) -> None:
        preview = self.sheet.preview
        if preview is None:
            return
        if self._desk.draft(preview.case).fields != preview.draft.fields:
            self.sheet.say(CHANGED)
            return
        self.sheet.set_busy("Signing …")

        def work(_cancel: CancelToken) -> SignedReport:
            return self._desk.sign(preview.case, password, preview.acknowledgements)

        self._tasks.run(
            work, owner=self, on_success=lambda _signed: self._succeeded(and_next=and_next), on_failure=self._failed
        )

    def _succeeded(self, *, and_next: bool) -> None:
        self.sheet.set_busy("")
        self.sheet.shut()
        self.signed.emit(and_next)

    def _failed(self, error: UserFacingError) -> None:
        self.sheet.say(str(error))
