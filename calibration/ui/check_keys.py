"""Keys of the guided window, the same on its pages and on the pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from calibration.ui.page_board import PageBoard

Action = Callable[[], object]


@dataclass(frozen=True)
class WindowActions:
    """What the window can do at any time."""

    act: Action
    escape: Action
    help: Action
    back: Action
    skip: Action
    pause: Action
    other_edge: Action


class CheckKeys:
    """Finds what a key does on the page in front, and does it."""

    def __init__(self, window: QWidget, board: PageBoard, actions: WindowActions) -> None:
        self._window, self._board, self._actions = window, board, actions

    def press(self, key: int) -> bool:
        """Do what ``key`` (`Qt.Key`) does; says whether it does anything."""
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter()
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            return self._board.page.choose(key - Qt.Key.Key_0)
        does = {**self._everywhere(), **self._on_page()}.get(key)
        if does is not None:
            does()
        return does is not None

    def take_back_from(self, foot: QWidget) -> None:
        """A button of the foot that got the keyboard when a page went must not catch the next page's Enter."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QPushButton) and foot.isAncestorOf(focus):
            self._window.setFocus()

    def _everywhere(self) -> Mapping[int, Action]:
        keys, actions = Qt.Key, self._actions
        return {
            keys.Key_Escape: actions.escape,
            keys.Key_F1: actions.help,
            keys.Key_Backspace: actions.back,
            keys.Key_S: actions.skip,
            keys.Key_P: actions.pause,
            keys.Key_H: actions.other_edge,
        }

    def _on_page(self) -> Mapping[int, Action]:
        keys, board = Qt.Key, self._board
        if board.page is board.instruct:
            return {keys.Key_W: board.instruct.hold}
        if board.page is board.number:
            return {keys.Key_M: board.number.ask_meter}
        if board.page is board.verdict:
            verdict = board.verdict
            ways = {keys.Key_R: verdict.repeat, keys.Key_W: verdict.withdraw, keys.Key_S: verdict.save}
            return {key: way.click for key, way in ways.items() if way.isVisible()}
        return {}

    def _enter(self) -> bool:
        """A button that has the keyboard is pressed; a field has taken Enter already; else the page's action."""
        focus = QApplication.focusWidget()
        is_here = focus is not None and focus.window() is self._window
        if is_here and isinstance(focus, QPushButton):
            focus.click()
        elif not (is_here and isinstance(focus, QLineEdit)):
            self._actions.act()
        return True
