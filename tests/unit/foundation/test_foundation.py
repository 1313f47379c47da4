"""Files, chains, locks, workers, pools, clocks, conditions and logs."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.foundation import hash_chain, logs
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import Cancelled
from workstation.foundation.files import write_atomically
from workstation.foundation.instance_lock import DataFolderInUse, DataFolderLock
from workstation.foundation.pool import Pool
from workstation.foundation.worker import Worker, WorkerState


class HeldClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def test_atomic_write_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "x.bin"
    write_atomically(target, b"old")
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o600


def test_failed_atomic_write_keeps_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "x.bin"
    write_atomically(target, b"old")
    with pytest.raises(TypeError):
        write_atomically(target, "not bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.data())
def test_chain_finds_any_change(contents: list[bytes], data: st.DataObject) -> None:
    records, previous = [], hash_chain.GENESIS
    for content in contents:
        previous = hash_chain.link(previous, content, key=b"k")
        records.append((content, previous))
    assert hash_chain.first_break(records, key=b"k") is None
    index = data.draw(st.integers(0, len(records) - 1))
    changed = [*records]
    changed[index] = (records[index][0] + b"!", records[index][1])
    assert hash_chain.first_break(changed, key=b"k") == index


def test_second_copy_on_one_data_folder_says_so(tmp_path: Path) -> None:
    lock = DataFolderLock(tmp_path, "workstation")
    lock.take()
    script = (
        "import sys, pathlib\nfrom workstation.foundation.instance_lock import *\n"
        "try:\n DataFolderLock(pathlib.Path(sys.argv[1]), 'workstation').take()\n"
        "except DataFolderInUse as error:\n print(error); sys.exit(7)\n"
    )
    other = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert other.returncode == 7
    assert "already open" in other.stdout
    lock.release()
    lock.take()
    lock.release()


def test_another_program_may_use_the_folder(tmp_path: Path) -> None:
    first, second = DataFolderLock(tmp_path, "workstation"), DataFolderLock(tmp_path, "calibration")
    first.take()
    second.take()
    with pytest.raises(DataFolderInUse):
        DataFolderLock(tmp_path, "workstation").take()
    first.release()
    second.release()


def test_pool_gives_every_result_and_stops_on_cancel() -> None:
    token = CancelToken()
    pool: Pool[int, int] = Pool(lambda n: n * n, workers=3)
    assert dict(pool.run(range(50), token)) == {n: n * n for n in range(50)}
    results = pool.run(iter(range(10_000)), token)
    next(results)
    token.cancel()
    with pytest.raises(Cancelled):
        list(results)


def test_pool_raises_what_the_work_raised() -> None:
    pool: Pool[int, float] = Pool(lambda n: 1 / n, workers=2)
    with pytest.raises(ZeroDivisionError):
        list(pool.run([1, 0, 2], CancelToken()))


def test_worker_stops_in_the_middle_of_its_work() -> None:
    entered = threading.Event()

    def turn(cancel: CancelToken) -> float:
        entered.set()
        cancel.wait(30)
        cancel.raise_if_cancelled()
        return 0.0

    worker = Worker("test", turn, on_failure=lambda _error: None)
    worker.start()
    assert entered.wait(2)
    began = time.monotonic()
    assert worker.stop(timeout_s=5)
    assert time.monotonic() - began < 2
    assert worker.state is WorkerState.STOPPED


def test_worker_survives_a_failing_turn() -> None:
    failures: list[Exception] = []
    recovered = threading.Event()

    def turn(_cancel: CancelToken) -> float:
        if not failures:
            raise ValueError("once")
        recovered.set()
        return 10.0

    worker = Worker("test", turn, on_failure=failures.append, pause_after_failure_s=0.01)
    worker.start()
    assert recovered.wait(2)
    assert worker.stop(2)
    assert len(failures) == 1


def test_site_clock_learns_large_offsets_only() -> None:
    own = HeldClock()
    clock = SiteClock(own)
    clock.learn(own.time + timedelta(seconds=1))
    assert clock.now() == own.time
    clock.learn(own.time + timedelta(minutes=7))
    assert clock.now() == own.time + timedelta(minutes=7)


def test_condition_keeps_the_time_it_began() -> None:
    clock = HeldClock()
    board = ConditionBoard(clock)
    seen: list[int] = []
    board.observe(lambda: seen.append(len(board.current())))
    board.raise_condition("link", Severity.WARN, "The site is slow.")
    began = clock.time
    clock.time += timedelta(minutes=5)
    board.raise_condition("link", Severity.FAIL, "The site does not answer.")
    assert [(c.since, c.severity) for c in board.current()] == [(began, Severity.FAIL)]
    board.end("link")
    board.end("link")
    assert seen == [1, 1, 0]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("study 1.2.840.113619.2.55.3.604688119 opened", "604688119"),
        ("patient SYNTHETIC^ANNA^M came", "ANNA"),
        ("born 19610412", "19610412"),
        ("Accession Number: A-4711", "A-4711"),
        ("Authorization: Bearer abc.def.ghi", "abc.def"),
    ],
)
def test_logs_hold_no_patient_data(text: str, secret: str, tmp_path: Path) -> None:
    logs.configure(tmp_path)
    try:
        logging.getLogger("x").info("%s", text)
        assert secret not in (tmp_path / "lightbox.log").read_text()
    finally:
        logs.configure(None)
