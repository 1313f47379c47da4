"""The microphone's side of dictation: sound is kept, and goes to the engines, tagged with where its text belongs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from workstation.dictation.dictation_microphones import DictationMicrophones, HidBus
from workstation.dictation.levels_meter import LevelReading
from workstation.dictation.listening import Armed, ArmedChanged, DevicesSeen, Level, Listening, ListeningEvent
from workstation.dictation.microphone import InputDevice, MicrophoneSource
from workstation.dictation.microphone_reports import Light
from workstation.dictation.utterance_audio import UtteranceAudio
from workstation.dictation.utterances import Block, Ended, Started, Tag
from workstation.foundation.conditions import ConditionBoard
from workstation.reading.dictation_buttons import DictationButtons
from workstation.reading.dictation_engines import DictationEngines


class Hearing:
    """Microphone, recordings and devices with buttons.

    Parameters
    ----------
    buttons
        Takes what happens at the devices.
    started
        Told of each utterance at its first sample, in the microphone's thread; must not wait long.
    ended
        Told of its end, and whether the second pass will hear it, before any engine can answer.
    changed
        Told when the microphone is in another state.
    found
        Told when there is a microphone at all.
    """

    def __init__(
        self,
        source: MicrophoneSource,
        audio: UtteranceAudio,
        engines: DictationEngines,
        conditions: ConditionBoard,
        *,
        buttons: DictationButtons,
        bus: Callable[[], HidBus] | None,
        device: str,
        started: Callable[[Tag], None],
        ended: Callable[[Ended, bool], None],
        changed: Callable[[], None],
        found: Callable[[], None],
    ) -> None:
        self.audio = audio
        self.level: LevelReading | None = None
        self.devices: tuple[InputDevice, ...] = ()
        self.microphone = device
        self._engines = engines
        self._conditions = conditions
        self._buttons = buttons
        self._bus = bus
        self._started, self._ended, self._changed, self._found = started, ended, changed, found
        self.listening = Listening(source, conditions, self._take, device=device)
        self._hid: DictationMicrophones | None = None
        self._is_open = self._was_hearing = False

    @property
    def is_open(self) -> bool:
        """Whether the microphone was begun to be looked for."""
        return self._is_open

    def open(self) -> None:
        """Open the microphone and look for devices; once, however often called."""
        if self._is_open:
            return
        self._is_open = True
        self.listening.start()
        if self._bus is not None:
            self._hid = DictationMicrophones(self._bus(), self._conditions, self._buttons.take)
            self._hid.start()

    def stop(self, timeout_s: float) -> None:
        """Close microphone and devices; what was said is kept."""
        if self._is_open:
            self.listening.stop(timeout_s)
            if self._hid is not None:
                self._hid.stop(timeout_s)

    def save(self, timeout_s: float) -> None:
        """End the keeping of recordings; on a full disk the condition that says so is up, and the program goes."""
        with suppress(OSError):
            self.audio.stop(timeout_s)

    def choose(self, name: str) -> None:
        """Use another microphone."""
        self.microphone = name
        self.listening.choose(name)

    def _take(self, event: ListeningEvent) -> None:
        """In the microphone's thread, or (`ArmedChanged`) in the reader's."""
        if isinstance(event, Level):
            self.level = event.reading
            if self._was_hearing != self.listening.is_hearing:
                self._was_hearing = self.listening.is_hearing
                self._found()
                self._changed()
        elif isinstance(event, ArmedChanged):
            self._was_hearing = self.listening.is_hearing
            if self._hid is not None:
                self._hid.show(Light.OFF if event.armed is Armed.OFF else Light.RECORDING)
            self._changed()
        elif isinstance(event, DevicesSeen):
            self.devices = event.devices
            if event.devices:
                self._found()
            self._changed()
        else:
            self._take_sound(event)

    def _take_sound(self, event: Started | Block | Ended) -> None:
        self.audio.handle(event)
        utterance = event.tag.utterance
        first, second = self._engines.first, self._engines.second
        if isinstance(event, Started):
            self._started(event.tag)
            first.begin(utterance)
            second.begin(utterance)
        elif isinstance(event, Block):
            first.hear(utterance, event.pcm)
            second.hear(utterance, event.pcm)
        else:
            is_speech = event.speech_s is not None
            self._ended(event, is_speech and second.engine is not None)
            first.end(utterance)
            if is_speech and second.engine is not None:
                second.end(utterance)
            else:
                second.drop(utterance)
