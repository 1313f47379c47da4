"""What `workstation transcribe` does: models and engines put together, each file walked through, progress on stderr."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.dictation.engine import EngineSettings
from workstation.dictation.engine_choice import EngineWish, settings_for
from workstation.dictation.engine_worker import EngineWorker
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.pipeline import Spoken, Transcription, joined, utterances_in
from workstation.dictation.second_pass import Outcome
from workstation.dictation.speech_models import FOLDER_NAME, SpeechModels, Watch, faults_in
from workstation.dictation.text_stages import TextStages
from workstation.dictation.wav_files import WavFile, open_wav
from workstation.dictation.words import Heard
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, UserFacingError
from workstation.foundation.files import write_atomically
from workstation.foundation.resources import resource_folder
from workstation.foundation.terminal import progress_bar, tell
from workstation.site.folders import Folders

if TYPE_CHECKING:
    from workstation.dictation.language_model import SpeechResources

_PATIENCE_S = 60.0  # for one block of sound; the engine's process has its own limits
_SHOWN = 60


@dataclass(frozen=True)
class TranscribeOrder:
    """What the command was asked for; ``engine`` and ``model`` may be empty."""

    files: tuple[Path, ...]
    engine: str
    model: str
    language: str
    has_second_pass: bool
    folders: Folders


def models_of(folders: Folders) -> SpeechModels:
    """The models that were added below the data folder, and those that came with the program."""
    return SpeechModels(folders.data / FOLDER_NAME, [resource_folder() / FOLDER_NAME])


class TranscriptFolder:
    """Where the transcripts of a batch go, one file each.

    Raises
    ------
    BadInput
        When two recordings would write the same file, or the folder cannot be made.
    """

    def __init__(self, folder: Path, recordings: Sequence[Path], *, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json
        names = Counter(self._place(str(each)) for each in recordings)
        twice = sorted(place.name for place, count in names.items() if count > 1)
        if twice:
            what = f"Several recordings would be written to {', '.join(twice)}."
            raise BadInput(what, "Transcribe them one folder at a time, or give them names of their own.")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"{folder} cannot be made: {error.strerror}.", "Name another folder for --out.") from error

    def keep(self, document: Mapping[str, Any], text: str) -> None:
        """Write one transcript; an older one of that name is replaced.

        Raises
        ------
        BadInput
            When it cannot be written.
        """
        place = self._place(document["file"])
        content = json.dumps(document, indent=2, ensure_ascii=False) if self._as_json else text
        try:
            write_atomically(place, f"{content}\n".encode())
        except OSError as error:
            raise BadInput(f"{place} cannot be written: {error.strerror}.", "Make room and run it again.") from error

    def _place(self, recording: str) -> Path:
        return self._folder / f"{Path(recording).stem}.{'json' if self._as_json else 'txt'}"


def model_checks(models: SpeechModels, names: Sequence[str]) -> list[dict[str, Any]]:
    """For each model (all by default, those that cannot be read too) its name and what is wrong with it."""
    chosen = [models.named(name) for name in names] if names else models.installed()
    checks = []
    for each in chosen:
        with progress_of(each.manifest.name) as watch:
            checks.append({"name": each.manifest.name, "faults": list(faults_in(each, watch))})
    if not names:
        checks += [{"name": each.model, "faults": list(each.faults)} for each in models.damaged()]
    return checks


@contextmanager
def progress_of(name: str) -> Iterator[Watch]:
    """A bar in megabytes on a terminal."""
    with progress_bar() as bar:
        task = bar.add_task(name, total=None)

        def watch(done: int, total: int) -> None:
            bar.update(task, completed=round(done / 1e6), total=max(1, round(total / 1e6)))

        yield watch


def transcribed(order: TranscribeOrder) -> Iterator[dict[str, Any]]:
    """For each file the JSON document of DESIGN section 10; with a key ``failure`` for one that cannot be transcribed.

    Raises
    ------
    UserFacingError
        When no engine or model fits.
    """
    models, wish = models_of(order.folders), EngineWish(order.engine, order.model, order.language)
    resources = _resources_in(order.folders.cache)
    settings = settings_for(wish, models, resources)
    second = _second_of(order, models, resources)
    stages = TextStages.of(Lexicon.load()) if order.language.split("-", 1)[0] == "en" else TextStages()
    with ExitStack() as open_engines:
        engine = _worker(settings, open_engines)
        again = _worker(second, open_engines) if second is not None else None
        about = engine.description  # waits until the model is loaded, so that the timings below are of speech alone
        line = Transcription(engine, stages.write, utterances_in, second=again)
        for path in order.files:
            try:
                wav = open_wav(path)
                spoken = _walked(line, wav)
            except UserFacingError as failure:
                yield {"file": str(path), "error": str(failure), "failure": failure}
                continue
            document = _document(path, wav, spoken)
            document |= {"engine": about.name, "model": about.model, "model_sha256": about.model_sha256}
            if again is not None:
                document["second_engine"] = again.description.name
                document["second_model_sha256"] = again.description.model_sha256
            yield document


def _second_of(
    order: TranscribeOrder, models: SpeechModels, resources: Callable[[], SpeechResources]
) -> EngineSettings | None:
    if not order.has_second_pass:
        return None
    return settings_for(EngineWish("whisper", language=order.language), models, resources)


def _resources_in(cache: Path) -> Callable[[], SpeechResources]:
    def resources() -> SpeechResources:
        from workstation.dictation.language_model import speech_resources

        return speech_resources(cache)

    return resources


def _worker(settings: EngineSettings, open_engines: ExitStack) -> EngineWorker:
    engine = EngineWorker(settings, wait_s=_PATIENCE_S)
    open_engines.callback(engine.close)
    return engine


def _walked(line: Transcription, wav: WavFile) -> list[Spoken]:
    """All utterances of a file, with a bar and the newest words on a terminal."""
    if wav.is_cut:
        tell(f"{wav.path} breaks off before its end; what is there is transcribed.")
    with progress_bar() as bar:
        task = bar.add_task(wav.path.name, total=round(wav.seconds))

        def show(seconds: float, heard: Heard) -> None:
            bar.update(task, completed=round(seconds), description=f"{wav.path.name} {heard.text[-_SHOWN:]}")

        return list(line.of(wav.pcm(), CancelToken(), show))


def _document(path: Path, wav: WavFile, spoken: Sequence[Spoken]) -> dict[str, Any]:
    written = joined([each.written for each in spoken])
    marks = [
        {"from": each.from_, "to": each.to, "why": each.why, "start": each.start, "end": each.end}
        for each in written.rewrites
    ]
    partials = [each.first_partial_s for each in spoken if each.first_partial_s is not None]
    document: dict[str, Any] = {
        "file": str(path),
        "text": written.text,
        "raw": written.raw,
        "rewrites": marks,
        "timings_s": {
            "audio": round(wav.seconds, 3),
            "total": round(sum(each.total_s + each.second_s for each in spoken), 3),
            "first_partial": round(partials[0], 3) if partials else None,
            "second_pass": round(sum(each.second_s for each in spoken), 3),
        },
    }
    verdicts = [each.verdict for each in spoken if each.verdict is not None]
    if verdicts:
        document["second_pass"] = [each.outcome.value for each in verdicts]
        document["choices"] = [
            {"first": each.first.text, "second": each.second.text}
            for each in verdicts
            if each.outcome is Outcome.CHOICE_NEEDED
        ]
    return document
