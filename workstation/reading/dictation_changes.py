"""What dictation tells the windows: how it stands, and what has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workstation.dictation.commands import Command
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.listening import Armed
from workstation.dictation.microphone import InputDevice
from workstation.dictation.passages import Splice

Reason = Literal["dictated", "second pass", "chosen", "taken back", "scratched", "edited by voice"]


@dataclass(frozen=True)
class LiveText:
    """What is being heard, shown in grey at ``at``; no text: nothing is live any more."""

    case_key: str = field(repr=False)
    field_id: str
    at: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class TextSpliced:
    """A field's text was changed; the draft has it already, the editor makes it one step that can be undone."""

    case_key: str = field(repr=False)
    field_id: str
    splice: Splice
    why: Reason


@dataclass(frozen=True)
class MarksChanged:
    """Passages, doubts, choices or confirmations of a field have changed, not its text."""

    case_key: str = field(repr=False)
    field_id: str


@dataclass(frozen=True)
class CommandSpoken:
    """A command was spoken, or a button of the dictation microphone pressed (then ``utterance`` is empty)."""

    case_key: str = field(repr=False)
    field_id: str
    command: Command
    utterance: str


@dataclass(frozen=True)
class NotACommand:
    """The command key was held, and nothing that can be done now sounds like this."""

    heard: str = field(repr=False)


@dataclass(frozen=True)
class Told:
    """A sentence for the reader, once."""

    text: str = field(repr=False)


Change = LiveText | TextSpliced | MarksChanged | CommandSpoken | NotACommand | Told


@dataclass(frozen=True)
class DictationState:
    """How dictation stands.

    Attributes
    ----------
    armed
        Whether the microphone is on.
    is_hearing
        Whether sound arrives.
    is_busy
        Words are still to come.
    engine, second_engine
        Names for people; empty where there is none.
    engine_state
        None before one was chosen.
    is_low_accuracy
        The engine's text is to be confirmed field by field.
    coverage
        The share of our lexicon that the engine can hear; None where that is not known.
    microphone
        The chosen one; empty for the system's own choice.
    hid
        Attached dictation microphones and pedals, by name.
    pressed
        Their buttons that are down, as the preferences name them: ``speechmike.record``.
    command_key
        The command key is held.
    trouble
        Why dictation cannot be used now; empty when it can.
    """

    armed: Armed = Armed.OFF
    is_hearing: bool = False
    is_busy: bool = False
    engine: str = ""
    engine_state: EngineState | None = None
    is_low_accuracy: bool = False
    second_engine: str = ""
    language: str = "en"
    coverage: float | None = None
    microphone: str = ""
    microphones: tuple[InputDevice, ...] = ()
    hid: tuple[str, ...] = ()
    pressed: frozenset[str] = frozenset()
    command_key: bool = False
    trouble: str = ""
