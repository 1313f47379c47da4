"""Recordings of utterances: sealed, whole, heard again by word, gone after signing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.helpers.spoken_sound import noise
from tests.helpers.vaults import HandClock, a_vault
from workstation.dictation.utterance_audio import NOT_KEPT, UtteranceAudio
from workstation.dictation.utterances import Block, Ended, EndReason, Started, Tag, Target
from workstation.dictation.words import Word
from workstation.foundation.conditions import ConditionBoard
from workstation.vault.sealed_folder import SealedFolder

HEAD = Target("head", 1, "findings")
CHEST = Target("chest", 1, "findings")
SOUND = noise(5.3, -20.0).tobytes()


class Recordings:
    """A sealed folder that can also forget, and can have a full disk."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "recordings"
        self._sealed = SealedFolder(a_vault(root), self.folder, "recordings")
        self.is_full = False

    def read(self, name: str) -> bytes | None:
        return self._sealed.read(name)

    def has(self, name: str) -> bool:
        return self._sealed.exists(name)

    def write(self, name: str, content: bytes) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")
        self._sealed.write(name, content)

    def remove(self, name: str) -> None:
        self._sealed._path(name).unlink(missing_ok=True)

    def files(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.is_file()]


def speak(audio: UtteranceAudio, name: str, target: Target, sound: bytes = SOUND, *, ends: bool = True) -> Tag:
    tag = Tag(name, target)
    audio.handle(Started(tag))
    for at in range(0, len(sound), 3200):
        audio.handle(Block(tag, sound[at : at + 3200]))
    if ends:
        audio.handle(Ended(tag, EndReason.PAUSE, len(sound) / 32_000, (0.0, 1.0), 0))
    return tag


def opened(store: Recordings) -> UtteranceAudio:
    return UtteranceAudio(store, ConditionBoard(HandClock()))


@pytest.fixture
def store(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path)


def test_sound_is_whole_before_and_after_it_is_saved_and_in_a_new_program(store: Recordings) -> None:
    audio = opened(store)
    speak(audio, "u1", HEAD)
    assert audio.sound_of("u1") == SOUND
    audio.save_now()
    assert audio.sound_of("u1") == SOUND
    assert opened(store).sound_of("u1") == SOUND
    assert opened(store).utterances_of("head") == (Tag("u1", HEAD),)


def test_a_crash_in_the_middle_loses_less_than_two_seconds(store: Recordings) -> None:
    audio = opened(store)
    speak(audio, "u1", HEAD, ends=False)
    audio.save_now()
    kept = opened(store).sound_of("u1")
    assert kept == SOUND[: len(kept)]
    assert len(kept) == 4 * 32_000
    assert audio.sound_of("u1") == SOUND


def test_nothing_of_sound_or_names_stands_on_the_disk_in_the_clear(store: Recordings) -> None:
    audio = opened(store)
    speak(audio, "u1", HEAD, b"\x11\x22\x33\x44" * 16_000)
    audio.save_now()
    assert store.files()
    for file in store.files():
        content = file.read_bytes()
        assert b"\x11\x22\x33\x44" * 4 not in content
        assert b"head" not in content
        assert "u1" not in file.name


def test_a_phrase_is_the_sound_of_its_words_and_a_little_around(store: Recordings) -> None:
    audio = opened(store)
    speak(audio, "u1", HEAD)
    words = [Word("no", 0.9, 1.0, 1.2), Word("pneumothorax", 0.8, 1.25, 2.0)]
    assert audio.phrase("u1", words, around_s=0.0) == SOUND[32_000 : 2 * 32_000]
    assert audio.phrase("u1", words) == SOUND[round(0.85 * 32_000) : round(2.15 * 32_000)]
    assert audio.phrase("u1", [Word("no", None, 0.0, 0.1)]) == SOUND[: round(0.25 * 32_000)]
    assert audio.phrase("u1", [Word("end", None, 5.2, 5.3)]) == SOUND[round(5.05 * 32_000) :]
    assert audio.phrase("u1", []) == b""
    assert audio.phrase("unknown", words) == b""


def test_after_signing_the_case_is_gone_and_others_stay(store: Recordings) -> None:
    audio = opened(store)
    speak(audio, "u1", HEAD)
    audio.save_now()
    speak(audio, "u2", HEAD)
    speak(audio, "u3", CHEST)
    audio.save_now()
    before = len(store.files())
    assert audio.erase("head") == 2
    assert len(store.files()) == before - 6
    assert (audio.sound_of("u1"), audio.sound_of("u2"), audio.sound_of("u3")) == (b"", b"", SOUND)
    assert opened(store).utterances_of("head") == ()
    assert opened(store).sound_of("u3") == SOUND


def test_what_is_still_being_spoken_when_its_case_is_erased_is_not_kept(store: Recordings) -> None:
    audio = opened(store)
    tag = speak(audio, "u1", HEAD, ends=False)
    assert audio.erase("head") == 1
    audio.handle(Block(tag, SOUND))
    audio.handle(Ended(tag, EndReason.CASE, 1.0, None, 0))
    audio.save_now()
    assert audio.sound_of("u1") == b""
    assert len(store.files()) == 1  # the empty index


def test_a_full_disk_is_a_lasting_condition_and_nothing_is_lost(store: Recordings) -> None:
    conditions = ConditionBoard(HandClock())
    audio = UtteranceAudio(store, conditions)
    audio._worker._pause_after_failure_s = 0.05
    store.is_full = True
    audio.start()
    try:
        speak(audio, "u1", HEAD)
        audio._worker.wake()
        _until(lambda: [each.key for each in conditions.current()] == [NOT_KEPT])
        assert audio.sound_of("u1") == SOUND
        store.is_full = False
        _until(lambda: conditions.current() == ())
    finally:
        audio.stop()
    assert opened(store).sound_of("u1") == SOUND


def _until(is_so: object) -> None:
    deadline = time.monotonic() + 5
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, "did not happen within five seconds"
        time.sleep(0.01)
