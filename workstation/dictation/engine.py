"""The one interface of all speech engines, what an engine can do, and how one is made.

An engine works on one utterance at a time: `start`, `feed` as often as sound arrives, `finish`. It is used by one
thread and may take its time; windows use it through `engine_worker`, where it runs in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workstation.dictation.audio_blocks import BLOCK_SAMPLES, RATE_HZ, SAMPLE_BYTES
from workstation.dictation.words import Heard

SAMPLES_PER_S = RATE_HZ
BYTES_PER_SAMPLE = SAMPLE_BYTES
BLOCK_BYTES = BLOCK_SAMPLES * SAMPLE_BYTES
"""100 ms of sound: what microphones deliver at a time."""


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do.

    Attributes
    ----------
    live
        `feed` gives partial text; otherwise there is text only after `finish`.
    low_accuracy
        Its text is to be confirmed field by field before signing.
    has_confidences, has_times
        Whether the words of a final carry them.
    takes_vocabulary
        Whether `set_vocabulary` changes anything.
    """

    live: bool
    low_accuracy: bool = False
    has_confidences: bool = False
    has_times: bool = False
    takes_vocabulary: bool = False

    @property
    def final_only(self) -> bool:
        """Whether it is of use only after the end of an utterance."""
        return not self.live


@dataclass(frozen=True)
class EngineDescription:
    """Which engine it is, for records and for `transcribe`.

    Attributes
    ----------
    name
        ``pocketsphinx``, ``vosk`` or ``whisper``.
    version
        Of the library.
    language
        BCP 47, for example ``en``.
    model
        Name of the model.
    model_sha256
        One hash over all files of the model; see `model_manifest`.
    capabilities
        What it can do.
    """

    name: str
    version: str
    language: str
    model: str
    model_sha256: str
    capabilities: Capabilities


class SpeechEngine(Protocol):
    """Turns the sound of one utterance at a time into words."""

    @property
    def description(self) -> EngineDescription:
        """Which engine and model this is."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def start(self, utterance_id: str) -> None:
        """Begin an utterance; one that was not finished is forgotten."""

    def feed(self, pcm: bytes) -> Heard:
        """Take more sound (16 kHz, mono, signed 16 bit little-endian); give what was heard so far, perhaps nothing."""

    def finish(self) -> Heard:
        """End the utterance; give the final words."""

    def set_vocabulary(self, words: Sequence[str]) -> None:
        """Expect these words from the next utterance on, as far as the engine can."""

    def coverage(self, words: Sequence[str]) -> float:
        """The share of ``words`` that the engine can hear at all, from 0 to 1 (1 for none)."""

    def close(self) -> object:
        """Give the model's memory back; nothing may be asked afterwards."""


@dataclass(frozen=True)
class EngineSettings:
    """All that is needed to make an engine, also in another process.

    Attributes
    ----------
    engine
        ``pocketsphinx``, ``vosk`` or ``whisper``.
    model
        Folder of an added model, or of an adapted one; None for the one that comes with pocketsphinx.
    model_name, model_sha256, language
        As its manifest says.
    arpa, dictionary
        Language model and pronunciations of ours, for pocketsphinx.
    prompt, hotwords
        What Whisper is told to expect.
    threads
        Processors that a final pass may use; one is left to the windows.
    """

    engine: str
    model: Path | None = None
    model_name: str = ""
    model_sha256: str = ""
    language: str = "en"
    arpa: Path | None = None
    dictionary: Path | None = None
    prompt: str = field(default="", repr=False)
    hotwords: str = field(default="", repr=False)
    threads: int = field(default_factory=lambda: threads_of(os.cpu_count() or 1))


def threads_of(processors: int) -> int:
    """How many of a computer's processors an engine may use; more than four make it no faster."""
    return max(1, min(4, processors - 1))


def made_engine(settings: EngineSettings) -> SpeechEngine:
    """The engine that ``settings`` ask for, with its model loaded.

    Raises
    ------
    EngineMissing
        When its library is not installed.
    ModelMissing, ModelRefused
        When the model is absent or cannot be loaded.
    ValueError
        For an engine there is none of.
    """
    if settings.engine == "pocketsphinx":
        from workstation.dictation.pocketsphinx_engine import PocketsphinxEngine

        return PocketsphinxEngine(settings)
    if settings.engine == "vosk":
        from workstation.dictation.vosk_engine import VoskEngine

        return VoskEngine(settings)
    if settings.engine == "whisper":
        from workstation.dictation.whisper_engine import WhisperEngine

        return WhisperEngine(settings)
    raise ValueError(settings.engine)
