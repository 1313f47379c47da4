"""What happens when the program meets a bug of its own: drafts are saved first, then it is written down and said."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from workstation.foundation.files import make_private_folder, write_atomically
from workstation.foundation.logs import redacted

log = logging.getLogger(__name__)


class CrashHandler:
    """Takes every exception that nobody caught, in any thread, while it is entered.

    Parameters
    ----------
    folder
        Where crash notes go; they hold the kind of error and places in the code, never values.
    save
        Saves what must not be lost.
    is_told_twice
        Faults that a library raises in a thread of its own besides handing them to the caller: left to the caller.
    """

    def __init__(
        self,
        folder: Path,
        save: Callable[[], None] = lambda: None,
        *,
        is_told_twice: Callable[[BaseException], bool] = lambda _error: False,
    ) -> None:
        self._folder = folder
        self._save = save
        self._is_told_twice = is_told_twice
        self._handling = threading.Lock()

    def __enter__(self) -> CrashHandler:
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread
        return self

    def __exit__(self, *_: object) -> None:
        sys.excepthook, threading.excepthook = self._before

    def _caught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._caught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if self._is_told_twice(error):
            return
        if not self._handling.acquire(blocking=False):
            return  # a second fault while the first is being handled must not loop
        try:
            self._save()
        finally:
            self._handling.release()
            self._note(kind, trace)

    def _note(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        text = redacted("\n".join([f"{kind.__module__}.{kind.__name__}", *places]))
        log.error("a fault of the program: %s", kind.__name__)
        folder = make_private_folder(self._folder / "crashes")
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        write_atomically(folder / f"{stamp}.txt", text.encode("utf-8", "replace"))
