"""Keys and tools of the diagnostic windows, made from the key map."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from workstation.ui.edge_tool_bar import ToolItem
from workstation.viewing.case_view import CaseView
from workstation.viewing.keys import KeyBinding, Place

_TOOLS = {
    "image.window": "window",
    "image.zoom": "zoom",
    "image.fit": "fit",
    "image.one_to_one": "actual",
    "image.invert": "invert",
    "image.rotate_left": "rotate_left",
    "image.rotate_right": "rotate_right",
    "image.flip_sideways": "flip_horizontal",
    "image.flip_over": "flip_vertical",
    "image.reset": "reset",
    "image.link": "link",
    "image.cine": "play",
    "image.annotations": "annotations",
    "image.next_state": "state",
    "image.overlays": "graphics",
    "image.shutter": "shutter",
    "image.previous_stage": "previous",
    "image.next_stage": "next",
}
"""What the tool bar at the edge offers, in its order, with the icon of each."""


class KeyFinder:
    """Finds the action of a key press among the bindings that hold over images."""

    def __init__(self, bindings: Iterable[KeyBinding]) -> None:
        self._actions = {
            QKeySequence(key).toString(): binding.id
            for binding in bindings
            if binding.place is not Place.REPORT
            for key in binding.keys
        }

    def __call__(self, event: QKeyEvent) -> str | None:
        """The action's identifier, or None when the key means nothing here."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        return self._actions.get(QKeySequence(QKeyCombination(modifiers, key)).toString())


def tools_of(bindings: Iterable[KeyBinding]) -> tuple[ToolItem, ...]:
    """The buttons of the tool bar, with the reader's keys."""
    known = {binding.id: binding for binding in bindings}
    return tuple(
        ToolItem(action, sign, known[action].title, known[action].key)
        for action, sign in _TOOLS.items()
        if action in known
    )


def tools_on(view: CaseView | None, *, is_playing: bool) -> frozenset[str]:
    """The tools and switches that are on now."""
    if view is None:
        return frozenset()
    on = {f"image.{view.tool}"}
    if view.is_linked:
        on.add("image.link")
    if is_playing:
        on.add("image.cine")
    state = view.active_state
    if state is not None and state.applied is not None:
        on.add("image.next_state")
    return frozenset(on)
