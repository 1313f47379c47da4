"""Plays a phrase again, so that the reader hears what was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workstation.dictation.audio_blocks import RATE_HZ
from workstation.dictation.microphone import SoundSystem
from workstation.foundation.errors import SomethingMissing


class Loudspeaker:
    """Plays a phrase again; a new phrase ends the one before."""

    def __init__(self, system: SoundSystem) -> None:
        self._system = system
        self._stream: Any = None

    def play(self, pcm: bytes, *, on_end: Callable[[], None] | None = None) -> None:
        """Begin to play 16 kHz mono s16le sound and return; ``on_end`` is called from another thread.

        Raises
        ------
        SomethingMissing
            When nothing can play it.
        """
        self.stop()
        library = self._system.library
        position = 0

        def give(out: Any, _frames: int, _times: Any, _status: Any) -> None:
            nonlocal position
            part = pcm[position : position + len(out)]
            position += len(out)
            out[: len(part)] = part
            out[len(part) :] = b"\0" * (len(out) - len(part))
            if len(part) < len(out):
                raise library.CallbackStop

        try:
            self._stream = self._system.start(
                lambda door: door.RawOutputStream(
                    samplerate=RATE_HZ,
                    channels=1,
                    dtype="int16",
                    callback=give,
                    finished_callback=on_end or (lambda: None),
                )
            )
        except (library.PortAudioError, ValueError) as error:
            raise SomethingMissing(
                "The recording cannot be played: there is no loudspeaker.", "Connect one."
            ) from error

    def stop(self) -> None:
        """End what is being played."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._system.close(stream)
