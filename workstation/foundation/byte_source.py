"""Bytes that can be read from any place without reading all: a file, memory, an encrypted object.

Readers of large objects ask for the header or for one frame only; whoever gives the bytes decides where they come from.
"""

from __future__ import annotations

import os
import threading
from io import FileIO
from pathlib import Path
from typing import Protocol

from workstation.foundation.errors import BadInput

_READ_AT_ONCE = 1 << 30  # one system call reads no more than 2 GiB


class ByteSource(Protocol):
    """Reads at any offset; safe to use from several threads at once unless an implementation says otherwise."""

    @property
    def size(self) -> int:
        """Number of bytes there are."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are.

        Raises
        ------
        UserFacingError
            When they cannot be read.
        """
        ...

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` (contiguous bytes) from ``offset``; gives how many bytes there were."""
        ...

    def close(self) -> None:
        """Let go of what is open; reading afterwards is a bug."""
        ...


class BytesSource:
    """Bytes in memory."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._view = memoryview(data).cast("B")

    @property
    def size(self) -> int:
        return self._view.nbytes

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are."""
        return bytes(self._view[offset : offset + length])

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` from ``offset``; gives how many bytes there were."""
        piece = self._view[offset : offset + out.nbytes]
        out[: piece.nbytes] = piece
        return piece.nbytes

    def close(self) -> None:
        """Nothing is open."""


class FileSource:
    """A plain file, opened on construction.

    Raises
    ------
    BadInput
        When there is no such file, or it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._stream = FileIO(path)  # `Path.open` takes three times as long
        except OSError as error:
            what = f"The file {path.name} cannot be read: {error.strerror}."
            raise BadInput(what, "Check the path and the rights.") from error
        self._lock = threading.Lock()
        self._size = os.fstat(self._stream.fileno()).st_size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are."""
        length = max(0, min(length, self._size - offset))
        if hasattr(os, "pread") and length <= _READ_AT_ONCE:
            return os.pread(self._stream.fileno(), length, offset)
        found = bytearray(length)
        return bytes(memoryview(found)[: self.read_into(offset, memoryview(found))])

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` from ``offset``; gives how many bytes there were."""
        filled = 0
        while filled < out.nbytes:
            count = self._read_some(offset + filled, out[filled:])
            if not count:
                break
            filled += count
        return filled

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _read_some(self, offset: int, out: memoryview) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._stream.fileno(), [out], offset)
        with self._lock:  # Windows: the place of reading belongs to the file
            self._stream.seek(offset)
            return self._stream.readinto(out) or 0
