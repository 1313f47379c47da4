"""The `calibration` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from calibration.app import (
    commands_on_checks,
    commands_on_displays,
    commands_on_numbers,
    commands_on_patterns,
    commands_on_records,
    commands_on_reports,
)
from workstation.foundation import logs
from workstation.foundation.command_words import exit_code_of

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Lightbox calibration: whether a monitor may show primary images. Without a command its windows open.",
)


@app.callback()
def _start() -> None:
    """One command a task; without one, the windows."""


@app.command()
def run(
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")] = None,
) -> int:
    """Open the windows: displays and their state, guided checks, history, trends, patterns, meters, fleet."""
    from calibration.app.windows import run_windows

    return run_windows(data_dir)


for _page in (
    commands_on_displays,
    commands_on_numbers,
    commands_on_patterns,
    commands_on_checks,
    commands_on_records,
    commands_on_reports,
):
    _page.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that DESIGN section 10 names."""
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors a person can act on become one line on stderr."""
    logs.configure(None)
    return exit_code_of(app, "calibration", sys.argv[1:] if arguments is None else arguments)
