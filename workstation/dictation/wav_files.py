"""Sound files: WAV of any usual kind as 16 kHz, mono, signed 16 bit, block by block.

Our own reader rather than the standard library's, which up to Python 3.11 knows neither float samples nor the
extensible header that most recorders write. Channels are averaged; rates are changed as for the microphone.

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF); WAVEFORMATEXTENSIBLE.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from workstation.dictation.audio_blocks import Resampler
from workstation.dictation.engine import SAMPLES_PER_S
from workstation.dictation.errors import BadAudio

LONGEST_S = 4 * 3600.0
_LEAST_RATE, _MOST_RATE = 8_000, 192_000
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_NEEDED = "A WAV file of speech is needed: PCM, 8 kHz or more."
_BLOCK_S = 10


@dataclass(frozen=True)
class WavFile:
    """What the header of a WAV file says, checked.

    Attributes
    ----------
    rate
        Samples a second, 8,000 to 192,000.
    channels
        1 to 8.
    dtype
        Of one sample in the file.
    offset, length
        Where the samples are, in bytes.
    is_cut
        The header promises more than the file holds: a recording or a copy that broke off.
    """

    path: Path
    rate: int
    channels: int
    dtype: str
    offset: int
    length: int
    is_cut: bool

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.length / (self.rate * self.channels * _bytes_of(self.dtype))

    def pcm(self) -> Iterator[bytes]:
        """The sound in blocks of 10 s or less, as engines take it.

        Raises
        ------
        BadAudio
            When the file cannot be read any more.
        """
        change, left = Resampler(self.rate), math.ceil(self.seconds * SAMPLES_PER_S)
        try:
            with self.path.open("rb") as stream:
                stream.seek(self.offset)
                for samples in self._blocks(stream):
                    out = change.feed(samples)
                    left -= out.size
                    yield out.tobytes()
        except OSError as error:
            raise BadAudio(f"{self.path} cannot be read: {error.strerror}.", "Copy it again.") from error
        rest = change.feed(np.zeros(2 * change.delay_samples, np.int16))[: max(0, left)]
        if rest.size:
            yield rest.tobytes()

    def _blocks(self, stream: BinaryIO) -> Iterator[NDArray[np.int16]]:
        frame = self.channels * _bytes_of(self.dtype)
        left = self.length // frame * frame
        while left > 0 and (data := stream.read(min(left, self.rate * _BLOCK_S * frame))):
            left -= len(data)
            yield _mono(data[: len(data) // frame * frame], self.dtype, self.channels)


def open_wav(path: Path) -> WavFile:
    """Read the header of a WAV file.

    Raises
    ------
    BadAudio
        When it is no WAV file, of a kind that cannot be read, empty, or longer than 4 hours.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            found = _parsed(path, stream, size)
    except OSError as error:
        raise BadAudio(f"{path} cannot be read: {error.strerror}.", "Check the path and its rights.") from error
    if found.seconds > LONGEST_S:
        raise BadAudio(f"{path} is longer than {LONGEST_S / 3600:.0f} hours.", "Cut it into parts.")
    return found


def _parsed(path: Path, stream: BinaryIO, size: int) -> WavFile:
    head = stream.read(12)
    if size == 0:
        raise BadAudio(f"{path} is empty.", _NEEDED)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise BadAudio(f"{path} is no WAV file.", _NEEDED)
    kind: tuple[int, int, str] | None = None
    while len(chunk := stream.read(8)) == 8:
        name, length = struct.unpack("<4sI", chunk)
        if name == b"fmt ":
            kind = _kind_of(path, stream.read(length))
            stream.seek(length % 2, 1)
        elif name == b"data":
            return _described(path, kind, stream.tell(), length, size)
        else:
            stream.seek(length + length % 2, 1)
    raise BadAudio(f"{path} holds no sound: its header breaks off.", _NEEDED)


def _kind_of(path: Path, text: bytes) -> tuple[int, int, str]:
    """Channels, rate and dtype out of a ``fmt`` chunk."""
    if len(text) < 16:
        raise BadAudio(f"{path} has a damaged header.", _NEEDED)
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", text[:16])
    if code == _EXTENSIBLE and len(text) >= 26:
        code = struct.unpack("<H", text[24:26])[0]
    kinds = {
        (_PCM, 8): "u1",
        (_PCM, 16): "<i2",
        (_PCM, 24): "i3",
        (_PCM, 32): "<i4",
        (_FLOAT, 32): "<f4",
        (_FLOAT, 64): "<f8",
    }
    dtype = kinds.get((code, bits))
    if dtype is None:
        raise BadAudio(f"{path} is compressed or of an unusual kind (code {code}, {bits} bits).", _NEEDED)
    if not _LEAST_RATE <= rate <= _MOST_RATE:
        raise BadAudio(f"{path} has {rate} samples a second; 8,000 to 192,000 can be used.", _NEEDED)
    if not 1 <= channels <= 8:
        raise BadAudio(f"{path} has {channels} channels; 1 to 8 can be used.", _NEEDED)
    return channels, rate, dtype


def _described(path: Path, kind: tuple[int, int, str] | None, offset: int, promised: int, size: int) -> WavFile:
    if kind is None:
        raise BadAudio(f"{path} has a damaged header.", _NEEDED)
    channels, rate, dtype = kind
    there = size - offset
    if there < channels * _bytes_of(dtype):
        raise BadAudio(f"{path} is empty: it holds no sound.", _NEEDED)
    is_open_end = promised in (0, 0xFFFFFFFF)  # written by a recorder that could not go back, or RF64
    length = there if is_open_end else min(promised, there)
    return WavFile(path, rate, channels, dtype, offset, length, is_cut=not is_open_end and promised > there)


def _bytes_of(dtype: str) -> int:
    return int(dtype[-1])


def _mono(data: bytes, dtype: str, channels: int) -> NDArray[np.int16]:
    """Samples of 16 bits, the channels averaged."""
    if dtype == "i3":
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        samples = wide.reshape(-1).view("<i4") / 2.0**31
    elif dtype == "u1":
        samples = (np.frombuffer(data, np.uint8) - 128.0) / 128
    elif dtype.startswith("<f"):
        samples = np.nan_to_num(np.clip(np.frombuffer(data, dtype).astype(np.float64), -1, 1))
    else:
        samples = np.frombuffer(data, dtype) / 2.0 ** (8 * _bytes_of(dtype) - 1)
    mixed = samples.reshape(-1, channels).mean(axis=1)
    pcm: NDArray[np.int16] = np.clip(np.rint(mixed * 32768), -32768, 32767).astype(np.int16)
    return pcm
