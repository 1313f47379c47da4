"""The microphone switch: one behaviour for the key, the button on screen and the buttons of dictation microphones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workstation.dictation.listening import Armed

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

SHORT_S = 0.35
NOTHING_IN_HAND = "Dictation begins where the cursor is: put it into a field of the report first."


class Talking(QObject):
    """Holds push to talk; a short press switches the microphone on, and another one off.

    A press while it is on does nothing until it is let go: held long, the microphone stays on.

    Parameters
    ----------
    why_not
        Why dictation may not begin now (no case is open, one is being signed); empty when it may.
    prepare
        Called before it begins: brings the report into sight, and the cursor into a field.
    """

    refused = Signal(str)
    """Why the microphone did not go on."""
    changed = Signal()

    def __init__(
        self,
        desk: Desk,
        why_not: Callable[[], str],
        prepare: Callable[[], object] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._why_not = why_not
        self._prepare = prepare
        self._was_on = False
        self._is_down = False

    # --- the key or button that talks ----------------------------------------------------------------------------

    def down(self) -> None:
        """It went down: listen at once, so that the first syllable is not lost."""
        if self._is_down:
            return
        self._was_on = self._armed is Armed.ON
        self._is_down = self._was_on or self._press()

    def up(self, held_s: float) -> None:
        """It went up after ``held_s``."""
        if not self._is_down:
            return
        self._is_down = False
        is_short = held_s < SHORT_S
        if self._was_on and is_short:
            self._desk.dictation.disarm()
        elif is_short and self._armed is Armed.HELD:
            self._desk.dictation.toggle()
        elif not self._was_on:
            self._desk.dictation.release()
        self.changed.emit()

    def lose(self) -> None:
        """The keyboard has gone elsewhere: nobody will see the key go up, so nothing stays held."""
        if self._is_down and not self._was_on:
            self._desk.dictation.release()
        self._is_down = False
        self.command_up()
        self.changed.emit()

    # --- the command key -----------------------------------------------------------------------------------------

    def command_down(self) -> None:
        """While it is down, all that is said is a command."""
        if self._desk.dictation.state.command_key:
            return
        self._begin(self._hold_for_command)

    def command_up(self) -> None:
        """It went up; a microphone that was on before stays on."""
        if self._desk.dictation.state.command_key:
            self._desk.dictation.hold_command_key(False)
            self.changed.emit()

    # --- switches ------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """On or off."""
        if self._armed is not Armed.OFF:
            self.off()
        else:
            self._begin(self._desk.dictation.toggle)

    def off(self) -> None:
        """Off, whoever switched it on."""
        self._is_down = False
        self._desk.dictation.disarm()
        self.changed.emit()

    # --- inside

    @property
    def _armed(self) -> Armed:
        return self._desk.dictation.state.armed

    def _press(self) -> bool:
        return self._begin(self._desk.dictation.press)

    def _hold_for_command(self) -> bool:
        """Dictation itself switches the microphone on for it, where it is off."""
        self._desk.dictation.hold_command_key(True)
        if self._armed is Armed.OFF:
            self._desk.dictation.hold_command_key(False)
            return False
        return True

    def _begin(self, how: Callable[[], bool]) -> bool:
        why_not = self._why_not()
        if not why_not:
            self._prepare()
            if how():
                self.changed.emit()
                return True
        self.refused.emit(why_not or self._desk.dictation.state.trouble or NOTHING_IN_HAND)
        return False
