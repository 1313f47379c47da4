"""Where the instructions stand: on another monitor, else as a panel at the edge of the only one, off the meter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect

from calibration.ui.pattern_stage import PatternStage
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tokens import Tokens

_MARGIN = 16
_LARGEST = (1320, 900)
_SHARE = 0.9
_PANEL_WIDTH, _PANEL_HEIGHT, _ROOM_FOR_PICTURES = 430, 480, 700


def screen_for_instructions(screens: Sequence[ScreenDescription], under_test: ScreenDescription) -> ScreenDescription:
    """The report monitor, else any other than the one under test; that one itself when it is alone."""
    others = [each for each in screens if each.identity != under_test.identity]
    return next((each for each in others if each.role == "report"), others[0] if others else under_test)


def window_rect(screen: ScreenDescription, factor: float) -> QRect:
    """An ordinary window in the middle of a monitor."""
    room = QRect(*screen.logical_rect)
    width = min(round(_LARGEST[0] * factor), round(room.width() * _SHARE))
    height = min(round(_LARGEST[1] * factor), round(room.height() * _SHARE))
    place = QRect(0, 0, width, height)
    place.moveCenter(room.center())
    return place


def panel_rect(room: QRect, width: int, height: int, field: QRect | None, *, prefers_left: bool = False) -> QRect:
    """A panel at an edge of ``room`` that leaves ``field`` (where the meter lies) free.

    Tried in turn: the right and the left edge at full height, the four corners at ``height``, then strips above and
    below the field, as high as there is room.
    """
    width, height = min(width, room.width()), min(height, room.height())
    bottom = room.bottom() - height + 1
    left, right = room.left(), room.right() - width + 1
    columns = (left, right) if prefers_left else (right, left)
    places = [QRect(x, room.top(), width, room.height()) for x in columns]
    places += [QRect(x, y, width, height) for x in columns for y in (bottom, room.top())]
    if field is None:
        return places[0]
    kept_free = field.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    below, above = room.bottom() - kept_free.bottom(), kept_free.top() - room.top()
    places.append(QRect(left, room.bottom() - below + 1, room.width(), max(1, below)))
    places.append(QRect(left, room.top(), room.width(), max(1, above)))
    free = [place for place in places[:6] if not place.intersects(kept_free)]
    return free[0] if free else max(places[6:], key=lambda place: place.height())


class Placement:
    """Puts the guided window where it belongs, again and again as patterns, pages and monitors change."""

    def __init__(self, screens: ScreenMap, stage: PatternStage, tokens: Tokens) -> None:
        self._screens, self._stage, self._tokens = screens, stage, tokens
        self._prefers_left = False

    @property
    def home(self) -> ScreenDescription:
        """The monitor of the instructions."""
        return screen_for_instructions(self._screens.screens(), self._stage.screen)

    @property
    def is_alone(self) -> bool:
        """Whether the display under test is the only monitor."""
        return self.home.identity == self._stage.screen.identity

    @property
    def is_over_pattern(self) -> bool:
        """Whether the instructions stand on the pattern itself."""
        return self.is_alone and self._stage.pattern is not None

    def rect(self) -> QRect:
        """Where the window goes now."""
        home = self.home
        if not self.is_over_pattern:
            return window_rect(home, self._tokens.factor)
        width, height = self._tokens.px(_PANEL_WIDTH), self._tokens.px(_PANEL_HEIGHT)
        return panel_rect(QRect(*home.logical_rect), width, height, self._stage.target, prefers_left=self._prefers_left)

    def is_small(self, rect: QRect) -> bool:
        """Whether pictures and curves have no room."""
        return self.is_over_pattern and rect.height() < self._tokens.px(_ROOM_FOR_PICTURES)

    def other_edge(self) -> None:
        """From now on the other edge first."""
        self._prefers_left = not self._prefers_left
