"""Everything the calibration program has on the screens, connected with each other here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from calibration.app.checks_under_way import ChecksUnderWay
from calibration.app.look_around import LookAround, Seen
from calibration.app.subjects import Pair, pairs_of
from calibration.checks.qa_desk import QaDesk
from calibration.checks.qa_preferences import QaPreferences, load_qa_preferences, save_qa_preferences
from calibration.records.record import CheckRecord, DisplayRecord
from calibration.records.record_book import new_head
from calibration.records.run_journal import OpenRun
from calibration.ui.displays_page import DisplaysPage
from calibration.ui.fleet_page import FleetPage
from calibration.ui.history_page import HistoryPage
from calibration.ui.main_window import MainWindow, Way
from calibration.ui.meters_page import MetersPage
from calibration.ui.name_on_screen import NameOnScreen
from calibration.ui.override_sheet import OverrideWish
from calibration.ui.patterns_page import PatternsPage
from calibration.ui.register_sheet import Registration
from calibration.ui.trends_page import TrendsPage
from workstation.foundation.errors import BadInput
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.tokens import Tokens, magnified
from workstation.site.preferences import load_preferences

DISPLAYS, HISTORY = 0, 1


class QaWindows(QObject):
    """The main window with its pages, and the guided windows over it."""

    closed = Signal()

    def __init__(self, desk: QaDesk, tasks: TaskRunner) -> None:
        super().__init__()
        self._desk, self._tasks = desk, tasks
        self._seen: Seen | None = None
        self._waiting: tuple[str, str] | None = None
        self._names: list[QWidget] = []
        self.screens = ScreenMap(_wishes(desk), registered=self._roles)
        self._operator = _remembered(desk).operator
        self.checks = ChecksUnderWay(desk, tasks, self.screens, self)
        self.look = LookAround(desk, tasks, self.screens, self)
        self._make_pages(magnified(Tokens(), self._home()[1]))
        self._connect()

    def show(self) -> None:
        """The main window on its monitor, and the first look."""
        self.main.place_on(self._home()[0])
        self.main.show()
        self.main.activateWindow()
        self.look.begin()

    def take_down(self) -> None:
        """Close everything for good."""
        self.screens.stop()
        self.look.end()
        self.patterns.back()
        self.checks.close_all()
        for name in filter(isValid, self._names):
            name.close()
        self.main.close_for_good()

    # --- parts ----------------------------------------------------------------------------------------------------

    def _make_pages(self, tokens: Tokens) -> None:
        desk, tasks = self._desk, self._tasks
        policies = [(policy.id, policy.title) for policy in desk.policies.values()]
        self.displays = DisplaysPage(policies, self._who, tokens)
        self.history = HistoryPage(desk, tasks, tokens, operator=self._who)
        self.trends = TrendsPage(desk, tasks, tokens)
        self.patterns = PatternsPage(self.screens, desk.clock, tasks, tokens)
        self.meters = MetersPage(desk, tasks, tokens)
        self.fleet = FleetPage(desk, tasks, tokens)
        pages = (
            ("Displays", self.displays),
            ("History", self.history),
            ("Trends", self.trends),
            ("Patterns", self.patterns),
            ("Meters", self.meters),
            ("Fleet", self.fleet),
        )
        self.main = MainWindow(pages, tokens, obstacle=lambda: self.checks.obstacle)

    def _connect(self) -> None:
        displays, checks, look = self.displays, self.checks, self.look
        displays.check_asked.connect(self._check)
        displays.history_asked.connect(self._show_history)
        displays.identify_asked.connect(self._identify)
        displays.registered.connect(self._register)
        displays.overridden.connect(self._override)
        checks.recorded.connect(self._recorded)
        checks.ended.connect(look.now)
        checks.refused.connect(lambda text: self.main.say(text, is_trouble=True))
        look.seen.connect(self._show_seen)
        look.failed.connect(lambda text: self.main.say(text, is_trouble=True))
        self.history.records_changed.connect(look.now)
        self.meters.book_changed.connect(look.now)
        self.screens.changed.connect(self._screens_changed)
        self.main.page_shown.connect(lambda _: look.now())
        self.main.close_asked.connect(self.closed)

    # --- what is so -----------------------------------------------------------------------------------------------

    def _show_seen(self, seen: Seen) -> None:
        is_first, has_news = self._seen is None, self._seen is None or self._seen.version != seen.version
        self._seen = seen
        glance = seen.glance
        if glance.lines != self.displays.lines or is_first:
            self.displays.show_lines(glance.lines)
        self.main.rail.show_count(DISPLAYS, len(glance.late))
        ways = {key: ways for key, run in glance.unfinished if (ways := self._ways(run))}
        self.main.strip.show_conditions(glance.conditions, ways)
        self.patterns.show_targets(seen.targets)
        if is_first and glance.reminder:
            self.main.say(glance.reminder)
        if has_news and not is_first:
            self.screens.look_again()
            self.main.refresh()

    def _ways(self, run: OpenRun) -> tuple[Way, ...]:
        pair = self._pair(run.display_key)
        if pair is None:
            return ()
        check, title = str(run.header.get("check", "")), pair[1].identity.connector
        return (
            Way("Go on with it …", f"Go on with the check of {title}", lambda: self.checks.open(pair, check, run)),
            Way(
                "Keep its readings",
                f"Keep the readings of {title}",
                lambda: self.checks.keep_readings(pair, run, self._operator or run.operator),
            ),
        )

    def _pair(self, key: str) -> Pair | None:
        pairs = self._seen.pairs if self._seen is not None else ()
        return next((pair for pair in pairs if pair[1].identity.key == key), None)

    # --- what a person asks for -----------------------------------------------------------------------------------

    def _check(self, key: str, check: str) -> None:
        pair = self._pair(key)
        if pair is None:
            self.main.say("This display is no longer there.", is_trouble=True)
        elif self._desk.authority.registration_of(pair[1].identity) is None:
            self._waiting = (key, check)
            self.displays.ask_use(key)
            self.main.say("Say first what this display is used for; the check begins after that.")
        else:
            self.checks.open(pair, check)

    def _show_history(self, key: str) -> None:
        self.main.rail.choose(HISTORY)
        self.history.show_display(key)

    def _identify(self, key: str) -> None:
        pair = self._pair(key)
        screen = None if pair is None else self.screens.qt_screen(pair[0])
        if pair is None or screen is None:
            return
        about = f"{pair[0].title}, {pair[0].width} x {pair[0].height} pixels"
        name = NameOnScreen(pair[1].identity.title, about, screen, magnified(Tokens(), pair[0].magnification))
        self._names = [*(each for each in self._names if isValid(each)), name]
        name.show()

    def _register(self, key: str, wish: Registration) -> None:
        pair, desk = self._pair(key), self._desk
        if pair is None:
            return
        record = DisplayRecord(
            new_head(key, wish.operator, desk.clock, desk.book.workstation),
            pair[1],
            wish.role,
            wish.policy,
            wish.target_max_cd_m2,
            wish.reflection_cd_m2_per_lux,
        )
        self._remember(wish.operator)
        self._do(lambda: desk.book.append(record), lambda: self._registered(key))

    def _registered(self, key: str) -> None:
        waiting, self._waiting = self._waiting, None
        self.look.now()
        if waiting is not None and waiting[0] == key:
            self._check(*waiting)

    def _override(self, key: str, wish: OverrideWish) -> None:
        desk = self._desk
        head = new_head(key, wish.operator, desk.clock, desk.book.workstation)
        until = head.at + timedelta(hours=wish.hours)
        self._remember(wish.operator)
        self._do(lambda: desk.authority.override(head, wish.role, wish.reason, until), self.look.now)

    def _recorded(self, record: CheckRecord) -> None:
        self._operator = record.head.operator
        self.look.now()

    def _do(self, work: Callable[[], object], then: Callable[[], None]) -> None:
        self._tasks.run(
            lambda _: work(),
            owner=self,
            on_success=lambda _: then(),
            on_failure=lambda error: self.main.say(str(error), is_trouble=True),
        )

    # --- who and where --------------------------------------------------------------------------------------------

    def _who(self) -> str:
        return self._operator

    def _remember(self, operator: str) -> None:
        self._operator = operator
        kept = _remembered(self._desk).model_copy(update={"operator": operator})
        try:
            save_qa_preferences(self._desk.folders.config, kept)
        except OSError as error:
            self.main.say(f"Your name could not be remembered ({error.strerror}).", is_trouble=True)

    def _roles(self, screens: Sequence[ScreenDescription]) -> Mapping[str, str]:
        """What each monitor is registered for; a screen is known by Qt's words, a registration by its EDID's."""
        roles = self._desk.authority.roles()
        found = {screen.identity: facts.identity.key for screen, facts in pairs_of(None, screens)}
        return {identity: roles[key] for identity, key in found.items() if key in roles}

    def _home(self) -> tuple[QScreen, float]:
        """The report monitor, else the primary one; and how much larger text must be drawn there."""
        for screen in self.screens.with_role("report"):
            qt_screen = self.screens.qt_screen(screen)
            if qt_screen is not None:
                return qt_screen, screen.magnification
        primary = QGuiApplication.primaryScreen()
        known = next((each for each in self.screens.screens() if each.is_primary), None)
        return primary, known.magnification if known is not None else 1.0

    def _screens_changed(self) -> None:
        middle = self.main.geometry().center()
        if not any(screen.geometry().contains(middle) for screen in QGuiApplication.screens()):
            self.main.place_on(self._home()[0])
        self.look.now()


def _remembered(desk: QaDesk) -> QaPreferences:
    """What is remembered; nothing where the file is damaged, which the guided window says."""
    try:
        return load_qa_preferences(desk.folders.config)
    except BadInput:
        return QaPreferences()


def _wishes(desk: QaDesk) -> Mapping[str, str]:
    """Roles of monitors as the reader has laid them down for the viewer, where it is in use here."""
    try:
        return load_preferences(desk.folders.config / "preferences.toml").screen_roles
    except BadInput:
        return {}
