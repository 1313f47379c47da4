"""The sound system and the microphone: the only module that knows PortAudio (through sounddevice).

PortAudio lists devices once, when it starts. To see what was plugged in since, it is restarted, which is only
possible while nothing is open; so devices are looked for whenever there is no working microphone, and on request.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workstation.dictation.audio_blocks import (
    BLOCK_S,
    BLOCK_SAMPLES,
    RATE_HZ,
    AudioBlock,
    Resampler,
    SampleClock,
    mono,
    samples_of,
)
from workstation.foundation.errors import SomethingMissing

if TYPE_CHECKING:
    from types import ModuleType

_NO_LIBRARY = (
    "The sound library PortAudio is not installed.",
    "Install it (Debian: libportaudio2 and libasound2-plugins) and start the program again; typing works as ever.",
)
_NO_DEVICE = ("There is no microphone.", "Plug one in or switch it on; it is found by itself. Typing works as ever.")

Feed = Callable[[bytes, int, Any, Any], None]


@dataclass(frozen=True)
class InputDevice:
    """A microphone that can be chosen, by its name. ``index`` is PortAudio's number of it until the next look."""

    index: int
    name: str
    channels: int
    rate_hz: int
    is_default: bool


class MicrophoneSource(Protocol):
    """A microphone, in our words. All calls come from one thread."""

    @property
    def is_open(self) -> bool:
        """Whether sound is expected."""
        ...

    @property
    def devices(self) -> tuple[InputDevice, ...]:
        """The microphones that were there when one was last opened."""
        ...

    def open(self, name: str) -> None:
        """Look for microphones and record from the one of that name; the system's own choice where it is empty."""
        ...

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block; None when none came in time."""
        ...

    def close(self) -> None:
        """Stop recording."""
        ...


class SoundSystem:
    """PortAudio, imported on first use, restarted to see new devices.

    Parameters
    ----------
    import_library
        Gives the ``sounddevice`` module.
    """

    def __init__(self, import_library: Callable[[], ModuleType] | None = None) -> None:
        self._import = import_library or _sounddevice
        self._lock = threading.RLock()
        self._open: set[Any] = set()

    @property
    def library(self) -> Any:
        """The module.

        Raises
        ------
        SomethingMissing
            When PortAudio is not installed.
        """
        try:
            return self._import()
        except (OSError, ImportError) as error:
            raise SomethingMissing(*_NO_LIBRARY) from error

    def restart(self) -> None:
        """Close every stream and let PortAudio look at the hardware again."""
        library = self.library
        with self._lock:
            for stream in tuple(self._open):
                self.close(stream)
            # sounddevice has no public call for this; PortAudio itself has no other way.
            library._terminate()  # noqa: SLF001
            library._initialize()  # noqa: SLF001

    def start(self, make: Callable[[Any], Any]) -> Any:
        """Make a stream from the module and start it."""
        with self._lock:
            stream = make(self.library)
            try:
                stream.start()
            except self.library.PortAudioError:
                stream.close(ignore_errors=True)
                raise
            self._open.add(stream)
            return stream

    def close(self, stream: Any) -> None:
        """Give a stream up, whatever state it is in."""
        with self._lock:
            self._open.discard(stream)
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)


class Microphone:
    """Records 16 kHz mono blocks of 100 ms from a chosen device.

    PortAudio's thread only copies the sound into a bounded queue; `read` does the rest in the caller's thread. What
    does not fit into the queue is counted in `lost_blocks`, and the block after it says that it comes after a gap.

    Parameters
    ----------
    system
        The sound system.
    rates_hz
        Rates to try, in this order, before the device's own.
    """

    QUEUE_BLOCKS = 300  # 30 s: a computer that is busy for longer loses sound, and says so
    FIRST_BLOCK_WITHIN_S = 10.0  # some sound servers need two seconds before the first sound
    NEXT_BLOCK_WITHIN_S = 3.0

    def __init__(self, system: SoundSystem, *, rates_hz: tuple[int, ...] = (RATE_HZ,)) -> None:
        self._system = system
        self._rates_hz = rates_hz
        self._stream: Any = None
        self._name = ""
        self.devices: tuple[InputDevice, ...] = ()
        self._has_ended = threading.Event()
        self.lost_blocks = 0

    @property
    def is_open(self) -> bool:
        return self._stream is not None

    def look(self) -> tuple[InputDevice, ...]:
        """The microphones that are there now; an open one is closed. Empty when there is none.

        Raises
        ------
        SomethingMissing
            When PortAudio is not installed.
        """
        self.close()
        self.devices = ()
        self._system.restart()
        library = self._system.library
        default = library.default.device[0]
        self.devices = tuple(
            InputDevice(
                device["index"],
                device["name"],
                device["max_input_channels"],
                int(device["default_samplerate"]),
                is_default=device["index"] == default,
            )
            for device in library.query_devices()
            if device["max_input_channels"] > 0
        )
        return self.devices

    def open(self, name: str) -> None:
        """Begin to record.

        Parameters
        ----------
        name
            A device's name; empty for the system's own choice.

        Raises
        ------
        SomethingMissing
            When there is no such microphone or it cannot be used, naming those that are there.
        """
        devices = self.look()
        if not devices:
            raise SomethingMissing(*_NO_DEVICE)
        chosen = [each for each in devices if (each.name == name if name else each.is_default)]
        if not chosen and name:
            raise SomethingMissing(
                f"The microphone “{name}” is not there.",
                f"Plug it in, or choose another: {', '.join(each.name for each in devices)}. Typing works as ever.",
            )
        self._start(chosen[0] if chosen else devices[0])

    def read(self, timeout_s: float) -> AudioBlock | None:
        """The next block of sound, or None when none came within ``timeout_s``.

        Raises
        ------
        SomethingMissing
            When the microphone has gone or has stopped to give sound. It is closed then.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            if len(self._waiting) >= BLOCK_SAMPLES:
                return self._cut_block()
            try:
                self._take(*self._queue.get(timeout=max(0.0, min(0.25, deadline - time.monotonic()))))
            except queue.Empty:
                self._raise_if_gone()
                if time.monotonic() >= deadline:
                    return None

    def close(self) -> None:
        """Stop recording; sound that was not read is dropped."""
        stream, self._stream = self._stream, None
        if stream is not None:
            self._system.close(stream)

    # --- opening ------------------------------------------------------------------------------------------------

    def _start(self, device: InputDevice) -> None:
        rate_hz, channels = self._format_for(device)
        self._has_ended = threading.Event()
        self._queue: queue.Queue[tuple[bytes, float, bool]] = queue.Queue(self.QUEUE_BLOCKS)
        self._waiting = np.zeros(0, dtype=np.int16)
        self._waiting_start_s = 0.0
        self._is_gap = False
        self._channels = channels
        self._clock = SampleClock(RATE_HZ)
        self._resampler = Resampler(rate_hz)
        self._last_sound_s = time.monotonic()
        self._patience_s = self.FIRST_BLOCK_WITHIN_S
        feed = _feed_of(self._queue, self._count_lost)
        try:
            self._stream = self._system.start(
                lambda library: library.RawInputStream(
                    device=device.index,
                    samplerate=rate_hz,
                    channels=channels,
                    dtype="int16",
                    blocksize=round(rate_hz * BLOCK_S),
                    latency=0.3,  # a buffer of three blocks; with more, some servers hand blocks over in pairs
                    callback=feed,
                    finished_callback=self._has_ended.set,
                )
            )
        except (self._system.library.PortAudioError, ValueError) as error:
            raise SomethingMissing(
                f"The microphone “{device.name}” cannot be used.",
                "Close other programs that use it, or choose another. Typing works as ever.",
            ) from error
        self._name = device.name

    def _format_for(self, device: InputDevice) -> tuple[int, int]:
        """Rate and channels that the device takes: ours if possible, else its own, to be converted."""
        library = self._system.library
        for rate_hz in (*self._rates_hz, device.rate_hz):
            for channels in (1, min(2, device.channels)):
                try:
                    library.check_input_settings(
                        device=device.index, channels=channels, dtype="int16", samplerate=rate_hz
                    )
                except (library.PortAudioError, ValueError):
                    continue
                return rate_hz, channels
        return device.rate_hz, 1

    # --- sound --------------------------------------------------------------------------------------------------

    def _count_lost(self) -> None:
        self.lost_blocks += 1

    def _take(self, pcm: bytes, arrived_s: float, is_gap: bool) -> None:
        """Convert what the device gave and put it behind what waits."""
        if is_gap:
            self._is_gap = True
            self._waiting = self._waiting[:0]
            self._clock.restart()
        sound = self._resampler.feed(mono(samples_of(pcm), self._channels))
        start_s = self._clock.start_of(len(sound), arrived_s)
        if not len(self._waiting):
            self._waiting_start_s = start_s
        self._waiting = np.concatenate([self._waiting, sound])
        self._last_sound_s = time.monotonic()
        self._patience_s = self.NEXT_BLOCK_WITHIN_S

    def _cut_block(self) -> AudioBlock:
        block = AudioBlock(self._waiting[:BLOCK_SAMPLES].tobytes(), self._waiting_start_s, self._is_gap)
        self._waiting = self._waiting[BLOCK_SAMPLES:]
        self._waiting_start_s += BLOCK_S
        self._is_gap = False
        return block

    def _raise_if_gone(self) -> None:
        if self._stream is None:
            raise SomethingMissing(*_NO_DEVICE)
        silent_s = time.monotonic() - self._last_sound_s
        if not self._has_ended.is_set() and silent_s < self._patience_s:
            return
        self.close()
        raise SomethingMissing(
            f"The microphone “{self._name}” gives no sound any more.",
            "Plug it in again; it is found by itself. Typing works as ever.",
        )


def _feed_of(blocks: queue.Queue[tuple[bytes, float, bool]], count_lost: Callable[[], None]) -> Feed:
    """What PortAudio's thread calls: copies and returns. A full queue or an overflow marks what comes next."""
    is_gap = False

    def feed(sound: bytes, _frames: int, _times: Any, status: Any) -> None:
        nonlocal is_gap
        if status.input_overflow:
            is_gap = True
            count_lost()
        try:
            blocks.put_nowait((bytes(sound), time.monotonic(), is_gap))
        except queue.Full:
            is_gap = True
            count_lost()
        else:
            is_gap = False

    return feed


def _sounddevice() -> ModuleType:
    import sounddevice  # loads PortAudio and asks all hardware: only when a microphone is wanted

    return sounddevice  # type: ignore[no-any-return]
