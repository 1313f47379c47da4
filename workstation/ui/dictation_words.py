"""The state of dictation in words: what the foot of the report says, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from workstation.dictation.engine_worker import EngineState
from workstation.dictation.levels_meter import LevelReading, SoundFault
from workstation.dictation.listening import Armed
from workstation.reading.dictation_changes import DictationState
from workstation.reading.dictation_engines import ENOUGH_COVERAGE
from workstation.ui.why_panel import Reason

HINTS = {
    SoundFault.MUTED: "No signal: is the microphone muted?",
    SoundFault.CLIPPING: "Too loud: turn it down or move it away",
    SoundFault.TOO_QUIET: "Too quiet: speak up or move it nearer",
    SoundFault.NOISY: "Loud room: move the microphone nearer",
}
"""Short forms for the foot, the most pressing first; the whole sentence is in the tool tip."""


@dataclass(frozen=True)
class Switch:
    """How the microphone's switch looks: a sign and a word; ``is_on`` adds the accent colour to them."""

    sign: str
    word: str
    does: str
    is_on: bool


SWITCHES = {
    Armed.OFF: Switch("microphone_off", "Off", "Dictate", is_on=False),
    Armed.HELD: Switch("microphone_held", "Held", "Listening while held; let go to end", is_on=True),
    Armed.ON: Switch("microphone", "On", "Listening; press to stop", is_on=True),
}
COMMAND = Switch("spoken_command", "Command", "Listening for a command while held", is_on=True)


@dataclass(frozen=True)
class Line:
    """A short text and the style it has: caption, warn or fail."""

    text: str
    role: str = "caption"


_ENGINE = {
    EngineState.LOADING: Line("loading"),
    EngineState.READY: Line("ready"),
    EngineState.RESTARTING: Line("restarting, nothing is lost", "warn"),
    EngineState.FAILED: Line("failed", "fail"),
}


def switch_of(state: DictationState) -> Switch:
    """The microphone's switch."""
    if state.command_key and state.armed is not Armed.OFF:
        return COMMAND
    return SWITCHES[state.armed]


def engine_line(state: DictationState) -> Line:
    """Name and state of the engine that writes live."""
    if not state.engine:
        return _no_engine(state)
    if state.engine_state is None:
        return Line(f"{state.engine} · starts with the first report")
    said = _ENGINE[state.engine_state]
    if state.is_low_accuracy and state.engine_state is EngineState.READY:
        return Line(f"{state.engine} · ready · low accuracy: check every word", "warn")
    return Line(f"{state.engine} · {said.text}", said.role)


def _no_engine(state: DictationState) -> Line:
    """None was chosen: there is no need yet, it is being done, or there is none."""
    if not state.is_hearing:
        return Line("The speech engine starts when there is a microphone")
    return Line("No speech engine", "warn") if state.trouble else Line("The speech engine is being chosen")


def hint_of(level: LevelReading | None) -> tuple[str, str]:
    """What is wrong with the sound: in short, and as a sentence; empty while nothing is."""
    for fault, short in HINTS.items():
        if level is not None and fault in level.faults:
            return short, fault.value
    return "", ""


def why_sentence(state: DictationState) -> str:
    """How the words come about, in a sentence."""
    if not state.engine:
        return state.trouble or "The speech engine is being chosen."
    accuracy = (
        " It makes many mistakes, so its text is to be confirmed field by field before signing."
        if state.is_low_accuracy
        else ""
    )
    second = f" {state.second_engine} listens again after each utterance and mends it." if state.second_engine else ""
    return f"{state.engine} writes while you speak.{accuracy}{second}"


def why_reasons(state: DictationState) -> tuple[Reason, ...]:
    """The rules behind it: engine, its words, second pass, microphone, buttons."""
    language = state.language or "the report"
    return (
        Reason(
            "Live text",
            f"A Vosk model for {language}",
            state.engine or "none yet",
            bool(state.engine) and not state.is_low_accuracy,
        ),
        *_coverage(state),
        Reason(
            "Second pass", f"A Whisper model for {language}", state.second_engine or "none", bool(state.second_engine)
        ),
        Reason("Microphone", "One that gives sound", _microphone(state), state.is_hearing),
        Reason(
            "Microphone buttons",
            "Offered where a device is plugged in",
            ", ".join(state.hid) or "no device",
            bool(state.hid),
        ),
    )


def _coverage(state: DictationState) -> tuple[Reason, ...]:
    if state.coverage is None:
        return ()
    got = f"{100 * state.coverage:.1f}%"
    wanted = f"At least {100 * ENOUGH_COVERAGE:.0f}% of the radiology lexicon"
    return (Reason("Words it can hear", wanted, got, state.coverage >= ENOUGH_COVERAGE),)


def _microphone(state: DictationState) -> str:
    if state.is_hearing:
        return state.microphone or "the system's own choice"
    return "no sound" if state.microphones else "none found"


def lacks(state: DictationState) -> Collection[str]:
    """What is missing for dictation: ``microphone``, ``model``."""
    if not state.is_hearing:
        return frozenset({"microphone"})
    return frozenset({"model"} if not state.engine or state.engine_state is EngineState.FAILED else ())
