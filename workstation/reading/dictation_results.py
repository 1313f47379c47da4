"""What becomes of each utterance: command or text, first and second pass, late results, engines that gave up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workstation.dictation.commands import Possible, command_of
from workstation.dictation.second_pass import Outcome, TextNow, verdict_on
from workstation.dictation.utterances import Ended, EndReason, Tag
from workstation.dictation.words import Heard, Written
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.reading.dictation_changes import Change, CommandSpoken, LiveText, NotACommand, Told
from workstation.reading.dictation_engines import DictationEngines, EngineAbout
from workstation.reading.errors import NotNow
from workstation.reading.scribe import CLOSED, Scribe, Spoken

UNHEARD = "speech-not-recognised"
_SIGNING = "signing had begun"
_LATE = "it was not recognised when it was spoken"
_WAITS = "What was said last belongs to a case that was closed. It is written there when you open the case again."
_KEPT = "Its recording is kept until the report is signed."


@dataclass
class _Pending:
    """An utterance of which something is still to come.

    Attributes
    ----------
    is_key_held
        The command key was held in it.
    ended
        How it ended; None while it is spoken.
    is_written
        The first pass is over: text, command, or nothing.
    is_barred
        The sign dialog was opened since it began: nothing of it touches the report any more.
    needs_second
        The engine of the second pass has it, or will.
    second
        What that heard before the first was over.
    failures, is_asked_again
        How often the first engine gave up, and whether it tries again just now.
    """

    tag: Tag
    is_key_held: bool = False
    ended: Ended | None = None
    is_written: bool = False
    is_barred: bool = False
    needs_second: bool = False
    second: Heard | None = field(default=None, repr=False)
    failures: int = 0
    is_asked_again: bool = False
    has_live_text: bool = False

    @property
    def is_parked(self) -> bool:
        """The engine gave up; nothing comes until it is asked again."""
        return self.failures > 0 and not (self.is_written or self.needs_second or self.is_asked_again)


class DictationResults:
    """Takes what microphone and engines say, in the order in which they said it; gives what has changed."""

    MOST_FAILURES = 2

    def __init__(self, scribe: Scribe, engines: DictationEngines, conditions: ConditionBoard) -> None:
        self.possible: tuple[Possible, ...] = ()
        self._scribe = scribe
        self._engines = engines
        self._conditions = conditions
        self._pending: dict[str, _Pending] = {}

    # --- looking -----------------------------------------------------------------------------------------------------

    def is_busy(self, case_key: str | None = None) -> bool:
        """Whether words are still to come (of one case)."""
        return any(not each.is_written and not each.is_parked for each in self._of(case_key))

    def is_second_busy(self, case_key: str) -> bool:
        """Whether the second pass still listens to what was said in a case."""
        return any(each.is_written and each.needs_second for each in self._of(case_key))

    def parked(self, case_key: str | None = None) -> tuple[str, ...]:
        """Utterances that no engine has recognised so far."""
        return tuple(each.tag.utterance for each in self._of(case_key) if each.is_parked)

    def has(self, utterance: str) -> bool:
        """Whether something of it is still to come."""
        return utterance in self._pending

    def bar(self, case_key: str) -> None:
        """The sign dialog was opened: what was said until now touches nothing any more."""
        for each in self._of(case_key):
            each.is_barred = True

    def forget(self, case_key: str) -> None:
        """The case was signed or returned: nobody waits for its words."""
        for each in self._of(case_key):
            self._drop(each)
        self._show_parked()

    # --- the microphone ----------------------------------------------------------------------------------------------

    def started(self, tag: Tag, *, is_key_held: bool) -> None:
        """An utterance has begun, at the place where the cursor is."""
        self._pending[tag.utterance] = _Pending(tag, is_key_held, is_barred=self._scribe.is_signing(tag.target.case))
        self._scribe.text_of(tag.target.case)  # read from the draft before anything is added to it
        self._scribe.points.begin(tag.utterance, tag.target.case, tag.target.field)

    def noted(self, tag: Tag) -> list[Change]:
        """Have the draft know of an utterance that has begun: should the program die, its recording is not lost."""
        if tag.utterance in self._pending:
            self._scribe.keep(tag.target.case)
        return []

    def key_held(self) -> bool:
        """The command key went down: what has just begun is a command; say whether a sentence was being said."""
        spoken = [each for each in self._pending.values() if each.ended is None]
        for each in spoken:
            each.is_key_held = each.is_key_held or not each.has_live_text
        return any(not each.is_key_held for each in spoken)

    def ended(self, ended: Ended, *, needs_second: bool) -> list[Change]:
        """An utterance is complete; one without speech is nothing."""
        pending = self._pending.get(ended.tag.utterance)
        if pending is None:
            return []
        pending.ended, pending.needs_second = ended, needs_second
        if ended.speech_s is None:
            return self._over(pending)
        self._scribe.keep(ended.tag.target.case)
        return []

    def resumed(self, tag: Tag) -> None:
        """An utterance of an earlier run of the program that never became text; its place is known already."""
        if tag.utterance not in self._pending:
            ended = Ended(tag, EndReason.PAUSE, 0.0, (0.0, 0.0), 0)
            self._pending[tag.utterance] = _Pending(tag, ended=ended, failures=1)
            self._show_parked()

    # --- the first engine --------------------------------------------------------------------------------------------

    def first_heard(self, utterance: str, heard: Heard, about: EngineAbout) -> list[Change]:
        """The engine of the live text has heard something."""
        pending = self._pending.get(utterance)
        if pending is None or pending.is_written:
            return []
        if not heard.is_final:
            return self._live(pending, heard.text)
        self._engines.first.drop(utterance)
        return self._first_final(pending, heard, about, is_second=False)

    def _live(self, pending: _Pending, text: str) -> list[Change]:
        target, span = pending.tag.target, self._scribe.points.span_of(pending.tag.utterance)
        if span is None or self._why_not(pending):
            return []
        pending.has_live_text = pending.has_live_text or bool(text)
        return [LiveText(target.case, target.field, span[0], text)] if pending.has_live_text else []

    def _first_final(self, pending: _Pending, heard: Heard, about: EngineAbout, *, is_second: bool) -> list[Change]:
        changes = [*self._live(pending, "")]
        pending.is_written = True
        if not heard.words:
            return changes + self._after_first(pending)
        target, why = pending.tag.target, self._why_not(pending)
        command = command_of(heard.text, self.possible, key_held=pending.is_key_held)
        if command is not None or pending.is_key_held:
            self._engines.second.drop(pending.tag.utterance)
            pending.needs_second = False
            why = why or (_LATE if pending.failures else "")
            if why:
                changes.append(Told(f"A spoken command came late and was not done: {why}."))
            elif command is None:
                changes.append(NotACommand(heard.text))
            else:
                changes.append(CommandSpoken(target.case, target.field, command, pending.tag.utterance))
            return changes + self._over(pending)
        if why == CLOSED:
            self._set_aside(pending)
            return [*changes, Told(_WAITS)]
        if why:
            told = _discarded(heard.text, why, is_case_here=not self._is_away(pending))
            return [*changes, told, *self._over(pending)]
        reason = pending.ended.reason if pending.ended is not None else EndReason.PAUSE
        spoken = Spoken(pending.tag, heard.words, about.name, about.is_low_accuracy, is_second, reason)
        try:
            changes += self._scribe.write(spoken)
        except NotNow:
            changes.append(_discarded(heard.text, "the report is signed", is_case_here=True))
        return changes + self._after_first(pending)

    def _after_first(self, pending: _Pending) -> list[Change]:
        self._scribe.points.drop(pending.tag.utterance)
        if pending.second is not None and pending.needs_second:
            return self._second_final(pending, pending.second)
        return [] if pending.needs_second else self._over(pending)

    def first_gave_up(self, utterance: str) -> list[Change]:
        """The engine has failed again and again over an utterance. Its sound is kept; the second pass may help."""
        pending = self._pending.get(utterance)
        if pending is None or pending.is_written:
            return []
        pending.failures += 1
        pending.is_asked_again = False
        self._engines.first.failed(utterance)
        if pending.needs_second:
            second, about = pending.second, self._engines.about_second
            return [] if second is None or about is None else self._rescued(pending, second, about)
        if pending.failures >= self.MOST_FAILURES:
            self._engines.first.drop(utterance)
        self._show_parked()
        return [*self._live(pending, ""), Told(f"Something you said could not be recognised. {_KEPT} Play it.")]

    def nobody_listens(self, *, has_first: bool, has_second: bool) -> list[Change]:
        """Engines were chosen, and there is none of one kind: nothing is waited for in vain."""
        changes: list[Change] = []
        for each in self._of(None):
            if not has_second and each.needs_second:
                each.needs_second = False
                changes += self._over(each) if each.is_written else []
            if not has_first and not each.failures and each.ended is not None:
                changes += self.first_gave_up(each.tag.utterance)
        return changes

    def engine_is_back(self) -> None:
        """Have what the engine gave up on recognised once more."""
        for utterance in self.parked():
            if self._engines.first.has(utterance):
                self._pending[utterance].is_asked_again = True
                self._engines.first.again(utterance)

    # --- the second engine -------------------------------------------------------------------------------------------

    def second_heard(self, utterance: str, heard: Heard, about: EngineAbout) -> list[Change]:
        """The second pass has heard an utterance."""
        pending = self._pending.get(utterance)
        if pending is None or not heard.is_final:
            return []
        self._engines.second.drop(utterance)
        pending.second = heard
        if pending.is_written:
            return self._second_final(pending, heard)
        return self._rescued(pending, heard, about) if pending.failures else []

    def second_gave_up(self, utterance: str) -> list[Change]:
        """The second pass has failed over an utterance: the first text stands."""
        self._engines.second.drop(utterance)
        pending = self._pending.get(utterance)
        if pending is None:
            return []
        pending.needs_second = False
        told: list[Change] = [Told("The second pass could not hear what was said last. The first text stays.")]
        if pending.is_written:
            return told + self._over(pending)
        self._show_parked()
        return told

    def _rescued(self, pending: _Pending, heard: Heard, about: EngineAbout) -> list[Change]:
        """The first engine gave up, the second did not: its text is the text."""
        self._engines.first.drop(pending.tag.utterance)
        pending.needs_second, pending.second = False, None
        return self._first_final(pending, heard, about, is_second=True)

    def _second_final(self, pending: _Pending, heard: Heard) -> list[Change]:
        target = pending.tag.target
        text = self._scribe.text_of(target.case)
        dictated = text.get(pending.tag.utterance)
        if dictated is None:
            is_news = heard.words and not text.has(pending.tag.utterance) and not self._why_not(pending)
            words = heard.text if not self._is_away(pending) else ""
            return [*([_only_second(words)] if is_news else []), *self._over(pending)]
        passage = dictated.passage
        why = self._why_not(pending)
        other = self._scribe.written_again(dictated, heard.words)
        now = TextNow(is_here=why in ("", _SIGNING), is_edited=passage.is_edited, is_signing=why == _SIGNING)
        verdict = verdict_on(passage.written, other, now)
        changes: list[Change] = []
        if verdict.outcome is Outcome.REPLACED and command_of(heard.text, self.possible) is not None:
            changes.append(Told("The second pass heard a command in what was said. Nothing was done."))
        elif verdict.outcome is Outcome.REPLACED:
            changes += self._scribe.replace_by(target.case, dictated, other, heard.words)
        elif verdict.outcome is Outcome.CHOICE_NEEDED:
            changes += self._scribe.ask(target.case, dictated, other, heard.words)
        elif verdict.outcome is Outcome.SAME:
            changes += self._scribe.agree(target.case, dictated, other)
        elif verdict.outcome is Outcome.DISCARDED and _differ(passage.written, other):
            changes.append(Told(verdict.reason))
        return changes + self._over(pending)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _of(self, case_key: str | None) -> Sequence[_Pending]:
        return [each for each in self._pending.values() if case_key in (None, each.tag.target.case)]

    def _why_not(self, pending: _Pending) -> str:
        return _SIGNING if pending.is_barred else self._scribe.why_not(pending.tag)

    def _is_away(self, pending: _Pending) -> bool:
        """Whether the reader works in another case: what was said in this one is not shown over that patient's."""
        return not self._scribe.is_active(pending.tag.target.case)

    def _set_aside(self, pending: _Pending) -> None:
        """Its place stays in the draft: the recording is recognised again when the case is opened again."""
        self._pending.pop(pending.tag.utterance, None)
        self._engines.first.drop(pending.tag.utterance)
        self._engines.second.drop(pending.tag.utterance)
        self._show_parked()

    def _over(self, pending: _Pending) -> list[Change]:
        changes = self._live(pending, "")
        self._drop(pending)
        self._scribe.keep(pending.tag.target.case)
        self._show_parked()
        return changes

    def _drop(self, pending: _Pending) -> None:
        utterance = pending.tag.utterance
        self._pending.pop(utterance, None)
        self._engines.first.drop(utterance)
        self._engines.second.drop(utterance)
        self._scribe.points.drop(utterance)

    def _show_parked(self) -> None:
        count = len(self.parked())
        if not count:
            self._conditions.end(UNHEARD)
            return
        what = "A recording was" if count == 1 else f"{count} recordings were"
        self._conditions.raise_condition(
            UNHEARD,
            Severity.WARN,
            f"{what} not recognised.",
            "Play it and type what was said. It is tried once more when the speech engine is back.",
        )


def _discarded(heard: str, why: str, *, is_case_here: bool) -> Told:
    """Text of another case is not shown over this patient's."""
    what = f"“{heard}”" if is_case_here else "What was said last in another case"
    return Told(f"{what} was discarded: {why}. {_KEPT}")


def _only_second(heard: str) -> Told:
    what = f"“{heard}”" if heard else "words in another case"
    return Told(f"The second pass heard {what} where the first heard nothing. Say it again if you meant it.")


def _differ(first: Written, second: Written) -> bool:
    return bool(second.text.strip()) and first.text != second.text
