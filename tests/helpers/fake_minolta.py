"""A stand-in for a Konica Minolta LS-100 or CS-100A on a serial port: a pty pair with the meter at the other end."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeMinolta:
    """What the meter answers; change it while it runs.

    Attributes
    ----------
    readings
        Answers to ``MES``, one after the other; the last one stays.
    noise
        Bytes before each answer.
    pieces
        In how many pieces an answer arrives, with a pause between them.
    is_silent, leaves_on_read
        It does not answer; it is unplugged when asked to measure.
    """

    readings: list[str] = field(default_factory=lambda: ["OK00, 123.4"])
    mode_answer: str = "OK00"
    noise: bytes = b""
    pieces: int = 1
    is_silent: bool = False
    leaves_on_read: bool = False
    port: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, command: str) -> str | None:
        """The line for a command; None for none."""
        self.asked.append(command)
        if self.is_silent:
            return None
        if command == "MES":
            return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]
        return self.mode_answer if command.startswith("MDS") else "OK00"


@contextmanager
def fake_minolta(**facts: object) -> Iterator[FakeMinolta]:
    """A meter at ``port`` until the end of the block."""
    meter = FakeMinolta(**facts)  # type: ignore[arg-type]
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    meter.port = os.ttyname(theirs)
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(meter, ours, theirs, stop), name="fake-minolta")
    thread.start()
    try:
        yield meter
    finally:
        stop.set()
        thread.join()


def _serve(meter: FakeMinolta, ours: int, theirs: int, stop: threading.Event) -> None:
    gathered = b""
    ends: list[Callable[[], None]] = [lambda: os.close(ours), lambda: os.close(theirs)]
    while not stop.is_set():
        if not select.select([ours], [], [], 0.02)[0]:
            continue
        gathered += os.read(ours, 1000)
        *commands, gathered = gathered.split(b"\r\n")
        for command in commands:
            if command == b"MES" and meter.leaves_on_read:
                _end(ends)
                return
            answer = meter.answer(command.decode("ascii"))
            if answer is not None:
                _write_in_pieces(ours, meter.noise + answer.encode("latin-1") + b"\r\n", meter.pieces, stop)
    _end(ends)


def _end(ends: list[Callable[[], None]]) -> None:
    for end in ends:
        end()


def _write_in_pieces(ours: int, content: bytes, pieces: int, stop: threading.Event) -> None:
    size = -(-len(content) // pieces)
    for start in range(0, len(content), size):
        os.write(ours, content[start : start + size])
        if pieces > 1:
            stop.wait(0.03)
