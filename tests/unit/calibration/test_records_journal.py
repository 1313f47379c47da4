"""Every reading is on disk before it counts; one program works on a display at a time; a dead one is taken over."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.records.errors import AnotherCheckRuns
from tests.helpers.record_books import LEFT, RIGHT, StoppedClock, an_override, open_book, other_program

_MEASURES = """
import sys
from pathlib import Path
from tests.helpers.record_books import LEFT, open_book
book = open_book(Path(sys.argv[1]))
book.journal.begin("series", LEFT, "M. Okafor", {"check": "monthly"})
for number in range(1000):
    book.journal.add("series", {"level": number})
    print(number, flush=True)
    sys.stdin.readline()
"""


def test_a_killed_program_loses_no_reading_and_is_taken_over(tmp_path: Path) -> None:
    program = other_program(_MEASURES, str(tmp_path))
    assert program.stdout is not None
    assert program.stdin is not None
    for number in range(7):
        assert program.stdout.readline() == f"{number}\n"
        if number < 6:
            program.stdin.write("\n")
            program.stdin.flush()
    with open_book(tmp_path) as book:
        (run,) = book.journal.open_runs(LEFT)
        assert (run.is_alive, run.pid, run.entries) == (True, program.pid, 7)
        with pytest.raises(AnotherCheckRuns, match=f"Another check of this monitor.*Okafor.*process {program.pid}"):
            book.journal.begin("mine", LEFT, "J. Doe", {})
        with pytest.raises(AnotherCheckRuns):
            book.journal.take_over("series")
        book.journal.begin("other display", RIGHT, "J. Doe", {})

        program.send_signal(signal.SIGKILL)
        program.communicate(timeout=30)

        (run,) = book.journal.open_runs(LEFT)
        assert not run.is_alive
        taken = book.journal.take_over("series")
        assert (taken.is_alive, taken.pid == program.pid) == (True, False)
        assert taken.header == {"check": "monthly"}
        assert book.journal.entries("series") == [{"level": number} for number in range(7)]
        assert book.journal.add("series", {"level": 7}) == 8


def test_a_run_ends_with_its_record_in_one_go(tmp_path: Path) -> None:
    with open_book(tmp_path) as book:
        book.journal.begin("series", LEFT, "A", {})
        book.journal.add("series", {"level": 0})
        first = an_override()
        book.append(first)
        with pytest.raises(ValueError, match="another record"):
            book.append(replace(first, reason="clash"), closes_run="series")
        assert [run.run_id for run in book.journal.open_runs()] == ["series"]
        book.append(an_override(), closes_run="series")
        assert not book.journal.open_runs()
        assert book.journal.entries("series") == [{"level": 0}]  # what was measured stays
        with pytest.raises(KeyError):
            book.journal.add("series", {"level": 1})
        book.journal.begin("next", LEFT, "A", {})


def test_two_windows_of_one_program_are_told_of_each_other(tmp_path: Path) -> None:
    with open_book(tmp_path) as first, open_book(tmp_path) as second:
        first.journal.begin("a", LEFT, "", {})
        with pytest.raises(AnotherCheckRuns, match="somebody who gave no name"):
            second.journal.begin("b", LEFT, "B", {})
        assert [run.is_alive for run in second.journal.open_runs(LEFT)] == [True]
        first.journal.close("a")
        second.journal.begin("b", LEFT, "B", {})
        second.journal.close("b")
        second.journal.close("b")


def test_an_older_run_of_the_same_display_is_not_thought_alive(tmp_path: Path) -> None:
    with open_book(tmp_path) as gone:
        gone.journal.begin("left behind", LEFT, "A", {})
        gone.journal.begin("left behind, right", RIGHT, "A", {})
    with open_book(tmp_path) as book:
        assert [run.is_alive for run in book.journal.open_runs()] == [False, False]
        book.journal.begin("new", LEFT, "B", {})
        alive = {run.run_id: run.is_alive for run in book.journal.open_runs()}
        assert alive == {"left behind": False, "left behind, right": False, "new": True}


def test_entries_are_in_order_and_hold_their_times(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as book:
        book.journal.begin("a", LEFT, "A", {"seed": 7})
        clock.forward(minutes=3)
        for number in range(12):
            book.journal.add("a", [number, {"text": "ä “quoted”", "none": None}])
        (run,) = book.journal.open_runs()
        assert (run.started, run.heartbeat) == (clock.at.replace(minute=0), clock.at)
        assert [entry[0] for entry in book.journal.entries("a")] == list(range(12))
        clock.forward(minutes=1)
        book.journal.beat("a")
        assert book.journal.open_runs()[0].heartbeat == clock.at
        assert book.journal.entries("nobody's") == []
        with pytest.raises(KeyError):
            book.journal.take_over("nobody's")


def test_readings_do_not_move_the_version_of_the_records(tmp_path: Path) -> None:
    with open_book(tmp_path) as book, open_book(tmp_path) as other:
        before = book.version
        other.journal.begin("a", LEFT, "A", {})
        other.journal.add("a", {"level": 1})
        assert book.version == before
