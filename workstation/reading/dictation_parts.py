"""What dictation is given by the wiring: devices, stores and models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.dictation.dictation_microphones import HidBus
from workstation.dictation.microphone import MicrophoneSource
from workstation.dictation.speech_models import SpeechModels
from workstation.dictation.utterance_audio import SealedStore
from workstation.reading.dictation_engines import MakeEngine, Prepare, engine_worker
from workstation.reading.learnt_store import LearntStore
from workstation.reporting.draft import Draft


class Player(Protocol):
    """Plays a phrase; see `loudspeaker.Loudspeaker`."""

    def play(self, pcm: bytes) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class DictationParts:
    """What dictation is made of.

    Attributes
    ----------
    heading
        Name of a field of a draft, for people.
    draft_keys
        The cases that have a draft on disk; recordings of others are erased.
    bus
        The USB devices, where there are any.
    """

    models: SpeechModels
    prepare: Prepare
    microphone: MicrophoneSource
    loudspeaker: Player
    recordings: SealedStore
    learnt: LearntStore
    heading: Callable[[Draft, str], str]
    draft_keys: Callable[[], Sequence[str]]
    bus: Callable[[], HidBus] | None = None
    make_engine: MakeEngine = engine_worker
