"""Records are added and never changed; whatever somebody does to the file shows, and says which display it concerns."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.records.database import FILE_NAME
from calibration.records.folder import records_folder
from calibration.records.record import Record
from tests.helpers.record_books import (
    LEFT,
    RIGHT,
    StoppedClock,
    an_override,
    fill,
    open_book,
    other_program,
)
from tests.helpers.sample_records import sample_answers, sample_calibration, sample_check, sample_display
from workstation.foundation.errors import BadInput
from workstation.foundation.hash_chain import GENESIS

FULL_RECORDS: tuple[Record, ...] = (
    sample_display(),
    sample_check(answers=sample_answers(), notes=("a jump of 8 %",), provisional=("the certificate has expired",)),
    sample_check(is_complete=False, seed=2, meter=None),
    sample_calibration(),
    an_override(),
)


@pytest.mark.parametrize("record", FULL_RECORDS, ids=lambda record: record.kind)
def test_a_record_comes_back_as_it_was(record: Record, tmp_path: Path) -> None:
    with open_book(tmp_path) as book:
        book.append(record)
    with open_book(tmp_path) as book:
        assert book.records()[0].record == record


def test_records_are_found_by_display_and_kind_oldest_first(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as book:
        fill(book, clock, 4)
        book.append(sample_display(LEFT))
        assert [each.sequence for each in book.records(LEFT)] == [1, 3, 5]
        assert [each.sequence for each in book.records(LEFT, "override")] == [1, 3]
        assert [each.sequence for each in book.records(kind="display")] == [5]
        assert list(book.displays()) == [LEFT, RIGHT]
        wanted = book.records()[2]
        assert book.record(wanted.record.head.id[:10]) == wanted
        for unclear in ("", "x"):
            with pytest.raises(BadInput):
                book.record(unclear)


def test_the_same_record_again_changes_nothing_and_another_with_its_id_is_refused(tmp_path: Path) -> None:
    record = an_override()
    with open_book(tmp_path) as book:
        first = book.append(record)
        assert book.append(record) == first
        with pytest.raises(ValueError, match="another record"):
            book.append(replace(record, reason="something else"))
        assert len(book.records()) == 1
        fill(book, StoppedClock(), 1)
        assert book.verify().is_sound


def test_records_that_belong_together_come_all_or_none(tmp_path: Path) -> None:
    first, second = an_override(), an_override(reason="second")
    with open_book(tmp_path) as book:
        with pytest.raises(ValueError, match="another record"):
            book.append_all((first, second, replace(first, reason="clash")))
        assert not book.records()
        assert book.head == GENESIS
        assert [each.sequence for each in book.append_all((first, second))] == [1, 2]
        assert book.verify().is_sound


def test_sql_cannot_change_or_remove_a_record(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as book:
        fill(book, clock, 1)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        for statement in ("UPDATE record SET content = '{}'", "DELETE FROM record"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(statement)
    connection.close()


def test_what_another_program_adds_is_seen_at_once(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as ours, open_book(tmp_path, clock) as theirs:
        before = ours.version
        theirs.append(an_override(clock))
        assert ours.version != before
        assert ours.head == theirs.head
        ours.append(an_override(clock, RIGHT))
        assert [each.sequence for each in theirs.records()] == [1, 2]
        assert theirs.verify().is_sound
        assert ours.version == theirs.version


_ADDS_TWENTY = """
import sys
from pathlib import Path
from tests.helpers.record_books import an_override, open_book
with open_book(Path(sys.argv[1])) as book:
    sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
    for number in range(20):
        book.append(an_override(reason=f"{sys.argv[2]} {number}"))
"""


def test_several_programs_at_once_lose_nothing_and_keep_one_chain(tmp_path: Path) -> None:
    programs = [other_program(_ADDS_TWENTY, str(tmp_path), f"program {n}") for n in range(4)]
    for program in programs:  # all of them make or open the file in the same moment
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate(timeout=60)
        assert program.returncode == 0
    with open_book(tmp_path) as book:
        reasons = [each.record.reason for each in book.records()]  # type: ignore[union-attr]
        assert sorted(reasons) == sorted(f"program {n} {number}" for n in range(4) for number in range(20))
        assert book.verify().is_sound
        for n in range(4):
            assert [text for text in reasons if text.startswith(f"program {n}")] == [
                f"program {n} {number}" for number in range(20)
            ]


# --- the clock


def test_a_clock_that_was_set_back_is_marked_and_nothing_is_lost(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as book:
        fill(book, clock, 2)
        assert not book.soundness.clock_went_back
        clock.forward(seconds=-30)  # time servers do that
        assert not book.append(an_override(clock)).clock_went_back
        clock.forward(hours=-2)
        assert book.soundness.clock_went_back
        assert book.append(an_override(clock)).clock_went_back
        clock.forward(days=1)
        assert not book.soundness.clock_went_back
        assert not book.append(an_override(clock)).clock_went_back
    with open_book(tmp_path, clock) as book:
        assert [each.clock_went_back for each in book.records()] == [False, False, False, True, False]
        assert book.verify().is_sound


# --- the folder


def test_where_records_are_kept(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    assert records_folder(tmp_path / "data", shared) == tmp_path / "data" / "calibration"
    assert records_folder(None, shared).parent.name == "lightbox"
    shared.mkdir()
    assert records_folder(None, shared) == shared


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_shared_folder_gives_its_file_to_the_group(tmp_path: Path) -> None:
    shared, private = tmp_path / "shared", tmp_path / "private" / "records"
    shared.mkdir()
    shared.chmod(0o2775)
    for folder, mode in ((shared, 0o664), (private, 0o600)):
        with open_book(folder) as book:
            book.append(an_override())
            book.journal.begin("run", LEFT, "A", {})
            assert (folder / FILE_NAME).stat().st_mode & 0o777 == mode
            assert {each.stat().st_mode & 0o777 for each in (folder / "running").iterdir()} == {mode}
    assert not [each for each in shared.iterdir() if each.name.endswith(".part")]
