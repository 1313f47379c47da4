"""Commands that work on files alone: rendering an image, hanging a folder of studies, verifying a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.app.options import AsJson, DataDir, Profile, existing
from workstation.foundation.errors import BadInput
from workstation.foundation.terminal import emit_json, emit_text, tell

if TYPE_CHECKING:
    from workstation.hanging.engine import Hanging
    from workstation.hanging.protocol import Protocol
    from workstation.hanging.study import HangingStudy


def add_to(app: typer.Typer) -> None:
    """Register these commands."""
    app.command("render", help="P-values of one image, at native size, as PNG or NumPy file.")(render)
    app.command("hang", help="Which image goes where: lay a folder of studies out on given screens.")(hang_studies)
    report = typer.Typer(help="Signed reports.", no_args_is_help=True)
    report.command("verify", help="Check a signed report: integrity and signer, each by itself.")(verify_report_file)
    report.command("export", help="Write a signed report in another form.")(export_report)
    app.add_typer(report, name="report")
    protocols = typer.Typer(help="Hanging protocols.", no_args_is_help=True)
    protocols.command("list", help="The protocols there are.")(list_protocols)
    protocols.command("validate", help="Name every fault in a folder of protocols.")(validate_protocols)
    app.add_typer(protocols, name="protocols")


def render(
    output: Annotated[Path, typer.Argument(help="OUT.png or OUT.npy")],
    dicom: Annotated[Path, typer.Option(help="DICOM file.")],
    frame: Annotated[int, typer.Option(help="Frame number, from 1.")] = 1,
    window: Annotated[str, typer.Option(help="CENTRE,WIDTH")] = "",
    voi: Annotated[int, typer.Option(help="Which of the file's own windows, from 1.")] = 0,
    bits: Annotated[int, typer.Option(help="8 or 16.")] = 8,
    display_lut: Annotated[
        Path | None, typer.Option(help="CSV of p_value,ddl: gives DDLs instead of P-values.")
    ] = None,
    presentation_state: Annotated[
        Path | None, typer.Option(help="DICOM presentation state that refers to the image.")
    ] = None,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT: fill a viewport of this size, as on the screen.")] = "",
    overlays: Annotated[
        bool | None,
        typer.Option(help="Draw overlay planes and graphics; by default with a presentation state or a size."),
    ] = None,
    profile: Profile = None,
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
) -> int:
    """Render one frame through the very functions the screen uses."""
    from workstation.app.rendering import RenderOrder, rendered, write_image
    from workstation.imaging.display_rules import DisplayRules
    from workstation.site.profile import load_profile

    own = load_profile(profile).display_rules if profile is not None else {}
    order = RenderOrder(
        dicom=existing(dicom, "DICOM file"),
        frame=frame,
        window=window,
        voi=voi,
        bits=bits,
        display_lut=display_lut,
        presentation_state=existing(presentation_state, "presentation state") if presentation_state else None,
        size=size,
        has_overlays=overlays,
        rules=DisplayRules.shipped().with_own(own),
    )
    write_image(output, rendered(order))
    return 0


def hang_studies(
    studies: Annotated[Path, typer.Option(help="Folder of DICOM files, one or more studies of one patient.")],
    screens: Annotated[Path, typer.Option(help="Screens file (JSON).")],
    current: Annotated[str, typer.Option(help="Study Instance UID of the current study; the newest by default.")] = "",
    protocols: Annotated[
        Path | None, typer.Option(help="Folder of hanging protocols instead of the shipped ones.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, rule by rule.")] = False,
    render_to: Annotated[Path | None, typer.Option("--render", help="Draw each screen into this folder.")] = None,
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: AsJson = False,
) -> int:
    """Hang a folder of studies."""
    from workstation.app.hanging_files import draw_screens, read_studies
    from workstation.app.image_helper import image_helper
    from workstation.hanging.engine import hang
    from workstation.hanging.explain import as_json as explained
    from workstation.hanging.screens import load_screens
    from workstation.imaging.frame_source import FrameSource

    there = load_screens(existing(screens, "screens file"))
    with image_helper() as helper:
        found, open_file = read_studies(existing(studies, "folder of studies"), helper)
        chosen = _current_of(list(found), current)
        outcome = hang(chosen, [study for study in found if study is not chosen], there, _protocols(protocols))
        if render_to is not None:
            render_to.mkdir(parents=True, exist_ok=True)
            frames = FrameSource(open_file, decode_elsewhere=helper.elsewhere)
            draw_screens(outcome, there, frames, render_to)
            frames.forget()
    if as_json:
        emit_json(explained(outcome))
    else:
        emit_text("\n".join(_hanging_lines(outcome, explain=explain)))
    return 0


def _current_of(found: Sequence[HangingStudy], wanted: str) -> HangingStudy:
    if not found:
        raise BadInput("No DICOM image was found in that folder.", "Check the path.")
    if not wanted:
        return max(found, key=lambda study: (study.moment, study.study_uid))
    for study in found:
        if study.study_uid == wanted:
            return study
    raise BadInput("The study named by --current is not in that folder.", "Leave --current out to take the newest.")


def _hanging_lines(outcome: Hanging, *, explain: bool) -> list[str]:
    lines = [f"{outcome.protocol_id}: {outcome.why}"]
    for viewport in outcome.viewports:
        shown = viewport.display_set.description if viewport.display_set is not None else "empty"
        lines.append(f"{viewport.screen:<14} {viewport.id:<12} {shown or 'without description'} ({viewport.reason})")
    if explain:
        lines += [f"  {'+' if t.passed else '-'} {t.rule}: wanted {t.wanted}, got {t.got}" for t in outcome.trace]
    return lines


def verify_report_file(
    file: Annotated[Path, typer.Argument(help="Signed report (.json).")],
    trust: Annotated[
        list[Path] | None, typer.Option(help="PEM certificates of sites that may certify readers.")
    ] = None,
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: AsJson = False,
) -> int:
    """Exit 0 when integrity and signer both hold, 1 when one does not."""
    from workstation.app.report_files import verified

    checks = verified(existing(file, "report"), trust or [])
    ok = all(check["ok"] for check in checks)
    if as_json:
        emit_json({"ok": ok, "checks": checks})
    else:
        for check in checks:
            emit_text(f"{'ok  ' if check['ok'] else 'FAIL'} {check['name']}: {check['detail']}")
    return 0 if ok else 1


def export_report(
    file: Annotated[Path, typer.Argument(help="Signed report (.json).")],
    to: Annotated[str, typer.Option("--to", help="sr, oru or text.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
) -> int:
    """Render a signed report again in another form; what was delivered stays as it is."""
    from workstation.app.report_files import exported

    out.write_bytes(exported(existing(file, "report"), to))
    tell(f"written: {out}")
    return 0


def list_protocols(
    folder: Annotated[Path | None, typer.Argument(help="Folder; the shipped protocols by default.")] = None,
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: AsJson = False,
) -> int:
    """Print id, level and name of each protocol."""
    found: list[dict[str, Any]] = [
        {"id": protocol.id, "level": protocol.level, "name": protocol.name} for protocol in _protocols(folder)
    ]
    if as_json:
        emit_json(found)
    else:
        emit_text("\n".join(f"{each['id']:<28} {each['level']:<14} {each['name']}" for each in found))
    return 0


def validate_protocols(
    folder: Annotated[Path, typer.Argument(help="Folder of protocols.")],
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
) -> int:
    """Exit 0 when every file is right; otherwise every fault is named at once."""
    emit_text(f"{len(_protocols(existing(folder, 'folder of protocols')))} protocols, no faults")
    return 0


def _protocols(folder: Path | None) -> Sequence[Protocol]:
    from workstation.hanging.protocol_files import load_protocols

    return load_protocols(*([folder] if folder is not None else []))
