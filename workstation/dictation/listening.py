"""The microphone at work: push-to-talk and toggle, blocks into utterances, a condition while there is no sound."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from workstation.dictation.endpointing import EndpointSettings
from workstation.dictation.levels_meter import LevelMeter, LevelReading
from workstation.dictation.microphone import InputDevice, MicrophoneSource
from workstation.dictation.utterances import (
    Begin,
    EndReason,
    Finish,
    Retarget,
    Tag,
    Target,
    UtteranceEvent,
    Utterances,
)
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import SomethingMissing
from workstation.foundation.worker import Worker

NO_MICROPHONE = "microphone-missing"
SOUND_LOST = "microphone-sound-lost"


class Armed(Enum):
    """Whether the microphone is on."""

    OFF = "off"
    HELD = "held"
    ON = "on"


class Move(Enum):
    """What can happen to it."""

    PRESS = "the key went down"
    RELEASE = "the key went up"
    TOGGLE = "the switch was touched"
    DISARM = "dictation was ended"
    CASE = "another case or draft came"
    LOST = "the microphone was lost"


MOVES: MappingProxyType[tuple[Armed, Move], Armed] = MappingProxyType(
    {
        (Armed.OFF, Move.PRESS): Armed.HELD,
        (Armed.OFF, Move.RELEASE): Armed.OFF,
        (Armed.OFF, Move.TOGGLE): Armed.ON,
        (Armed.OFF, Move.DISARM): Armed.OFF,
        (Armed.OFF, Move.CASE): Armed.OFF,
        (Armed.OFF, Move.LOST): Armed.OFF,
        (Armed.HELD, Move.PRESS): Armed.HELD,  # keyboards repeat a key that is held
        (Armed.HELD, Move.RELEASE): Armed.OFF,
        (Armed.HELD, Move.TOGGLE): Armed.ON,  # the key is let go after, and dictation goes on
        (Armed.HELD, Move.DISARM): Armed.OFF,
        (Armed.HELD, Move.CASE): Armed.OFF,
        (Armed.HELD, Move.LOST): Armed.OFF,
        (Armed.ON, Move.PRESS): Armed.ON,
        (Armed.ON, Move.RELEASE): Armed.ON,
        (Armed.ON, Move.TOGGLE): Armed.OFF,
        (Armed.ON, Move.DISARM): Armed.OFF,
        (Armed.ON, Move.CASE): Armed.OFF,
        (Armed.ON, Move.LOST): Armed.OFF,
    }
)
"""Every move from every state: nothing a hand can do is impossible, and all that is unsure ends in OFF."""


@dataclass(frozen=True)
class ArmedChanged:
    """The microphone went on or off."""

    armed: Armed
    why: Move


@dataclass(frozen=True)
class Level:
    """The meter, ten times a second, also while the microphone is off."""

    reading: LevelReading


@dataclass(frozen=True)
class DevicesSeen:
    """The microphones that can be chosen now."""

    devices: tuple[InputDevice, ...]


ListeningEvent = UtteranceEvent | ArmedChanged | Level | DevicesSeen


class Listening:
    """Keeps the chosen microphone open, and makes utterances of what is said while it is armed.

    The device stays open while the worker runs, because opening takes up to two seconds; what is heard while the
    microphone is off is kept for 0.4 s of pre-roll in memory and goes nowhere else.

    Parameters
    ----------
    source
        The microphone.
    conditions
        Where "no microphone" and "sound was lost" are shown as long as they last.
    tell
        Gets every event, in the worker's thread; `ArmedChanged` also in the thread of the caller. It must not wait.
    device
        Name of the microphone; empty for the system's own choice.
    """

    LOOK_AGAIN_S = 3.0
    READ_WAIT_S = 0.5

    def __init__(
        self,
        source: MicrophoneSource,
        conditions: ConditionBoard,
        tell: Callable[[ListeningEvent], None],
        *,
        device: str = "",
        settings: EndpointSettings | None = None,
        now_s: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._source = source
        self._conditions = conditions
        self._tell = tell
        self._device = device
        self._now_s = now_s
        self._lock = threading.Lock()
        self._armed = Armed.OFF
        self._target: Target | None = None
        self._is_hearing = False
        self._looks_again = False
        self._devices: tuple[InputDevice, ...] | None = None
        self._utterances = Utterances(settings or EndpointSettings(), new_id)
        self._waiting: list[Begin | Retarget | Finish] = []
        self._meter = LevelMeter()
        self._worker = Worker("microphone", self._turn, on_failure=self._our_fault, pause_after_failure_s=1.0)

    @property
    def armed(self) -> Armed:
        """Whether the microphone is on, as the reader's last move left it."""
        return self._armed

    @property
    def is_hearing(self) -> bool:
        """Whether sound arrives; dictation can begin only then."""
        return self._is_hearing

    def is_late(self, tag: Tag) -> bool:
        """Whether a result of this utterance comes when the reader is in another case or draft version.

        A late result goes to ``tag.target`` or is discarded visibly; never anywhere else.
        """
        with self._lock:
            return not tag.target.same_draft(self._target)

    def start(self) -> None:
        """Open the microphone, and again whenever it has gone."""
        self._worker.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Close the utterance and the microphone; say whether it ended in time."""
        self.disarm()
        ended = self._worker.stop(timeout_s)
        if ended:
            self._emit(self._utterances.lose(EndReason.DISARMED))
            self._source.close()
            self._is_hearing = False
        return ended

    # --- what the reader does (any thread) ------------------------------------------------------------------------

    def press(self, target: Target) -> bool:
        """The push-to-talk key went down in this field. False: there is no sound, nothing was begun."""
        return self._arm(Move.PRESS, target)

    def toggle(self, target: Target) -> bool:
        """The microphone switch was touched in this field. False: there is no sound, nothing was begun."""
        return self._arm(Move.TOGGLE, target)

    def release(self) -> None:
        """The push-to-talk key went up; the word that is being said is still taken."""
        self._disarm(Move.RELEASE, EndReason.DISARMED)

    def disarm(self) -> None:
        """Switch the microphone off."""
        self._disarm(Move.DISARM, EndReason.DISARMED)

    def go_to(self, target: Target | None) -> None:
        """Another field has the cursor. Another case or draft closes the utterance and switches the microphone off."""
        with self._lock:
            old, self._target = self._target, target
            if target is not None and target.same_draft(old):
                if self._armed is not Armed.OFF and target != old:
                    self._waiting.append(Retarget(self._now_s(), target))
                return
        self._disarm(Move.CASE, EndReason.CASE)

    def divide(self) -> None:
        """At the next short silence another utterance begins, in the same place."""
        with self._lock:
            if self._armed is not Armed.OFF and self._target is not None:
                self._waiting.append(Retarget(self._now_s(), self._target))

    def choose(self, device: str) -> None:
        """Use another microphone from now on."""
        with self._lock:
            self._device = device
        self.look_again()

    def look_again(self) -> None:
        """Look for microphones that were plugged in; the microphone is switched off for it."""
        self._disarm(Move.DISARM, EndReason.DISARMED)
        self._looks_again = True
        self._worker.wake()

    # --- moves ----------------------------------------------------------------------------------------------------

    def _arm(self, move: Move, target: Target) -> bool:
        if self._armed is not Armed.OFF and MOVES[self._armed, move] is Armed.OFF:
            self._disarm(move, EndReason.DISARMED)
            return True
        with self._lock:
            if not self._is_hearing:
                return False
            before, self._armed = self._armed, MOVES[self._armed, move]
            after = self._armed
            if before is Armed.OFF:
                self._target = target
                self._waiting.append(Begin(self._now_s(), target, at_once=after is Armed.HELD))
        if before is Armed.OFF:
            self._conditions.end(SOUND_LOST)
        if after is not before:
            self._tell(ArmedChanged(after, move))
        return True

    def _disarm(self, move: Move, reason: EndReason) -> None:
        with self._lock:
            before, self._armed = self._armed, MOVES[self._armed, move]
            if self._armed is not Armed.OFF or (before is Armed.OFF and move is not Move.CASE):
                return
            # Also while it is off: a change of case is a wall that no pre-roll reaches over.
            self._waiting.append(Finish(self._now_s(), reason))
        if before is not Armed.OFF:
            self._tell(ArmedChanged(Armed.OFF, move))

    # --- the worker -------------------------------------------------------------------------------------------------

    def _turn(self, _token: CancelToken) -> float:
        try:
            if self._looks_again or not self._source.is_open:
                self._open()
            block = self._source.read(self.READ_WAIT_S)
        except SomethingMissing as missing:
            self._lost(missing)
            return self.LOOK_AGAIN_S
        if block is None:
            return 0.0
        if not self._is_hearing:
            self._is_hearing = True
            self._conditions.end(NO_MICROPHONE)
        if block.is_after_gap:
            self._conditions.raise_condition(
                SOUND_LOST, Severity.WARN, "Sound was lost: words may be missing.", "Read again what you dictated."
            )
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for control in waiting:
            self._utterances.add(control)
        self._emit(self._utterances.feed(block))
        share, floor = self._utterances.speech_share, self._utterances.floor_dbfs
        self._tell(Level(self._meter.feed(block.pcm, speech_share=share, floor_dbfs=floor)))
        return 0.0

    def _open(self) -> None:
        self._looks_again = self._is_hearing = False
        self._emit(self._utterances.lose(EndReason.MICROPHONE))
        try:
            self._source.open(self._device)
        finally:
            if self._source.devices != self._devices:
                self._devices = self._source.devices
                self._tell(DevicesSeen(self._devices))

    def _lost(self, missing: SomethingMissing) -> None:
        """The microphone has gone: what was said is closed, nothing is armed, and the screen says so."""
        with self._lock:
            self._is_hearing = False
        self._disarm(Move.LOST, EndReason.MICROPHONE)
        with self._lock:
            self._waiting.clear()
        self._emit(self._utterances.lose(EndReason.MICROPHONE))
        self._conditions.raise_condition(NO_MICROPHONE, Severity.WARN, missing.what, missing.advice)

    def _our_fault(self, error: Exception) -> None:
        """A bug in a turn: sound may have been lost, which must be seen."""
        self._lost(
            SomethingMissing(f"The microphone stopped ({type(error).__name__}).", "It is started again by itself.")
        )
        self._source.close()

    def _emit(self, events: list[UtteranceEvent]) -> None:
        for event in events:
            self._tell(event)
