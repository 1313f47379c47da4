"""Dictation without microphone and engines: a test says what is heard, and the windows get it as from the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any

from workstation.dictation.commands import Command, HelpLine, Possible, help_list
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.learnt_corrections import LearntCorrection, LearntCorrections
from workstation.dictation.levels_meter import LevelReading
from workstation.dictation.listening import Armed
from workstation.dictation.microphone import InputDevice
from workstation.dictation.passages import Passage, Splice, doubts_in, moved, splice_between, touches
from workstation.dictation.words import Rewrite, Word, Written
from workstation.reading.dictating import (
    Change,
    CommandSpoken,
    DictationState,
    LiveText,
    MarksChanged,
    NotACommand,
    TextSpliced,
    Told,
)
from workstation.reading.obstacles import Obstacle


class FakeDictation:
    """Implements the public methods of `workstation.reading.dictating.Dictation`.

    What was asked of it is kept: ``replayed``, ``chosen_microphone``, ``buttons``, ``possible``.
    """

    def __init__(
        self,
        text_of: Callable[[str, str], str],
        write: Callable[[str, str, str], None],
        tell: Callable[[str], None],
    ) -> None:
        self.state = DictationState(
            engine="Vosk (test)",
            engine_state=EngineState.READY,
            is_hearing=True,
            microphones=(InputDevice(0, "desk", 1, 16_000, is_default=True),),
            coverage=0.97,
        )
        self.level: LevelReading | None = None
        self.models: Any = SimpleNamespace(best=lambda _engine, _language: object())
        self.learnt = LearntCorrections()
        self.own_words: tuple[str, ...] = ()
        self.sounds: dict[str, bytes] = {}
        self.replayed: list[tuple[str, tuple[Word, ...]]] = []
        self.replays_stopped = 0
        self.chosen_microphone = ""
        self.buttons: dict[str, str] = {}
        self.possible: tuple[Possible, ...] = ()
        self.models_looked_at = 0
        self.not_recognised: dict[str, tuple[str, ...]] = {}
        self.engine_wish = ("", True)
        self.placed: tuple[str, str, int, int] | None = None
        self.open_sign_dialogs: set[str] = set()
        self._text_of = text_of
        self._write = write
        self._tell = tell
        self._has_key_armed = False
        self._names = (f"u{number}" for number in count(1))
        self._waiting: list[Change] = []
        self._passages: dict[str, list[Passage]] = {}
        self._unconfirmed: dict[str, set[str]] = {}

    # --- what a test makes happen

    def hears(
        self,
        text: str,
        *,
        words: Sequence[Word] = (),
        rewrites: Sequence[Rewrite] = (),
        other: str = "",
        needs_choice: bool = False,
        is_second: bool = False,
        low_accuracy: bool = False,
        at: tuple[str, str, int, int] | None = None,
    ) -> str:
        """An utterance is final: its text stands at the last `place` (or ``at``). Gives the utterance's name."""
        case_key, field, start, end = at or self.placed or ("", "", 0, 0)
        written, utterance = Written(text, text, tuple(rewrites)), next(self._names)
        self.splice(case_key, field, Splice(start, end - start, text), "dictated")
        passage = Passage(
            utterance, field, start, start + len(text), self.state.engine, written, tuple(words),
            is_second=is_second, other=Written(other, other) if other else None, needs_choice=needs_choice,
            doubts=doubts_in(written, words), rewrites=tuple(each for each in rewrites if each.is_guess),
        )  # fmt: skip
        self._passages.setdefault(case_key, []).append(passage)
        if low_accuracy:
            self._unconfirmed.setdefault(case_key, set()).add(field)
        if at is None:
            self.placed = (case_key, field, passage.end, passage.end)
        self._say(LiveText(case_key, field, passage.end, ""), MarksChanged(case_key, field))
        return utterance

    def hears_partly(self, text: str) -> None:
        """Grey text at the last `place`."""
        case_key, field, start, _ = self.placed or ("", "", 0, 0)
        self._say(LiveText(case_key, field, start, text))

    def second_pass_gives(self, case_key: str, utterance: str, text: str, *, needs_choice: bool = False) -> None:
        """The second pass has another text for an utterance: it replaces, or needs a choice."""
        passage = self._passage(case_key, utterance)
        written = Written(text, text)
        if needs_choice:
            self._put(case_key, replace(passage, other=written, needs_choice=True))
        else:
            self._replace(case_key, passage, written, "second pass")
        self._say(MarksChanged(case_key, passage.field))

    def says(self, command: Command, utterance: str = "u0") -> None:
        """A command is spoken in the placed field."""
        case_key, field, _, _ = self.placed or ("", "", 0, 0)
        self._say(CommandSpoken(case_key, field, command, utterance))

    def says_no_command(self, heard: str) -> None:
        """The command key is held and nothing fits."""
        self._say(NotACommand(heard))

    def tells(self, text: str) -> None:
        """A sentence for a toast."""
        self._say(Told(text))

    def becomes(self, **values: Any) -> None:
        """Be in another state."""
        self.state = replace(self.state, **values)
        self._tell("dictation")

    def splice(self, case_key: str, field: str, splice: Splice, why: Any) -> None:
        """Change the draft's text as dictation does."""
        self._write(case_key, field, splice.apply(self._text_of(case_key, field)))
        self._move(case_key, field, splice)
        self._say(TextSpliced(case_key, field, splice, why))

    # --- as Dictation

    def pump(self) -> tuple[Change, ...]:
        waiting, self._waiting = tuple(self._waiting), []
        return waiting

    def place(self, case_key: str, field_id: str, start: int, end: int) -> None:
        if self.placed is not None and self.placed[0] != case_key:
            self.disarm()
        self.placed = (case_key, field_id, start, end)

    def press(self) -> bool:
        return self._arm(Armed.HELD)

    def toggle(self) -> bool:
        if self.state.armed is Armed.ON:
            self.disarm()
            return True
        return self._arm(Armed.ON)

    def release(self) -> None:
        if self.state.armed is Armed.HELD:
            self.disarm()

    def disarm(self) -> None:
        if self.state.armed is not Armed.OFF:
            self.becomes(armed=Armed.OFF)

    def hold_command_key(self, held: bool) -> None:
        if held and self.state.armed is Armed.OFF:
            self._has_key_armed = self.press()
        elif not held and self._has_key_armed:
            self._has_key_armed = False
            self.release()
        self.becomes(command_key=held)

    def can_say(self, possible: Sequence[Possible]) -> None:
        self.possible = tuple(possible)

    @property
    def help_lines(self) -> tuple[HelpLine, ...]:
        return help_list(self.possible)

    def passages(self, case_key: str, field_id: str) -> tuple[Passage, ...]:
        found = [each for each in self._passages.get(case_key, []) if each.field == field_id]
        return tuple(sorted(found, key=lambda each: each.start))

    def unconfirmed(self, case_key: str) -> tuple[str, ...]:
        return tuple(sorted(self._unconfirmed.get(case_key, ())))

    def confirm(self, case_key: str, field_id: str) -> tuple[Change, ...]:
        self._unconfirmed.get(case_key, set()).discard(field_id)
        return (MarksChanged(case_key, field_id),)

    def choices(self, case_key: str) -> tuple[Passage, ...]:
        return tuple(each for each in self._passages.get(case_key, []) if each.needs_choice)

    def choose(self, case_key: str, utterance: str, second: bool) -> tuple[Change, ...]:
        passage = self._passage(case_key, utterance)
        assert passage.other is not None
        if second != passage.is_second:
            self._replace(case_key, passage, passage.other, "chosen")
        self._put(case_key, replace(self._passage(case_key, utterance), needs_choice=False, is_edited=True))
        return self._taken(MarksChanged(case_key, passage.field))

    def take_back(self, case_key: str, utterance: str, rewrite: Rewrite | None) -> tuple[Change, ...]:
        passage = self._passage(case_key, utterance)
        if rewrite is None:
            assert passage.other is not None
            self._replace(case_key, passage, passage.other, "taken back")
        else:
            left = tuple(each for each in passage.rewrites if each != rewrite)
            start = passage.start + rewrite.start
            splice = Splice(start, rewrite.end - rewrite.start, rewrite.from_)
            self._put(case_key, replace(passage, rewrites=left, is_edited=True))
            self.splice(case_key, passage.field, splice, "taken back")
        return self._taken(MarksChanged(case_key, passage.field))

    def scratch(self, case_key: str) -> tuple[Change, ...]:
        if not self._passages.get(case_key):
            return ()
        last = self._passages[case_key].pop()
        self.splice(case_key, last.field, Splice(last.start, last.end - last.start, ""), "scratched")
        return self._taken(MarksChanged(case_key, last.field))

    def sound_of(self, utterance: str, start_s: float | None = None, end_s: float | None = None) -> bytes:
        sound = self.sounds.get(utterance, b"")
        first, last = (None if each is None else round(each * 16_000) * 2 for each in (start_s, end_s))
        return sound[first:last]

    def replay(self, utterance: str, words: Sequence[Word] = ()) -> None:
        self.replayed.append((utterance, tuple(words)))

    def stop_replay(self) -> None:
        self.replays_stopped += 1

    def obstacles(self, case_key: str) -> tuple[Obstacle, ...]:
        found = [
            Obstacle(f"unconfirmed:{field}", "Low-accuracy text is to be read and confirmed.")
            for field in self.unconfirmed(case_key)
        ]
        found += [
            Obstacle(f"choice:{each.field}", "Two texts differ in a value. Choose which is right.")
            for each in self.choices(case_key)
        ]
        if self.state.is_busy or self.state.armed is not Armed.OFF:
            found.append(Obstacle("listening", "Words are still to come. Wait for them."))
        return tuple(found)

    def signing(self, case_key: str, is_open: bool) -> None:
        self.disarm()
        (self.open_sign_dialogs.add if is_open else self.open_sign_dialogs.discard)(case_key)

    def forget(self, heard: str) -> None:
        self.learnt = self.learnt.without(heard)

    def put_back(self, corrections: Iterable[LearntCorrection]) -> None:
        self.learnt = self.learnt.with_entries(corrections)

    def add_word(self, word: str) -> None:
        self.own_words = (*self.own_words, word)

    def remove_word(self, word: str) -> None:
        self.own_words = tuple(each for each in self.own_words if each != word)

    def choose_microphone(self, name: str) -> None:
        self.chosen_microphone = name
        self.becomes(microphone=name)

    def set_buttons(self, buttons: Mapping[str, str]) -> None:
        self.buttons = dict(buttons)

    def models_changed(self) -> None:
        self.models_looked_at += 1

    def choose_engine(self, engine: str, second_pass: bool) -> None:
        self.engine_wish = (engine, second_pass)

    def unheard(self, case_key: str) -> tuple[str, ...]:
        return self.not_recognised.get(case_key, ())

    def transcribe_again(self, case_key: str, utterance: str) -> None:
        self._say(Told(f"{utterance} is recognised again."))

    def follow_edit(self, case_key: str, field_id: str, old: str, new: str) -> None:
        splice = splice_between(old, new)
        if splice is not None:
            self._move(case_key, field_id, splice, by_hand=True)
        if not new.strip():
            self._unconfirmed.get(case_key, set()).discard(field_id)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    # --- inside

    def _arm(self, armed: Armed) -> bool:
        if self.placed is None or not self.state.is_hearing or self.placed[0] in self.open_sign_dialogs:
            return False
        self.becomes(armed=armed)
        return True

    def _say(self, *changes: Change) -> None:
        self._waiting += changes
        self._tell("dictation")

    def _taken(self, *more: Change) -> tuple[Change, ...]:
        """What a method returns: its changes, which the caller applies itself."""
        waiting, self._waiting = (*self._waiting, *more), []
        return waiting

    def _passage(self, case_key: str, utterance: str) -> Passage:
        return next(each for each in self._passages[case_key] if each.utterance == utterance)

    def _put(self, case_key: str, passage: Passage) -> None:
        each = self._passages[case_key]
        each[[p.utterance for p in each].index(passage.utterance)] = passage

    def _replace(self, case_key: str, passage: Passage, written: Written, why: Any) -> None:
        start = passage.start
        self.splice(case_key, passage.field, Splice(start, passage.end - start, written.text), why)
        now = replace(
            passage, start=start, end=start + len(written.text), written=written, other=passage.written,
            is_second=not passage.is_second, rewrites=(), doubts=(),
        )  # fmt: skip
        self._passages[case_key] = [
            now if each.utterance == now.utterance else each for each in self._passages[case_key]
        ] or [now]
        if now not in self._passages[case_key]:
            self._passages[case_key].append(now)

    def _move(self, case_key: str, field: str, splice: Splice, *, by_hand: bool = False) -> None:
        kept = []
        for each in self._passages.get(case_key, []):
            if each.field != field:
                kept.append(each)
                continue
            now = each.at(moved(each.span, splice))
            if by_hand and touches(each.span, splice):
                now = replace(now, is_edited=True)
            if now.start < now.end:
                kept.append(now)
        self._passages[case_key] = kept
