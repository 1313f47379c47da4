"""The `calibration` command."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from calibration.checks.display_state import DisplayIdentity, DisplayState, EmptyRecordStore, StateName, display_state
from workstation.foundation import logs
from workstation.foundation.errors import UserFacingError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Lightbox calibration: whether a monitor may show primary images.",
)
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback()
def _start() -> None:
    """One command a task."""


@app.command()
def displays(data_dir: DataDir = None, as_json: AsJson = False) -> int:  # noqa: ARG001 - every command takes it
    """What is attached to this computer."""
    from calibration.app.attached_displays import attached_displays

    found = attached_displays()
    _print([_as_json(display) for display in found], [_line(display) for display in found], as_json=as_json)
    return 0


@app.command()
def status(
    role: Annotated[str, typer.Option(help="diagnostic, mammography or review.")] = "diagnostic",
    data_dir: DataDir = None,  # noqa: ARG001 - every command takes it
    as_json: AsJson = False,
) -> int:
    """State of every display in a role. Exit 0 when all are within limits, 1 when one is not known to be."""
    from calibration.app.attached_displays import attached_displays

    states = [(display, display_state(display, role, EmptyRecordStore())) for display in attached_displays()]
    document = [{**_as_json(display), **_state_json(state)} for display, state in states]
    _print(document, [f"{_line(display)}: {state.sentence}" for display, state in states], as_json=as_json)
    return 0 if all(state.name is StateName.OK for _, state in states) else 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the process ends with the command's exit code."""
    logs.configure(None)
    try:
        outcome = app(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except UserFacingError as error:
        sys.stderr.write(f"calibration: {error}\n")
        sys.exit(error.exit_code)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except TyperException as error:  # wrong words on the command line
        sys.stderr.write(f"calibration: {str(error) or 'wrong usage'} Try --help.\n")
        sys.exit(2)
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _as_json(display: DisplayIdentity) -> dict[str, Any]:
    return {
        "connector": display.connector,
        "manufacturer": display.manufacturer,
        "model": display.model,
        "serial": display.serial,
        "width_px": display.width_px,
        "height_px": display.height_px,
        "weak_identity": display.is_weak,
    }


def _state_json(state: DisplayState) -> dict[str, Any]:
    return {"state": state.name.value, "role": state.role, "reasons": list(state.reasons)}


def _line(display: DisplayIdentity) -> str:
    maker = " ".join(part for part in (display.manufacturer, display.model, display.serial) if part)
    return f"{display.connector}  {display.width_px}x{display.height_px}  {maker or 'no identity from the monitor'}"


def _print(document: list[dict[str, Any]], lines: list[str], *, as_json: bool) -> None:
    sys.stdout.write((json.dumps(document, indent=2) if as_json else "\n".join(lines)) + "\n")
