"""The engine's own process: nobody waits for it, and whatever happens to it, no sound is lost."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.speech import blocks, few_words, heard_by, pcm_of, recording, tiny_en
from workstation.dictation.engine import EngineSettings, made_engine
from workstation.dictation.engine_in_helper import Piece, _Kept
from workstation.dictation.engine_worker import EngineLimits, EngineState, EngineWorker
from workstation.dictation.errors import EngineFailed, ModelMissing
from workstation.dictation.words import Heard
from workstation.foundation.errors import Cancelled, UserFacingError

SENTENCE = "there is a small right apical pneumothorax measuring one point two centimeters"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the signals used here are those of POSIX")


class Told:
    """What a worker tells, and waiting for it."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Heard]] = []
        self.failed: list[tuple[str, UserFacingError]] = []
        self.states: list[EngineState] = []
        self._news = threading.Condition()

    def on_heard(self, utterance: str, heard: Heard) -> None:
        self._add(self.heard, (utterance, heard))

    def on_failure(self, utterance: str, error: UserFacingError) -> None:
        self._add(self.failed, (utterance, error))

    def on_state(self, state: EngineState) -> None:
        self._add(self.states, state)

    def wait(self, until: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(until, 60), "it never came"

    def finals(self) -> dict[str, str]:
        return {utterance: heard.text for utterance, heard in self.heard if heard.is_final}

    def partials(self, utterance: str) -> list[str]:
        return [heard.text for name, heard in self.heard if name == utterance and not heard.is_final]

    def _add(self, to: list, what: object) -> None:  # type: ignore[type-arg]
        with self._news:
            to.append(what)
            self._news.notify_all()


Making = Callable[..., tuple[EngineWorker, Told]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Making]:
    made: list[EngineWorker] = []

    def making(settings: EngineSettings | None = None, **choices: object) -> tuple[EngineWorker, Told]:
        told = Told()
        worker = EngineWorker(
            settings or few_words(tmp_path),
            on_heard=told.on_heard,
            on_failure=told.on_failure,
            on_state=told.on_state,
            **choices,  # type: ignore[arg-type]
        )
        made.append(worker)
        return worker, told

    yield making
    for worker in made:
        pids = worker.process_ids
        assert worker.close()
        assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


@pytest.fixture(scope="module")
def pcm() -> bytes:
    return pcm_of(recording("joe", "cxr01"))


def kill(worker: EngineWorker) -> None:
    for pid in worker.process_ids:
        os.kill(pid, signal.SIGKILL)


def test_the_words_are_those_of_the_engine_itself(make: Making, pcm: bytes, tmp_path: Path) -> None:
    worker, told = make(wait_s=30.0)
    assert worker.description.name == "pocketsphinx"
    assert worker.capabilities.low_accuracy
    partials, final = heard_by(worker, pcm)
    engine = made_engine(few_words(tmp_path))
    assert (partials, final) == heard_by(engine, pcm)
    engine.close()
    assert final.text == SENTENCE
    assert worker.state is EngineState.READY
    assert told.states == [EngineState.READY]
    assert worker.coverage(["right", "spleen"]) == 0.5


def test_windows_come_before_the_engine(make: Making, pcm: bytes) -> None:
    worker, _ = make(wait_s=30.0)
    assert heard_by(worker, pcm)[1].text == SENTENCE
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in worker.process_ids] == [max(5, ours)]


def test_the_second_pass_comes_last() -> None:
    worker = EngineWorker(EngineSettings("whisper", model=tiny_en()))
    try:
        assert worker.description.name == "whisper"
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in worker.process_ids] == [max(15, ours)]
    finally:
        worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells whether the engine is at work")
def test_an_engine_that_hangs_is_ended_and_nobody_waits_for_it(make: Making, pcm: bytes) -> None:
    worker, told = make(limits=EngineLimits(piece_s=0.2, per_second_s=0.2, patience=2.0))
    told.wait(lambda: told.states)
    longest_s = 0.0
    worker.start("u")
    worker.feed(pcm * 4)
    stop_at_work(worker.process_ids[0])  # it takes no time and gives no answer
    for block in blocks(pcm):
        began = time.perf_counter()
        worker.feed(block)
        longest_s = max(longest_s, time.perf_counter() - began)
    worker.end()
    told.wait(told.finals)
    assert told.finals()["u"].split() == SENTENCE.split() * 5
    assert EngineState.RESTARTING in told.states
    assert longest_s < 0.1


def stop_at_work(pid: int) -> None:
    """Stop a process in the middle of a request: when it has been computing for some milliseconds."""
    at_work = 0
    while at_work < 5:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
        at_work = at_work + 1 if state == "R" else 0
        time.sleep(0.002)
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("at", [0, 20, 10_000])
def test_a_crash_loses_no_sound(make: Making, pcm: bytes, at: int) -> None:
    """Killed before the first block, in the middle, and while the final words are worked out."""
    worker, told = make()
    told.wait(lambda: told.states)
    worker.start("u")
    for number, block in enumerate(blocks(pcm)):
        if number == at:
            kill(worker)
        worker.feed(block)
        if number == at:
            told.wait(lambda: told.partials("u"))
    if at == 10_000:
        kill(worker)
    assert worker.finish().text == SENTENCE
    assert not told.failed


def test_utterances_that_wait_are_heard_in_their_order(make: Making, pcm: bytes) -> None:
    worker, told = make()
    command = pcm_of(recording("hibari", "cmd03"))
    for name, sound in (("one", pcm), ("two", command), ("three", command)):
        worker.start(name)
        worker.feed(sound)
        if name == "two":
            kill(worker)
    worker.end()
    told.wait(lambda: len(told.finals()) == 3)
    assert list(told.finals().items()) == [("one", SENTENCE), ("two", "scratch that"), ("three", "scratch that")]


def test_what_fails_again_and_again_is_given_up_with_its_sound_kept(make: Making, pcm: bytes) -> None:
    worker, told = make(limits=EngineLimits(attempts=2))
    told.wait(lambda: told.states)
    worker.start("bad")
    worker.feed(pcm)
    worker.end()
    while not told.failed:
        kill(worker)
        time.sleep(0.02)
    ((name, error),) = told.failed
    assert name == "bad"
    assert isinstance(error, EngineFailed)
    assert "recording is kept" in error.advice
    assert worker.unheard("bad") == pcm
    worker.forget("bad")
    assert worker.unheard("bad") == b""
    worker.start("good")
    worker.feed(pcm)
    assert worker.finish().text == SENTENCE


def test_an_engine_that_needs_too_much_memory_gives_the_sound_back(make: Making, pcm: bytes) -> None:
    settings = EngineSettings("whisper", model=tiny_en())
    worker, _ = make(settings, limits=EngineLimits(memory_bytes=24 << 20, attempts=1))
    worker.start("u")
    worker.feed(pcm)
    with pytest.raises(UserFacingError):
        worker.finish()
    assert worker.unheard("u") == pcm
    assert worker.state is EngineState.FAILED
    with pytest.raises(UserFacingError):
        _ = worker.description


def test_an_engine_without_its_model_says_so_and_keeps_the_sound(make: Making, pcm: bytes, tmp_path: Path) -> None:
    worker, told = make(EngineSettings("vosk", model=tmp_path / "gone"))
    worker.start("u")
    worker.feed(pcm)
    with pytest.raises(UserFacingError, match="no Vosk model"):
        worker.finish()
    assert worker.unheard("u") == pcm
    assert told.failed[0][0] == "u"


def test_words_are_added_between_utterances(make: Making, tmp_path: Path) -> None:
    worker, _ = make(few_words(tmp_path, left_out="scratch"), wait_s=30.0)
    command = pcm_of(recording("hibari", "cmd03"))
    assert "scratch" not in heard_by(worker, command)[1].text
    worker.set_vocabulary(["scratch"])
    assert heard_by(worker, command)[1].text == "scratch that"
    kill(worker)  # the next process is told again
    assert heard_by(worker, command)[1].text == "scratch that"


def test_closing_ends_whoever_waits(make: Making, pcm: bytes) -> None:
    worker, told = make()
    told.wait(lambda: told.states)
    os.kill(worker.process_ids[0], signal.SIGSTOP)
    worker.start("u")
    worker.feed(pcm)
    closer = threading.Timer(0.2, worker.close)
    closer.start()
    with pytest.raises(Cancelled):
        worker.finish()
    closer.join()


def test_sound_without_an_utterance_is_an_error_of_ours(make: Making) -> None:
    worker, _ = make()
    with pytest.raises(RuntimeError):
        worker.feed(b"")
    with pytest.raises(RuntimeError):
        worker.finish()


def test_a_process_says_what_it_does_not_know(tmp_path: Path) -> None:
    kept = _Kept()
    assert kept.hear(Piece("u", 0, b"", is_last=False)) == ("unloaded",)
    kept.load(few_words(tmp_path))
    assert kept.hear(Piece("u", 3200, bytes(3200), is_last=False)) == ("behind",)
    assert kept.hear(Piece("u", 0, bytes(3200), is_last=False))[0] == "heard"
    assert kept.hear(Piece("u", 6400, bytes(3200), is_last=False)) == ("behind",)
    assert kept.hear(Piece("v", 3200, bytes(3200), is_last=False)) == ("behind",)
    assert kept.hear(Piece("u", 3200, bytes(3200), is_last=True))[1] is True
    with pytest.raises(ModelMissing):
        kept.load(EngineSettings("vosk", model=tmp_path / "gone"))
    assert kept.hear(Piece("u", 0, b"", is_last=False)) == ("unloaded",)
