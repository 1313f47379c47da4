"""The `workstation` command: what each subcommand does stands in its own module, loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from workstation.app import commands_of_readers, commands_of_sites, commands_of_speech, commands_on_files
from workstation.foundation import logs
from workstation.foundation.command_words import exit_code_of
from workstation.foundation.helper_process import is_helper_process, serve_as_helper

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Lightbox: the workstation a radiologist reads on at home.",
)


@app.callback()
def _start() -> None:
    """One command a task; without one, the application."""


for _module in (commands_of_readers, commands_on_files, commands_of_sites, commands_of_speech):
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
    return exit_code_of(app, "workstation", sys.argv[1:] if arguments is None else arguments)
