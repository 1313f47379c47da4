"""The application: windows on every monitor around one desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMessageBox

from calibration.displays.identity import DisplayFacts
from workstation.app.store import KeySource, Store, opened_store
from workstation.app.wiring import build_desk
from workstation.dictation.macros import FILE_NAME, Macros
from workstation.foundation.crash_handler import CrashHandler
from workstation.foundation.errors import UserFacingError
from workstation.foundation.terminal import INTERRUPTED
from workstation.imaging.codecs import is_told_twice
from workstation.qtkit.application import an_application as application_named
from workstation.qtkit.interruption import EndsWindows
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.desk import Desk
from workstation.site.folders import Folders
from workstation.site.preferences import Preferences, load_preferences, save_preferences
from workstation.site.profile import SiteProfile
from workstation.ui.commands import WORKLIST_COMMANDS, Command, Commands
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.diagnostic_set import display_facts
from workstation.ui.dictation_in_window import Presets
from workstation.ui.report_monitor_window import ReportMonitorWindow
from workstation.ui.viewer_stage import ViewerStage
from workstation.vault.errors import NoKeyStore
from workstation.viewing.actions import ChoosePreset
from workstation.viewing.keys import KEY_MAP

_MAPPING_MS = 400  # until all windows are on their screens


def run_windows(
    folders: Folders,
    profile_of_site: Callable[[], SiteProfile],
    keys: KeySource,
    *,
    suggested_user: str = "",
    on_displays: Callable[[Mapping[str, DisplayFacts]], None] = lambda _displays: None,
) -> int:
    """Open the application and run it until it is closed or interrupted; return the exit code.

    Parameters
    ----------
    on_displays
        Told the displays by screen id before any window is shown.

    Raises
    ------
    SomethingMissing
        When there is no screen.
    UserFacingError
        What keeps it from opening: shown in a window first, because there may be no terminal.
    """
    application = an_application()
    with EndsWindows(application) as interruption:
        try:
            profile = profile_of_site()
            with opened_with_a_key(folders, keys) as store:
                return _run(application, store, profile, suggested_user, on_displays)
        except UserFacingError as error:
            if interruption.has_happened:
                return INTERRUPTED
            _show(error)
            raise


def an_application() -> QApplication:
    """The Qt application; says what to do without a screen."""
    return application_named("Lightbox", "Use a desktop session, or: workstation demo --script.")


class Windows(QObject):
    """All windows of one desk; what one tells the other is connected here and nowhere else."""

    closed = Signal()

    def __init__(self, desk: Desk, folders: Folders, tasks: TaskRunner, *, suggested_user: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._folders = folders
        self._tasks = tasks
        self.commands = Commands(WORKLIST_COMMANDS)
        self.screens = ScreenMap(desk.preferences.screen_roles, registered=self._registered_roles)
        self._signals = DeskSignals(desk, self)
        self.stage = ViewerStage(desk, self.screens, tasks, self._signals, lut_of=desk.display_lut)
        self._offer_image_commands()
        self.report_monitor = ReportMonitorWindow(
            desk,
            tasks,
            self.commands,
            remember=self._remember,
            windows=self._window_presets,
            macros=Macros(folders.config / FILE_NAME, desk.profile.macros_path()),
        )
        self.report_monitor.login.suggest_user(suggested_user)
        self._connect()

    def show(self) -> None:
        """Put every window on its monitor."""
        self._place_report_monitor()
        self.stage.start()
        self._take_keyboard()
        QTimer.singleShot(_MAPPING_MS, self, self._take_keyboard)

    def _take_keyboard(self) -> None:
        """Window managers give the keyboard to the window mapped last; work begins on the report monitor."""
        self.report_monitor.raise_()
        self.report_monitor.activateWindow()

    def take_down(self) -> None:
        """Close every window for good."""
        self.screens.stop()
        self.stage.stop()
        self.report_monitor.close()

    def _registered_roles(self, screens: Sequence[ScreenDescription]) -> Mapping[str, str]:
        """What QA staff registered each monitor for: the calibration program owns the role, this is a view of it."""
        roles = self._desk.display_roles()
        keys = [facts.identity.key for facts in display_facts(screens)]
        return {each.identity: roles[key] for each, key in zip(screens, keys, strict=True) if key in roles}

    def _topic(self, topic: str) -> None:
        if topic == "displays":
            self.screens.look_again()

    def _connect(self) -> None:
        self._signals.changed.connect(self._topic)
        self.screens.changed.connect(self._place_report_monitor)
        self.stage.command.connect(self.commands.run)
        self.stage.close_asked.connect(self.closed)
        self.stage.shown.connect(lambda _case_key: self.report_monitor.dictation.spoken.look_soon())
        self.report_monitor.close_asked.connect(self.closed)
        self.report_monitor.logged_in.connect(self._logged_in)

    def _logged_in(self) -> None:
        self._tasks.run(
            lambda _cancel: self._desk.start(),
            owner=self,
            on_success=lambda _nothing: None,
            on_failure=lambda error: self.report_monitor.say(str(error)),
        )

    def _offer_image_commands(self) -> None:
        """Everything that can be done to images stands in the palette too."""
        for binding in KEY_MAP:
            if binding.id.startswith("image."):
                self.commands.add(Command(binding.id, binding.title, binding.group, "", binding.key))
                self.commands.handle(binding.id, self._doing(binding.id), when=lambda: self.stage.view is not None)

    def _window_presets(self) -> Presets:
        """The named windows of the active image."""
        state = self.stage.view.active_state if self.stage.view is not None else None
        if state is None:
            return {}
        found: dict[str, Callable[[], None]] = {}
        for number, preset in enumerate(state.presets, 1):
            if preset.title.casefold() not in {title.casefold() for title in found}:  # the file's own count first
                found[preset.title] = self._choosing(number)
        return found

    def _choosing(self, number: int) -> Callable[[], None]:
        return lambda: self.stage.apply(ChoosePreset(number))

    def _doing(self, action_id: str) -> Callable[[], None]:
        return lambda: self.stage.do(action_id)

    def _place_report_monitor(self) -> None:
        for screen in self.screens.with_role("report"):
            qt_screen = self.screens.qt_screen(screen)
            if qt_screen is not None:
                self.report_monitor.place_on(qt_screen)
                return
        self.report_monitor.place_on(QGuiApplication.primaryScreen())

    def _remember(self, preferences: Preferences) -> None:
        self._tasks.run(
            lambda _cancel: save_preferences(self._folders.config / "preferences.toml", preferences),
            owner=self,
            on_success=lambda _nothing: None,
            on_failure=lambda error: self.report_monitor.say(str(error)),
        )


def opened_with_a_key(folders: Folders, keys: KeySource) -> AbstractContextManager[Store]:
    """The store, opened; where there is no key store the reader is asked for a passphrase."""
    try:
        keys.slot(folders)
    except NoKeyStore as error:
        return opened_store(folders, KeySource(passphrase=_ask_for_passphrase(folders, error)))
    return opened_store(folders, keys)


def _run(
    application: QApplication,
    store: Store,
    profile: SiteProfile,
    suggested_user: str,
    on_displays: Callable[[Mapping[str, DisplayFacts]], None],
) -> int:
    desk = build_desk(store, profile, load_preferences(store.folders.config / "preferences.toml"))
    tasks = TaskRunner()
    with CrashHandler(store.folders.state, desk.save_drafts, is_told_twice=is_told_twice):
        windows = Windows(desk, store.folders, tasks, suggested_user=suggested_user)
        windows.closed.connect(application.quit)
        screens = windows.screens.screens()
        on_displays(dict(zip((screen.id for screen in screens), display_facts(screens), strict=True)))
        windows.show()
        try:
            return application.exec()
        finally:
            windows.take_down()
            tasks.stop(1.0)
            desk.stop()  # breaks off what waits for the site
            tasks.stop(5.0)


def _ask_for_passphrase(folders: Folders, why: NoKeyStore) -> str:
    is_new = not (folders.data / "vault.json").exists()
    question = (
        f"{why.what}\n\nChoose a passphrase (12 characters or more) that protects what is kept on this computer:"
        if is_new
        else f"{why.what}\n\nPassphrase:"
    )
    while True:
        text, is_given = QInputDialog.getText(None, "Lightbox", question, QLineEdit.EchoMode.Password)
        if not is_given:
            raise why
        if len(text) >= (12 if is_new else 1):
            return text


def _show(error: UserFacingError) -> None:
    box = QMessageBox(QMessageBox.Icon.Warning, "Lightbox", error.what)
    box.setInformativeText(error.advice)
    box.exec()
