"""Dictation from inside: what microphone and engines have said waits here until the windows' thread takes it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from workstation.dictation.commands import Command
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.levels_meter import LevelReading
from workstation.dictation.listening import NO_MICROPHONE, Armed
from workstation.dictation.utterance_audio import UtteranceAudio
from workstation.dictation.utterances import Ended, Tag, Target
from workstation.dictation.words import Heard, Word
from workstation.foundation.clock import Clock
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import UserFacingError
from workstation.reading.case_book import CaseBook
from workstation.reading.dictation_buttons import DictationButtons
from workstation.reading.dictation_changes import Change, CommandSpoken, DictationState, Told
from workstation.reading.dictation_engines import DictationEngines, Wishes
from workstation.reading.dictation_jobs import DictationJobs
from workstation.reading.dictation_parts import DictationParts
from workstation.reading.dictation_results import DictationResults
from workstation.reading.drafting import DraftKeeper
from workstation.reading.engine_line import EngineLine
from workstation.reading.hearing import Hearing
from workstation.reading.learnt_store import Learnt
from workstation.reading.scribe import Scribe

_GRACE_S = 1.2


class DictationCore:
    """The half of `dictating.Dictation` that microphone, engines and devices see.

    Parameters
    ----------
    wishes
        Engine, language and second pass, by preferences and site.
    microphone, buttons
        By preferences.
    """

    def __init__(
        self,
        parts: DictationParts,
        drafts: DraftKeeper,
        book: CaseBook,
        conditions: ConditionBoard,
        clock: Clock,
        wishes: Wishes,
        *,
        microphone: str = "",
        buttons: Mapping[str, str] | None = None,
    ) -> None:
        self.models = parts.models
        self._parts = parts
        self._drafts = drafts
        self._book = book
        self._wishes = wishes
        self._conditions = conditions
        self._lock = threading.RLock()
        self._queue: deque[Callable[[], list[Change]]] = deque()
        self._out: list[Change] = []
        self._observer: Callable[[], None] = lambda: None
        self._user = ""
        self._is_started = self._are_engines_wanted = False
        self._is_key_held = self._has_key_armed = False
        self._replayed = ""
        self._target: Target | None = None
        self._jobs = DictationJobs(self._tell_person)
        self._engines = DictationEngines(parts.models, parts.prepare, conditions, self, parts.make_engine)
        self._scribe = Scribe(drafts, book, clock, self._engines.stages)
        self._results = DictationResults(self._scribe, self._engines, conditions)
        self._buttons = DictationButtons(self, conditions, self._notify)
        self._buttons.use(buttons or {})
        self._hearing = Hearing(
            parts.microphone,
            UtteranceAudio(parts.recordings, conditions),
            self._engines,
            conditions,
            buttons=self._buttons,
            bus=parts.bus,
            device=microphone,
            started=self._utterance_started,
            ended=self._utterance_ended,
            changed=self._notify,
            found=self._want_engines,
        )
        book.observe(self._cases_changed)

    # --- the life of it ----------------------------------------------------------------------------------------------

    def observe(self, observer: Callable[[], None]) -> None:
        """Call ``observer`` when there is something to pump, or the state has changed."""
        self._observer = observer

    def reader_is(self, user: str) -> None:
        """Somebody has logged in: what this reader has taught counts, and nobody else's."""
        learnt = self._parts.learnt.load(user)
        with self._lock:
            self._user = user
            self._scribe.learnt = learnt.corrections
            self._wishes = replace(self._wishes, own_words=learnt.own_words)
        self._cases_changed()

    def start(self) -> None:
        """Be ready; microphone and engines begin when the first case is opened."""
        self._is_started = True
        self._hearing.audio.start()
        self._jobs.add(self._erase_orphans)
        self._cases_changed()

    def stop(self) -> None:
        """End everything within a few seconds; what was said is kept."""
        self._is_started = False
        self._hearing.stop(_GRACE_S)
        self._parts.loudspeaker.stop()
        self._engines.stop(_GRACE_S)
        for case in self._book.open_cases:
            self._leave(case.key)
        self._jobs.stop(_GRACE_S)
        self._hearing.save(_GRACE_S)

    @property
    def state(self) -> DictationState:
        """How dictation stands (quick)."""
        first, second = self._engines.about_first, self._engines.about_second
        engine = self._engines.first.engine
        with self._lock:
            is_busy = self._results.is_busy()
        return DictationState(
            armed=self._hearing.listening.armed,
            is_hearing=self._hearing.listening.is_hearing,
            is_busy=is_busy,
            engine=first.name if first else "",
            engine_state=engine.state if engine else EngineState.LOADING if self._engines.is_choosing else None,
            is_low_accuracy=bool(first and first.is_low_accuracy),
            second_engine=second.name if second else "",
            language=self._wishes.language,
            coverage=first.coverage if first else None,
            microphone=self._hearing.microphone,
            microphones=self._hearing.devices,
            hid=self._buttons.names,
            pressed=self._buttons.pressed,
            command_key=self._is_key_held,
            trouble=self._trouble(),
        )

    @property
    def level(self) -> LevelReading | None:
        """The meter; ask about ten times a second (quick)."""
        return self._hearing.level

    def pump(self) -> tuple[Change, ...]:
        """Do what has come from microphone and engines since; gives the changes in their order.

        A command is the last of them: it is to be done before what was said after it becomes text.
        """
        with self._lock:
            while self._queue and not any(isinstance(each, CommandSpoken) for each in self._out):
                self._out += self._queue.popleft()()
            changes, self._out = tuple(self._out), []
            is_more_to_do = bool(self._queue)
        if is_more_to_do:
            self._notify()
        return changes

    # --- what buttons may do; the other half has the rest ------------------------------------------------------------

    def press(self) -> bool:
        """The push-to-talk key went down in the field that has the cursor. False: nothing was begun, see `state`."""
        return self._arm(self._hearing.listening.press)

    def toggle(self) -> bool:
        """The microphone switch was touched. False: nothing was begun."""
        if self._hearing.listening.armed is Armed.ON:
            self.disarm()
            return True
        return self._arm(self._hearing.listening.toggle)

    def release(self) -> None:
        """The push-to-talk key went up; the word that is being said is still taken."""
        self._hearing.listening.release()

    def disarm(self) -> None:
        """Switch the microphone off."""
        self._hearing.listening.disarm()

    def hold_command_key(self, held: bool) -> None:
        """The command key: what is said while it is held is a command or nothing. It also works as push-to-talk."""
        with self._lock:
            if held == self._is_key_held:
                return
            self._is_key_held = held
            is_sentence = held and self._results.key_held()
        if is_sentence:
            self._hearing.listening.divide()  # the sentence is text; what is said from now on is the command
        if held and self._hearing.listening.armed is Armed.OFF:
            self._has_key_armed = self.press()
        elif not held and self._has_key_armed:
            self._has_key_armed = False
            self.release()
        self._notify()

    def command_pressed(self, command: Command) -> None:
        """A button of a dictation microphone stands for a command."""
        with self._lock:
            case_key, field_id = self._scribe.points.now or ("", "")
        self._post(lambda: [CommandSpoken(case_key, field_id, command, "")])

    def replay(self, utterance: str, words: Sequence[Word] = ()) -> None:
        """Play what was said, or only these words of it; the microphone is switched off, it would hear it."""
        self.disarm()
        self._replayed = utterance
        self._jobs.add(lambda: self._play(utterance, tuple(words)))

    def replay_step(self, by: int) -> None:
        """Play what was dictated last again, or the passage before or after the one that was played."""
        with self._lock:
            case_key = self._scribe.points.now[0] if self._scribe.points.now else ""
            names = [each.passage.utterance for each in self._scribe.text_of(case_key).all() if not each.is_gone]
            at = names.index(self._replayed) if self._replayed in names and by else len(names) - 1
        if names:
            self.replay(names[min(max(at + by, 0), len(names) - 1)])

    # --- what the engines say (their threads) ------------------------------------------------------------------------

    def heard(self, line: EngineLine, generation: int, utterance: str, heard: Heard) -> None:
        """An engine has heard something."""
        self._post(lambda: self._from_engine(line, generation, utterance, heard))

    def gave_up(self, line: EngineLine, generation: int, utterance: str, error: UserFacingError) -> None:  # noqa: ARG002 - the engine's state says it
        """An engine has failed again and again over an utterance."""
        self._post(lambda: self._given_up(line, generation, utterance))

    def changed(self) -> None:
        """An engine is in another state, or there is another engine."""
        self._post(self._engines_changed)

    # --- inside: the microphone's thread -----------------------------------------------------------------------------

    def _utterance_started(self, tag: Tag) -> None:
        """At its first sample an utterance gets its place; text comes in the thread of `pump`."""
        with self._lock:
            self._results.started(tag, is_key_held=self._is_key_held)
        self._post(lambda: self._results.noted(tag))

    def _utterance_ended(self, ended: Ended, needs_second: bool) -> None:
        self._post(lambda: self._results.ended(ended, needs_second=needs_second))

    def _want_engines(self) -> None:
        """There is a microphone, or something to recognise: engines are loaded, in the background."""
        if not self._are_engines_wanted and self._is_started:
            self._are_engines_wanted = True
            self._engines.choose(self._wishes)

    # --- inside: the thread of `pump` --------------------------------------------------------------------------------

    def _from_engine(self, line: EngineLine, generation: int, utterance: str, heard: Heard) -> list[Change]:
        if generation != line.generation:
            return []  # an engine that was exchanged: its successor has the sound
        if line is self._engines.second:
            about = self._engines.about_second
            return self._results.second_heard(utterance, heard, about) if about is not None else []
        about = self._engines.about_first
        changes = self._results.first_heard(utterance, heard, about) if about is not None else []
        if heard.is_final:
            self._results.engine_is_back()
        return changes

    def _given_up(self, line: EngineLine, generation: int, utterance: str) -> list[Change]:
        if generation != line.generation:
            return []
        if line is self._engines.second:
            return self._results.second_gave_up(utterance)
        return self._results.first_gave_up(utterance)

    def _engines_changed(self) -> list[Change]:
        first, second = self._engines.first.engine, self._engines.second.engine
        if first is not None and first.state is EngineState.READY:
            self._results.engine_is_back()
        if self._engines.is_choosing or not self._are_engines_wanted:
            return []
        return self._results.nobody_listens(has_first=first is not None, has_second=second is not None)

    # --- inside: any thread ------------------------------------------------------------------------------------------

    def _post(self, item: Callable[[], list[Change]]) -> None:
        self._queue.append(item)
        self._notify()

    def _notify(self) -> None:
        self._observer()

    def _tell_person(self, text: str) -> None:
        self._post(lambda: [Told(text)])

    def _cases_changed(self) -> None:
        """Text goes where the reader works: in another case the microphone is off until it is switched on there."""
        with self._lock:
            active = self._book.active
            has_left = self._target is not None and (active is None or active.key != self._target.case)
            if has_left:
                self._scribe.points.leave()
            is_lost = not has_left and active is not None and active.is_read_only
        if has_left:
            self._aim(None)
        elif is_lost:
            self.disarm()
        is_off = self._wishes.engine == "off"
        if not self._is_started or not self._user or is_off or not self._book.open_cases:
            return
        self._hearing.open()
        with self._lock:
            for case in self._book.open_cases:
                self._scribe.text_of(case.key)
                for utterance in self._scribe.points.waiting(case.key):
                    if not self._results.has(utterance):
                        self._resume(case.key, utterance)

    def _aim(self, target: Target | None) -> None:
        if target != self._target:
            self._target = target
            self._hearing.listening.go_to(target)
            self._notify()

    def _arm(self, move: Callable[[Target], bool]) -> bool:
        target = self._target
        return target is not None and not self._trouble() and move(target)

    def _trouble(self) -> str:
        """Why nothing can be dictated now."""
        return self._trouble_of_place() or self._trouble_of_sound()

    def _trouble_of_place(self) -> str:
        if self._wishes.engine == "off":
            return "Dictation is switched off in your preferences."
        if not self._user:
            return "Nobody is logged in."
        target = self._target
        if target is None:
            return "Put the cursor into a field of an open report."
        with self._lock:
            why = self._scribe.why_not_here(target.case, target.field)
        return f"Nothing can be dictated here: {why}." if why else ""

    def _trouble_of_sound(self) -> str:
        if not self._hearing.listening.is_hearing:
            missing = (each for each in self._conditions.current() if each.key == NO_MICROPHONE)
            return next((f"{each.text} {each.advice}".strip() for each in missing), "The microphone is being opened.")
        if self._engines.first.engine is None and not self._engines.is_choosing:
            return self._engines.trouble or "There is no speech engine."
        return ""

    def _resume(self, case_key: str, utterance: str) -> None:
        """Have a recording recognised that never became text."""
        audio, first = self._hearing.audio, self._engines.first
        tag = next((tag for tag in audio.utterances_of(case_key) if tag.utterance == utterance), None)
        if tag is None:
            self._scribe.points.drop(utterance)
            self._tell_person("A recording of words that were still to come is gone. Read the report again.")
            return
        self._results.resumed(tag)
        self._jobs.add(lambda: first.add(utterance, audio.sound_of(utterance)))
        self._want_engines()

    def _learn(self, case_key: str, field_id: str = "", span: tuple[int, int] = (-1, -1)) -> None:
        if self._scribe.learn(case_key, field_id, span):
            self._save_learnt()

    def _save_learnt(self) -> None:
        user, learnt = self._user, Learnt(self._scribe.learnt, self._wishes.own_words)
        if user:
            self._jobs.add(lambda: self._parts.learnt.save(user, learnt), must_be_done=True)
        self._notify()

    def _leave(self, case_key: str) -> None:
        with self._lock:
            self._learn(case_key)
            self._scribe.keep(case_key)

    def _play(self, utterance: str, words: Sequence[Word]) -> None:
        audio = self._hearing.audio
        sound = audio.phrase(utterance, words) if words else audio.sound_of(utterance)
        if sound:
            self._parts.loudspeaker.play(sound)
        else:
            self._tell_person("There is no recording of this any more.")

    def _erase_orphans(self) -> None:
        """Recordings whose report was signed or given back while the program broke off."""
        audio, kept = self._hearing.audio, set(self._parts.draft_keys())
        for case_key in audio.cases - kept:
            if self._drafts.get(case_key) is None:
                audio.erase(case_key)
