"""Which engines listen: chosen, verified, loaded and exchanged in the background, so that nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from workstation.dictation.engine import EngineSettings
from workstation.dictation.engine_choice import EngineWish, second_pass_for, settings_for
from workstation.dictation.engine_worker import EngineState, EngineWorker
from workstation.dictation.errors import EngineMissing
from workstation.dictation.language_model import SpeechResources
from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.speech_models import SpeechModels
from workstation.dictation.text_stages import TextStages
from workstation.dictation.words import Heard
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.worker import Worker
from workstation.reading.engine_line import EngineLine, LineEngine

LOW_ACCURACY, LOW_COVERAGE = "low-accuracy-engine", "speech-coverage"
NO_ENGINE, NO_SECOND_PASS = "speech-engine-missing", "second-pass-missing"
ENOUGH_COVERAGE = 0.9
_IDLE_S = 3600.0
_NAMES = {"vosk": "Vosk", "pocketsphinx": "PocketSphinx", "whisper": "Whisper"}


class Prepare(Protocol):
    """Gives the resources of our vocabulary; see `speech_preparation.SpeechPreparation`."""

    def __call__(self, own_words: Sequence[str], cancel: CancelToken) -> SpeechResources: ...
    def stop(self, timeout_s: float) -> None: ...


class Tell(Protocol):
    """Hears what the engines say, in their threads; must not wait."""

    def heard(self, line: EngineLine, generation: int, utterance: str, heard: Heard) -> None: ...
    def gave_up(self, line: EngineLine, generation: int, utterance: str, error: UserFacingError) -> None: ...
    def changed(self) -> None: ...


@dataclass(frozen=True)
class Wishes:
    """What preferences and site ask for.

    Attributes
    ----------
    engine
        The first engine; empty: the best there is. ``off``: none.
    language
        Of the reports, BCP 47.
    has_second_pass
        Whether Whisper listens again, where a model of it is installed.
    own_words
        Words of the reader that no lexicon has.
    """

    engine: str = ""
    language: str = "en"
    has_second_pass: bool = True
    own_words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_english(self) -> bool:
        """Whether our lexicon is of this language."""
        return self.language.split("-", 1)[0].lower() == "en"


@dataclass(frozen=True)
class EngineAbout:
    """What a reader should know of an engine."""

    name: str
    is_low_accuracy: bool
    coverage: float | None = None


MakeEngine = Callable[[EngineSettings, Callable[[str, Heard], None], Callable[[str, UserFacingError], None],
                       Callable[[EngineState], None]], LineEngine]  # fmt: skip


def engine_worker(
    settings: EngineSettings,
    on_heard: Callable[[str, Heard], None],
    on_failure: Callable[[str, UserFacingError], None],
    on_state: Callable[[EngineState], None],
) -> LineEngine:
    """The real engine, in a process of its own."""
    return EngineWorker(settings, on_heard=on_heard, on_failure=on_failure, on_state=on_state)


class DictationEngines:
    """The engine of the live text and that of the second pass, and the stages that make text of their words.

    Parameters
    ----------
    models
        Where models are.
    prepare
        Gives the language model and the hints of our vocabulary.
    tell
        Hears what the engines say.
    make
        Makes an engine.
    """

    def __init__(
        self,
        models: SpeechModels,
        prepare: Prepare,
        conditions: ConditionBoard,
        tell: Tell,
        make: MakeEngine = engine_worker,
    ) -> None:
        self.models = models
        self.first = EngineLine(is_live=True)
        self.second = EngineLine(is_live=False)
        self.trouble = ""
        self.is_choosing = False
        self._prepare = prepare
        self._conditions = conditions
        self._tell = tell
        self._make = make
        self._wishes: Wishes | None = None
        self._stages = TextStages()
        self._stages_of: tuple[bool, tuple[str, ...]] | None = None
        self._lexicon: Lexicon | None = None
        self._settings: dict[EngineLine, EngineSettings] = {}
        self._about: dict[EngineLine, EngineAbout] = {}
        self._generations = count(1)
        self._worker = Worker("speech-choice", self._turn, on_failure=self._our_fault)
        self._loading: LineEngine | None = None
        self._is_started = False

    @property
    def about_first(self) -> EngineAbout | None:
        """The engine of the live text; None where there is none."""
        return self._about.get(self.first)

    @property
    def about_second(self) -> EngineAbout | None:
        """The engine of the second pass; None where there is none."""
        return self._about.get(self.second)

    # --- any thread ------------------------------------------------------------------------------------------------

    def choose(self, wishes: Wishes) -> None:
        """Have the engines chosen, anew if need be, without waiting for it."""
        self._wishes, self.is_choosing = wishes, True
        self._begin()

    def stages(self, learnt: LearntCorrections) -> TextStages:
        """The text stages with what this reader has corrected."""
        return self._stages.with_learnt(learnt)

    def stop(self, timeout_s: float) -> bool:
        """End everything; say whether it went in time."""
        if self._is_started:
            self._worker.stop(0.0)  # it may be waiting for what is ended next
        self._prepare.stop(timeout_s / 4)
        waiting = [self._loading, *(line.use(None, next(self._generations)) for line in (self.first, self.second))]
        for engine in waiting:
            if engine is not None:
                engine.close(timeout_s / 4)
        for key in (LOW_ACCURACY, LOW_COVERAGE, NO_ENGINE, NO_SECOND_PASS):
            self._conditions.end(key)
        return self._worker.stop(timeout_s / 4) if self._is_started else True

    # --- the worker --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if not self._is_started:
            self._is_started = True
            self._worker.start()
        self._worker.wake()

    def _turn(self, cancel: CancelToken) -> float:
        wishes, self._wishes = self._wishes, None
        if wishes is None:
            return _IDLE_S
        self._make_stages(wishes)
        self._use_first(wishes, cancel)
        self._use_second(wishes, cancel)
        self.is_choosing = self._wishes is not None
        self._tell.changed()
        return 0.0

    def _make_stages(self, wishes: Wishes) -> None:
        wanted = (wishes.is_english, wishes.own_words)
        if wanted == self._stages_of:
            return
        self._lexicon = Lexicon.load().with_own(wishes.own_words) if wishes.is_english else None
        self._stages = TextStages.of(self._lexicon) if self._lexicon is not None else TextStages()
        self._stages_of = wanted

    def _use_first(self, wishes: Wishes, cancel: CancelToken) -> None:
        self.trouble = ""
        try:
            settings = None if wishes.engine == "off" else self._settings_of_first(wishes, cancel)
            self._use(self.first, settings, cancel)
        except UserFacingError as error:
            self._close(self.first)
            self.trouble = f"{error.what} {error.advice}".strip()
            self._conditions.raise_condition(NO_ENGINE, Severity.WARN, error.what, error.advice)
            self._conditions.end(LOW_ACCURACY)
            self._conditions.end(LOW_COVERAGE)
            return
        self._conditions.end(NO_ENGINE)
        about = self.about_first
        self._show(about)
        self._tell.changed()
        if about is not None and self._lexicon is not None and self.first.engine is not None:
            share = self._coverage(self.first.engine, self._lexicon)
            self._about[self.first] = replace(about, coverage=share)

    def _settings_of_first(self, wishes: Wishes, cancel: CancelToken) -> EngineSettings:
        wish = EngineWish(wishes.engine, "", wishes.language)
        return settings_for(wish, self.models, lambda: self._prepare(wishes.own_words, cancel))

    def _use_second(self, wishes: Wishes, cancel: CancelToken) -> None:
        """The second pass is an addition: where it cannot be had, the first text stands."""
        self._conditions.end(NO_SECOND_PASS)
        is_wanted = wishes.has_second_pass and self.first.engine is not None
        is_first = self._settings.get(self.first, EngineSettings("")).engine == "whisper"
        try:
            settings = None
            if is_wanted and not is_first:
                wish = EngineWish("", "", wishes.language)
                settings = second_pass_for(wish, self.models, lambda: self._prepare(wishes.own_words, cancel))
            self._use(self.second, settings, cancel)
        except EngineMissing:
            self._close(self.second)
        except UserFacingError as error:
            self._close(self.second)
            text = f"No second pass: {error.what}"
            self._conditions.raise_condition(NO_SECOND_PASS, Severity.INFO, text, error.advice)

    def _use(self, line: EngineLine, settings: EngineSettings | None, cancel: CancelToken) -> None:
        """Load an engine and put it in its place; one that is there already and the same stays."""
        if settings is None:
            self._close(line)
            return
        if line.engine is not None and self._settings.get(line) == settings:
            return
        cancel.raise_if_cancelled()
        generation = next(self._generations)
        engine = self._made(line, generation, settings)
        self._loading = engine
        try:
            cancel.raise_if_cancelled()
            about = engine.description  # waits until the model is loaded
            cancel.raise_if_cancelled()
        except (UserFacingError, Cancelled):
            engine.close()
            raise
        name = _NAMES.get(about.name, about.name)
        name = f"{name} ({about.model})" if about.model else name
        self._about[line] = EngineAbout(name, about.capabilities.low_accuracy)
        self._settings[line] = settings
        before = line.use(engine, generation)
        self._loading = None
        if before is not None:
            before.close()

    def _made(self, line: EngineLine, generation: int, settings: EngineSettings) -> LineEngine:
        tell = self._tell
        return self._make(
            settings,
            lambda utterance, heard: tell.heard(line, generation, utterance, heard),
            lambda utterance, error: tell.gave_up(line, generation, utterance, error),
            lambda _state: tell.changed(),
        )

    def _close(self, line: EngineLine) -> None:
        before = line.use(None, next(self._generations))
        self._settings.pop(line, None)
        self._about.pop(line, None)
        if before is not None:
            before.close()

    def _show(self, about: EngineAbout | None) -> None:
        if about is None or not about.is_low_accuracy:
            self._conditions.end(LOW_ACCURACY)
            return
        self._conditions.raise_condition(
            LOW_ACCURACY,
            Severity.WARN,
            f"Low-accuracy speech engine: {about.name}.",
            "Read what it writes and confirm each field before signing. Better: add a Vosk model.",
        )

    def _coverage(self, engine: LineEngine, lexicon: Lexicon) -> float:
        words = sorted(lexicon.words)
        share = engine.coverage(words)
        missing = round((1 - share) * len(words))
        if share < ENOUGH_COVERAGE:
            self._conditions.raise_condition(
                LOW_COVERAGE,
                Severity.INFO,
                f"The speech model does not know {missing} of {len(words)} words of radiology.",
                "It writes other words for them. They can be corrected; a larger model knows more.",
            )
        else:
            self._conditions.end(LOW_COVERAGE)
        return share

    def _our_fault(self, error: Exception) -> None:
        """A bug in choosing: dictation cannot be used, which must be seen; typing goes on."""
        self.is_choosing = False
        self.trouble = f"The speech engine could not be started ({type(error).__name__})."
        self._conditions.raise_condition(NO_ENGINE, Severity.WARN, self.trouble, "Start the program again.")
        self._tell.changed()
