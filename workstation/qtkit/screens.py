"""Which monitor plays which role: the reader's choice first, then what the geometry suggests; told again on every plug.

Monitor names change between starts and virtual screens have no serial, so a screen is known by name, manufacturer,
model, serial and geometry together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen

ROLES = ("report", "diagnostic", "mammography", "review")
SETTLE_MS = 150
_WIDE = 1.5
_OFFICE_DPI, _LEAST_DPI, _GREATEST_DPI = 96, 50, 400


@dataclass(frozen=True)
class ScreenDescription:
    """One monitor. Positions are Qt's (logical); ``width`` and ``height`` are device pixels.

    ``id`` is the role and its number, left to right, then top to bottom: ``diagnostic:1``. ``magnification`` is how
    much larger than on an office monitor (96 dpi) text must be drawn, so that it is as large to the eye.
    """

    identity: str
    name: str
    x: int
    y: int
    width: int
    height: int
    scale: float = 1.0
    maker: str = ""
    model: str = ""
    serial: str = ""
    is_primary: bool = False
    magnification: float = 1.0
    role: str = ""
    id: str = ""
    width_mm: int = 0
    height_mm: int = 0

    @property
    def logical_rect(self) -> tuple[int, int, int, int]:
        """x, y, width, height in Qt's logical pixels."""
        return self.x, self.y, round(self.width / self.scale), round(self.height / self.scale)

    @property
    def title(self) -> str:
        """For people: ``diagnostic 1``."""
        return self.id.replace(":", " ")


def identity_of(name: str, maker: str, model: str, serial: str, geometry: tuple[int, int, int, int]) -> str:
    """A name that stays as long as the same monitor hangs on the same place."""
    x, y, width, height = geometry
    return "/".join((name, maker, model, serial, f"{width}x{height}{x:+d}{y:+d}"))


def with_roles(screens: Sequence[ScreenDescription], wishes: Mapping[str, str]) -> tuple[ScreenDescription, ...]:
    """Give every screen a role and a number; pure, and the same for every order of ``screens``.

    Parameters
    ----------
    wishes
        From the preferences: monitor name, ``maker/model/serial`` or whole identity, to role.
    """
    placed = _in_reading_order(screens)
    wished = {screen.identity: _wish(screen, wishes) for screen in placed}
    free = [screen for screen in placed if wished[screen.identity] is None]
    if free and "report" not in wished.values():
        wished[_likeliest_report(free).identity] = "report"
    roles = {identity: role or "diagnostic" for identity, role in wished.items()}
    counts = dict.fromkeys(ROLES, 0)
    result = []
    for screen in placed:
        role = roles[screen.identity]
        counts[role] += 1
        result.append(replace(screen, role=role, id=f"{role}:{counts[role]}"))
    return tuple(result)


def _in_reading_order(screens: Sequence[ScreenDescription]) -> list[ScreenDescription]:
    """Row after row, each from the left; screens whose middles lie beside each other make a row."""
    rows: list[list[ScreenDescription]] = []
    for screen in sorted(screens, key=lambda s: (s.y, s.x, s.identity)):
        middle = screen.y + screen.logical_rect[3] // 2
        row = next((r for r in rows if r[0].y <= middle < r[0].y + r[0].logical_rect[3]), None)
        if row is None:
            rows.append([screen])
        else:
            row.append(screen)
    return [screen for row in rows for screen in sorted(row, key=lambda s: (s.x, s.y, s.identity))]


def _wish(screen: ScreenDescription, wishes: Mapping[str, str]) -> str | None:
    for key in (screen.identity, f"{screen.maker}/{screen.model}/{screen.serial}", screen.name):
        role = wishes.get(key)
        if role in ROLES:
            return role
    return None


def _likeliest_report(screens: Sequence[ScreenDescription]) -> ScreenDescription:
    """Landscape before portrait, single before one of a pair, wide before 4:3, small before large; then the primary.

    Diagnostic monitors are bought in pairs and are seldom wide; office monitors are 16:9 or 16:10.
    """
    sizes = Counter((s.width, s.height) for s in screens)
    return min(
        screens,
        key=lambda s: (
            s.height > s.width,
            sizes[s.width, s.height] > 1,
            s.width / s.height < _WIDE,
            s.width * s.height,
            not s.is_primary,
            s.x,
            s.y,
            s.identity,
        ),
    )


def magnification_of(dots_per_inch: float) -> float:
    """From 1 to 2 in tenths, by a monitor's dots per (logical) inch; 1 where the monitor tells nonsense."""
    if not _LEAST_DPI <= dots_per_inch <= _GREATEST_DPI:
        return 1.0
    return min(max(round(dots_per_inch / _OFFICE_DPI, 1), 1.0), 2.0)


def describe(screen: QScreen, *, is_primary: bool) -> ScreenDescription:
    """A Qt screen in our words, without a role yet."""
    rect = screen.geometry()
    scale = screen.devicePixelRatio()
    width, height = round(rect.width() * scale), round(rect.height() * scale)
    maker, model, serial = screen.manufacturer(), screen.model(), screen.serialNumber()
    identity = identity_of(screen.name(), maker, model, serial, (rect.x(), rect.y(), width, height))
    return ScreenDescription(
        identity,
        screen.name(),
        rect.x(),
        rect.y(),
        width,
        height,
        scale,
        maker,
        model,
        serial,
        is_primary,
        magnification_of(screen.physicalDotsPerInch()),
        width_mm=round(screen.physicalSize().width()),
        height_mm=round(screen.physicalSize().height()),
    )


Registered = Callable[[Sequence[ScreenDescription]], Mapping[str, str]]
"""Role by identity, of those screens of which it is laid down what they are used for."""


def nothing_registered(_screens: Sequence[ScreenDescription]) -> Mapping[str, str]:
    """No screen's use is laid down."""
    return {}


class ScreenMap(QObject):
    """The monitors as they are now. ``changed`` comes once when a plug, an unplug or a change of mode has settled."""

    changed = Signal()

    def __init__(
        self, wishes: Mapping[str, str], parent: QObject | None = None, *, registered: Registered = nothing_registered
    ) -> None:
        super().__init__(parent)
        self._wishes = dict(wishes)
        self._registered = registered
        self._is_stopped = False
        self._watched: set[QScreen] = set()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._connect()
        self._screens = self._look()

    def screens(self) -> tuple[ScreenDescription, ...]:
        """All monitors, row after row from the left, each with its role and number."""
        return self._screens

    def with_role(self, *roles: str) -> tuple[ScreenDescription, ...]:
        """The monitors that play one of ``roles``."""
        return tuple(screen for screen in self._screens if screen.role in roles)

    def qt_screen(self, screen: ScreenDescription) -> QScreen | None:
        """Qt's object for a screen, when it is still there."""
        for candidate in QGuiApplication.screens():
            if describe(candidate, is_primary=False).identity == screen.identity:
                return candidate
        return None

    def set_wishes(self, wishes: Mapping[str, str]) -> None:
        """Take new preferences."""
        self._wishes = dict(wishes)
        self._look_again()

    def stop(self) -> None:
        """Follow the monitors no longer: whoever knew what they are registered for is being closed."""
        self._is_stopped = True
        self._settle.stop()

    def look_again(self) -> None:
        """Something that decides roles has changed elsewhere."""
        self._look_again()

    def _connect(self) -> None:
        application = QGuiApplication.instance()
        if not isinstance(application, QGuiApplication):
            raise TypeError("a screen map needs a QGuiApplication")
        application.screenAdded.connect(self._screen_added)
        application.screenRemoved.connect(self._screen_removed)
        application.primaryScreenChanged.connect(self._something_changed)
        self._settle.timeout.connect(self._look_again)
        for screen in QGuiApplication.screens():
            self._watch(screen)

    def _watch(self, screen: QScreen) -> None:
        if screen in self._watched:
            return
        self._watched.add(screen)
        screen.geometryChanged.connect(self._something_changed)
        screen.logicalDotsPerInchChanged.connect(self._something_changed)

    def _screen_added(self, screen: QScreen) -> None:
        self._watch(screen)
        self._something_changed()

    def _screen_removed(self, screen: QScreen) -> None:
        self._watched.discard(screen)
        self._something_changed()

    def _something_changed(self, *_: object) -> None:
        if not self._is_stopped:
            self._settle.start()

    def _look(self) -> tuple[ScreenDescription, ...]:
        primary = QGuiApplication.primaryScreen()
        found = [describe(screen, is_primary=screen is primary) for screen in QGuiApplication.screens()]
        return with_roles(found, {**self._wishes, **self._registered_roles(found)})

    def _registered_roles(self, screens: Sequence[ScreenDescription]) -> Mapping[str, str]:
        """A registered role counts more than a wish, but not where the reader wants the report."""
        roles = self._registered(screens)
        by_identity = {screen.identity: screen for screen in screens}
        return {key: role for key, role in roles.items() if _wish(by_identity[key], self._wishes) != "report"}

    def _look_again(self) -> None:
        screens = self._look()
        if screens != self._screens:
            self._screens = screens
            self.changed.emit()
