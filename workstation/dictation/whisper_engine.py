"""The second pass: faster-whisper over a finished utterance. The only module that imports it.

It never reaches the network: the model is a folder, every file it wants is checked to be there before, and the hub's
library is told to stay offline. Decoding is deterministic (no sampling at a higher temperature), so the same sound
gives the same words.

Whisper writes words where nobody spoke. A stretch is dropped when nothing sounds in it (our own energy gate), when the
model itself takes it for silence, or when it repeats itself.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workstation.dictation.biasing import MOST_PIECES
from workstation.dictation.engine import SAMPLES_PER_S, Capabilities, EngineDescription, EngineSettings
from workstation.dictation.errors import EngineMissing, ModelMissing, ModelRefused
from workstation.dictation.words import Heard, Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer faster-whisper would look for one on the network."""
_BEAM = 5
_MISSED_S, _AS_LOUD = 0.5, 0.1  # of sound behind the last word, as loud as a tenth of the loudest
_CLEARLY_SPEECH = 0.3  # greatest probability of silence in what is heard there
_NO_SPEECH = 0.6  # the thresholds of the Whisper paper, section 4.5
_LOW_LOG_PROBABILITY = -1.0
_REPEATS_ITSELF = 2.4
_ONE_WINDOW_S = 28.0  # Whisper hears 30 s at a time; longer sound needs time marks to go on from
_FRAME = SAMPLES_PER_S // 10
_QUIET_RMS = 10 ** (-55 / 20)  # of full scale; the noise floor of a bad microphone in a quiet room
_CAN = Capabilities(live=False, has_confidences=True, has_times=True, takes_vocabulary=True)


class WhisperEngine:
    """A Whisper model in CTranslate2 form, 8 bit weights; see `engine.SpeechEngine`.

    Parameters
    ----------
    settings
        ``model`` is the folder of a verified model; ``prompt`` and ``hotwords`` what it is told to expect.

    Raises
    ------
    EngineMissing
        When the library is not installed.
    ModelMissing, ModelRefused
        When a file of the model is absent, or it cannot be loaded.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._model = _loaded(settings)
        self._hotwords = self._fitting(settings.hotwords.split(", "))
        self._pcm = bytearray()

    @property
    def description(self) -> EngineDescription:
        """Which engine and model this is."""
        given = self._settings
        return EngineDescription(
            "whisper", version("faster-whisper"), given.language, given.model_name, given.model_sha256, _CAN
        )

    @property
    def capabilities(self) -> Capabilities:
        """Text only at the end."""
        return _CAN

    def start(self, utterance_id: str) -> None:  # noqa: ARG002 - one at a time: which one is the caller's business
        """Begin an utterance; one that was not finished is forgotten."""
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> Heard:
        """Take more sound; there is no text before the end."""
        self._pcm += pcm
        return Heard((), is_final=False)

    def finish(self) -> Heard:
        """Recognise the utterance; give its words with probabilities and times."""
        usable = len(self._pcm) // 2 * 2
        sound = np.frombuffer(bytes(self._pcm[:usable]), np.int16).astype(np.float32) / np.float32(32768)
        self._pcm = bytearray()
        if not _sounds(sound):
            return Heard((), is_final=True)
        return Heard(tuple(_words(_kept(self._segments(sound), sound))), is_final=True)

    def set_vocabulary(self, words: Sequence[str]) -> None:
        """Expect ``words`` and then the hotwords of the settings, as many as there is room for."""
        self._hotwords = self._fitting([*words, *self._settings.hotwords.split(", ")])

    def coverage(self, words: Sequence[str]) -> float:  # noqa: ARG002 - of any words
        """All of them: Whisper spells with pieces of words."""
        return 1.0

    def close(self) -> None:
        """Give the model's memory back."""
        self._model.model.unload_model()

    def _fitting(self, words: Iterable[str]) -> str:
        """The first of ``words`` that leave the prompt its room: told more, Whisper drops words of the speech."""
        fitting, room = [], MOST_PIECES - self._pieces(self._settings.prompt)
        for word in dict.fromkeys(each for each in words if each):
            room -= self._pieces(f"{word},")
            if room < 0:
                break
            fitting.append(word)
        return ", ".join(fitting)

    def _pieces(self, text: str) -> int:
        return len(self._model.hf_tokenizer.encode(f" {text}", add_special_tokens=False).ids)

    def _segments(self, sound: NDArray[np.float32]) -> Iterable[Any]:
        fits_one_window = sound.size <= _ONE_WINDOW_S * SAMPLES_PER_S
        segments, _ = self._model.transcribe(
            sound,
            language=self._settings.language.split("-")[0],
            beam_size=_BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=fits_one_window,
            word_timestamps=True,
            initial_prompt=self._settings.prompt or None,
            hotwords=self._hotwords or None,
            no_speech_threshold=_NO_SPEECH,
            log_prob_threshold=_LOW_LOG_PROBABILITY,
        )
        return _one_window(segments, sound) if fits_one_window else segments


def _loaded(settings: EngineSettings) -> WhisperModel:
    folder = settings.model or Path()
    missing = [name for name in WHISPER_FILES if not (folder / name).is_file()]
    if settings.model is None or missing:
        raise ModelMissing(f"The Whisper model at {settings.model} lacks {', '.join(missing) or 'its folder'}.")
    os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the hub's library is imported
    try:
        from faster_whisper import WhisperModel
        from faster_whisper.transcribe import tqdm
    except (ImportError, OSError) as error:  # OSError: a shared library cannot be loaded on this system
        raise EngineMissing("whisper") from error
    tqdm.monitor_interval = 0  # its bars are never shown, and watching them would take a thread
    try:
        return WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=settings.threads, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelRefused(
            f"The Whisper model at {folder} cannot be loaded.", "Check it: workstation models verify."
        ) from error


def _one_window(segments: Iterable[Any], sound: NDArray[np.float32]) -> Iterator[Any]:
    """The whole utterance is one segment, as a rule.

    Times of words make the library look once more at what lies behind the last word, where nobody speaks and Whisper
    says "Thank you". But now and then it breaks off in the middle: what is loud behind the last word is heard too.
    """
    for number, segment in enumerate(segments):
        if number == 0 or segment.no_speech_prob < _CLEARLY_SPEECH:
            yield segment
        end_s = segment.words[-1].end if segment.words else segment.end
        if _loud_s(sound, float(end_s)) < _MISSED_S:
            return


def _loud_s(sound: NDArray[np.float32], after_s: float) -> float:
    """Seconds behind ``after_s`` that are about as loud as the speech before."""
    frames = sound[: sound.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    loudness = np.sqrt(np.mean(np.square(frames), axis=1))
    behind = loudness[math.ceil(after_s * SAMPLES_PER_S / _FRAME) :]
    loud = behind > max(_QUIET_RMS, _AS_LOUD * float(loudness.max(initial=0.0)))
    return float(loud.sum()) * _FRAME / SAMPLES_PER_S


def _kept(segments: Iterable[Any], sound: NDArray[np.float32]) -> Iterator[Any]:
    for segment in segments:
        is_silence = segment.no_speech_prob > _NO_SPEECH and segment.avg_logprob < _LOW_LOG_PROBABILITY
        start, end = (round(each * SAMPLES_PER_S) for each in (segment.start, segment.end))
        if not is_silence and segment.compression_ratio <= _REPEATS_ITSELF and _sounds(sound[start:end]):
            yield segment


def _sounds(sound: NDArray[np.float32]) -> bool:
    """Whether some 100 ms of ``sound`` (full scale is 1) are louder than the floor of a microphone."""
    whole = sound[: sound.size // _FRAME * _FRAME]
    if whole.size == 0:
        return bool(sound.size) and float(np.sqrt(np.mean(np.square(sound)))) > _QUIET_RMS
    loudness = np.sqrt(np.mean(np.square(whole.reshape(-1, _FRAME)), axis=1))
    return float(loudness.max()) > _QUIET_RMS


def _words(segments: Iterable[Any]) -> Iterator[Word]:
    """Words of the segments; a piece that follows without a space (``-based``) belongs to the word before."""
    open_word: Word | None = None
    for piece in (each for segment in segments for each in segment.words or ()):
        text = piece.word.strip()
        if not text:
            continue
        here = Word(text, float(piece.probability), float(piece.start), float(piece.end))
        if open_word is not None and not piece.word.startswith(" "):
            here = _joined(open_word, here)
        elif open_word is not None:
            yield open_word
        open_word = here
    if open_word is not None:
        yield open_word


def _joined(one: Word, two: Word) -> Word:
    return Word(one.text + two.text, min(one.confidence or 0.0, two.confidence or 0.0), one.start_s, two.end_s)
