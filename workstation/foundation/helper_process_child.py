"""The helper process's own side: reads requests from stdin, does them one by one, ends when the program is gone.

Started as ``python -m workstation.foundation.helper_process_child`` or, in a frozen program, by its own executable with
`HIDDEN_ARGUMENT` as first word.
"""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from io import BytesIO, FileIO
from typing import Any, BinaryIO

from workstation.foundation.errors import UserFacingError
from workstation.foundation.helper_process_limits import OwnLimits
from workstation.foundation.helper_process_messages import (
    Kind,
    Request,
    SourceOfProgram,
    pack_value,
    receive,
    receive_head,
    send,
)

HIDDEN_ARGUMENT = "--helper-process"
_CHUNK_BYTES = 1 << 20


def serve(preload: Sequence[str] = ()) -> None:
    """Serve requests until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the program's affair
    sys.dont_write_bytecode = True
    requests, answers = _private_pipes()
    own_limits = OwnLimits()
    for module in preload:
        importlib.import_module(module)
    while True:
        try:
            _, length = receive_head(requests)
            request = pickle.loads(receive(requests, length))  # noqa: S301 - from our own program
        except EOFError:
            return
        _answer(request, _Wire(requests, answers), own_limits)


def _private_pipes() -> tuple[FileIO, BinaryIO]:
    """The pipes under other numbers: whatever a library prints or reads must not get between the messages."""
    requests, answers = FileIO(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, answers


class _Wire:
    """The line to the program during one request."""

    def __init__(self, requests: FileIO, answers: BinaryIO) -> None:
        self._requests = requests
        self._answers = answers

    def say(self, kind: Kind, value: Any = None) -> None:
        send(self._answers, kind, *pack_value(value))

    def read(self, number: int, offset: int, length: int) -> bytearray:
        """Bytes of a source in the program, or as many as there are."""
        self.say(Kind.READ, (number, offset, length))
        _, found = receive_head(self._requests)
        return receive(self._requests, found)


class _DistantSource:
    """A `ByteSource` whose bytes are in the program."""

    def __init__(self, wire: _Wire, token: SourceOfProgram) -> None:
        self._wire = wire
        self._number = token.number
        self._size = token.size
        self._start, self._chunk = 0, b""

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, or as many as there are; small ones by the megabyte, kept for the next."""
        length = max(0, min(length, self._size - offset))
        if length >= _CHUNK_BYTES:
            return bytes(self._wire.read(self._number, offset, length))
        if not self._start <= offset <= offset + length <= self._start + len(self._chunk):
            self._start, self._chunk = offset, bytes(self._wire.read(self._number, offset, _CHUNK_BYTES))
        return self._chunk[offset - self._start : offset - self._start + length]

    def read_into(self, offset: int, out: memoryview) -> int:
        """Fill ``out`` from ``offset``; gives how many bytes there were."""
        return BytesIO(self.read(offset, out.nbytes)).readinto(out)

    def close(self) -> None:
        """The program closes its own."""


def _answer(request: Request, wire: _Wire, own_limits: OwnLimits) -> None:
    """Do one request. Broad on purpose: whatever goes wrong in here belongs to the request, not to the program."""
    try:
        work = _function(request.function)
        given = [
            _DistantSource(wire, each) if isinstance(each, SourceOfProgram) else each for each in request.arguments
        ]
        wire.say(Kind.BEGUN)
        own_limits.begin(request.limits)
        try:
            result = work(*given)
            wire.say(Kind.RESULT, result)
        finally:
            own_limits.end()
    except UserFacingError as error:
        wire.say(Kind.REFUSED, (error.what, error.advice))
    except MemoryError:
        wire.say(Kind.OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - see above
        wire.say(Kind.FAULT, (type(error).__name__, _place(error)))


def _function(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return found


def _place(error: BaseException) -> str:
    """Module and line where it was raised: never its text, which may quote the file."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return f"{step.tb_frame.f_globals.get('__name__', '?')}:{step.tb_lineno}" if step is not None else "?"


def main() -> None:
    """Entry of the process: the words after the hidden argument are modules to import ahead."""
    serve([word for word in sys.argv[1:] if word != HIDDEN_ARGUMENT])


if __name__ == "__main__":
    main()
