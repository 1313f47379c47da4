"""From "sign" to "signed": opens the sheet, checks that what was shown is what is signed, tells the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
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
MISSING = "The report cannot be signed yet. The list beside it says what is missing."
STILL_COMING = "Words that you have spoken are still to come. Read them, then sign."
LISTENING = "listening"
LOOK_AGAIN_MS = 100
PATIENCE = 30
"""Looks before words that are still to come are given up for this time."""


class SigningFlow(QObject):
    """``signed`` tells whether the next item is wanted; ``refused`` says why the sheet did not open.

    The microphone goes off first; while words are still to come the sheet waits a little. From the moment it opens
    until it is shut dictation touches nothing.
    """

    signed = Signal(bool)
    refused = Signal(str)

    def __init__(self, desk: Desk, tasks: TaskRunner, over: QWidget) -> None:
        super().__init__(over)
        self._desk = desk
        self._tasks = tasks
        self.sheet = SignSheet(over)
        self._frozen = ""
        self._begun: tuple[ObstacleList, bool, int, str] | None = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(LOOK_AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self.sheet.confirmed.connect(self._sign)
        self.sheet.closed.connect(self._thaw)

    def begin(self, obstacles: ObstacleList, *, and_next: bool) -> None:
        """Open the sheet for the active case, unless something stands in the way."""
        self._desk.dictation.disarm()
        self._begin(obstacles, and_next=and_next, looks=0)

    def _begin(self, obstacles: ObstacleList, *, and_next: bool, looks: int) -> None:
        case, reader = self._desk.active_case, self._desk.reader
        self._begun = None
        if case is None or reader is None:
            self.refused.emit("No case is active, so there is nothing to sign.")
            return
        spoken = self._desk.dictation.obstacles(case.key)
        is_coming = any(each.key == LISTENING for each in (*spoken, *obstacles.obstacles))
        if is_coming and looks < PATIENCE:
            self._begun = (obstacles, and_next, looks + 1, case.key)
            self._again.start()
            return
        if is_coming or not obstacles.is_ready or any(each.is_blocking for each in spoken):
            obstacles.take_keyboard()  # what is typed next, perhaps the password, must not go into the report
            self.refused.emit(STILL_COMING if is_coming else MISSING)
            return
        self._freeze(case.key)
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

    def _look_again(self) -> None:
        active = self._desk.active_case
        if self._begun is None:
            return
        obstacles, and_next, looks, case_key = self._begun
        if active is not None and active.key == case_key:
            self._begin(obstacles, and_next=and_next, looks=looks)
        else:
            self._begun = None  # another report was never asked to be signed

    def _freeze(self, case_key: str) -> None:
        self._frozen = case_key
        self._desk.dictation.signing(case_key, True)

    def _thaw(self) -> None:
        if self._frozen:
            self._desk.dictation.signing(self._frozen, False)
        self._frozen = ""

    def _sign(self, password: str, and_next: bool) -> None:
        preview = self.sheet.preview
        if preview is None:
            return
        draft = self._desk.draft(preview.case)
        if (draft.fields, draft.emphasis) != (preview.draft.fields, preview.draft.emphasis):
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
