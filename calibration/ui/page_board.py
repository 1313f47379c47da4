"""The pages of a check: the right one for each step, connected with the session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QStackedWidget

from calibration.checks.live_curve import Ends
from calibration.checks.steps import Enter, Instruct, Measure, Wait
from calibration.photometer.manual import TypedReadings
from calibration.ui.check_session import CheckSession
from calibration.ui.check_subject import CheckSubject
from calibration.ui.choose_page import ChoosePage
from calibration.ui.measure_page import MeasurePage
from calibration.ui.pieces import button
from calibration.ui.session_views import Pause, PauseKind, ReadingView, StepView
from calibration.ui.step_pages import ChoicePage, InstructPage, NumberPage, Page, PausePage, WaitPage
from calibration.ui.verdict_page import VerdictPage
from workstation.qtkit.tokens import Tokens

_PICTURES = {PauseKind.METER: "unplugged", PauseKind.MONITOR: "unplugged"}


class PageBoard(QStackedWidget):
    """Shows one page at a time."""

    action_changed = Signal()
    anew_asked = Signal()
    """Another meter: the check begins anew, its readings are kept."""
    stop_asked = Signal()

    def __init__(self, subject: CheckSubject, tokens: Tokens, today: Callable[[], date], typed: TypedReadings) -> None:
        super().__init__()
        self._typed = typed
        self._subject = subject
        self.choose_page = ChoosePage(subject, tokens, today)
        self.instruct = InstructPage(tokens)
        self.wait = WaitPage(tokens)
        self.choice = ChoicePage(tokens)
        self.number = NumberPage(tokens)
        self.measure = MeasurePage(tokens)
        self.pause = PausePage(tokens)
        self.verdict = VerdictPage(tokens)
        self._session: CheckSession | None = None
        self._has_placed = False
        for page in self.pages:
            self.addWidget(page)
            page.action_changed.connect(self.action_changed)

    @property
    def pages(self) -> tuple[Page, ...]:
        """All of them."""
        return (
            self.choose_page,
            self.instruct,
            self.wait,
            self.choice,
            self.number,
            self.measure,
            self.pause,
            self.verdict,
        )

    @property
    def page(self) -> Page:
        """The one in front."""
        return next(page for page in self.pages if page is self.currentWidget())

    def attend(self, session: CheckSession, expected: Ends | None) -> None:
        """Show what ``session`` tells, and tell it what the person does."""
        self._session, self._has_placed = session, False
        self.measure.set_scale(contrast_limit=self._subject.contrast_limit, expected=expected)
        self.measure.warn("")
        session.step_changed.connect(self._show_step)
        session.reading_taken.connect(self._show_reading)
        session.warned.connect(self.measure.warn)
        session.refused.connect(self._refuse)
        session.waited.connect(self.wait.show_left)
        session.lux_measured.connect(self.number.show_measured)
        session.paused.connect(self._show_pause)
        session.monitor_is_back.connect(self._monitor_back)
        for signal, does in self._ways(session):
            signal.connect(does)

    def release(self) -> None:
        """The session has ended; its pages are deaf from now on."""
        if self._session is not None:
            for signal, does in self._ways(self._session):
                signal.disconnect(does)
        self._session = None

    def set_small(self, *, is_small: bool) -> None:
        """Where there is little room, pictures and the curve give way."""
        for page in self.pages:
            page.set_small(is_small=is_small)

    def to_front(self, page: Page) -> None:
        """Bring a page to the front."""
        if self.currentWidget() is not page:
            self.page.leave()
        self.setCurrentWidget(page)
        self.action_changed.emit()

    def _ways(self, session: CheckSession) -> tuple[tuple[SignalInstance, Callable[..., None]], ...]:
        """What the person can do, and what becomes of it."""
        return (
            (self.instruct.done, session.done),
            (self.wait.enough, self._enough),
            (self.choice.answered, session.answer),
            (self.number.entered, session.enter),
            (self.number.left_out, session.skip),
            (self.number.measure_asked, session.measure_lux),
            (self.measure.typed, self._typed.put),
        )

    def _enough(self) -> None:
        if self._session is not None:
            self._session.skip("gone on early")

    def _show_step(self, view: StepView) -> None:
        step, session = view.step, self._session
        if session is None:
            return
        is_typed = session.meter is not None and session.meter.identity.kind == "manual"
        self.page.leave()
        if isinstance(step, Instruct):
            counts = view.is_placement and self._has_placed and not is_typed
            self._has_placed = self._has_placed or view.is_placement
            self.instruct.show_step(step, counts_down=counts)
            self.measure.warn("")
            self.to_front(self.instruct)
        elif isinstance(step, Measure):
            self.measure.show_step(step, view, is_typed=is_typed)
            self.to_front(self.measure)
        elif isinstance(step, Wait):
            self.wait.show_step(step)
            self.to_front(self.wait)
        elif isinstance(step, Enter):
            has_meter = session.meter is not None and not is_typed
            self.number.show_step(step, has_meter=has_meter)
            self.to_front(self.number)
        else:
            self.choice.show_step(step)
            self.to_front(self.choice)

    def _show_reading(self, view: ReadingView) -> None:
        self.measure.show_reading(view)

    def _refuse(self, text: str) -> None:
        if self.currentWidget() is self.number:
            self.number.refuse(text)
        else:
            self.measure.refuse(text)

    def _show_pause(self, pause: Pause) -> None:
        session = self._session
        if session is None:
            return
        ways: list[QPushButton] = []
        if pause.kind is PauseKind.METER:
            ways.append(button("Another meter, or type by hand", "Take another meter", self.anew_asked.emit))
        if pause.kind is not PauseKind.PERSON:
            ways.append(button("Stop, keep readings", "Stop after the trouble", self.stop_asked.emit))
        action = "Go on" if pause.kind is PauseKind.PERSON else "Try again"
        picture = _PICTURES.get(pause.kind, "monitor")
        self.pause.show_pause(pause.what, pause.advice, session.go_on, action, ways, picture)
        self.to_front(self.pause)

    def _monitor_back(self) -> None:
        self.pause.told.say(
            "The monitor is back.", "Is the meter still on its place? Then go on; every reading so far is kept."
        )
        self.pause.set_action("Go on")
