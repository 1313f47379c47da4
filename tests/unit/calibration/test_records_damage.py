"""Whatever somebody, or a disk, does to the file of records shows, and says which display it concerns."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.records.chain import ALL_DISPLAYS
from calibration.records.database import FILE_NAME, keep_aside
from calibration.records.errors import RecordsDamaged, RecordsNotWritten
from calibration.records.record import OverrideRecord, Record
from calibration.records.record_book import RecordBook
from tests.helpers.record_books import (
    LEFT,
    MORNING,
    RIGHT,
    ROOT,
    StoppedClock,
    an_override,
    by_hand,
    fill,
    open_book,
    other_program,
)
from tests.helpers.sample_records import sample_check
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled
from workstation.foundation.hash_chain import GENESIS

THIRD = "WHERE sequence = 3"


def _spoilt(folder: Path, *statements: str) -> RecordBook:
    clock = StoppedClock()
    with open_book(folder, clock) as book:
        fill(book, clock, 6)
    by_hand(folder, *statements)
    return open_book(folder, clock)


@pytest.mark.parametrize(
    ("statement", "affected"),
    [
        ("UPDATE record SET content = replace(content, 'reason 3', 'reason X') WHERE sequence = 3", {LEFT}),
        ("UPDATE record SET received = '2026-03-02T09:00:59.000000Z' WHERE sequence = 4", {RIGHT}),
        ("UPDATE record SET imported_from = 'elsewhere' WHERE sequence = 4", {RIGHT}),
        (f"UPDATE record SET display_key = '{RIGHT}' WHERE sequence = 3", {LEFT, RIGHT}),
        (
            f"UPDATE record SET display_key = '{RIGHT}', content = replace(content, '{LEFT}', '{RIGHT}') {THIRD}",
            {RIGHT},
        ),
        ("UPDATE record SET kind = 'check' WHERE sequence = 3", {LEFT}),
        ("UPDATE record SET content = 'nothing' WHERE sequence = 3", {LEFT}),
        ("UPDATE record SET hash = 'nonsense' WHERE sequence = 3", {LEFT, RIGHT}),
        ("DELETE FROM record WHERE sequence = 3", {ALL_DISPLAYS}),
        ("DELETE FROM record WHERE sequence > 4", {ALL_DISPLAYS}),
        ("DELETE FROM record", {ALL_DISPLAYS}),
    ],
)
def test_what_is_changed_by_hand_shows_at_the_next_opening(tmp_path: Path, statement: str, affected: set[str]) -> None:
    with _spoilt(tmp_path, statement) as book:
        assert book.soundness.affected == affected
        assert book.soundness.reason_for(LEFT if LEFT in affected or ALL_DISPLAYS in affected else RIGHT)
        assert not book.verify().is_sound
        assert book.soundness.affected == affected  # the full look finds the same
        if affected == {LEFT}:
            assert book.soundness.reason_for(RIGHT) is None


def test_verifying_names_record_and_display(tmp_path: Path) -> None:
    statement = "UPDATE record SET content = replace(content, 'reason 3', 'reason X') WHERE sequence = 3"
    with _spoilt(tmp_path, statement) as book:
        found = book.verify()
        assert [(each.sequence, each.display_key) for each in found.broken] == [(3, LEFT)]
        assert found.broken[0].sentence == f"Record 3 of {LEFT} was changed after it was written."
        assert [each.is_sound for each in book.records(LEFT)] == [True, False, True]


def test_a_gap_at_the_end_stays_to_be_seen_when_more_is_added(tmp_path: Path) -> None:
    with _spoilt(tmp_path, "DELETE FROM record WHERE sequence > 4") as book:
        book.append(an_override())
    with open_book(tmp_path) as book:
        assert [each.sequence for each in book.records()] == [1, 2, 3, 4, 7]
        assert book.soundness.affected == {ALL_DISPLAYS}
        assert not book.verify().is_sound


def test_a_running_program_finds_a_change_when_it_verifies(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path, clock) as book:
        fill(book, clock, 3)
        version = book.version
        by_hand(tmp_path, "UPDATE record SET content = replace(content, 'reason 2', 'reason X') WHERE sequence = 2")
        assert not book.verify().is_sound
        assert book.soundness.affected == {RIGHT}
        assert book.version != version
        book.append(an_override(clock))  # readings are never refused
        assert [each.sequence for each in book.verify().broken] == [2]


def test_a_kept_head_tells_whether_anything_before_it_was_begun_anew(tmp_path: Path) -> None:
    clock = StoppedClock()
    with open_book(tmp_path / "a", clock) as book:
        fill(book, clock, 3)
        kept = book.head
        fill(book, clock, 2)
        assert book.verify(head=kept.upper()).head_at == 3
        assert book.verify(head=kept).is_sound
        assert book.verify(head=GENESIS).head_at == 0
    with open_book(tmp_path / "b", clock) as other:
        fill(other, clock, 5)
        found = other.verify(head=kept)
        assert found.head_at is None
        assert not found.is_sound


def test_verifying_tells_how_far_it_is_and_can_be_given_up(tmp_path: Path) -> None:
    clock, told = StoppedClock(), list[tuple[int, int]]()
    with open_book(tmp_path, clock) as book:
        fill(book, clock, 3)
        book.verify(lambda done, total: told.append((done, total)))
        assert told[-1] == (3, 3)
        cancel = CancelToken()
        cancel.cancel()
        with pytest.raises(Cancelled):
            book.verify(cancel=cancel)
        assert book.verify().is_sound


# --- the file itself


def _with_records(folder: Path) -> bytes:
    clock = StoppedClock()
    with open_book(folder, clock) as book:
        for number in range(6):
            book.append(sample_check(seed=number))
    return (folder / FILE_NAME).read_bytes()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"this is no database" * 400,
        lambda content: content[: len(content) // 2],
        lambda content: content[:50],
        lambda content: content[:4096] + bytes(len(content) - 4096),
    ],
    ids=["empty", "text", "cut", "head only", "zeros"],
)
def test_a_damaged_file_is_said_so_and_left_alone(tmp_path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    spoilt = spoil(_with_records(tmp_path))
    (tmp_path / FILE_NAME).write_bytes(spoilt)
    with pytest.raises(RecordsDamaged, match="cannot be read"):
        _opened_and_verified(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == spoilt
    kept = keep_aside(tmp_path, MORNING)
    assert kept is not None
    assert kept.read_bytes() == spoilt
    assert kept.name == "calibration.db.damaged-20260302T090000"
    with open_book(tmp_path) as book:
        assert not book.records()


def _opened_and_verified(folder: Path) -> None:
    with open_book(folder) as book:
        book.verify()


def test_a_file_that_can_be_read_is_not_put_aside(tmp_path: Path) -> None:
    _with_records(tmp_path)
    assert keep_aside(tmp_path, MORNING) is None
    assert keep_aside(tmp_path / "nowhere", MORNING) is None
    with open_book(tmp_path) as book:
        assert len(book.records()) == 6


def test_a_flipped_byte_anywhere_never_passes_unseen(tmp_path: Path) -> None:
    content = _with_records(tmp_path / "good")
    places = [place for place in range(4096, len(content), 997) if content[place]]
    clean = _seen(tmp_path / "good")
    for number, place in enumerate(places):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / FILE_NAME).write_bytes(content[:place] + bytes([content[place] ^ 0x01]) + content[place + 1 :])
        try:
            with open_book(folder) as book:
                is_seen = not book.verify().is_sound
        except RecordsDamaged:
            is_seen = True
        assert is_seen or _seen(folder) == clean, f"byte {place} of {len(content)}"
        shutil.rmtree(folder)


def _seen(folder: Path) -> list[Record]:
    with open_book(folder) as book:
        return [each.record for each in book.records()]


def test_a_file_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    _with_records(tmp_path)
    by_hand(tmp_path, "PRAGMA user_version = 99")
    with pytest.raises(RecordsDamaged, match="newer version"):
        open_book(tmp_path)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)
    connection.close()


def test_the_first_form_of_the_file_still_opens(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.executescript((ROOT / "tests" / "data" / "calibration" / "records_v1.sql").read_text("utf-8"))
    with open_book(tmp_path) as book:
        found = book.verify(head="b0a65cd6c23cfd6ac08a3ada8f7b454c5c86c890dd0f74a56f604cb1c103ada3")
        assert (found.count, found.broken, found.head_at) == (5, (), 5)
        assert [each.record.kind for each in book.records()] == ["display", "check", "check", "calibration", "override"]
        assert book.journal.entries("run") == [{"do": "done"}]
        book.append(an_override())
        assert book.verify().is_sound


def test_a_full_disk_is_said_so_and_what_was_there_stays(tmp_path: Path) -> None:
    with open_book(tmp_path) as book:
        book.append(sample_check())
        head = book.head
        with book._database.reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(RecordsNotWritten, match="full"):
            book.append_all([sample_check(seed=number) for number in range(2, 9)])
        assert book.head == head
        with book._database.reading() as connection:
            connection.execute("PRAGMA max_page_count = 100000")
        book.append(sample_check(seed=2))
        assert book.verify().count == 2
        assert book.verify().is_sound


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only the administrator may become another user")
def test_who_may_not_write_can_still_read(tmp_path: Path) -> None:
    _with_records(tmp_path / "records")
    _let_others_read(tmp_path / "records")
    program = other_program(_READS_AS_NOBODY, str(tmp_path / "records"))
    said, _ = program.communicate(timeout=60)
    assert said.splitlines() == [
        "6 True",
        f"RecordsNotWritten You may not write to the records of displays in {tmp_path / 'records'}.",
        "RecordsNotWritten",
    ]


def _let_others_read(folder: Path) -> None:
    (folder / FILE_NAME).chmod(0o644)
    for each in (folder, *folder.parents[:4]):
        if each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)


_READS_AS_NOBODY = """
import os, sys
from pathlib import Path
from calibration.records.errors import RecordsNotWritten
from tests.helpers.record_books import an_override, open_book
from tests.helpers.sample_records import sample_check
import calibration.records.codec
from calibration.records.record_book import program_version
calibration.records.codec.encode(sample_check())
program_version()  # what it imports may be readable by the administrator alone
os.setuid(65534)
with open_book(Path(sys.argv[1])) as book:
    print(len(book.records()), book.verify().is_sound)
    try:
        book.append(an_override())
    except RecordsNotWritten as error:
        print(type(error).__name__, error.what)
try:
    open_book(Path(sys.argv[1]) / "new")
except RecordsNotWritten as error:
    print(type(error).__name__)
"""


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordsNotWritten, match="cannot be made"):
        open_book(tmp_path / "file" / "records")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([LEFT, RIGHT]), max_size=12), st.data())
def test_any_one_record_changed_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("records")
    with open_book(folder) as book:
        for number, key in enumerate(keys):
            book.append(an_override(display_key=key, reason=f"reason {number + 1}"))
    spoilt = data.draw(st.integers(1, len(keys))) if keys else 0
    by_hand(folder, f"UPDATE record SET content = replace(content, 'reason ', 'excuse ') WHERE sequence = {spoilt}")
    with open_book(folder) as book:
        assert [each.sequence for each in book.soundness.broken] == ([spoilt] if keys else [])
        assert {each.record.head.display_key for each in book.records() if not each.is_sound} == set(
            keys[spoilt - 1 : spoilt]
        )
        assert isinstance(book.append(an_override()).record, OverrideRecord)
