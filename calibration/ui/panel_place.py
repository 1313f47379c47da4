"""Where the instructions stand: on another monitor, else as a panel at the edge of the only one, off the meter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect

from workstation.qtkit.screens import ScreenDescription

_MARGIN = 16
_LARGEST = (1320, 900)
_SHARE = 0.9


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

    Tried in turn: the right and the left edge at full height, then the four corners at ``height``. Where the field
    leaves no such place, the corner that covers least of it.
    """
    width, height = min(width, room.width()), min(height, room.height())
    top, bottom = room.top(), room.bottom() - height + 1
    left, right = room.left(), room.right() - width + 1
    columns = (left, right) if prefers_left else (right, left)
    places = [QRect(x, room.top(), width, room.height()) for x in columns]
    places += [QRect(x, y, width, height) for x in columns for y in (bottom, top)]
    if field is None:
        return places[0]
    kept_free = field.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    return min(places, key=lambda place: _area(place.intersected(kept_free)))


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height()) if rect.isValid() else 0
