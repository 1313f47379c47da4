"""Dictation as a use case: what is said becomes text of the field, draft and case where it began, and nowhere else.

The threads of microphone, engines and devices only hand over what they have and tell the desk; text changes in the
thread that calls `Dictation.pump` and the other methods, which is the one of the windows. Those methods are quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from workstation.dictation.audio_blocks import RATE_HZ, SAMPLE_BYTES
from workstation.dictation.commands import HelpLine, Possible, help_list
from workstation.dictation.learnt_corrections import LearntCorrection, LearntCorrections
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.listening import Armed
from workstation.dictation.passages import Passage, splice_between
from workstation.dictation.utterances import Target
from workstation.dictation.words import Rewrite
from workstation.reading.dictation_changes import (
    Change,
    CommandSpoken,
    DictationState,
    LiveText,
    MarksChanged,
    NotACommand,
    TextSpliced,
    Told,
)
from workstation.reading.dictation_core import DictationCore
from workstation.reading.dictation_obstacles import obstacles_of
from workstation.reading.dictation_parts import DictationParts
from workstation.reading.errors import NotNow
from workstation.reading.obstacles import Obstacle

__all__ = [
    "Change",
    "CommandSpoken",
    "Dictation",
    "DictationParts",
    "DictationState",
    "LiveText",
    "MarksChanged",
    "NotACommand",
    "TextSpliced",
    "Told",
]


class Dictation(DictationCore):
    """Always there; without microphone, engine or reader it says so in `state`, and typing goes on.

    What the reader does; the other half is in `dictation_core`.
    """

    # --- the microphone ----------------------------------------------------------------------------------------------

    def place(self, case_key: str, field_id: str, start: int, end: int) -> None:
        """The cursor is here, or this is selected: the next utterance begins there.

        Another case closes the utterance that is being spoken and switches the microphone off.
        """
        with self._lock:
            draft = self._drafts.get(case_key)
            if draft is None or not self._scribe.is_open(case_key):
                return
            before = self._scribe.points.now
            if not self._scribe.points.place(case_key, field_id, start, end):
                return
            if before is not None and before[0] != case_key:
                self._learn(before[0])
            self._learn(case_key, field_id, (start, end))
            self._aim(Target(case_key, draft.version, field_id))

    def choose_microphone(self, name: str) -> None:
        """Use another microphone; empty: the system's own choice."""
        self._hearing.choose(name)
        self._notify()

    def set_buttons(self, buttons: Mapping[str, str]) -> None:
        """Use the reader's own table of buttons.

        Raises
        ------
        BadInput
            Naming every wrong entry; then the buttons stay as they were.
        """
        self._buttons.set(buttons)

    # --- commands ----------------------------------------------------------------------------------------------------

    def can_say(self, possible: Sequence[Possible]) -> None:
        """What can be done by voice now."""
        with self._lock:
            self._results.possible = tuple(possible)

    @property
    def help_lines(self) -> tuple[HelpLine, ...]:
        """What can be said now."""
        return help_list(self._results.possible)

    # --- text --------------------------------------------------------------------------------------------------------

    def passages(self, case_key: str, field_id: str) -> tuple[Passage, ...]:
        """The dictated text of a field, by place."""
        with self._lock:
            return self._scribe.text_of(case_key).passages(field_id)

    def unconfirmed(self, case_key: str) -> tuple[str, ...]:
        """Fields with low-accuracy text that are to be confirmed."""
        with self._lock:
            return self._scribe.text_of(case_key).unconfirmed()

    def confirm(self, case_key: str, field_id: str) -> tuple[Change, ...]:
        """The reader has read the field."""
        return self._done(lambda: self._scribe.confirm(case_key, field_id))

    def choices(self, case_key: str) -> tuple[Passage, ...]:
        """Passages of which one of two texts is to be chosen."""
        with self._lock:
            return self._scribe.text_of(case_key).choices()

    def choose(self, case_key: str, utterance: str, second: bool) -> tuple[Change, ...]:
        """The text of the second pass, or of the first, is right."""
        return self._done(lambda: self._scribe.choose(case_key, utterance, second=second))

    def take_back(self, case_key: str, utterance: str, rewrite: Rewrite | None) -> tuple[Change, ...]:
        """One guess back to what was heard; None: the second pass back to the first text."""
        return self._done(lambda: self._scribe.take_back(case_key, utterance, rewrite))

    def scratch(self, case_key: str) -> tuple[Change, ...]:
        """Take away what was dictated last."""
        return self._done(lambda: self._scribe.scratch(case_key))

    def follow_edit(self, case_key: str, field_id: str, old: str, new: str) -> None:
        """The reader has changed a field; the draft has it already."""
        splice = splice_between(old, new)
        if splice is not None:
            with self._lock:
                self._scribe.follow_edit(case_key, field_id, splice, old)

    # --- sound -------------------------------------------------------------------------------------------------------

    def sound_of(self, utterance: str, start_s: float | None = None, end_s: float | None = None) -> bytes:
        """The recording of an utterance, or a part of it; it may be read from the disk."""
        sound = self._hearing.audio.sound_of(utterance)
        first, last = (None if each is None else round(max(0.0, each) * RATE_HZ) for each in (start_s, end_s))
        return sound[_bytes(first) : _bytes(last)]

    def stop_replay(self) -> None:
        """End what is being played."""
        self._jobs.add(self._parts.loudspeaker.stop)

    def unheard(self, case_key: str) -> tuple[str, ...]:
        """Utterances of a case that no engine could recognise: they can be played, and typed."""
        with self._lock:
            return self._results.parked(case_key)

    def transcribe_again(self, case_key: str, utterance: str) -> None:
        """Have an utterance recognised that no engine could recognise."""
        with self._lock:
            self._resume(case_key, utterance)

    # --- signing -----------------------------------------------------------------------------------------------------

    def obstacles(self, case_key: str) -> tuple[Obstacle, ...]:
        """What of dictation is in the way of signing, in words (quick)."""
        with self._lock:
            armed = self._hearing.listening.armed is not Armed.OFF
            is_here = armed and self._target is not None and self._target.case == case_key
            return obstacles_of(
                self._scribe.text_of(case_key),
                lambda field_id: self._heading(case_key, field_id),
                is_listening=is_here or self._results.is_busy(case_key),
                is_second_busy=self._results.is_second_busy(case_key),
                unheard=len(self._results.parked(case_key)),
            )

    def signing(self, case_key: str, is_open: bool) -> None:
        """The sign dialog was opened or closed: nothing that was said before touches the report any more."""
        self.disarm()
        with self._lock:
            if is_open:
                self._learn(case_key)
                self._results.bar(case_key)
            self._scribe.sign_dialog(case_key, is_open=is_open)
        self._notify()

    def leave(self, case_key: str) -> None:
        """The case is about to be closed or signed: what the reader corrected is learnt."""
        self._leave(case_key)

    def erase(self, case_key: str) -> None:
        """The report is signed, or the item returned: recordings go, durably, and all that was waited for."""
        with self._lock:
            self._results.forget(case_key)
            self._scribe.forget(case_key)
        with suppress(OSError):  # the recordings' own thread tries again, and a condition says so
            self._hearing.audio.erase(case_key)
        self._notify()

    # --- what was learnt, and engines --------------------------------------------------------------------------------

    @property
    def learnt(self) -> LearntCorrections:
        """What this reader has corrected."""
        return self._scribe.learnt

    def forget(self, heard: str) -> None:
        """Remove one entry of what was learnt."""
        with self._lock:
            self._scribe.learnt = self._scribe.learnt.without(heard)
        self._save_learnt()

    def put_back(self, corrections: Iterable[LearntCorrection]) -> None:
        """Have entries again that were removed, as they were."""
        with self._lock:
            self._scribe.learnt = self._scribe.learnt.with_entries(corrections)
        self._save_learnt()

    @property
    def own_words(self) -> tuple[str, ...]:
        """Words that this reader has added."""
        return self._wishes.own_words

    def add_word(self, word: str) -> None:
        """Let dictation know a word (with a pronunciation behind a tab, if need be).

        Raises
        ------
        BadInput
            When it holds neither letter nor digit, or a pronunciation no phones.
        """
        wanted = word.strip()
        Lexicon((), {}).with_own([wanted])
        if wanted not in self._wishes.own_words:
            self._use_words((*self._wishes.own_words, wanted))

    def remove_word(self, word: str) -> None:
        """Take an own word away."""
        self._use_words(tuple(each for each in self._wishes.own_words if each != word))

    def models_changed(self) -> None:
        """A model was added or removed: engines are chosen anew."""
        if self._are_engines_wanted:
            self._engines.choose(self._wishes)

    def choose_engine(self, engine: str, second_pass: bool) -> None:
        """By the preferences: the first engine ("" for the best, "off" for none), and whether Whisper listens again."""
        self._wishes = replace(self._wishes, engine=engine, has_second_pass=second_pass)
        if engine == "off":
            self.disarm()
        self.models_changed()
        self._cases_changed()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _done(self, what: Callable[[], Iterable[Change]]) -> tuple[Change, ...]:
        """What has changed; the case may have become read-only since the reader saw the button."""
        try:
            with self._lock:
                return tuple(what())
        except NotNow as error:
            return (Told(str(error)),)

    def _use_words(self, words: tuple[str, ...]) -> None:
        self._wishes = replace(self._wishes, own_words=words)
        self._save_learnt()
        self.models_changed()

    def _heading(self, case_key: str, field_id: str) -> str:
        draft = self._drafts.get(case_key)
        return self._parts.heading(draft, field_id) if draft is not None else field_id


def _bytes(samples: int | None) -> int | None:
    return None if samples is None else samples * SAMPLE_BYTES
