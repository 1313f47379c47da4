"""What a person should know about each speech model of this computer: what it is, whether it is used, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Literal

from workstation.dictation.errors import EngineMissing, ModelDamaged
from workstation.dictation.model_manifest import NO_LICENCE
from workstation.dictation.speech_models import InstalledModel, SpeechModels, own_model

Use = Literal["", "live text", "second pass"]
_LIBRARIES = {"vosk": "vosk", "whisper": "faster_whisper", "pocketsphinx": "pocketsphinx"}
ALWAYS_THERE = "pocketsphinx"


@dataclass(frozen=True)
class ModelLine:
    """One model.

    Attributes
    ----------
    name
        Also the name of its folder.
    use
        What it is used for in the language asked for; empty when another one is.
    is_own
        Added on this computer, so that it can be removed here.
    is_checked
        Its bytes were compared with its manifest just now.
    faults
        What is wrong with it, in words.
    installed
        To be verified; None when its manifest cannot be read.
    """

    name: str
    engine: str = ""
    language: str = ""
    licence: str = ""
    note: str = ""
    sha256: str = ""
    bytes: int = 0
    use: Use = ""
    is_own: bool = False
    is_checked: bool = False
    faults: tuple[str, ...] = ()
    installed: InstalledModel | None = None

    @property
    def is_always_there(self) -> bool:
        """Whether it is the one that comes with the program."""
        return self.engine == ALWAYS_THERE

    @property
    def has_licence(self) -> bool:
        """Whether its maker states one."""
        return bool(self.licence) and self.licence != NO_LICENCE

    @property
    def can_be_loaded(self) -> bool:
        """Whether the library of its engine is installed in this program."""
        return is_engine_installed(self.engine)


def is_engine_installed(engine: str) -> bool:
    """Whether the library of a speech engine is there; it is not loaded."""
    return engine in _LIBRARIES and find_spec(_LIBRARIES[engine]) is not None


def overview(models: SpeechModels, language: str) -> tuple[ModelLine, ...]:
    """All models: those in use first, then the others, the damaged ones, and the one that is always there.

    Reads manifests and the files of the last one: not for the GUI thread.
    """
    live, second = (_best(models, engine, language) for engine in ("vosk", "whisper"))
    uses: dict[str, Use] = {}
    if second is not None:
        uses[second.manifest.name] = "second pass"
    if live is not None:
        uses[live.manifest.name] = "live text"
    lines = [_line(models, each, uses.get(each.manifest.name, "")) for each in models.installed()]
    broken = [_damaged(each) for each in models.damaged()]
    always = _always_there(is_live=live is None and language.split("-", maxsplit=1)[0].lower() == "en")
    return (*sorted(lines, key=_order), *broken, *always)


def as_loaded(lines: Sequence[ModelLine], live: str, second: str) -> tuple[ModelLine, ...]:
    """The same, used as the engines that are loaded say.

    Parameters
    ----------
    live, second
        Their names for people, "Vosk (NAME OF THE MODEL)"; empty where there is none.
    """
    return tuple(sorted((replace(each, use=_use_in(each.name, live, second)) for each in lines), key=_group))


def _use_in(name: str, live: str, second: str) -> Use:
    models = {f"({name})", f"({name}+radiology)"}
    if any(live.endswith(model) for model in models):
        return "live text"
    return "second pass" if any(second.endswith(model) for model in models) else ""


def _best(models: SpeechModels, engine: str, language: str) -> InstalledModel | None:
    return models.best(engine, language) if is_engine_installed(engine) else None


def _line(models: SpeechModels, model: InstalledModel, use: Use) -> ModelLine:
    about = model.manifest
    return ModelLine(
        about.name, about.engine, about.language, about.licence, about.note, about.sha256, about.bytes, use,
        is_own=models.is_own(model), installed=model,
    )  # fmt: skip


def _damaged(error: ModelDamaged) -> ModelLine:
    return ModelLine(error.model, is_own=True, is_checked=True, faults=error.faults)


def _always_there(*, is_live: bool) -> tuple[ModelLine, ...]:
    """The English model of pocketsphinx, checked; nothing where the library is not installed."""
    use: Use = "live text" if is_live else ""
    try:
        model = own_model()
    except EngineMissing:
        return ()
    except ModelDamaged as error:
        return (ModelLine(error.model, ALWAYS_THERE, "en", use=use, is_checked=True, faults=error.faults),)
    about = model.manifest
    line = ModelLine(
        about.name, about.engine, about.language, about.licence, about.note, about.sha256, about.bytes, use,
        installed=model,
    )  # fmt: skip
    return (replace(line, is_checked=True),)


def _group(line: ModelLine) -> tuple[int, str]:
    """Those in use, the others, the damaged ones, and the one that is always there."""
    rank, name = _order(line)
    return (4, name) if line.is_always_there else (3, name) if not line.engine else (rank, name)


def _order(line: ModelLine) -> tuple[int, str]:
    return ("live text", "second pass", "").index(line.use), line.name
