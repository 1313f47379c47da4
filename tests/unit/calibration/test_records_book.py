"""Records are added and never changed; whatever somebody does to the file shows, and says which display it concerns."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.records import codec
from calibration.records.chain import ALL_DISPLAYS
from calibration.records.database import FILE_NAME, keep_aside
from calibration.records.errors import RecordsDamaged, RecordsNotWritten
from calibration.records.folder import records_folder
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
from tests.helpers.sample_records import sample_answers, sample_calibration, sample_check, sample_display
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled
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


@given(
    reason=st.text(st.characters(exclude_categories=("Cs",)), max_size=60),
    operator=st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    until=st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_any_text_and_time_survive_the_codec(reason: str, operator: str, until: datetime) -> None:
    record = replace(an_override(reason=reason, operator=operator), until=until)
    text = codec.encode(record)
    assert codec.decode(text) == record
    assert codec.encode(codec.decode(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_survives_the_codec_exactly(value: float) -> None:
    check = sample_check()
    record = replace(check, quantities=(replace(check.quantities[0], value=value),))
    back = codec.decode(codec.encode(record))
    assert back.quantities[0].value == value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda plain: plain.update(colour="red"), "override.colour"),
        (lambda plain: plain["head"].update(patient="x"), "override.head.patient"),
        (lambda plain: plain.pop("reason"), "override.reason"),
        (lambda plain: plain.update(kind="gift"), "kind"),
        (lambda plain: plain.update(until="2026-03-03T09:00:00"), "UTC"),
        (lambda plain: plain.update(until="2026-03-03T09:00:00+01:00"), "UTC"),
        (lambda plain: plain.update(until="soon"), "override.until"),
    ],
)
def test_what_is_no_record_is_refused_by_name(spoil, said: str) -> None:  # type: ignore[no-untyped-def]
    plain = codec.plain_of(an_override())
    spoil(plain)
    with pytest.raises(BadInput, match=said):
        codec.decode(json.dumps(plain, separators=(",", ":")))


def test_numbers_that_are_none_cannot_be_recorded(tmp_path: Path) -> None:
    check = sample_check()
    with open_book(tmp_path) as book:
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own
            book.append(replace(check, quantities=(replace(check.quantities[0], value=float("nan")),)))
        with pytest.raises(ValueError, match="zone"):
            book.append(replace(an_override(), until=datetime(2026, 1, 1)))  # noqa: DTZ001
        assert not book.records()


def test_times_of_other_zones_are_kept_in_utc() -> None:
    there = datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=1)))
    assert '"until":"2026-03-03T09:00:00.000000Z"' in codec.encode(replace(an_override(), until=there))


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


# --- by hand


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
            f"UPDATE record SET display_key = '{RIGHT}', content = replace(content, '{LEFT}', '{RIGHT}')"
            " WHERE sequence = 3",
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
calibration.records.codec.encode(sample_check())
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
    by_hand(folder, f"UPDATE record SET content = replace(content, 'reason', 'excuse') WHERE sequence = {spoilt}")
    with open_book(folder) as book:
        assert [each.sequence for each in book.soundness.broken] == ([spoilt] if keys else [])
        assert {each.record.head.display_key for each in book.records() if not each.is_sound} == set(
            keys[spoilt - 1 : spoilt]
        )
        assert isinstance(book.append(an_override()).record, OverrideRecord)
