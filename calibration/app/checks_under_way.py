"""The guided windows that are open, one a display."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from calibration.app.subjects import Pair, facts_again, subject_of
from calibration.checks.qa_desk import QaDesk
from calibration.checks.run_order import RunOrder
from calibration.checks.unfinished_runs import break_off_unfinished, sentence_of
from calibration.exports.report_files import write_report
from calibration.records.record import CheckRecord
from calibration.records.run_journal import OpenRun
from calibration.ui.check_subject import CheckSubject
from calibration.ui.check_window import CheckWindow
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.screens import ScreenMap
from workstation.qtkit.tasks import TaskRunner


class ChecksUnderWay(QObject):
    """Opens, finds and closes them."""

    recorded = Signal(object)
    """A `CheckRecord` that was written."""
    ended = Signal()
    """A window was closed, or readings left behind were kept."""
    refused = Signal(str)

    def __init__(self, desk: QaDesk, tasks: TaskRunner, screens: ScreenMap, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._screens = desk, tasks, screens
        self._windows: dict[str, CheckWindow] = {}
        self._opening: set[str] = set()

    @property
    def obstacle(self) -> str:
        """Why the program should not end now, in words; empty when no check is under way."""
        titles = [w.accessibleName() for w in self._windows.values() if w.session is not None and not w.session.is_over]
        if not titles:
            return ""
        what = titles[0] if len(titles) == 1 else f"{len(titles)} checks"
        return f"{what} is under way. Every reading is kept: it can be gone on with at the next start."

    def open(self, pair: Pair, check: str, left_behind: OpenRun | None = None) -> None:
        """The guided window of a display, in front; made when there is none.

        Parameters
        ----------
        left_behind
            A check that was not finished: it is offered to go on with it.
        """
        key = pair[1].identity.key
        if key in self._windows:
            self._to_front(self._windows[key])
        elif key not in self._opening:
            self._opening.add(key)
            self._tasks.run(
                lambda _: subject_of(self._desk, pair),
                owner=self,
                on_success=lambda subject: self._make(subject, check, left_behind),
                on_failure=lambda error: self._refuse(key, error),
            )

    def keep_readings(self, pair: Pair, run: OpenRun, operator: str) -> None:
        """End a check that was left behind; its readings become a record that decides nothing."""

        def work(_: object) -> CheckRecord:
            order = self._order(subject_of(self._desk, pair), operator)
            return break_off_unfinished(run.run_id, order, "left behind", self._desk.book, self._desk.clock)

        self._tasks.run(
            work,
            owner=self,
            on_success=lambda _: self.ended.emit(),
            on_failure=lambda error: self.refused.emit(str(error)),
        )

    def close_all(self) -> None:
        """At the end of the program; checks under way stay in the journal."""
        for window in list(self._windows.values()):
            window.close()

    def _order(self, subject: CheckSubject, operator: str) -> RunOrder:
        return subject.order("", operator, None)

    def _make(self, subject: CheckSubject, check: str, left_behind: OpenRun | None) -> None:
        key = subject.facts.identity.key
        self._opening.discard(key)
        window = CheckWindow(
            subject,
            book=self._desk.book,
            clock=self._desk.clock,
            tasks=self._tasks,
            screens=self._screens,
            config=self._desk.folders.config,
            write_report=self._write_report,
            facts_now=lambda cancel: facts_again(self._screens.screens(), subject.facts, cancel),
            check=check,
        )
        self._windows[key] = window
        window.recorded.connect(self.recorded)
        window.closed.connect(partial(self._closed, key))
        if left_behind is not None:
            window.board.choose_page.offer_unfinished(f"{sentence_of(left_behind)}.")
        self._to_front(window)

    def _closed(self, key: str) -> None:
        window = self._windows.pop(key, None)
        if window is not None:
            window.deleteLater()
        self.ended.emit()

    def _refuse(self, key: str, error: UserFacingError) -> None:
        self._opening.discard(key)
        self.refused.emit(str(error))

    def _write_report(self, record: CheckRecord, path: Path) -> None:
        stored = self._desk.book.record(record.head.id)
        write_report(stored, self._desk.book.records(record.head.display_key), path)

    def _to_front(self, window: CheckWindow) -> None:
        window.show()
        window.raise_()
        window.activateWindow()
