"""Work of every bad kind, for a helper process to do."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from workstation.foundation.byte_source import ByteSource
from workstation.foundation.errors import BadInput
from workstation.foundation.helper_process_messages import Kind


def echo(value: Any) -> Any:
    return value


def who() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def eat(total_bytes: int) -> int:
    """Touches every page of it, a megabyte at a time."""
    held = [np.ones(1 << 20, np.uint8) for _ in range(total_bytes >> 20)]
    return len(held)


def crash() -> None:
    ctypes.string_at(0)


def leave(code: int) -> None:
    os._exit(code)


def refuse(what: str, advice: str) -> None:
    raise BadInput(what, advice)


def stumble(secret: str) -> None:
    raise KeyError(secret)


def dive(depth: int) -> int:
    return dive(depth + 1) + 1


def print_much() -> str:
    sys.stdout.write("x" * 100_000)
    os.write(1, b"y" * 100_000)
    sys.stdout.flush()
    return "still understood"


def read_all(source: ByteSource) -> tuple[int, bytes, bytes]:
    """Size, first and last bytes, in many small steps."""
    pieces = b"".join(source.read(offset, 1000) for offset in range(0, source.size, 1000))
    out = bytearray(10)
    source.read_into(source.size - 10, memoryview(out))
    return len(pieces), pieces[:10], bytes(out)


def read_slowly(source: ByteSource) -> int:
    return len(source.read(0, 10)) + len(source.read(5 << 20, 10))


def environment() -> dict[str, str]:
    return dict(os.environ)


def write_file(path: str) -> None:
    Path(path).write_bytes(b"x" * 1000)


def answer_with(raw: bytes) -> None:
    """As a process would that was taken over: writes what it likes into the line of the answers."""
    for number in range(3, 10):
        try:
            os.write(number, raw)
        except OSError:
            continue


def message(kind: Kind, text: bytes, rest: bytes = b"") -> bytes:
    """A message as it goes through the pipe, with any text."""
    return struct.pack("<BQQ", kind, 8 + len(text) + len(rest), len(text)) + text + rest
