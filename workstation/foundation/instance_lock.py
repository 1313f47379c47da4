"""One copy of a program on one data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from workstation.foundation.errors import UserFacingError


class DataFolderInUse(UserFacingError):
    """Another copy of the program already works on this data folder."""


class DataFolderLock:
    """Held from start to end of the program; the system frees it when the program dies.

    Parameters
    ----------
    folder
        The data folder.
    program
        ``workstation`` or ``calibration``: the lock is per program.
    """

    def __init__(self, folder: Path, program: str) -> None:
        self._path = folder / f"{program}.lock"
        self._stream: IO[str] | None = None

    def take(self) -> None:
        """Take the lock.

        Raises
        ------
        DataFolderInUse
            When another process has it; says which.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        stream = self._path.open("a+", encoding="ascii")
        if not _lock(stream):
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            stream.close()
            raise DataFolderInUse(
                f"This data folder is already open in another copy of the program (process {holder}).",
                "Use that window, or close it first.",
            )
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        self._stream = stream

    def release(self) -> None:
        """Give the lock back."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


if sys.platform == "win32":
    import msvcrt

    def _lock(stream: IO[str]) -> bool:
        try:
            stream.seek(1024)  # beyond the text, so that others can still read who holds it
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(stream: IO[str]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
