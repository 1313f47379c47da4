"""Helper processes: what comes back, what does not, and that the next request always works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.foreign_work import message
from workstation.foundation.byte_source import BytesSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.helper_process import Failure, HelperFailed, HelperProcess, Limits
from workstation.foundation.helper_process_messages import Kind, MalformedMessage, pack_value, receive_value

WORK = "tests.helpers.foreign_work:"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the limits tested here are those of POSIX")


@pytest.fixture(scope="module")
def shared() -> Iterator[HelperProcess]:
    """One for the tests that leave it as it was."""
    helper = HelperProcess(Limits(memory_bytes=256 << 20, time_s=2.0))
    yield helper
    helper.stop(5.0)


@pytest.fixture
def helper() -> Iterator[HelperProcess]:
    made = HelperProcess(Limits(memory_bytes=64 << 20, time_s=1.0), count=2)
    yield made
    assert made.stop(5.0)


def failure_of(helper: HelperProcess, name: str, *arguments: Any, **choices: Any) -> HelperFailed:
    with pytest.raises(HelperFailed) as caught:
        helper.call(WORK + name, *arguments, **choices)
    return caught.value


# --- what comes back ---------------------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers(), st.integers()), inner)
    ),
    max_leaves=20,
)


class Pipe:
    """A stream out of bytes that gives a few at a time."""

    def __init__(self, data: bytes) -> None:
        self.left = data

    def readinto(self, out: memoryview, /) -> int:
        piece, self.left = self.left[: min(out.nbytes, 7)], self.left[min(out.nbytes, 7) :]
        out[: len(piece)] = piece
        return len(piece)


def through_the_pipe(value: Any) -> Any:
    data = b"".join(bytes(part) for part in pack_value(value))
    return receive_value(Pipe(data), len(data), 1 << 20)


@given(PLAIN)
@settings(max_examples=80, deadline=None)
def test_plain_data_come_back_as_they_were(value: Any) -> None:
    found = through_the_pipe(value)
    assert found == value
    assert repr(found) == repr(value)  # 1 is not True, 1.0 is not 1, a list is no tuple


@pytest.mark.parametrize("dtype", ["u1", "<i2", ">u2", "<u4", "<i8", "<f4", "<f8", "bool"])
def test_arrays_come_back_with_type_shape_and_order(dtype: str) -> None:
    array = np.arange(24).astype(dtype).reshape(2, 3, 4)[:, ::2]
    found = through_the_pipe({"pixels": (array, float("inf"))})["pixels"]
    assert found[0].dtype == array.dtype
    np.testing.assert_array_equal(found[0], array)
    assert found[1] == float("inf")
    assert found[0].flags.writeable


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_answers_that_are_not_in_the_agreed_form_are_refused_whatever_they_are(data: bytes) -> None:
    with pytest.raises((MalformedMessage, EOFError)):
        receive_value(Pipe(data), len(data), 1 << 20)


@pytest.mark.parametrize(
    "text",
    [
        b'[{"a":0,"k":"|O8","s":[1]},[8]]',  # an array of objects
        b'[{"a":0,"k":"<f8","s":[1000000]},[8]]',
        b'[{"a":0,"k":"<f8","s":[-1,-1]},[8]]',
        b'[{"b":1},[8]]',
        b'[{"b":0},[800000000000]]',
        b'[{"o":0},[]]',
        b"[{},[]]",
        b"[[],[]]",
        b"[" * 100_000,
    ],
)
def test_lying_answers_are_refused(text: bytes) -> None:
    raw = message(Kind.RESULT, text, b"12345678")[9:]
    with pytest.raises(MalformedMessage):
        receive_value(Pipe(raw), len(raw), 1 << 20)


def test_a_process_is_kept_for_the_next_request(shared: HelperProcess) -> None:
    first = shared.call(WORK + "who")
    assert first == shared.call(WORK + "who") == shared.process_ids[0] != os.getpid()


def test_nothing_that_is_no_plain_data_comes_back(shared: HelperProcess) -> None:
    failed = failure_of(shared, "echo", {1, 2})
    assert failed.failure is Failure.FAULT
    assert "TypeError" in failed.detail


def test_a_refusal_comes_back_with_its_sentences(shared: HelperProcess) -> None:
    with pytest.raises(UserFacingError) as caught:
        shared.call(WORK + "refuse", "It is damaged.", "Send it again.")
    assert (caught.value.what, caught.value.advice) == ("It is damaged.", "Send it again.")
    assert not isinstance(caught.value, HelperFailed)


def test_what_libraries_print_does_not_get_between(shared: HelperProcess) -> None:
    assert shared.call(WORK + "print_much") == "still understood"


def test_a_source_stays_here_and_is_read_from_there(shared: HelperProcess) -> None:
    data = bytes(range(256)) * 20_000
    assert shared.call(WORK + "read_all", BytesSource(data)) == (len(data), data[:10], data[-10:])


def test_only_what_is_asked_for_of_a_source_travels(shared: HelperProcess) -> None:
    class Counting(BytesSource):
        count = 0

        def read(self, offset: int, length: int) -> bytes:
            found = super().read(offset, length)
            self.count += len(found)
            return found

    source = Counting(bytes(20 << 20))
    assert shared.call(WORK + "read_slowly", source) == 20
    assert source.count <= 2 << 20


def test_a_source_that_fails_says_so_and_the_next_request_works(helper: HelperProcess) -> None:
    class Damaged(BytesSource):
        def read(self, offset: int, length: int) -> bytes:
            raise UserFacingError("The store is damaged.")

    with pytest.raises(UserFacingError, match="The store is damaged"):
        helper.call(WORK + "read_slowly", Damaged(bytes(100)))
    assert helper.call(WORK + "echo", 1) == 1


def test_secrets_of_the_environment_stay_here(helper: HelperProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_PASSWORD", "secret")
    assert "SITE_PASSWORD" not in helper.call(WORK + "environment")


def test_it_writes_no_files(helper: HelperProcess, tmp_path: Path) -> None:
    failure_of(helper, "write_file", str(tmp_path / "left"))
    left = tmp_path / "left"
    assert not left.exists() or not left.stat().st_size


# --- what does not come back -------------------------------------------------------------------------------------


def test_a_request_that_spins_is_ended_by_its_processor_time(helper: HelperProcess) -> None:
    started = time.monotonic()
    assert failure_of(helper, "spin").failure is Failure.TIMED_OUT
    assert time.monotonic() - started < 5 * 1.0 + 3.0  # a busy computer gives it less than a whole processor
    assert helper.call(WORK + "echo", 1) == 1


def test_a_request_that_sleeps_is_ended_by_the_clock(helper: HelperProcess) -> None:
    assert failure_of(helper, "sleep", 60.0, timeout_s=0.1).failure is Failure.TIMED_OUT
    assert helper.call(WORK + "sleep", 0.01, timeout_s=0.1) == 0.01


def test_a_request_that_eats_memory_is_ended(helper: HelperProcess) -> None:
    assert helper.call(WORK + "eat", 32 << 20) == 32
    assert failure_of(helper, "eat", 128 << 20).failure is Failure.OUT_OF_MEMORY
    assert helper.call(WORK + "eat", 32 << 20) == 32


def test_a_crash_is_named_and_the_next_request_works(helper: HelperProcess) -> None:
    failed = failure_of(helper, "crash")
    assert failed.failure is Failure.CRASHED
    assert str(-signal.SIGSEGV) in failed.detail
    assert failure_of(helper, "leave", 3).failure is Failure.CRASHED
    assert helper.call(WORK + "echo", 1) == 1


def test_recursion_without_end_is_a_fault_or_a_crash(helper: HelperProcess) -> None:
    assert failure_of(helper, "dive", 0).failure in {Failure.FAULT, Failure.CRASHED}
    assert helper.call(WORK + "echo", 1) == 1


def test_a_fault_says_what_and_where_but_quotes_nothing(helper: HelperProcess) -> None:
    failed = failure_of(helper, "stumble", "SYNTHETIC^Name")
    assert failed.failure is Failure.FAULT
    assert failed.detail.startswith("KeyError at tests.helpers.foreign_work:")
    assert "SYNTHETIC" not in f"{failed} {failed.detail}"


def test_a_module_that_is_not_there_is_a_fault(helper: HelperProcess) -> None:
    with pytest.raises(HelperFailed) as caught:
        helper.call("no_such_module:name")
    assert caught.value.failure is Failure.FAULT


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff" * 100,
        message(Kind.READ, b"[[],[]]"),
        message(Kind.READ, b'[{"t":[7,0,10]},[]]'),
        message(Kind.READ, b'[{"t":[0,-5,10]},[]]'),
        message(Kind.REFUSED, b'["no pair",[]]'),
        message(Kind.RESULT, b"[[", b""),
    ],
)
def test_a_process_that_was_taken_over_is_not_believed_and_not_kept(helper: HelperProcess, raw: bytes) -> None:
    before = helper.call(WORK + "who")
    assert failure_of(helper, "answer_with", raw).failure is Failure.CRASHED
    assert helper.call(WORK + "who") != before


def test_what_a_taken_over_process_says_to_people_is_short_and_only_text(helper: HelperProcess) -> None:
    with pytest.raises(UserFacingError) as caught:
        helper.call(WORK + "refuse", "bad\x1b[2J\n" + "x" * 5000, "")
    assert len(caught.value.what) <= 400
    assert caught.value.what.isprintable()


def test_a_request_that_killed_the_process_is_not_repeated(helper: HelperProcess, tmp_path: Path) -> None:
    class Counting(BytesSource):
        reads = 0

        def read(self, offset: int, length: int) -> bytes:
            self.reads += 1
            helper_ids.extend(helper.process_ids)
            os.kill(helper.process_ids[0], signal.SIGKILL)
            return super().read(offset, length)

    helper_ids: list[int] = []
    source = Counting(bytes(100))
    assert failure_of(helper, "read_slowly", source).failure is Failure.CRASHED
    assert source.reads == 1


def test_failures_in_a_row_make_the_next_start_wait(helper: HelperProcess) -> None:
    def start_after_failure() -> float:
        failure_of(helper, "leave", 1)
        started = time.monotonic()
        with helper._free:
            return max(0.0, helper._not_before - started)

    pauses = [start_after_failure() for _ in range(5)]
    assert pauses[:2] == [0.0, 0.0]
    assert 0.0 < pauses[2] < pauses[3] < pauses[4] <= 2.0
    assert helper.call(WORK + "echo", 1) == 1
    assert start_after_failure() == 0.0


# --- several at once, cancelling, stopping -----------------------------------------------------------------------


def test_no_more_processes_than_allowed(helper: HelperProcess) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = set(threads.map(lambda _: (helper.call(WORK + "sleep", 0.05), helper.process_ids)[1], range(12)))
    everyone = {each for ids in found for each in ids}
    assert 1 <= len(everyone) <= 2


def test_answers_go_to_who_asked(helper: HelperProcess) -> None:
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda n: helper.call(WORK + "echo", n), range(60))) == list(range(60))


def test_cancelling_ends_the_request_and_waits_for_nothing(helper: HelperProcess) -> None:
    helper.call(WORK + "who")
    token = CancelToken()
    timer = threading.Timer(0.2, token.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        helper.call(WORK + "sleep", 30.0, timeout_s=20.0, cancel=token)
    timer.join()
    assert time.monotonic() - started < 5.0
    with pytest.raises(Cancelled):
        helper.call(WORK + "who", cancel=token)
    assert helper.call(WORK + "echo", 1) == 1


def test_stopping_ends_every_process_and_refuses_further_work() -> None:
    helper = HelperProcess(count=2)
    with ThreadPoolExecutor(1) as threads:
        idle = helper.call(WORK + "who")
        busy = threads.submit(helper.call, WORK + "sleep", 30.0, timeout_s=20.0)
        deadline = time.monotonic() + 10
        while not helper._busy and time.monotonic() < deadline:
            time.sleep(0.01)
        ids = {idle, *helper.process_ids}
        assert helper.stop(5.0)
        with pytest.raises((Cancelled, HelperFailed)):
            busy.result()
    assert not any(is_running(each) for each in ids)
    with pytest.raises(Cancelled):
        helper.call(WORK + "who")
    assert helper.stop(1.0)


def test_starting_ahead_imports_ahead() -> None:
    helper = HelperProcess(preload=("tests.helpers.foreign_work",))
    helper.start()
    (ahead,) = helper.process_ids
    assert helper.call(WORK + "who") == ahead
    assert helper.stop(5.0)


ORPHAN = """
import sys
from workstation.foundation.helper_process import HelperProcess, Limits
helper = HelperProcess(Limits(time_s=0.3, patience=3.0))
print(helper.call("tests.helpers.foreign_work:who"), flush=True)
if sys.argv[1] != "idle":
    helper.call("tests.helpers.foreign_work:" + sys.argv[1], *map(float, sys.argv[2:]))
sys.stdin.read()
"""


@pytest.mark.parametrize("work", [["idle"], ["spin"], ["sleep", "60"]])
def test_nothing_stays_behind_when_the_program_is_killed(work: list[str]) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, *work], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdin is not None
    assert program.stdout is not None
    helper_id = int(program.stdout.readline())
    program.kill()
    program.wait()
    program.stdin.close()
    program.stdout.close()
    deadline = time.monotonic() + 10.0
    while is_running(helper_id) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(helper_id)


def is_running(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


FROZEN = """
import sys
from workstation.app.command_line import main
sys.argv = ["lightbox", *sys.argv[1:]]
main()
"""


def test_a_frozen_program_is_its_own_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for a frozen executable: a file that starts the program's entry with the words it is given."""
    program = tmp_path / "lightbox"
    program.write_text(f"#!{sys.executable}\n{FROZEN}")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    helper = HelperProcess(preload=("math",))
    try:
        assert helper.call("math:factorial", 5) == 120
    finally:
        helper.stop(5.0)


def test_a_program_that_cannot_start_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gone"))
    helper = HelperProcess()
    assert failure_of(helper, "who").failure is Failure.NOT_STARTED
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert failure_of(helper, "who").failure is Failure.NOT_STARTED
    assert helper.stop(1.0)
