"""Which button of a dictation microphone does what: defaults from a table, the reader's own changes on top."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from workstation.dictation.microphone_reports import Button, Family
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path

Named = TypeVar("Named", bound=Enum)


class MicrophoneAction(Enum):
    """What a button can do; the value is its name in the table and in the preferences."""

    DICTATE_WHILE_HELD = "dictate.hold"
    DICTATE_ON_OFF = "dictate.toggle"
    DICTATE_OFF = "dictate.off"
    COMMAND_WHILE_HELD = "command.hold"
    NEXT_FIELD = "report.next_field"
    PREVIOUS_FIELD = "report.previous_field"
    SCRATCH_THAT = "report.scratch_that"
    UNDO = "report.undo"
    SIGN = "report.sign"
    SIGN_AND_NEXT = "report.sign_next"
    REPLAY = "replay.play"
    REPLAY_BACK = "replay.back"
    REPLAY_FORWARD = "replay.forward"
    NEXT_SERIES = "viewer.next_series"
    NEXT_STAGE = "next_stage"
    NEXT_ITEM = "worklist.next"
    KEY_IMAGE = "key_image"
    NOTHING = "nothing"


@dataclass(frozen=True)
class MicrophoneMap:
    """Buttons to actions, for every family."""

    actions: Mapping[tuple[Family, Button], MicrophoneAction] = field(repr=False)

    def action(self, family: Family, button: Button) -> MicrophoneAction:
        """What this button does; `MicrophoneAction.NOTHING` where nothing is set."""
        return self.actions.get((family, button), MicrophoneAction.NOTHING)


def load_microphone_map(own: Mapping[str, str] | None = None) -> MicrophoneMap:
    """The default table with the reader's changes.

    Parameters
    ----------
    own
        Changes as the preferences hold them: ``"powermic_3.custom_left": "report.sign"``.

    Raises
    ------
    BadInput
        Naming every wrong family, button and action at once.
    """
    table = tomllib.loads(resource_path("dictation", "microphones.toml").read_text("utf-8"))
    flat = {f"{family}.{button}": action for family, buttons in table.items() for button, action in buttons.items()}
    defaults, faults = _parsed(flat)
    if faults:
        raise RuntimeError(f"the microphone table of this installation is wrong: {'; '.join(faults)}")
    changes, faults = _parsed(own or {})
    if faults:
        raise BadInput(f"Your microphone buttons have wrong entries: {'; '.join(faults)}.", "Mend or remove them.")
    return MicrophoneMap(MappingProxyType({**defaults, **changes}))


def _parsed(flat: Mapping[str, str]) -> tuple[dict[tuple[Family, Button], MicrophoneAction], list[str]]:
    found, faults = {}, []
    for key, value in flat.items():
        family_name, _, button_name = key.partition(".")
        family, button, action = (
            _named(Family, family_name),
            _named(Button, button_name),
            _named(MicrophoneAction, value),
        )
        if family is None:
            faults.append(f"{key}: there is no device “{family_name}” (there are {_names(Family)})")
        if button is None:
            faults.append(f"{key}: there is no button “{button_name}” (there are {_names(Button)})")
        if action is None:
            faults.append(f"{key}: there is no action “{value}” (there are {_names(MicrophoneAction)})")
        if family and button and action:
            found[family, button] = action
    return found, faults


def _named(kind: type[Named], name: str) -> Named | None:
    return next((each for each in kind if each.value == name), None)


def _names(kind: type[Enum]) -> str:
    return ", ".join(str(each.value) for each in kind)
