"""Work that may crash, hang or eat all memory, done in another process: hostile files, codecs, speech engines.

The rule for images, in two sentences: what our own bounded walker finds ordinary, and whose compressed streams agree
with their headers, is decoded in threads. Everything else only ever touches pydicom or a codec in a helper process.

A helper process is this program's own executable, started afresh (never forked from a program with threads and windows)
when it is first needed, and kept for the next request. It is given one function and its arguments at a time, and ends
with its program. A request that takes too long or kills it is not tried again; the next one finds a new process.
What comes back is plain data (see `helper_process_messages`): the process may have been taken over by what it read.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from typing import Any

from workstation.foundation.byte_source import ByteSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.helper_process_child import HIDDEN_ARGUMENT
from workstation.foundation.helper_process_child import main as serve_as_helper
from workstation.foundation.helper_process_limits import Limits, bind_to_parent, is_time_signal
from workstation.foundation.helper_process_messages import (
    Kind,
    MalformedMessage,
    Request,
    SourceOfProgram,
    receive_head,
    receive_value,
    send,
)

__all__ = ["Failure", "HelperFailed", "HelperProcess", "Limits", "is_helper_process", "serve_as_helper"]

_START_TIMEOUT_S = 60.0  # start of the process and the imports; a busy computer takes its time
_LOOK_EVERY_S = 0.02
_FREE_RESTARTS = 2  # at once; further ones in a row wait longer and longer
_LONGEST_PAUSE_S = 2.0
_LONGEST_SENTENCE = 400
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME")


class Failure(Enum):
    """Why there is no answer."""

    TIMED_OUT = "it took too long"
    OUT_OF_MEMORY = "it needed too much memory"
    CRASHED = "it ended abnormally"
    FAULT = "it failed in a way that was not foreseen"
    NOT_STARTED = "it could not be started"


class HelperFailed(UserFacingError):
    """The helper process gave no answer. Callers say in their own words what that means for the person.

    Parameters
    ----------
    failure
        Which way it failed.
    detail
        Signal, or name and place of an exception: for logs and tests; never values.
    """

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"The part of the program that reads foreign data gave up: {failure.value}.", "")
        self.failure = failure
        self.detail = detail


class HelperProcess:
    """Calls functions in helper processes: as many at once as ``count``, started when needed. Safe in any thread.

    Parameters
    ----------
    limits
        What one request may use unless it says otherwise.
    name
        For the threads that watch over requests.
    count
        At most so many processes; further callers wait.
    preload
        Modules that a process imports while it starts.
    """

    def __init__(
        self, limits: Limits | None = None, *, name: str = "helper", count: int = 2, preload: Sequence[str] = ()
    ) -> None:
        self._limits = limits or Limits()
        self._name = name
        self._preload = tuple(preload)
        self._free = threading.Condition()
        self._places = count
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._is_stopped = False
        self._failures_in_a_row = 0
        self._not_before = 0.0

    def call(
        self, function: str, *arguments: Any, timeout_s: float | None = None, cancel: CancelToken | None = None
    ) -> Any:
        """Call ``"package.module:name"`` with ``arguments`` in a helper process.

        Parameters
        ----------
        arguments
            Anything that can be pickled. A `ByteSource` stays here: the process asks for the bytes it wants.
        timeout_s
            Processor time instead of that of the limits.
        cancel
            Ends the process when it is set.

        Returns
        -------
        Any
            Plain data: None, numbers, text, bytes, arrays of numbers, and tuples, lists and dictionaries of these.

        Raises
        ------
        HelperFailed
            When there is no answer.
        UserFacingError
            The function raised one; its sentences came along, its class did not.
        Cancelled
            When ``cancel`` was set, or the program is closing.
        """
        limits = self._limits
        if timeout_s is not None:
            limits = Limits(limits.memory_bytes, timeout_s, limits.patience)
        child = self._take(cancel)
        try:
            return child.ask(function, arguments, limits, cancel)
        finally:
            self._give_back(child)

    def start(self) -> None:
        """Start one process ahead of the first request, without waiting for it."""
        with self._free:
            if not self._is_stopped and not self._idle and not self._busy:
                self._idle.append(self._new_child())

    def stop(self, timeout_s: float) -> bool:
        """End all processes; say whether they were gone in time. Requests under way are given up as cancelled."""
        with self._free:
            self._is_stopped = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
            self._free.notify_all()
        for child in busy:
            child.kill()
        deadline = time.monotonic() + timeout_s
        have_ended = [child.close(max(0.0, deadline - time.monotonic())) for child in idle]
        with self._free:
            is_quiet = self._free.wait_for(lambda: not self._busy, max(0.0, deadline - time.monotonic()))
        return is_quiet and all(have_ended)

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the processes that run now."""
        with self._free:
            return tuple(child.process_id for child in (*self._idle, *self._busy))

    def _take(self, cancel: CancelToken | None) -> _Child:
        """A process that nobody uses, or a new one; after failures in a row not at once."""
        with self._free:
            while True:
                if self._is_stopped or (cancel is not None and cancel.is_cancelled):
                    raise Cancelled
                pause_s = self._not_before - time.monotonic()
                if self._idle or (len(self._busy) < self._places and pause_s <= 0):
                    child = self._idle.pop() if self._idle else self._new_child()
                    self._busy.add(child)
                    return child
                self._free.wait(0.05 if pause_s <= 0 else min(0.05, pause_s))

    def _give_back(self, child: _Child) -> None:
        is_usable = child.is_usable and not self._is_stopped
        if not is_usable:
            child.close(0.0)
        with self._free:
            self._busy.discard(child)
            if is_usable and not self._is_stopped:
                self._failures_in_a_row = 0
                self._idle.append(child)
            elif child.has_failed:
                self._failures_in_a_row += 1
                late = max(0, self._failures_in_a_row - _FREE_RESTARTS)
                self._not_before = time.monotonic() + min(0.1 * 2 ** min(late, 10), _LONGEST_PAUSE_S) * bool(late)
            self._free.notify()

    def _new_child(self) -> _Child:
        return _Child(_own_command(self._preload), self._name, self._limits)


class _Child:
    """One helper process; used by one thread at a time."""

    def __init__(self, command: Sequence[str], name: str, limits: Limits) -> None:
        self._name = name
        self._is_between_requests = True
        self.has_failed = False
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # codecs write there what they please
                bufsize=1 << 16,
                pipesize=1 << 20,
                env=_environment(),
            )
        except OSError as error:
            raise HelperFailed(Failure.NOT_STARTED, type(error).__name__) from error
        self._job = bind_to_parent(self._process, limits)

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        return self._is_between_requests and self._process.poll() is None

    def ask(self, function: str, arguments: Sequence[Any], limits: Limits, cancel: CancelToken | None) -> Any:
        """One request and its answer; see `HelperProcess.call`. After any failure the process is gone."""
        sources = [each for each in arguments if _is_source(each)]
        given = tuple(
            SourceOfProgram(sources.index(each), each.size) if _is_source(each) else each for each in arguments
        )
        body = pickle.dumps(Request(function, given, limits), protocol=5)
        self._is_between_requests = False
        try:
            with _Watch(self._process, self._name, cancel) as watch:
                return self._asked(body, sources, limits, watch)
        except HelperFailed:
            self.has_failed = True
            raise
        finally:
            if not self._is_between_requests:
                self.kill()

    def kill(self) -> None:
        """End it now."""
        with suppress(OSError):
            self._process.kill()

    def close(self, timeout_s: float) -> bool:
        """Let it end by itself, and end it when it does not; say whether it went in time."""
        with suppress(OSError):
            self._stdin.close()
        went = True
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            went = timeout_s <= 0
            self.kill()
            self._process.wait()
        self._stdout.close()
        return went

    def _asked(self, body: bytes, sources: Sequence[ByteSource], limits: Limits, watch: _Watch) -> Any:
        try:
            send(self._stdin, Kind.REQUEST, body)
            return self._answer(sources, limits, watch)
        except (EOFError, OSError) as error:
            raise self._ended(watch) from error
        except MalformedMessage as error:
            raise HelperFailed(Failure.CRASHED, "its answer cannot be believed") from error

    def _answer(self, sources: Sequence[ByteSource], limits: Limits, watch: _Watch) -> Any:
        while True:
            kind, length = receive_head(self._stdout)
            value = receive_value(self._stdout, length, limits.memory_bytes)
            if kind is Kind.BEGUN:
                watch.end_after(limits.elapsed_s)
            elif kind is Kind.READ:
                send(self._stdin, Kind.BYTES, _wanted_bytes(value, sources, limits))
            elif kind is Kind.RESULT:
                self._is_between_requests = True
                return value
            elif kind is Kind.REFUSED:
                refusal = UserFacingError(*_sentences(value))
                self._is_between_requests = True
                raise refusal
            else:
                failure = Failure.OUT_OF_MEMORY if kind is Kind.OUT_OF_MEMORY else Failure.FAULT
                raise HelperFailed(failure, " at ".join(_sentences(value)) if value else "")

    def _ended(self, watch: _Watch) -> Exception:
        """Why it is gone, now that nothing can be read from it any more."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.returncode
        if watch.was_cancelled:
            return Cancelled()
        if watch.has_timed_out or is_time_signal(code):
            return HelperFailed(Failure.TIMED_OUT if watch.has_begun else Failure.NOT_STARTED)
        return HelperFailed(Failure.CRASHED if watch.has_begun else Failure.NOT_STARTED, f"exit code {code}")

    @property
    def _stdin(self) -> Any:
        return self._process.stdin

    @property
    def _stdout(self) -> Any:
        return self._process.stdout


class _Watch:
    """Kills a process whose request takes too long or is not wanted any more; a thread for as long as the request."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, cancel: CancelToken | None) -> None:
        self._process = process
        self._cancel = cancel
        self._deadline = time.monotonic() + _START_TIMEOUT_S
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name=f"{name}-watch", daemon=True)
        self.has_begun = False
        self.has_timed_out = False
        self.was_cancelled = False

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def end_after(self, seconds: float) -> None:
        """The work has begun, and has so long."""
        if not self.has_begun:  # said twice it would be a way to live for ever
            self.has_begun = True
            self._deadline = time.monotonic() + seconds

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            self.was_cancelled = self._cancel is not None and self._cancel.is_cancelled
            self.has_timed_out = not self.was_cancelled and time.monotonic() > self._deadline
            if self.was_cancelled or self.has_timed_out:
                with suppress(OSError):
                    self._process.kill()
                return


def is_helper_process(words: Sequence[str]) -> bool:
    """Whether this process was started as a helper: asked by the program's entry before anything else."""
    return words[1:2] == [HIDDEN_ARGUMENT]


def _own_command(preload: Sequence[str]) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, HIDDEN_ARGUMENT, *preload]
    return [sys.executable, "-m", "workstation.foundation.helper_process_child", *preload]


def _environment() -> dict[str, str]:
    """Little of ours: secrets that stand in variables are no business of hostile files."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    path = os.pathsep.join(each for each in sys.path if each)
    return {**kept, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _is_source(argument: Any) -> bool:
    return all(hasattr(argument, name) for name in ("size", "read", "read_into", "close"))


def _wanted_bytes(value: Any, sources: Sequence[ByteSource], limits: Limits) -> bytes:
    if not isinstance(value, tuple) or len(value) != 3 or not all(type(each) is int for each in value):
        raise MalformedMessage
    number, offset, length = value
    if not 0 <= number < len(sources) or offset < 0 or not 0 <= length <= limits.memory_bytes:
        raise MalformedMessage
    return sources[number].read(offset, length)


def _sentences(value: Any) -> tuple[str, str]:
    """Two sentences out of a process that may be no friend: short, and without anything but text."""
    if not isinstance(value, tuple) or len(value) != 2 or not all(isinstance(each, str) for each in value):
        raise MalformedMessage
    what, advice = ("".join(c for c in each if c.isprintable())[:_LONGEST_SENTENCE] for each in value)
    return what, advice
