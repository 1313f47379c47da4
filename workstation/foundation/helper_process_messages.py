"""What goes through the pipes between the program and its helper process.

Requests are ours, so they are pickled. Answers come from a process that has touched hostile bytes and may obey them:
unpickling them would hand that process the program. They are therefore plain data: a JSON text for the structure, and
behind it the raw bytes of every ``bytes`` and array in it. Reading one runs no code that the answer chooses, allocates
no more than was allowed, and gives nothing but None, bool, int, float, str, bytes, tuple, list, dict and NumPy arrays
of numbers.

Pipes, not shared memory: the program must own what it has checked, so shared pages would be copied all the same;
measured from process to process, 64 MB take 50 ms through a pipe and 101 ms through shared memory and a copy.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from workstation.foundation.helper_process_limits import Limits

MAX_STRUCTURE_BYTES = 16 << 20
_HEAD = struct.Struct("<BQ")  # kind, length of what follows
_LENGTH = struct.Struct("<Q")
_NUMBERS = re.compile(r"[<>|][biuf][1248]")  # elements of arrays that may travel


class Kind(IntEnum):
    """What a message is."""

    REQUEST = 1  # program → helper: function and arguments
    BYTES = 2  # program → helper: what was asked for with READ
    BEGUN = 10  # helper → program: everything is imported, the work begins
    READ = 11  # helper → program: (number of the source, offset, length)
    RESULT = 12
    REFUSED = 13  # (what, advice) of a UserFacingError
    OUT_OF_MEMORY = 14
    FAULT = 15  # (name of the exception, module and line)


class SourceOfProgram(NamedTuple):
    """Stands in a request for a `ByteSource` that stays in the program."""

    number: int
    size: int


class Request(NamedTuple):
    """What the program asks for."""

    function: str  # "package.module:name"
    arguments: tuple[Any, ...]
    limits: Limits


class MalformedMessage(Exception):
    """The other process has not kept to the form: it is not to be believed any more."""


class Stream(Protocol):
    """Where messages are read from."""

    def readinto(self, out: memoryview, /) -> int | None: ...


def send(stream: BinaryIO, kind: Kind, *parts: bytes | memoryview) -> None:
    """Write one message, its parts one behind the other."""
    stream.write(_HEAD.pack(kind, sum(memoryview(part).nbytes for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive_head(stream: Stream) -> tuple[Kind, int]:
    """Kind and length of the next message.

    Raises
    ------
    EOFError
        When the other side is gone.
    MalformedMessage
    """
    number, length = _HEAD.unpack(receive(stream, _HEAD.size))
    try:
        return Kind(number), length
    except ValueError as error:
        raise MalformedMessage from error


def receive(stream: Stream, length: int) -> bytearray:
    """Exactly ``length`` bytes; the caller has checked the length.

    Raises
    ------
    EOFError
        When the other side is gone.
    """
    found = bytearray(length)
    _fill(stream, memoryview(found))
    return found


def pack_value(value: Any) -> list[bytes | memoryview]:
    """The parts of a message that carries ``value``.

    Raises
    ------
    TypeError
        When something in it is not plain data.
    """
    buffers: list[memoryview] = []
    structure = json.dumps([_plain(value, buffers), [each.nbytes for each in buffers]], separators=(",", ":"))
    text = structure.encode("utf-8", "surrogatepass")
    return [_LENGTH.pack(len(text)), text, *buffers]


def receive_value(stream: Stream, length: int, limit_bytes: int) -> Any:
    """The value of a message of ``length`` bytes.

    Raises
    ------
    EOFError
        When the other side is gone.
    MalformedMessage
        When it is not in the agreed form, or larger than allowed.
    """
    text_length = _LENGTH.unpack(receive(stream, min(length, _LENGTH.size)).ljust(_LENGTH.size, b"\0"))[0]
    if text_length > MAX_STRUCTURE_BYTES or length > limit_bytes + MAX_STRUCTURE_BYTES:
        raise MalformedMessage
    text = receive(stream, text_length)
    try:
        structure, lengths = json.loads(text.decode("utf-8", "surrogatepass"))
        is_consistent = all(type(each) is int and each >= 0 for each in lengths)
        if not is_consistent or sum(lengths) != length - _LENGTH.size - text_length:
            raise MalformedMessage
        return _Unpacking(stream, lengths).value(structure)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise MalformedMessage from error


def _plain(value: Any, buffers: list[memoryview]) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return _plain_number(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        buffers.append(memoryview(value).cast("B"))
        return {"b": len(buffers) - 1}
    if isinstance(value, np.ndarray):
        return _plain_array(value, buffers)
    if isinstance(value, dict):
        return {"d": [[_plain(key, buffers), _plain(each, buffers)] for key, each in value.items()]}
    if isinstance(value, (tuple, list)):
        return {"t" if isinstance(value, tuple) else "l": [_plain(each, buffers) for each in value]}
    raise TypeError(f"a {type(value).__name__} cannot be an answer")


def _plain_number(value: float) -> Any:
    if isinstance(value, int):
        return int(value)
    return float(value) if math.isfinite(value) else {"f": str(float(value))}


def _plain_array(array: NDArray[Any], buffers: list[memoryview]) -> Any:
    if not _NUMBERS.fullmatch(array.dtype.str):
        raise TypeError(f"an array of {array.dtype} cannot be an answer")
    whole = np.ascontiguousarray(array)
    buffers.append(whole.reshape(-1).view(np.uint8).data)
    return {"a": len(buffers) - 1, "k": array.dtype.str, "s": list(array.shape)}


class _Unpacking:
    """Turns structure into values; the bytes come from the stream in the order of their numbers."""

    def __init__(self, stream: Stream, lengths: Sequence[int]) -> None:
        self._stream = stream
        self._lengths = iter(enumerate(lengths))
        self._makers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "b": lambda found: bytes(receive(self._stream, self._next_length(found["b"]))),
            "a": self._array,
            "f": lambda found: float(found["f"]),
            "t": lambda found: tuple(self._values(found["t"])),
            "l": lambda found: list(self._values(found["l"])),
            "d": lambda found: {self.value(key): self.value(each) for key, each in found["d"]},
        }

    def value(self, plain: Any) -> Any:
        if isinstance(plain, dict):
            return self._makers[next(iter(plain), "")](plain)
        if isinstance(plain, list):
            raise MalformedMessage
        return plain

    def _values(self, plain: list[Any]) -> Iterator[Any]:
        return (self.value(each) for each in plain)

    def _next_length(self, number: int) -> int:
        expected, length = next(self._lengths, (-1, 0))
        if number != expected:
            raise MalformedMessage
        return length

    def _array(self, found: dict[str, Any]) -> NDArray[Any]:
        length, shape = self._next_length(found["a"]), tuple(found["s"])
        if not _NUMBERS.fullmatch(found["k"]) or not all(type(side) is int and side >= 0 for side in shape):
            raise MalformedMessage
        kind = np.dtype(found["k"])
        if math.prod(shape) * kind.itemsize != length:
            raise MalformedMessage
        array: NDArray[Any] = np.empty(shape, kind)
        _fill(self._stream, array.reshape(-1).view(np.uint8).data)
        return array


def _fill(stream: Stream, out: memoryview) -> None:
    filled = 0
    while filled < out.nbytes:
        count = stream.readinto(out[filled:])
        if not count:
            raise EOFError
        filled += count
