"""From sound to text, the same way for the microphone and for files: utterances, engine, text stages, second pass.

The microphone's side feeds an `engine_worker.EngineWorker` block by block and gets its words through callbacks; it uses
`TextStages` and `second_pass` from here and there. A file is walked through from its first block to its last by
`Transcription`, which waits for each utterance.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from workstation.dictation.audio_blocks import AudioBlock
from workstation.dictation.endpointing import Endpointer, EndpointSettings, SpeechDetector
from workstation.dictation.endpointing import Verdict as EndpointVerdict
from workstation.dictation.engine import BLOCK_BYTES, BYTES_PER_SAMPLE, SAMPLES_PER_S, SpeechEngine
from workstation.dictation.second_pass import TextNow, Verdict, verdict_on
from workstation.dictation.utterances import Begin, Block, Ended, Target, Utterances
from workstation.dictation.words import Heard, Rewrite, Word, Written
from workstation.foundation.cancel import CancelToken

Write = Callable[[Sequence[Word]], Written]
"""The text stages: words of an engine to text for a report."""
CutUp = Callable[[Iterable[bytes]], Iterator[tuple[float, bytes]]]
"""Cuts a stream of sound into utterances: second of the first sample, and the sound."""
OnPartial = Callable[[float, Heard], None]
"""Told of the seconds of sound handed over so far, and of what was heard of the utterance."""

_BYTES_PER_S = SAMPLES_PER_S * BYTES_PER_SAMPLE
_ANYWHERE = Target("", 0, "")  # a file belongs to no case


@dataclass(frozen=True)
class Spoken:
    """One utterance, written.

    Attributes
    ----------
    start_s, length_s
        Where it lies in the sound.
    heard
        Words of the first engine, or of the second where there is no other.
    verdict
        What the second pass said; None without one.
    first_partial_s
        From the first block to the first text; None where there was none before the end.
    total_s, second_s
        From the first block to the final text; and what the second pass took.
    """

    start_s: float
    length_s: float
    heard: Heard = field(repr=False)
    first: Written = field(repr=False)
    verdict: Verdict | None = None
    first_partial_s: float | None = None
    total_s: float = 0.0
    second_s: float = 0.0

    @property
    def written(self) -> Written:
        """The text as it stands: by the second pass where that replaced it."""
        return self.verdict.text if self.verdict is not None else self.first


class Transcription:
    """Walks sound through the pipeline.

    Parameters
    ----------
    engine
        The first engine.
    write
        The text stages.
    utterances
        Cuts sound into utterances; `whole` for sound that is one.
    second
        The engine of the second pass.
    """

    def __init__(
        self,
        engine: SpeechEngine,
        write: Write,
        utterances: CutUp,
        *,
        second: SpeechEngine | None = None,
    ) -> None:
        self._engine = engine
        self._write = write
        self._utterances = utterances
        self._second = second

    def of(
        self, blocks: Iterable[bytes], cancel: CancelToken, on_partial: OnPartial = lambda _s, _heard: None
    ) -> Iterator[Spoken]:
        """The utterances of a sound as they are finished.

        Raises
        ------
        Cancelled
        UserFacingError
            When an engine gave up.
        """
        for number, (start_s, pcm) in enumerate(self._utterances(blocks)):
            cancel.raise_if_cancelled()
            yield self._spoken(f"u{number}", start_s, pcm, cancel, on_partial)

    def _spoken(self, name: str, start_s: float, pcm: bytes, cancel: CancelToken, on_partial: OnPartial) -> Spoken:
        began, first_partial_s = time.monotonic(), None
        self._engine.start(name)
        for offset in range(0, len(pcm), BLOCK_BYTES):
            cancel.raise_if_cancelled()
            heard = self._engine.feed(pcm[offset : offset + BLOCK_BYTES])
            if heard.words and first_partial_s is None:
                first_partial_s = time.monotonic() - began
            on_partial(start_s + min(len(pcm), offset + BLOCK_BYTES) / _BYTES_PER_S, heard)
        heard = self._engine.finish()
        first, total_s = self._write(heard.words), time.monotonic() - began
        verdict = self._second_pass(name, pcm, first)
        second_s = time.monotonic() - began - total_s
        return Spoken(start_s, len(pcm) / _BYTES_PER_S, heard, first, verdict, first_partial_s, total_s, second_s)

    def _second_pass(self, name: str, pcm: bytes, first: Written) -> Verdict | None:
        if self._second is None:
            return None
        self._second.start(name)
        self._second.feed(pcm)
        second = self._write(self._second.finish().words)
        return verdict_on(first, second, TextNow())


def whole(blocks: Iterable[bytes]) -> Iterator[tuple[float, bytes]]:
    """All sound as one utterance."""
    pcm = b"".join(blocks)
    if pcm:
        yield 0.0, pcm


def utterances_in(blocks: Iterable[bytes]) -> Iterator[tuple[float, bytes]]:
    """Sound that fits an engine's window whole, if anybody speaks in it; longer sound cut at its pauses."""
    settings, stream, head = EndpointSettings(), iter(blocks), bytearray()
    while len(head) <= settings.longest_s * _BYTES_PER_S:
        block = next(stream, None)
        if block is None:
            if has_speech(bytes(head)):
                yield 0.0, bytes(head)
            return
        head += block
    yield from _cut(chain([bytes(head)], stream), settings)


def has_speech(pcm: bytes) -> bool:
    """Whether the endpointing of the microphone would begin an utterance in this sound."""
    settings = EndpointSettings()
    endpointer = Endpointer(settings)
    answers = SpeechDetector(settings).feed(pcm)
    return any(endpointer.feed(is_speech=each) is EndpointVerdict.START for each in answers)


def _cut(blocks: Iterable[bytes], settings: EndpointSettings) -> Iterator[tuple[float, bytes]]:
    names = (str(number) for number in count())
    cutter = Utterances(settings, lambda: next(names))
    cutter.add(Begin(0.0, _ANYWHERE, at_once=False))
    pcm, fed_s = bytearray(), 0.0
    silence = bytes(_BYTES_PER_S)  # behind the last word, so that its utterance is closed
    for block in _of_one_length(chain(blocks, [silence])):
        for event in cutter.feed(AudioBlock(block, fed_s)):
            if isinstance(event, Block):
                pcm += event.pcm
            elif isinstance(event, Ended):
                if event.speech_s is not None:
                    yield max(0.0, fed_s - event.length_s), bytes(pcm)
                pcm.clear()
        fed_s += len(block) / _BYTES_PER_S


def _of_one_length(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same sound in blocks of 100 ms; the last one is filled up with silence."""
    kept = bytearray()
    for block in blocks:
        kept += block
        whole_bytes = len(kept) // BLOCK_BYTES * BLOCK_BYTES
        yield from (bytes(kept[start : start + BLOCK_BYTES]) for start in range(0, whole_bytes, BLOCK_BYTES))
        del kept[:whole_bytes]
    if kept:
        yield bytes(kept).ljust(BLOCK_BYTES, b"\0")


def joined(parts: Sequence[Written]) -> Written:
    """The utterances of a file as one text, a space between them; spans are moved along."""
    text, raw, rewrites = "", "", []
    for part in parts:
        if not part.text and not part.raw:
            continue
        text += " " if text and not text.endswith("\n") and part.text else ""
        rewrites += [
            Rewrite(each.start + len(text), each.end + len(text), each.from_, each.to, each.why)
            for each in part.rewrites
        ]
        text += part.text
        raw += f" {part.raw}" if raw else part.raw
    return Written(text, raw, tuple(rewrites))
