"""Cuts the sound of the microphone into utterances, each tagged from its first sample with the field it belongs to.

What the reader does (press, release, change of case) carries the time at which it was done, and takes effect at that
sample of the sound, not when the sound happens to be handled: sound spoken before a change of case never lands in the
next one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from workstation.dictation.audio_blocks import FRAME_S, FRAME_SAMPLES, SAMPLE_BYTES, AudioBlock
from workstation.dictation.endpointing import Endpointer, EndpointSettings, SpeechDetector, Verdict

_FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


@dataclass(frozen=True)
class Target:
    """Where text goes: one field of one version of one case's draft."""

    case: str = field(repr=False)
    draft_version: int
    field: str

    def same_draft(self, other: Target | None) -> bool:
        """Whether both are of one case and one draft version."""
        return other is not None and (self.case, self.draft_version) == (other.case, other.draft_version)


@dataclass(frozen=True)
class Tag:
    """The name of an utterance and where its text belongs, from its first sample to its last result."""

    utterance: str
    target: Target


class EndReason(Enum):
    """Why an utterance ended."""

    PAUSE = "the reader paused"
    LENGTH = "it had its greatest length"
    DISARMED = "the microphone was switched off"
    FIELD = "the reader went to another field"
    CASE = "the reader went to another case"
    MICROPHONE = "the microphone was lost"


@dataclass(frozen=True)
class Started:
    """An utterance begins; its blocks follow."""

    tag: Tag


@dataclass(frozen=True)
class Block:
    """The next sound of an utterance: 16 kHz mono s16le, whole 10 ms frames; ``is_after_gap``: some is missing
    before."""

    tag: Tag
    pcm: bytes = field(repr=False)
    is_after_gap: bool = False


@dataclass(frozen=True)
class Ended:
    """An utterance is complete.

    Attributes
    ----------
    length_s
        Its sound in seconds.
    speech_s
        From where to where speech was heard in it, in seconds; None: no speech, the engines need not look at it.
    gaps
        How often sound was lost in it; such text has to be looked at.
    """

    tag: Tag
    reason: EndReason
    length_s: float
    speech_s: tuple[float, float] | None
    gaps: int


UtteranceEvent = Started | Block | Ended


@dataclass(frozen=True)
class Begin:
    """From this time on, sound belongs to ``target``. ``at_once``: the utterance begins without waiting for speech."""

    at_s: float
    target: Target
    at_once: bool


@dataclass(frozen=True)
class Retarget:
    """From the next short silence on, sound belongs to another field of the same draft; the microphone stays on."""

    at_s: float
    target: Target


@dataclass(frozen=True)
class Finish:
    """The microphone was switched off at this time; the word that is being said is still waited for."""

    at_s: float
    reason: EndReason


Control = Begin | Retarget | Finish


@dataclass(frozen=True)
class Grace:
    """How an utterance ends that is not ended by a pause: at a silence, so that no word is cut.

    Attributes
    ----------
    earliest_s
        Not before this: sound reaches us up to 0.3 s after it was made.
    latest_s
        Not after this, whatever is being said.
    silence_s
        The silence that is waited for.
    """

    earliest_s: float
    latest_s: float
    silence_s: float = 0.15


# A change of case ends hard: what is said later may be meant for nobody.
GRACES = {
    EndReason.DISARMED: Grace(0.3, 1.0),
    EndReason.CASE: Grace(0.3, 0.3),
    EndReason.FIELD: Grace(0.0, 0.6, silence_s=0.1),
}


@dataclass
class _Open:
    """The utterance that is being recorded."""

    tag: Tag
    chunk: bytearray
    frames: int = 0
    gaps: int = 0
    is_after_gap: bool = False


@dataclass(frozen=True)
class _Closing:
    """An end that was asked for at ``asked_s`` and waits for a silence; ``then`` goes on with another field."""

    asked_s: float
    reason: EndReason
    then: Target | None = None

    @property
    def latest_s(self) -> float:
        """When it comes to pass, silence or not."""
        return self.asked_s + GRACES[self.reason].latest_s


class Utterances:
    """Blocks and controls in, events out; no thread, no device.

    Parameters
    ----------
    settings
        Pauses, lengths, pre-roll.
    new_id
        Gives each utterance its name.
    """

    SHARED_SILENCE_S = 0.2
    """So much of the silence that closed an utterance is given to the next too: a soft first sound stays whole."""

    def __init__(self, settings: EndpointSettings, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._detector = SpeechDetector(settings)
        self._endpointer = Endpointer(settings)
        self._ring: deque[bytes] = deque(maxlen=round(settings.pre_roll_s / FRAME_S))
        self._free_frames = 0  # how many of the last frames may still begin an utterance
        self._controls: deque[Control] = deque()
        self._target: Target | None = None
        self._open: _Open | None = None
        self._closing: _Closing | None = None
        self.speech_share = 0.0

    @property
    def floor_dbfs(self) -> float:
        """The level of the room."""
        return self._detector.floor_dbfs

    def add(self, control: Control) -> None:
        """Take effect at ``control.at_s`` of the sound; controls come in the order of their times."""
        self._controls.append(control)

    def feed(self, block: AudioBlock) -> list[UtteranceEvent]:
        """Take the next block; say what it meant."""
        events: list[UtteranceEvent] = []
        if block.is_after_gap:
            self._note_gap()
        answers = self._detector.feed(block.pcm)
        self.speech_share = sum(answers) / len(answers) if answers else 0.0
        for index, is_speech in enumerate(answers):
            now_s = block.start_s + index * FRAME_S
            while self._controls and self._controls[0].at_s <= now_s:
                events += self._apply(self._controls.popleft())
            frame = block.pcm[index * _FRAME_BYTES : (index + 1) * _FRAME_BYTES]
            events += self._frame(frame, is_speech=is_speech)
            events += self._close_when_quiet(now_s)
        return events + self._flush()

    def lose(self, reason: EndReason) -> list[UtteranceEvent]:
        """No more sound will come: close what is open and forget what was waiting."""
        self._controls.clear()
        return self._finish(reason)

    # --- controls, on the time line of the sound ----------------------------------------------------------------

    def _apply(self, control: Control) -> list[UtteranceEvent]:
        if isinstance(control, Begin):
            return self._begin(control)
        pending = self._closing
        if isinstance(control, Retarget):
            is_ending = pending is not None and pending.then is None  # nobody switches on what was switched off
            if self._target is not None and not is_ending:
                since_s = pending.asked_s if pending else control.at_s
                self._closing = _Closing(since_s, EndReason.FIELD, control.target)
            return []
        closing = _Closing(control.at_s, control.reason)
        if pending is None or pending.then is not None or closing.latest_s < pending.latest_s:
            self._closing = closing
        return []

    def _begin(self, control: Begin) -> list[UtteranceEvent]:
        """What was still waiting for its silence is over: from here on every sound is the new target's."""
        events = self._end_closing()
        self._target = control.target
        return events + (self._start() if control.at_once and self._open is None else [])

    def _close_when_quiet(self, now_s: float) -> list[UtteranceEvent]:
        if self._closing is None:
            return []
        grace, waited_s = GRACES[self._closing.reason], now_s - self._closing.asked_s
        is_quiet = self._open is None or self._endpointer.silence_s >= grace.silence_s
        if waited_s >= grace.latest_s or (waited_s >= grace.earliest_s and is_quiet):
            return self._end_closing()
        return []

    def _end_closing(self) -> list[UtteranceEvent]:
        closing, self._closing = self._closing, None
        if closing is None:
            return []
        if closing.then is None:
            return self._finish(closing.reason)
        events = self._close(closing.reason)
        self._target = closing.then
        return events

    def _finish(self, reason: EndReason) -> list[UtteranceEvent]:
        """Nothing is recorded any more, and nothing said so far begins a later utterance."""
        events = self._close(reason)
        self._target = self._closing = None
        self._free_frames = 0
        return events

    # --- sound --------------------------------------------------------------------------------------------------

    def _frame(self, frame: bytes, *, is_speech: bool) -> list[UtteranceEvent]:
        self._ring.append(frame)
        if self._open is None:
            self._free_frames += 1
        else:
            self._open.chunk += frame
            self._open.frames += 1
        verdict = self._endpointer.feed(is_speech=is_speech)
        if self._target is None:
            return []
        if verdict is Verdict.START:
            return self._start()
        if verdict is Verdict.END_AT_PAUSE:
            return self._close(EndReason.PAUSE)
        if verdict is Verdict.END_AT_LENGTH:
            return self._close(EndReason.LENGTH)
        return []

    def _start(self) -> list[UtteranceEvent]:
        """Open an utterance with the sound from just before it."""
        assert self._target is not None  # noqa: S101 - callers have a target
        before = min(self._free_frames, len(self._ring))
        sound = b"".join(list(self._ring)[len(self._ring) - before :])
        tag = Tag(self._new_id(), self._target)
        self._open = _Open(tag, bytearray(sound), frames=before)
        self._free_frames = 0
        self._endpointer.open(before)
        return [Started(tag)]

    def _close(self, reason: EndReason) -> list[UtteranceEvent]:
        if self._open is None:
            self._endpointer.close()
            return []
        events = self._flush()
        done, self._open = self._open, None
        if self._endpointer.speech_s is not None:
            # Never more than was silent: no word is given to two utterances.
            self._free_frames = round(min(self.SHARED_SILENCE_S, self._endpointer.silence_s) / FRAME_S)
        ended = Ended(done.tag, reason, done.frames * FRAME_S, self._endpointer.speech_s, done.gaps)
        self._endpointer.close()
        return [*events, ended]

    def _flush(self) -> list[UtteranceEvent]:
        if self._open is None or not self._open.chunk:
            return []
        block = Block(self._open.tag, bytes(self._open.chunk), self._open.is_after_gap)
        self._open.chunk.clear()
        self._open.is_after_gap = False
        return [block]

    def _note_gap(self) -> None:
        self._free_frames = 0
        if self._open is not None:
            self._open.gaps += 1
            self._open.is_after_gap = True
