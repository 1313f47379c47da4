"""The `calibration` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from calibration.app import commands_on_displays
from workstation.foundation import logs
from workstation.foundation.errors import UserFacingError

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Lightbox calibration: whether a monitor may show primary images.",
)


@app.callback()
def _start() -> None:
    """One command a task."""


commands_on_displays.register(app)


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
