"""The window on the report monitor. It lays out pages and connects them; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QScreen
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workstation.dictation.macros import Macros
from workstation.qtkit.accessible import named
from workstation.qtkit.notifications import ToastStrip, Tone
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.log_in import LOGIN_CONDITIONS
from workstation.reading.obstacles import Obstacle
from workstation.site.preferences import Preferences
from workstation.ui.case_actions import CaseActions
from workstation.ui.command_palette import CommandPalette
from workstation.ui.commands import Commands
from workstation.ui.delivery_page import DeliveryPage
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.dictation_feed import DictationFeed
from workstation.ui.dictation_in_window import DictationInWindow, Presets, WindowWays
from workstation.ui.help_page import HelpPage
from workstation.ui.login_page import LoginPage
from workstation.ui.notice_strip import NoticePanel, NoticeStrip, notices_of
from workstation.ui.patient_banner import PatientBanner
from workstation.ui.pieces import TOKENS
from workstation.ui.report_page import ReportPage
from workstation.ui.signing_flow import SigningFlow
from workstation.ui.speech_models_hint import SpeechModelsHint
from workstation.ui.stat_alert import StatAlert, StatWatch
from workstation.ui.times import site_time_text
from workstation.ui.window_top import WindowTop
from workstation.ui.worklist_feed import WorklistFeed
from workstation.ui.worklist_page import WorklistPage

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

TITLE = "report monitor"
SIDE_PANEL = 400
"""Notices stand beside the right panel, whose buttons they would cover."""


class ReportMonitorWindow(QWidget):
    """One window, maximised on the report monitor, for worklist, report and deliveries.

    Parameters
    ----------
    commands
        The program's commands; this window says what the worklist's and the report's do.
    remember
        Keeps changed preferences; called on the GUI thread, must be quick.
    windows
        Title of each window preset of the active image → what sets it: they can be spoken.
    macros
        The files of macros.
    """

    logged_in = Signal()
    close_asked = Signal()
    case_opened = Signal()

    def __init__(
        self,
        desk: Desk,
        tasks: TaskRunner,
        commands: Commands,
        *,
        remember: Callable[[Preferences], None],
        windows: Callable[[], Presets] = dict,
        macros: Macros | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._commands = commands
        self._remember = remember
        self._preferences = desk.preferences
        named(self, "Report monitor")
        self.setWindowTitle(f"Lightbox, {desk.profile.name}")
        self._signals = DeskSignals(desk, self)
        self._speech = DictationFeed(desk, self._signals, self)
        self._feed = WorklistFeed(desk, tasks, self._signals, self)
        self._actions = CaseActions(desk, tasks, self)
        self._stat_watch = StatWatch()
        self.stat_alert = StatAlert(key=commands.get("worklist.open_stat").key_text)
        self.top = WindowTop(commands)
        self.tabs = self.top.tabs
        self.banner = PatientBanner()
        self.login = LoginPage(desk, tasks)
        self.worklist = WorklistPage(desk, tasks, self._feed)
        self.report = ReportPage(desk, tasks)
        self.delivery = DeliveryPage(desk, tasks, self._feed)
        self._pages = QStackedWidget()
        self.strip = NoticeStrip(TITLE, TOKENS)
        self._notices = NoticePanel(TITLE, TOKENS, self)
        self._second = QTimer(self)
        self.signing = SigningFlow(desk, tasks, self)
        ways = WindowWays(self._is_free, self._show_report, self.say, self._keep, windows)
        self.dictation = DictationInWindow(
            desk, tasks, commands, self._speech, self._signals, self.report, ways, self, macros
        )
        self.hint = SpeechModelsHint(desk, tasks, is_wanted=desk.preferences.speech_models_hint)
        self._lay_out()
        self.palette_sheet = CommandPalette(commands, self)
        self.help = HelpPage(commands, self)
        self._toasts = ToastStrip(self, side=SIDE_PANEL)
        self._connect()
        self._handle_commands()
        commands.bind_keys(self)
        self._show_conditions()
        self._tick()
        self._start_page()

    # --- what others ask of it

    def place_on(self, screen: QScreen) -> None:
        """Fill ``screen``; also where no window manager does it."""
        self.setGeometry(screen.availableGeometry())
        self.showMaximized()

    def say(self, text: str, tone: Tone = Tone.NOTE) -> None:
        """Tell of an event."""
        self._toasts.say(text, tone)

    def go_to(self, page: LoginPage | WorklistPage | ReportPage | DeliveryPage) -> None:
        """Show one of the pages and put the keyboard there."""
        if not self._desk.is_logged_in:
            page = self.login
        self.palette_sheet.shut()
        self.help.shut()
        self._pages.setCurrentWidget(page)
        self.top.switch.show_page(self._pages.indexOf(page))
        self.dictation.show_foot(is_wanted=page is self.report)
        self.hint.allow(is_allowed=page is self.worklist)
        page.first_focus().setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing this window ends the program; drafts are saved by whoever ends it."""
        super().closeEvent(event)
        self.dictation.stop()
        self.close_asked.emit()

    # --- inside

    def _lay_out(self) -> None:
        self.setMinimumSize(1024, 700)
        for page in (self.login, self.worklist, self.report, self.delivery):
            self._pages.addWidget(page)
        self.setStyleSheet(f"ReportMonitorWindow {{ background: {TOKENS.surface.window}; }}")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(1)
        for part in (self.stat_alert, self.top, self.banner, self.hint):
            whole.addWidget(part)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self.dictation.foot)
        whole.addWidget(self.strip)

    def _connect(self) -> None:
        self._signals.changed.connect(self._on_topic)
        self._feed.updated.connect(self._rows_changed)
        self.login.logged_in.connect(self._logged_in)
        self._connect_worklist()
        self.report.sign_requested.connect(self._sign)
        self.report.activate_requested.connect(self._actions.activate)
        self.delivery.retry_requested.connect(self._actions.retry)
        self.tabs.activate_requested.connect(self._activate)
        self.tabs.close_requested.connect(self._actions.close)
        self.stat_alert.open_requested.connect(self._actions.open)
        self.signing.signed.connect(self._signed)
        self.signing.refused.connect(lambda text: self.say(text, Tone.TROUBLE))
        self._actions.opened.connect(self._opened)
        self._actions.asked.connect(self._asked)
        self._actions.returned.connect(lambda: self.say("The item goes back to the site.", Tone.DONE))
        self._actions.nothing_unread.connect(self._nothing_unread)
        self._actions.failed.connect(self._action_failed)
        self.strip.more_asked.connect(self._toggle_notices)
        self.hint.asked.connect(lambda: self._commands.run("dictation.models"))
        self.dictation.sheets.models_changed.connect(self.hint.look)
        self.hint.dismissed.connect(lambda: self._keep({"speech_models_hint": False}))
        self._second.setInterval(1000)
        self._second.timeout.connect(self._tick)
        self._second.start()

    def _connect_worklist(self) -> None:
        self.worklist.open_requested.connect(self._actions.open)
        self.worklist.next_requested.connect(self._actions.open_next)
        self.worklist.return_requested.connect(self._actions.return_to_site)
        self.worklist.retry_requested.connect(self._actions.retry)
        self.worklist.density_changed.connect(lambda density: self._keep({"worklist_density": density}))
        self.worklist.columns_changed.connect(lambda columns: self._keep({"worklist_columns": columns}))

    def _handle_commands(self) -> None:
        handle, is_free = self._commands.handle, self._is_free
        handle("worklist.show", lambda: self.go_to(self.worklist), when=is_free)
        handle("report.show", lambda: self.go_to(self.report), when=is_free)
        handle("delivery.show", lambda: self.go_to(self.delivery), when=is_free)
        handle("worklist.open", self._open_in_hand, when=is_free)
        handle("worklist.next", self._actions.open_next, when=is_free)
        handle("worklist.filter", self._filter, when=is_free)
        handle("worklist.return", self._return, when=is_free)
        handle("worklist.density", self.worklist.toggle_density, when=is_free)
        handle("worklist.refresh", self._feed.ask, when=is_free)
        handle("worklist.open_stat", self._open_stat, when=lambda: is_free() and bool(self.stat_alert.item_uid))
        handle("login.again", self._ask_login, when=is_free)
        handle("palette", self._open_palette, when=self._is_not_signing)
        handle("help", self.help.open, when=self._is_not_signing)
        handle("conditions.show", self._toggle_notices)
        self._handle_case_commands()

    def _handle_case_commands(self) -> None:
        handle = self._commands.handle

        def has_case() -> bool:
            return self._is_free() and self._desk.active_case is not None

        handle("case.next", self._next_case, when=lambda: self._is_free() and self.tabs.next_key() is not None)
        handle("case.close", self._close_case, when=has_case)
        handle("report.next_field", lambda: self._step_field(1), when=has_case)
        handle("report.previous_field", lambda: self._step_field(-1), when=has_case)
        # These two also work in the signing sheet itself.
        handle("report.sign", lambda: self._sign(and_next=False), when=self._has_active_case)
        handle("report.sign_next", lambda: self._sign(and_next=True), when=self._has_active_case)

    def _is_not_signing(self) -> bool:
        return not self.signing.sheet.is_open

    def _is_free(self) -> bool:
        return self._desk.is_logged_in and self._is_not_signing()

    def _has_active_case(self) -> bool:
        return self._desk.is_logged_in and self._desk.active_case is not None

    def _show_report(self) -> None:
        if self._pages.currentWidget() is not self.report:
            self.go_to(self.report)

    def _step_field(self, by: int) -> None:
        self.go_to(self.report)
        self.report.step_field(by)

    def _start_page(self) -> None:
        self.worklist.table.restore_columns(self._preferences.worklist_columns)
        if self._desk.is_logged_in:
            self._logged_in()
        else:
            self.top.hide()
            self.go_to(self.login)

    def _logged_in(self) -> None:
        reader = self._desk.reader
        self.top.show_reader((reader.name or reader.user) if reader is not None else "")
        self.top.show()
        self._feed.ask()
        self.dictation.sheets.read_macros()
        self.hint.look()
        self._follow_case()
        self.go_to(self.worklist if self._desk.active_case is None else self.report)
        self.logged_in.emit()

    def _ask_login(self) -> None:
        if self._desk.reader is not None:
            self.dictation.talking.off()
            self.login.ask_again(self._desk.reader.user)
            self.go_to(self.login)

    def _on_topic(self, topic: str) -> None:
        self.report.on_topic(topic)
        if topic == "case":
            self._follow_case()
        elif topic == "conditions":
            self._show_conditions()
            self.worklist.conditions_changed()

    def _follow_case(self) -> None:
        active = self._desk.active_case
        self.banner.show_case(active, self._desk.site_clock.now())
        self.tabs.show_cases(self._desk.open_cases, active)

    def _rows_changed(self) -> None:
        now, rows = self._desk.site_clock.now(), self._feed.rows
        self.stat_alert.settle(rows, now)
        new = self._stat_watch.newly_come(rows)
        if new:
            self.stat_alert.announce(new, now, sound=self._preferences.stat_sound)

    def _tick(self) -> None:
        now = self._desk.site_clock.now()
        self.stat_alert.tick(now)
        self.strip.show_facts(site_time_text(now, self._desk.profile.time_zone))

    def _show_conditions(self) -> None:
        conditions = self._desk.conditions.current()
        self.strip.show_notices(notices_of(conditions))
        self.top.offer_login(is_wanted=any(condition.key in LOGIN_CONDITIONS for condition in conditions))

    def _toggle_notices(self) -> None:
        if self.strip.notices or self._notices.isVisible():
            self._notices.toggle(self.strip.notices, self.strip.y())

    def _opened(self) -> None:
        self._follow_case()
        self.report.follow_desk()
        self.go_to(self.report)
        self.case_opened.emit()

    def _asked(self, item_uid: str, obstacles: tuple[Obstacle, ...]) -> None:
        self.go_to(self.worklist)
        self.worklist.ask_questions(item_uid, obstacles)

    def _nothing_unread(self) -> None:
        self.go_to(self.worklist)
        self.say("Nothing unread is left.", Tone.DONE)

    def _action_failed(self, text: str) -> None:
        self.say(text, Tone.TROUBLE)

    def _activate(self, case_key: str) -> None:
        self._actions.activate(case_key)
        self._opened()

    def _sign(self, and_next: bool) -> None:
        if self.signing.sheet.is_open:
            self.signing.sheet.confirm(and_next=and_next)
            return
        self.go_to(self.report)
        self._take_keyboard()
        self.signing.begin(self.report.obstacles, and_next=and_next)

    def _signed(self, and_next: bool) -> None:
        self.say("The report is signed and on its way.", Tone.DONE)
        if and_next:
            self._actions.open_next()
        else:
            self.go_to(self.worklist)

    def _open_palette(self) -> None:
        self._take_keyboard()
        self.palette_sheet.open()

    def _take_keyboard(self) -> None:
        """The command may have come from an image window; what is typed next belongs here."""
        self.activateWindow()

    def _open_in_hand(self) -> None:
        uid = self.worklist.current_uid()
        if uid is not None:
            self._actions.open(uid)

    def _open_stat(self) -> None:
        if self.stat_alert.item_uid is not None:
            self._actions.open(self.stat_alert.item_uid)

    def _filter(self) -> None:
        self.go_to(self.worklist)
        self.worklist.focus_filter()

    def _return(self) -> None:
        active = self._desk.active_case
        on_report = self._pages.currentWidget() is self.report and active is not None
        self.go_to(self.worklist)
        if on_report and active is not None:
            self.worklist.table.choose(active.items[0].uid)
        self.worklist.ask_return()

    def _next_case(self) -> None:
        key = self.tabs.next_key()
        if key is not None:
            self._activate(key)

    def _close_case(self) -> None:
        active = self._desk.active_case
        if active is not None:
            self._actions.close(active.key)

    def _keep(self, changes: Mapping[str, Any]) -> None:
        self._preferences = self._preferences.model_copy(update=dict(changes))
        self._remember(self._preferences)
