"""The `workstation` command: what each subcommand does stands in its own module, loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from workstation.app import commands_of_readers, commands_of_sites, commands_on_files
from workstation.foundation import logs
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.helper_process import is_helper_process, serve_as_helper
from workstation.foundation.terminal import INTERRUPTED, tell

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Lightbox: the workstation a radiologist reads on at home.",
)


@app.callback()
def _start() -> None:
    """One command a task; without one, the application."""


for _module in (commands_of_readers, commands_on_files, commands_of_sites):
    _module.add_to(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that DESIGN section 10 names."""
    if is_helper_process(sys.argv):
        serve_as_helper()
        return
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Errors a person can act on become one line on stderr."""
    logs.configure(None)
    try:
        outcome = app(args=_with_command(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)
    except UserFacingError as error:
        tell(f"workstation: {error}")
        return error.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:  # wrong words on the command line
        tell(f"workstation: {usage_fault(error)} Try --help.")
        return 2
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return outcome if isinstance(outcome, int) else 0


def _with_command(words: Sequence[str]) -> list[str]:
    """``workstation --data-dir D`` means ``workstation run --data-dir D``."""
    is_bare = not words or (words[0].startswith("-") and words[0] != "--help")
    return ["run", *words] if is_bare else list(words)


def usage_fault(error: TyperException) -> str:
    """What is wrong with the words on the command line, as one sentence."""
    said = (
        error.format_message() if isinstance(error, typer.BadParameter) else str(error) or getattr(error, "message", "")
    )
    return said if said.endswith(".") else f"{said}."
