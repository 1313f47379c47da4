"""The guided window: takes a person through one check, page by page, while the pattern stands on the display."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from calibration.checks.check_run import CheckRun
from calibration.checks.check_table import check_named
from calibration.checks.run_order import RunState
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from calibration.ui.check_beginning import Beginning, MeterOpener
from calibration.ui.check_foot import CheckFoot, CheckHead
from calibration.ui.check_help import help_text
from calibration.ui.check_keys import CheckKeys, WindowActions
from calibration.ui.check_preview import CALIBRATION, ask_for_report, asks_first, deviation_before, preview_of
from calibration.ui.check_session import CheckSession, FactsNow
from calibration.ui.check_subject import CheckSubject
from calibration.ui.notices import HelpNotice, SkipNotice, StopNotice
from calibration.ui.page_board import PageBoard
from calibration.ui.panel_place import Placement, screen_for_instructions
from calibration.ui.pattern_stage import PatternStage
from calibration.ui.pieces import label, window_style
from calibration.ui.session_views import StepView
from workstation.foundation.clock import Clock
from workstation.qtkit.accessible import named
from workstation.qtkit.screens import ScreenMap
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens, magnified

ReportWriter = Callable[[CheckRecord, Path], None]
"""Writes the report of a record into a file, by its suffix; called off the GUI thread."""
PathAsker = Callable[[QWidget, CheckRecord], Path | None]
_ALONE = "This computer has one monitor: this panel keeps off the meter's place. H moves it to the other edge."


class CheckWindow(QWidget):
    """One check of one display.

    Parameters
    ----------
    check
        Chosen beforehand; empty: the one of last time.
    facts_now
        Looks at the display again (off the GUI thread) before a paused check goes on.
    """

    recorded = Signal(object)
    """A `CheckRecord` that was written."""
    closed = Signal()

    def __init__(
        self,
        subject: CheckSubject,
        *,
        book: RecordBook,
        clock: Clock,
        tasks: TaskRunner,
        screens: ScreenMap,
        config: Path,
        write_report: ReportWriter,
        facts_now: FactsNow | None = None,
        opener: MeterOpener | None = None,
        ask_path: PathAsker = ask_for_report,
        check: str = "",
        patience: float = 1.0,
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._subject, self._book, self._clock, self._tasks, self._screens = subject, book, clock, tasks, screens
        self._write_report, self._ask_path = write_report, ask_path
        self._facts_now = facts_now or (lambda _: subject.facts)
        self._patience = patience
        self._session: CheckSession | None = None
        self._record: CheckRecord | None = None
        self._before: float | None = None
        self.stage = PatternStage(screens, subject.screen, subject.title, tasks)
        self.beginning = Beginning(subject, book, clock, tasks, config, opener=opener)
        home = screen_for_instructions(screens.screens(), subject.screen)
        self.tokens = magnified(Tokens(), home.magnification)
        self._placement = Placement(screens, self.stage, self.tokens)
        named(self, f"Check of {subject.title}")
        self.setWindowTitle(f"Check of {subject.title}")
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(window_style(self.tokens))
        self._make_parts()
        self._lay_out()
        self._connect()
        self.board.choose_page.remember(self.beginning.preferences(), check)
        self._monitors_changed()
        self._action_changed()

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def session(self) -> CheckSession | None:
        """The check under way."""
        return self._session

    # --- parts ----------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        tokens = self.tokens
        self.board = PageBoard(self._subject, tokens, lambda: self._clock.now().date(), self.beginning.typed)
        self.head = CheckHead(tokens)
        self._alone = label(_ALONE, "secondary", name="Where the panel stands", wrap=True)
        self._trouble = label("", "warn", name="Notice", wrap=True)
        self.stop_notice, self.skip_notice, self.help_notice = (
            StopNotice(tokens),
            SkipNotice(tokens),
            HelpNotice(tokens),
        )
        self.foot = CheckFoot(tokens)
        actions = WindowActions(
            self._act, self._escape, self._help, self._back, self._ask_skip, self._pause, self._other_edge
        )
        self._keys = CheckKeys(self, self.board, actions)

    def _lay_out(self) -> None:
        spacing = self.tokens.spacing
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # the place decides, not the longest text
        layout.setContentsMargins(spacing.xl, spacing.l, spacing.xl, spacing.l)
        layout.setSpacing(spacing.m)
        layout.addWidget(self.head)
        for notice in (self._trouble, self.help_notice, self.stop_notice, self.skip_notice):
            layout.addWidget(notice)
        self._trouble.hide()
        layout.addWidget(self.board, 1)
        layout.addWidget(self._alone)
        layout.addWidget(self.foot)

    def _connect(self) -> None:
        board, beginning, choose = self.board, self.beginning, self.board.choose_page
        board.action_changed.connect(self._action_changed)
        board.currentChanged.connect(lambda _: self._keys.take_back_from(self.foot))
        board.anew_asked.connect(self._begin_anew)
        board.stop_asked.connect(lambda: self._stop("stopped after trouble"))
        choose.begin_asked.connect(self._begin)
        choose.go_on_asked.connect(lambda: beginning.take_up(choose.operator))
        choose.break_off_asked.connect(lambda: beginning.break_off_left(choose.operator))
        choose.meter.changed.connect(self._meter_changed)
        choose.meter.try_asked.connect(self._find_meter)
        choose.meter.certificate_told.connect(beginning.tell_certificate)
        beginning.meter_found.connect(self._meter_found)
        beginning.meter_failed.connect(choose.meter.show_trouble)
        beginning.refused.connect(choose.show_trouble)
        beginning.unfinished.connect(choose.offer_unfinished)
        beginning.meter_wanted.connect(choose.select)
        beginning.begun.connect(self._begun)
        foot, verdict = self.foot, board.verdict
        foot.back.clicked.connect(self._back)
        foot.skip.clicked.connect(self._ask_skip)
        foot.pause.clicked.connect(self._pause)
        foot.stop.clicked.connect(self._ask_stop)
        foot.help.clicked.connect(self._help)
        foot.action.clicked.connect(self._act)
        verdict.closed.connect(self.close)
        verdict.repeat_asked.connect(self._repeat)
        verdict.report_asked.connect(self._save_report)
        verdict.accepted.connect(self._finish)
        verdict.withdrawn.connect(lambda: self._stop("the new display LUT is not used"))
        self.stop_notice.kept.connect(lambda: self._stop("stopped by the operator"))
        self.stop_notice.later.connect(self.close)
        self.skip_notice.given.connect(self._skip)
        self.stage.shown.connect(lambda _: self._place())
        self.stage.key_pressed.connect(self._keys.press)
        self._screens.changed.connect(self._monitors_changed)

    # --- beginning ------------------------------------------------------------------------------------------------

    def _find_meter(self) -> None:
        self.board.choose_page.meter.show_busy()
        self.beginning.find_meter(self.board.choose_page.meter.description)

    def _meter_changed(self) -> None:
        """Another meter was chosen: the one found before is not the one that will be used."""
        if not self.board.choose_page.meter.is_found:
            self.beginning.let_go()
        self.board.choose_page.set_meter_ready(is_ready=self.beginning.meter is not None)

    def _meter_found(self, identity: object) -> None:
        self.board.choose_page.meter.show_found(identity)  # type: ignore[arg-type]

    def _begin(self, check: str, operator: str) -> None:
        self.beginning.begin(check, operator, needs_meter=self.board.choose_page.needs_meter)

    def _begun(self, run: CheckRun) -> None:
        meter = self.beginning.hand_over() if run.order.meter is not None else None
        session = CheckSession(
            run,
            self.stage,
            self._tasks,
            meter=meter,
            facts_now=self._facts_now,
            patience=self._patience,
            parent=self,
        )
        self._session, self._record, self._before = session, None, None
        self.head.begin(f"{check_named(run.order.check).title}, {self._subject.title}")
        self.say("")
        self.board.attend(session, self.beginning.expected_ends())
        session.step_changed.connect(self._step_changed)
        session.paused.connect(lambda _: self._show_where())
        session.resumed.connect(self._show_where)
        session.completed.connect(self._completed)
        session.ended.connect(self._ended)
        session.start()

    def _begin_anew(self) -> None:
        """With another meter: the readings of this one are kept in a record that is not complete."""
        self._stop("another meter is taken")
        self.board.to_front(self.board.choose_page)
        self.head.hide()
        self.board.choose_page.set_meter_ready(is_ready=False)
        self.say("The readings so far are kept. Choose the other meter and begin again.")
        self._place()

    # --- under way ------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """One line about an event, over the page, until the next."""
        self._trouble.setText(text)
        self._trouble.setVisible(bool(text))

    def _step_changed(self, view: StepView) -> None:
        if self._before is None and self._session is not None:
            self._before = deviation_before(self._session.run, self._book, self._clock)
        self.head.show_step(view)
        self.skip_notice.hide()
        self._show_where()

    def _show_where(self) -> None:
        view = self._session.view if self._session is not None else None
        is_on = view is not None and self._session is not None and self._session.pause is None
        self.foot.back.setEnabled(is_on and view is not None and view.can_go_back)
        self.foot.skip.setEnabled(is_on and view is not None and view.can_skip)
        self.foot.pause.setEnabled(is_on)
        self.stage.set_measuring(is_on and view is not None and view.is_automatic)
        self._action_changed()

    def _back(self) -> None:
        if self._session is not None:
            self._session.back()

    def _pause(self) -> None:
        if self._session is None:
            return
        if self._session.pause is None:
            self._session.hold()
        else:
            self._session.go_on()

    def _ask_skip(self) -> None:
        view = self._session.view if self._session is not None else None
        if view is not None and view.can_skip and self.foot.skip.isEnabled():
            self.skip_notice.ask()

    def _skip(self, reason: str) -> None:
        if self._session is not None:
            self._session.skip(reason)

    def _ask_stop(self) -> None:
        session = self._session
        if session is None or session.is_over:
            self.close()
            return
        readings = sum(len(level.readings) for series in session.run.series for level in series.measured)
        self.stop_notice.ask(readings)

    def _stop(self, reason: str) -> None:
        self.stop_notice.hide()
        if self._session is not None:
            self._session.stop(reason)

    def _help(self) -> None:
        self.help_notice.say(help_text(self.board.page.accessibleName()))

    # --- the end --------------------------------------------------------------------------------------------------

    def _completed(self) -> None:
        session = self._session
        if session is None:
            return
        if not asks_first(session.run):
            session.finish()
            return
        self.head.end("Nothing is recorded yet")
        if self._before is None:
            self._before = deviation_before(session.run, self._book, self._clock)
        self.board.verdict.show_preview(
            preview_of(session.run, self._book, self._clock),
            can_repeat=session.run.can_repeat,
            is_calibration=session.run.order.check == CALIBRATION,
            before=self._before,
        )
        self._to_verdict()

    def _repeat(self) -> None:
        if self._session is not None:
            self._session.repeat_uncertain()

    def _finish(self) -> None:
        if self._session is not None:
            self._session.finish()

    def _ended(self, record: CheckRecord) -> None:
        session, self._record = self._session, record
        can_repeat = session is not None and session.run.can_repeat
        self.head.end("Recorded")
        self.board.verdict.show_record(record, can_repeat=can_repeat, before=self._before)
        self._to_verdict()
        if not can_repeat:
            self._let_go()
        self.recorded.emit(record)

    def _to_verdict(self) -> None:
        self.stage.clear()
        for part in (self.foot.back, self.foot.skip, self.foot.pause):
            part.setEnabled(False)
        self.board.to_front(self.board.verdict)
        self._place()

    def _save_report(self) -> None:
        record = self._record
        path = None if record is None else self._ask_path(self, record)
        if record is None or path is None:
            return
        self._tasks.run(
            lambda _: self._write_report(record, path),
            owner=self,
            on_success=lambda _: self.say(f"The report is saved in {path}."),
            on_failure=lambda error: self.say(str(error)),
        )

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self.board.release()
            session.close()
            session.deleteLater()

    # --- keys and place -------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no field has taken."""
        if not self._keys.press(event.key()):
            super().keyPressEvent(event)

    def _escape(self) -> None:
        open_ones = [n for n in (self.help_notice, self.skip_notice, self.stop_notice) if n.is_open]
        for notice in open_ones:
            notice.hide()
        if not open_ones:
            self._ask_stop()

    def _act(self) -> None:
        page = self.board.page
        if page.is_ready and page.action_text:
            page.act()

    def _action_changed(self) -> None:
        page = self.board.page
        self.foot.show_action(page.action_text, is_ready=page.is_ready)
        has_session = self._session is not None
        self.foot.show_ways(is_visible=has_session and page is not self.board.verdict)

    def _place(self) -> None:
        """An ordinary window; while a pattern covers the only monitor, a panel at its edge."""
        placement = self._placement
        rect = placement.rect()
        self._alone.setVisible(placement.is_over_pattern and not placement.is_small(rect))
        self.board.set_small(is_small=placement.is_small(rect))
        self.setGeometry(rect)
        if placement.is_over_pattern:
            self.raise_()

    def _monitors_changed(self) -> None:
        was_visible = self.isVisible()
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint, self._placement.is_alone)
        self._place()
        if was_visible:
            self.show()  # a window whose flags have changed is hidden

    def _other_edge(self) -> None:
        self._placement.other_edge()
        self._place()

    def closeEvent(self, event: QCloseEvent) -> None:
        """A check under way stays in the journal, to be gone on with; one that is done is recorded."""
        session = self._session
        if session is not None and session.run.state is RunState.COMPLETE and session.run.order.check != CALIBRATION:
            session.finish()
        self._let_go()
        self.beginning.let_go()
        self.stage.close()
        event.accept()
        self.closed.emit()
