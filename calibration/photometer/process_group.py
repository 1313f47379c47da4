"""Another program with all its children, run until it has said enough, is asked to stop, or takes too long.

What it says goes into a file that is polled: a pipe would need a thread, and a program that prints without end would
fill it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workstation.foundation.cancel import CancelToken

_POLL_S = 0.02
_GRACE_S = 1.0  # from the last word wanted to the end of the program, and from the request to end to the kill
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Said:
    """What a program said before it ended or was ended.

    Attributes
    ----------
    exit_code
        None when it had to be ended.
    timed_out
        Whether that was because its time was up.
    """

    text: str
    exit_code: int | None
    timed_out: bool = False


def listen_to(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    timeout_s: float,
    cancel: CancelToken,
    is_enough: Callable[[str], bool],
) -> Said:
    """Run a program in a process group of its own; after this no process of the group is left.

    Its standard input stays open and empty, so that a question it asks is not answered by an end of file.

    Raises
    ------
    OSError
        When it cannot be started.
    Cancelled
        When ``cancel`` was set; the group has been ended first.
    """
    with tempfile.TemporaryDirectory(prefix="lightbox-meter-") as folder:
        path = Path(folder) / "said"
        with path.open("wb") as sink:
            process = _started(arguments, environment, sink.fileno())
            try:
                timed_out = _wait(process, path, timeout_s, cancel, is_enough)
                code = process.poll()
            finally:
                _end_group(process)
            cancel.raise_if_cancelled()
        return Said(_text_of(path), code, timed_out)


def _started(arguments: Sequence[str], environment: Mapping[str, str], sink: int) -> subprocess.Popen[bytes]:
    flags = 0
    if os.name == "nt":
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        list(arguments),
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=sink,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        creationflags=flags,
    )


def _wait(
    process: subprocess.Popen[bytes],
    path: Path,
    timeout_s: float,
    cancel: CancelToken,
    is_enough: Callable[[str], bool],
) -> bool:
    """Wait for the end of the program or a reason to end it; say whether its time was up."""
    deadline = time.monotonic() + timeout_s
    leaving_at: float | None = None
    seen = 0
    while process.poll() is None and not cancel.is_cancelled:
        size = path.stat().st_size
        if size > _MOST_BYTES or (leaving_at is not None and time.monotonic() > leaving_at):
            return False
        if size != seen and leaving_at is None and is_enough(_text_of(path)):
            leaving_at = time.monotonic() + _GRACE_S
        if time.monotonic() > deadline:
            return leaving_at is None
        seen = size
        cancel.wait(_POLL_S)
    return False


def _text_of(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_MOST_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the program, politely first (it lets go of the USB port then), and whatever it has started."""
    if process.poll() is None:
        _signal(process, force=False)
        _ends_within(process, _GRACE_S)
    if os.name != "nt" or process.poll() is None:
        _signal(process, force=True)  # children that outlived it, too
    if process.stdin is not None:
        process.stdin.close()
    _ends_within(process, _GRACE_S)  # one that hangs inside a driver cannot be ended; it must not hold us up


def _ends_within(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _signal(process: subprocess.Popen[bytes], *, force: bool) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    try:
        os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
    except (ProcessLookupError, PermissionError):  # all of the group are gone
        return
