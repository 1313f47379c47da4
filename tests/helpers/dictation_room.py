"""Dictation on a real store with real drafts, a microphone that plays what a test says, and engines that it scripts.

Sound is played faster than time: its blocks carry times of a second line that never stands still before the clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.helpers.spoken_sound import ScriptedMicrophone, blocks_of, noise
from tests.helpers.vaults import HandClock, a_catalogue, a_vault
from tests.helpers.work_items import a_patient, a_template, an_item
from workstation.dictation.engine import Capabilities, EngineDescription, EngineSettings
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.errors import EngineFailed
from workstation.dictation.language_model import SpeechResources
from workstation.dictation.listening import Armed
from workstation.dictation.model_manifest import ModelManifest
from workstation.dictation.speech_models import InstalledModel
from workstation.dictation.words import Heard, Word
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import SomethingMissing, UserFacingError
from workstation.reading.case import Case
from workstation.reading.case_book import CaseBook
from workstation.reading.dictating import Change, Dictation, DictationParts, TextSpliced, Told
from workstation.reading.dictation_engines import Wishes
from workstation.reading.dictation_store import DictationStore
from workstation.reading.drafting import DraftKeeper
from workstation.reading.learnt_store import LearntStore
from workstation.reporting.draft import Draft

HEAD, CHEST = "1.2.3.head", "1.2.3.chest"
PLAIN = "ko"
"""A language that our lexicon is not of: what is heard is written as it is, and nothing needs half a second."""
ROOM_DB, VOICE_DB = -62.0, -18.0


def words_of(text: str, confidence: float | None = 0.9) -> tuple[Word, ...]:
    """Words with times, 0.2 s each."""
    return tuple(
        Word(each, confidence, number * 0.2, number * 0.2 + 0.2) for number, each in enumerate(text.split())
    )  # fmt: skip


class ScriptedEngine:
    """A `LineEngine` that says what its script says for each utterance, in their order; at once, or when let go.

    A script's entry may be None: the engine gives up on that utterance.
    """

    def __init__(
        self,
        settings: EngineSettings,
        on_heard: Callable[[str, Heard], None],
        on_failure: Callable[[str, UserFacingError], None],
        on_state: Callable[[EngineState], None],
        script: Script,
    ) -> None:
        self.settings, self.script = settings, script
        self._on_heard, self._on_failure, self._on_state = on_heard, on_failure, on_state
        self.state = EngineState.READY
        self.is_closed = False
        self._open = ""

    @property
    def description(self) -> EngineDescription:
        if self.script.refuses is not None:
            raise self.script.refuses
        can = Capabilities(live=True, low_accuracy=self.script.is_low_accuracy, has_times=True)
        return EngineDescription(self.settings.engine, "1", "en", "test", "0" * 64, can)

    def start(self, utterance_id: str) -> None:
        if self._open:
            self.end()
        self._open = utterance_id
        self.script.sounds[utterance_id] = b""

    def feed(self, pcm: bytes) -> object:
        self.script.sounds[self._open] += pcm
        if self.script.partial:
            self._on_heard(self._open, Heard(words_of(self.script.partial), is_final=False))
        return None

    def end(self) -> None:
        name, self._open = self._open, ""
        self.script.waiting.append((self, name))
        if not self.script.is_held:
            self.script.let_go()

    def answer(self, utterance: str) -> None:
        text = self.script.texts.popleft() if self.script.texts else ""
        if self.is_closed:
            return
        if text is None:
            self._on_failure(utterance, EngineFailed("test", "crash"))
        else:
            heard = text if isinstance(text, tuple) else words_of(text)
            self._on_heard(utterance, Heard(heard, is_final=True))

    def comes_back(self) -> None:
        """Its process was started afresh."""
        self._on_state(EngineState.READY)

    def coverage(self, words: Sequence[str]) -> float:
        return self.script.coverage

    def close(self, timeout_s: float = 5.0) -> bool:
        self.is_closed = True
        return True


@dataclass
class Script:
    """What an engine will say."""

    texts: deque[Any] = field(default_factory=deque)
    is_held: bool = False
    is_low_accuracy: bool = False
    coverage: float = 1.0
    partial: str = ""
    refuses: UserFacingError | None = None
    sounds: dict[str, bytes] = field(default_factory=dict)
    waiting: deque[tuple[ScriptedEngine, str]] = field(default_factory=deque)

    def let_go(self) -> None:
        """Answer what was held."""
        while self.waiting:
            engine, name = self.waiting.popleft()
            engine.answer(name)


class Models:
    """A folder of models of which only the names matter."""

    def __init__(self, folder: Path, *engines: str) -> None:
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.engines = list(engines)

    def best(self, engine: str, language: str) -> InstalledModel | None:
        if engine not in self.engines:
            return None
        return InstalledModel(self.folder, ModelManifest(f"{engine}-test", engine, language, "none", ()))

    def installed(self) -> tuple[InstalledModel, ...]:
        return ()


class Prepared:
    """Resources of no content."""

    def __call__(self, own_words: Sequence[str], cancel: object) -> SpeechResources:
        return SpeechResources(Path("a"), Path("d"), "", " ".join(own_words), "0")

    def stop(self, timeout_s: float) -> None: ...


class Player:
    """A loudspeaker that keeps what it was given; or there is none."""

    def __init__(self) -> None:
        self.played: list[bytes] = []
        self.is_there = True

    def play(self, pcm: bytes) -> None:
        if not self.is_there:
            raise SomethingMissing("The recording cannot be played: there is no loudspeaker.", "Connect one.")
        self.played.append(pcm)

    def stop(self) -> None: ...


class DictationRoom:
    """One reader at one desk."""

    def __init__(self, root: Path, *, second: bool, wishes: Wishes, is_low_accuracy: bool, **parts: Any) -> None:
        self.root = root
        self.clock = HandClock()
        self.conditions = ConditionBoard(self.clock)
        self.catalogue = a_catalogue(root, self.clock)
        self.drafts = DraftKeeper(self.catalogue, self.clock, self.conditions)
        self.book = CaseBook()
        self.microphone = ScriptedMicrophone()
        self.microphone.plug_in()
        self.player = Player()
        self.first, self.second = Script(is_low_accuracy=is_low_accuracy), Script()
        self.made: list[ScriptedEngine] = []
        self.models = Models(root / "model", "vosk", *(["whisper"] if second else []))
        self.changes: list[Change] = []
        vault, folder = a_vault(root), root / "dictation"
        self.learnt_store = LearntStore(vault, folder, self.conditions)
        given = DictationParts(
            models=self.models,  # type: ignore[arg-type]
            prepare=Prepared(),
            microphone=self.microphone,
            loudspeaker=self.player,
            recordings=DictationStore(vault, folder, self.conditions),
            learnt=self.learnt_store,
            heading=lambda _draft, field_id: field_id.capitalize(),
            draft_keys=self.catalogue.drafts.keys,
            make_engine=self._engine,
        )
        self.dictation = Dictation(
            replace(given, **parts), self.drafts, self.book, self.conditions, self.clock, wishes
        )  # fmt: skip
        self._now_s = 0.0

    # --- what the reader does

    def open(self, key: str = HEAD, *, read_only: str = "", field_id: str = "findings") -> Case:
        """Open a case, as the desk does, with the cursor in a field."""
        item = an_item(1, patient=a_patient(f"SYNTHETIC^{key}"))
        case = Case(key, (item,), item.patient, (), (), (), read_only, self.clock.now())
        now = self.clock.now()
        self.drafts.open(key, lambda: Draft.from_template(a_template(), case_key=key, now=now))
        self.book.add(case)
        self.cursor(key, field_id)
        return case

    def cursor(self, key: str = HEAD, field_id: str = "findings", start: int | None = None, end: int = -1) -> None:
        """Put the cursor somewhere; by default behind the text."""
        at = len(self.text(key, field_id)) if start is None else start
        self.dictation.place(key, field_id, at, max(at, end))

    def types(self, text: str, key: str = HEAD, field_id: str = "findings") -> None:
        """Change a field by hand, as the desk does."""
        old = self.text(key, field_id)
        draft = self.drafts.edit(key, field_id, text)
        self.dictation.follow_edit(key, field_id, old, draft.fields[field_id])

    def says(self, first: Any, second: Any = None, *, seconds: float = 1.0) -> tuple[Change, ...]:
        """Speak one utterance and wait for what becomes of it."""
        self.begins(first, second, seconds=seconds)
        return self.hears_out()

    def begins(self, first: Any, second: Any = None, *, seconds: float = 1.0) -> None:
        """Speak one utterance; its words may come later."""
        self.first.texts.append(first)
        if second is not None:
            self.second.texts.append(second)
        if self.dictation.state.armed is Armed.OFF:
            assert self.dictation.toggle(), self.dictation.state.trouble
        self.plays(noise(seconds, VOICE_DB).tobytes())

    def plays(self, sound: bytes, *, silence_s: float = 1.0) -> None:
        """Let the microphone record this and some silence."""
        self._now_s = max(self._now_s, time.monotonic())
        blocks = blocks_of(sound + noise(silence_s, ROOM_DB).tobytes(), self._now_s)
        self._now_s += len(blocks) * 0.1
        self.microphone.say(blocks)
        assert self.microphone.wait_until_heard()

    def hears_out(self) -> tuple[Change, ...]:
        """Wait until no words are to come; gives what has changed."""
        time.sleep(0.02)  # the last block that was taken is being worked on
        changes = list(self.dictation.pump())
        deadline = time.monotonic() + 5
        while self.dictation.state.is_busy and time.monotonic() < deadline:
            time.sleep(0.005)
            changes += self.dictation.pump()
        changes += self.dictation.pump()
        self.changes += changes
        return tuple(changes)

    # --- what a test asks

    def text(self, key: str = HEAD, field_id: str = "findings") -> str:
        draft = self.drafts.get(key)
        return draft.fields[field_id] if draft is not None else ""

    def passage_texts(self, key: str = HEAD, field_id: str = "findings") -> list[str]:
        return [self.text(key, field_id)[p.start : p.end] for p in self.dictation.passages(key, field_id)]

    def keys_of_obstacles(self, key: str = HEAD) -> list[str]:
        return [each.key for each in self.dictation.obstacles(key)]

    def keys_of_conditions(self) -> list[str]:
        return [each.key for each in self.conditions.current()]

    def until(self, is_so: Callable[[], object]) -> None:
        """Pump until something is so."""
        deadline = time.monotonic() + 5
        while not is_so():
            assert time.monotonic() < deadline, "it did not happen in time"
            self.changes += self.dictation.pump()
            time.sleep(0.005)

    def begin(self, user: str = "dr.demo") -> None:
        self.dictation.reader_is(user)
        self.dictation.start()

    def ready(self) -> None:
        """Wait for microphone and engines."""
        self.microphone.say(blocks_of(noise(0.5, ROOM_DB).tobytes(), time.monotonic()))
        self.until(lambda: self.dictation.state.engine and self.dictation.state.is_hearing)
        self.until(lambda: not self.dictation._engines.is_choosing)

    def close(self) -> None:
        self.dictation.stop()
        self.drafts.stop()
        self.catalogue.close()

    def _engine(self, settings: EngineSettings, *ears: Any) -> ScriptedEngine:
        script = self.second if settings.engine == "whisper" else self.first
        self.made.append(ScriptedEngine(settings, *ears, script))
        return self.made[-1]


@contextmanager
def dictation_room(
    root: Path, *, second: bool = False, is_low_accuracy: bool = False, user: str = "dr.demo",
    wishes: Wishes | None = None, opens: bool = True, **parts: Any,
) -> Iterator[DictationRoom]:  # fmt: skip
    """A room with a case open and everything ready to dictate; closed at the end."""
    room = DictationRoom(
        root, second=second, wishes=wishes or Wishes(language=PLAIN), is_low_accuracy=is_low_accuracy, **parts
    )
    try:
        room.begin(user)
        if opens:
            room.open()
            room.ready()
        yield room
    finally:
        room.close()


def spliced(changes: Sequence[Change]) -> list[str]:
    """Why texts were changed, in their order."""
    return [each.why for each in changes if isinstance(each, TextSpliced)]


def told(changes: Sequence[Change]) -> list[str]:
    """The sentences for toasts."""
    return [each.text for each in changes if isinstance(each, Told)]
