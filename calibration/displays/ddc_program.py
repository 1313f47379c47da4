"""Running ``ddcutil``: one door, with a time limit, after which nothing of it is left running."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from workstation.foundation.cancel import CancelToken

_PROGRAM = "ddcutil"
_TIMEOUT_S = 20.0  # four values of a slow monitor with repeats
_LOOK_EVERY_S = 0.1
_GRACE_S = 1.0


@dataclass(frozen=True)
class Answer:
    """What the program said, and what was wrong with it (a clause; empty when nothing was)."""

    text: str = ""
    fault: str = ""


def ask_ddcutil(arguments: Sequence[str], cancel: CancelToken, *, timeout_s: float = _TIMEOUT_S) -> Answer:
    """Run ``ddcutil`` with these arguments.

    Raises
    ------
    Cancelled
        When ``cancel`` was set; the program and its children are ended first.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        return Answer(fault="the program ddcutil, which asks monitors for their settings, is not installed")
    try:
        process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError as error:
        return Answer(fault=f"the program ddcutil cannot be started ({error.strerror})")
    return _listened(process, cancel, time.monotonic() + timeout_s)


def _listened(process: subprocess.Popen[bytes], cancel: CancelToken, deadline: float) -> Answer:
    """Wait for the end; a program that is stuck in a read of a bus ends with its whole group."""
    try:
        while not cancel.is_cancelled and time.monotonic() < deadline:
            with suppress(subprocess.TimeoutExpired):
                said, _ = process.communicate(timeout=_LOOK_EVERY_S)
                return Answer(said.decode("utf-8", "replace"))
    finally:
        _end_group(process)
    cancel.raise_if_cancelled()
    return Answer(fault="the monitors did not answer in time over DDC/CI")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the program with its children, which may have outlived it."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE_S)
    if process.stdout is not None:
        process.stdout.close()
