"""Which engine listens, and with which model.

By default Vosk where a model of the language is installed, else pocketsphinx. Every model is verified here, byte by
byte, before an engine gets to see it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workstation.dictation.engine import EngineSettings
from workstation.dictation.errors import ModelMissing, ModelRefused
from workstation.dictation.speech_models import InstalledModel, SpeechModels, model_at, own_model, verified
from workstation.foundation.errors import BadInput

ENGINES = ("pocketsphinx", "vosk", "whisper")


class Resources(Protocol):
    """What our vocabulary gives the engines; see `language_model.SpeechResources`."""

    @property
    def arpa(self) -> Path: ...
    @property
    def dictionary(self) -> Path: ...
    @property
    def prompt(self) -> str: ...
    @property
    def hotwords(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class EngineWish:
    """What a person asks for; empty fields are chosen.

    Attributes
    ----------
    engine
        One of `ENGINES`.
    model
        Name of an installed model, or a folder.
    language
        BCP 47, of the report.
    """

    engine: str = ""
    model: str = ""
    language: str = "en"


def settings_for(wish: EngineWish, models: SpeechModels, resources: Callable[[], Resources | None]) -> EngineSettings:
    """The engine and its verified model.

    Parameters
    ----------
    resources
        Asked only for English, and only by engines that use them: the first time it takes seconds.

    Raises
    ------
    BadInput
        For an engine there is none of, or a model of another engine.
    ModelMissing
        When no model fits.
    ModelDamaged, ModelRefused, EngineMissing
    """
    if wish.engine and wish.engine not in ENGINES:
        raise BadInput(f"There is no speech engine named {wish.engine}.", f"Use one of {', '.join(ENGINES)}.")
    if wish.model:
        return _with_model(_named(wish, models), resources)
    if wish.engine in ("", "vosk"):
        found = models.best("vosk", wish.language)
        if found is not None:
            return _with_model(verified(found), resources)
    if wish.engine in ("", "pocketsphinx") and _is_english(wish.language):
        return _own_english(resources())
    if wish.engine == "whisper":
        found = models.best("whisper", wish.language)
        if found is not None:
            return _with_model(verified(found), resources)
    raise ModelMissing(f"There is no speech model for {wish.engine or 'live text'} in the language {wish.language}.")


def second_pass_for(
    wish: EngineWish, models: SpeechModels, resources: Callable[[], Resources | None]
) -> EngineSettings | None:
    """The engine of the second pass: the Whisper model of the language; None where there is none."""
    try:
        return settings_for(EngineWish("whisper", "", wish.language), models, resources)
    except ModelMissing:
        return None


def _named(wish: EngineWish, models: SpeechModels) -> InstalledModel:
    is_installed = any(each.manifest.name == wish.model for each in models.installed())
    found = verified(models.named(wish.model)) if is_installed else model_at(Path(wish.model))
    if wish.engine and found.manifest.engine != wish.engine:
        raise ModelRefused(
            f"{wish.model} is a model for {found.manifest.engine}.", f"Use --engine {found.manifest.engine}."
        )
    return found


def _with_model(model: InstalledModel, resources: Callable[[], Resources | None]) -> EngineSettings:
    about = model.manifest
    ours = resources() if about.engine == "whisper" and _is_english(about.language) else None
    return EngineSettings(
        about.engine,
        model=model.folder,
        model_name=about.name,
        model_sha256=about.sha256,
        language=about.language,
        prompt=ours.prompt if ours is not None else "",
        hotwords=ours.hotwords if ours is not None else "",
    )


def _own_english(resources: Resources | None) -> EngineSettings:
    """Pocketsphinx; with a language model of ours its hash covers that too."""
    about = own_model().manifest
    if resources is None:
        return EngineSettings("pocketsphinx", model_name=about.name, model_sha256=about.sha256)
    both = hashlib.sha256(f"{about.sha256}{resources.sha256}".encode()).hexdigest()
    return EngineSettings(
        "pocketsphinx",
        model_name=f"{about.name}+radiology",
        model_sha256=both,
        arpa=resources.arpa,
        dictionary=resources.dictionary,
    )


def _is_english(language: str) -> bool:
    return language.split("-", maxsplit=1)[0].lower() == "en"
