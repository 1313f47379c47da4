"""Carrying out the words of a command line: the same exit codes and one clear line for both programs."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.terminal import INTERRUPTED, tell


def exit_code_of(app: typer.Typer, program: str, words: Sequence[str]) -> int:
    """Run one command; give its exit code. Errors a person can act on become one line on stderr.

    0 done, 1 checked and not conformant, 2 bad input, 3 something is missing, 130 interrupted. Words that begin with
    an option mean the command ``run``.
    """
    try:
        outcome = app(args=_with_command(words), standalone_mode=False)
    except UserFacingError as error:
        tell(f"{program}: {error}")
        return error.exit_code
    except typer.Exit as stop:
        return stop.exit_code
    except TyperException as error:  # wrong words on the command line
        tell(f"{program}: {_usage_fault(error)} Try --help.")
        return 2
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return outcome if isinstance(outcome, int) else 0


def _with_command(words: Sequence[str]) -> list[str]:
    """``workstation --data-dir D`` means ``workstation run --data-dir D``."""
    is_bare = not words or (words[0].startswith("-") and words[0] != "--help")
    return ["run", *words] if is_bare else list(words)


def _usage_fault(error: TyperException) -> str:
    """What is wrong with the words, as one sentence."""
    said = (
        error.format_message() if isinstance(error, typer.BadParameter) else str(error) or getattr(error, "message", "")
    )
    return said if said.endswith(".") else f"{said}."
