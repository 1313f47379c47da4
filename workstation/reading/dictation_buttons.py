"""What the buttons of dictation microphones and pedals do to dictation; all others are commands for the windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from workstation.dictation.commands import Command
from workstation.dictation.dictation_microphones import ButtonChanged, DeviceEvent, DevicesChanged, LaidDown
from workstation.dictation.microphone_map import MicrophoneAction, load_microphone_map
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import BadInput

WRONG_BUTTONS = "microphone-buttons"
COMMANDS: Mapping[MicrophoneAction, str] = MappingProxyType(
    {
        MicrophoneAction.NEXT_FIELD: "next_field",
        MicrophoneAction.PREVIOUS_FIELD: "previous_field",
        MicrophoneAction.SCRATCH_THAT: "scratch_that",
        MicrophoneAction.UNDO: "undo",
        MicrophoneAction.SIGN: "sign_report",
        MicrophoneAction.NEXT_SERIES: "next_series",
        MicrophoneAction.NEXT_STAGE: "hang_next",
        MicrophoneAction.KEY_IMAGE: "key_image",
    }
)
"""Buttons that do what a spoken command does; the others go out under the action's own name."""
_REPLAYS = {MicrophoneAction.REPLAY: 0, MicrophoneAction.REPLAY_BACK: -1, MicrophoneAction.REPLAY_FORWARD: 1}


class Dictates(Protocol):
    """What buttons do; see `dictating.Dictation`."""

    def press(self) -> bool: ...
    def release(self) -> None: ...
    def toggle(self) -> bool: ...
    def disarm(self) -> None: ...
    def hold_command_key(self, held: bool) -> None: ...
    def replay_step(self, by: int) -> None: ...
    def command_pressed(self, command: Command) -> None: ...


class DictationButtons:
    """Takes the events of the devices, in their thread.

    Parameters
    ----------
    changed
        Told when devices come and go, and when a button goes down or up.
    """

    def __init__(self, dictates: Dictates, conditions: ConditionBoard, changed: Callable[[], None]) -> None:
        self.names: tuple[str, ...] = ()
        self.pressed: frozenset[str] = frozenset()
        """The buttons that are down, as the preferences name them: ``speechmike.record``."""
        self._dictates = dictates
        self._conditions = conditions
        self._changed = changed
        self._map = load_microphone_map()

    def use(self, own: Mapping[str, str]) -> None:
        """Take the reader's own buttons; with wrong ones those that ship with the program stay."""
        try:
            self._map = load_microphone_map(own)
            self._conditions.end(WRONG_BUTTONS)
        except BadInput as error:
            self._map = load_microphone_map()
            self._conditions.raise_condition(WRONG_BUTTONS, Severity.WARN, error.what, error.advice)

    def set(self, own: Mapping[str, str]) -> None:
        """Take the reader's own buttons.

        Raises
        ------
        BadInput
            When some are wrong; then all stay as they were.
        """
        self._map = load_microphone_map(own)
        self._conditions.end(WRONG_BUTTONS)

    def take(self, event: DeviceEvent) -> None:
        """Something happened at a device."""
        if isinstance(event, DevicesChanged):
            self.names = event.names
            self._changed()
        elif isinstance(event, ButtonChanged):
            button = frozenset([f"{event.family.value}.{event.button.value}"])
            self.pressed = self.pressed | button if event.is_down else self.pressed - button
            self._changed()
            self._press(self._map.action(event.family, event.button), is_down=event.is_down)
        elif isinstance(event, LaidDown) and event.is_down:
            self._dictates.disarm()

    def _press(self, action: MicrophoneAction, *, is_down: bool) -> None:
        if action is MicrophoneAction.DICTATE_WHILE_HELD:
            if is_down:
                self._dictates.press()
            else:
                self._dictates.release()
        elif action is MicrophoneAction.COMMAND_WHILE_HELD:
            self._dictates.hold_command_key(is_down)
        elif not is_down or action is MicrophoneAction.NOTHING:
            return
        elif action is MicrophoneAction.DICTATE_ON_OFF:
            self._dictates.toggle()
        elif action is MicrophoneAction.DICTATE_OFF:
            self._dictates.disarm()
        elif action in _REPLAYS:
            self._dictates.replay_step(_REPLAYS[action])
        else:
            self._dictates.command_pressed(Command(COMMANDS.get(action, action.value)))
