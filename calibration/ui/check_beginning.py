"""Before the first step: the meter is found, the certificate looked up, the run begun or taken up again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from calibration.checks.check_run import CheckRun
from calibration.checks.live_curve import Ends
from calibration.checks.qa_preferences import QaPreferences, load_qa_preferences, save_qa_preferences
from calibration.checks.run_order import UnfinishedCheck
from calibration.checks.unfinished_runs import break_off_unfinished, unfinished_runs
from calibration.photometer.manual import TypedReadings
from calibration.photometer.meter import Photometer
from calibration.photometer.meter_book import MeterBook, MeterFacts, read_meter_book, remember_meter
from calibration.photometer.opening import open_meter
from calibration.readings.meter_identity import MeterIdentity
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from calibration.records.run_journal import OpenRun
from calibration.ui.check_subject import CheckSubject
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner

MeterOpener = Callable[[str, MeterBook, TypedReadings], Photometer]


class Beginning(QObject):
    """Gets a check going.

    Parameters
    ----------
    config
        Folder of what is remembered, and of the meter book.
    """

    meter_found = Signal(object)
    """The `MeterIdentity`."""
    meter_failed = Signal(str)
    unfinished = Signal(str)
    """A check of this display was left behind, in words."""
    refused = Signal(str)
    meter_wanted = Signal(str)
    """The check of this name was begun with a meter, and none has been found yet."""
    begun = Signal(object)
    """The `CheckRun`."""

    def __init__(
        self,
        subject: CheckSubject,
        book: RecordBook,
        clock: Clock,
        tasks: TaskRunner,
        config: Path,
        *,
        opener: MeterOpener | None = None,
    ) -> None:
        super().__init__()
        self._subject, self._book, self._clock, self._tasks, self._config = subject, book, clock, tasks, config
        self._open = opener or self._open_real
        self._number = 0
        self._description = ""
        self.typed = TypedReadings()
        self.meter: Photometer | None = None

    def preferences(self) -> QaPreferences:
        """What is remembered; nothing where the file is damaged (it is said, and left as it is)."""
        try:
            return load_qa_preferences(self._config)
        except UserFacingError as error:
            self.refused.emit(str(error))
            return QaPreferences()

    def find_meter(self, description: str) -> None:
        """Look for a meter off the GUI thread; the one found before is let go."""
        self.let_go()
        self._number += 1
        number = self._number

        def work(cancel: CancelToken) -> tuple[Photometer, MeterIdentity]:
            meter = self._open(description, read_meter_book(self._config), self.typed)
            return meter, meter.connect(cancel)

        self._tasks.run(
            work,
            owner=self,
            on_success=lambda found: self._found(number, description, *found),
            on_failure=lambda error: self.meter_failed.emit(str(error)),
        )

    def tell_certificate(self, facts: MeterFacts) -> None:
        """Write a certificate into the meter book and look at the meter again."""
        try:
            remember_meter(self._config, facts)
        except (UserFacingError, OSError) as error:
            self.refused.emit(f"The certificate could not be written down: {error}")
            return
        self.find_meter(self._description)

    def begin(self, check: str, operator: str, *, needs_meter: bool) -> None:
        """Start the run; its order is durable before the first step."""
        order = self._subject.order(check, operator, self._identity if needs_meter else None)
        try:
            run = CheckRun.start(order, self._book, self._clock)
        except UnfinishedCheck as error:
            self.unfinished.emit(str(error))
        except UserFacingError as error:
            self.refused.emit(str(error))
        else:
            self._remember(check, operator)
            self.begun.emit(run)

    def take_up(self, operator: str) -> None:
        """Go on with the run that was left behind."""
        for left in self._left_behind():
            if left.header.get("meter") is not None and self._identity is None:
                self.meter_wanted.emit(str(left.header.get("check", "")))
                self.refused.emit("This check was begun with a meter. Find the meter first, then go on with it.")
                return
            order = self._subject.order("", operator, self._identity)
            try:
                run = CheckRun.resume(left.run_id, order, self._book, self._clock)
            except UserFacingError as error:
                self.refused.emit(str(error))
            else:
                self.begun.emit(run)
            return

    def break_off_left(self, operator: str) -> None:
        """Keep the readings of every run that was left behind in records that are not complete."""
        for left in self._left_behind():
            order = self._subject.order("", operator, self._identity)
            try:
                break_off_unfinished(left.run_id, order, "left behind; a new check was begun", self._book, self._clock)
            except UserFacingError as error:
                self.refused.emit(str(error))
                return
        self.unfinished.emit("")

    def expected_ends(self) -> Ends | None:
        """L'min and L'max of the display's last check, for the target line until both are measured."""
        for stored in reversed(self._book.records(self._subject.facts.identity.key, "check")):
            record = stored.record
            if not isinstance(record, CheckRecord):
                continue
            values = {quantity.metric: quantity.value for quantity in record.quantities}
            if {"luminance_min", "luminance_max"} <= values.keys():
                return values["luminance_min"], values["luminance_max"]
        return None

    def hand_over(self) -> Photometer | None:
        """The meter goes to the check; nobody else may read it."""
        meter, self.meter = self.meter, None
        return meter

    def let_go(self) -> None:
        """Close the meter that was found."""
        meter, self.meter = self.meter, None
        if meter is None:
            return
        helper = QObject(self._tasks)  # owns the closing, so that it is done also when this window is gone

        def gone(_: object) -> None:
            helper.deleteLater()

        self._tasks.run(lambda _: meter.close(), owner=helper, on_success=gone, on_failure=gone)

    @property
    def _identity(self) -> MeterIdentity | None:
        return None if self.meter is None else self.meter.identity

    def _found(self, number: int, description: str, meter: Photometer, identity: MeterIdentity) -> None:
        if number != self._number:
            self.meter, late = meter, self.meter
            self.let_go()
            self.meter = late
            return
        self.meter, self._description = meter, description
        self.meter_found.emit(identity)

    def _left_behind(self) -> Sequence[OpenRun]:
        return unfinished_runs(self._book, self._subject.facts.identity.key)

    def _remember(self, check: str, operator: str) -> None:
        old = self.preferences()
        meter = self._description or old.meter
        try:
            save_qa_preferences(self._config, QaPreferences(operator=operator, meter=meter, last_check=check))
        except OSError as error:
            self.refused.emit(f"Your choices could not be remembered ({error.strerror}). The check goes on.")

    def _open_real(self, description: str, book: MeterBook, typed: TypedReadings) -> Photometer:
        return open_meter(description, book=book, ask=typed, clock=self._clock)
