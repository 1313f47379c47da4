"""Folders for one run of the program, removed at its end however that comes about."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def borrowed_folder(prefix: str) -> Iterator[Path]:
    """A fresh private folder; while it is there, SIGTERM and SIGHUP end the program as Ctrl+C does.

    Load Qt before: an interruption while it is loaded ends the process on the spot.
    """
    is_main = threading.current_thread() is threading.main_thread()
    before = [(number, signal.signal(number, _interrupted)) for number in _ENDINGS] if is_main else []
    try:
        with tempfile.TemporaryDirectory(prefix=prefix) as folder:
            yield Path(folder)
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _interrupted(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: a second one must not cut the tidying short
    raise KeyboardInterrupt
