"""Looks now and then whether anything has changed, off the GUI thread; the whole look only when something has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from calibration.app.subjects import Pair, pairs_of, targets_of
from calibration.checks.glance import Glance, glance_at
from calibration.checks.qa_desk import QaDesk
from calibration.checks.schedule import day_of
from calibration.displays.identity import PanelSettings
from calibration.ui.pattern_choice import PatternTarget
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tasks import TaskRunner

EVERY_MS = 2000


@dataclass(frozen=True)
class Seen:
    """What a whole look has found; ``version`` is that of the records."""

    version: str
    pairs: tuple[Pair, ...]
    glance: Glance
    targets: tuple[PatternTarget, ...]


@dataclass(frozen=True)
class _Trace:
    """Another value of any of them, and it is time for a whole look."""

    version: str
    clock_went_back: bool
    panels: tuple[PanelSettings, ...]
    today: date
    quarter: int
    """Of an hour: overrides end."""
    alive: tuple[str, ...]
    """Checks that nobody is at work on."""


class LookAround(QObject):
    """Tells what it has seen, on the GUI thread."""

    seen = Signal(object)
    """`Seen`."""
    failed = Signal(str)
    """Why nothing can be seen; once for as long as it is the same."""

    def __init__(self, desk: QaDesk, tasks: TaskRunner, screens: ScreenMap, parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._tasks, self._screens = desk, tasks, screens
        self._trace: _Trace | None = None
        self._is_busy = self._is_wanted = False
        self._trouble = ""
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(lambda: self._look(is_forced=False))

    def begin(self) -> None:
        """Look now, and go on looking."""
        self._timer.start()
        self.now()

    def end(self) -> None:
        """Look no more; what is on its way is dropped."""
        self._timer.stop()
        self._tasks.drop(self)

    def now(self) -> None:
        """A whole look, also when nothing seems to have changed."""
        self._look(is_forced=True)

    def _look(self, *, is_forced: bool) -> None:
        if self._is_busy:
            self._is_wanted = self._is_wanted or is_forced
            return
        self._is_busy = True
        desk, screens, before = self._desk, self._screens.screens(), None if is_forced else self._trace
        self._tasks.run(
            lambda _: _looked(desk, screens, before), owner=self, on_success=self._done, on_failure=self._fail
        )

    def _done(self, found: tuple[_Trace, Seen | None]) -> None:
        self._trace, seen = found
        self._trouble = ""
        if seen is not None:
            self._desk.watch.watch([facts for _, facts in seen.pairs])
            self.seen.emit(seen)
        self._after()

    def _fail(self, error: UserFacingError) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            self.failed.emit(self._trouble)
        self._after()

    def _after(self) -> None:
        self._is_busy = False
        if self._is_wanted:
            self._is_wanted = False
            self.now()


def _looked(desk: QaDesk, screens: tuple[ScreenDescription, ...], before: _Trace | None) -> tuple[_Trace, Seen | None]:
    pairs = pairs_of(desk, screens)
    trace = _trace(desk, pairs)
    if trace == before:
        return trace, None
    glance = glance_at(desk, [facts for _, facts in pairs])
    return trace, Seen(trace.version, pairs, glance, targets_of(desk, pairs))


def _trace(desk: QaDesk, pairs: tuple[Pair, ...]) -> _Trace:
    now: datetime = desk.clock.now()
    return _Trace(
        version=desk.book.version,
        clock_went_back=desk.book.soundness.clock_went_back,
        panels=tuple(facts.panel for _, facts in pairs),
        today=day_of(now),
        quarter=now.hour * 4 + now.minute // 15,
        alive=tuple(run.run_id for run in desk.book.journal.open_runs() if not run.is_alive),
    )
