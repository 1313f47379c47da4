"""One meter, read off the GUI thread, one reading at a time; what was asked for a step left behind is dropped."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from calibration.patterns.pattern import PatternOrder
from calibration.photometer.meter import FollowsPattern, Photometer
from calibration.readings.reading import Reading
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner

_Got = Callable[[Reading], None]
_Failed = Callable[[UserFacingError], None]
_Asked = tuple[_Got, _Failed]


class MeterReader(QObject):
    """Reads ``meter`` for its owner.

    A reading that is under way is never cut off for a later one: the meter would lose its place. Its outcome is
    dropped, and the later one is asked for then.
    """

    def __init__(self, meter: Photometer | None, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._meter = meter
        self._tasks = tasks
        self._busy: CancelToken | None = None
        self._wanted: _Asked | None = None

    @property
    def meter(self) -> Photometer | None:
        """The meter in use."""
        return self._meter

    @property
    def is_typed(self) -> bool:
        """Whether a person reads the meter and types."""
        return self._meter is not None and self._meter.identity.kind == "manual"

    def pattern_shown(self, pattern: PatternOrder) -> None:
        """Tell a meter that must know what lies under it."""
        meter: object = self._meter
        if isinstance(meter, FollowsPattern):
            meter.pattern_shown(pattern.level, pattern.place, pattern.space)

    def ask(self, on_reading: _Got, on_failure: _Failed) -> None:
        """One reading; what was asked before and has not come yet is dropped."""
        self._wanted = (on_reading, on_failure)
        if self._busy is None:
            self._read()

    def forget(self) -> None:
        """Drop what was asked."""
        self._wanted = None

    def change(self, meter: Photometer | None) -> None:
        """Take another meter; the old one is let go."""
        self.forget()
        old, self._meter = self._meter, meter
        busy, self._busy = self._busy, None
        if busy is not None:
            busy.cancel()
        if old is not None and old is not meter:
            self._let_go_of(old)

    def _read(self) -> None:
        meter, wanted = self._meter, self._wanted
        if meter is None or wanted is None:
            return
        self._busy = self._tasks.run(
            meter.read,
            owner=self,
            on_success=lambda reading: self._over(wanted, lambda asked: asked[0](reading)),
            on_failure=lambda error: self._over(wanted, lambda asked: asked[1](error)),
        )

    def _over(self, asked: _Asked, tell: Callable[[_Asked], None]) -> None:
        """An outcome has come. What a person typed is for the step in front, whenever the waiting for it began."""
        self._busy = None
        now = self._wanted
        if now is None:
            return
        if now is asked or self.is_typed:
            self._wanted = None
            tell(now)
        else:
            self._read()

    def _let_go_of(self, meter: Photometer) -> None:
        """Close off the GUI thread; the helper owns the work, so that it is done also when this reader is gone."""
        helper = QObject(self._tasks)

        def gone(_: object) -> None:
            helper.deleteLater()

        self._tasks.run(lambda _: meter.close(), owner=helper, on_success=gone, on_failure=gone)
