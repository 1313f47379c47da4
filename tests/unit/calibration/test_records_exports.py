"""Exported records carry their chain: merging is idempotent, in any order, and nothing changed is ever taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.records.errors import BadExport, RecordsNotWritten
from calibration.records.export_file import SUFFIX, displays_named_in, read_export
from calibration.records.record_book import RecordBook
from tests.helpers.record_books import LEFT, RIGHT, StoppedClock, an_override, fill, open_book
from tests.helpers.sample_records import sample_check, sample_display
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled
from workstation.foundation.hash_chain import GENESIS

NAME = f"reading-1{SUFFIX}"


def _export(folder: Path, count: int = 5, workstation: str = "reading-1") -> Path:
    clock = StoppedClock()
    path = folder / f"{workstation}{SUFFIX}"
    with open_book(folder / workstation, clock, workstation) as book:
        fill(book, clock, count)
        book.export_to(path)
    return path


def test_an_export_holds_everything_and_says_where_it_comes_from(tmp_path: Path) -> None:
    records = [sample_display(), sample_check(), sample_check(seed=2, operator="Zoë “Z” O'Brien \\ \n x")]
    with open_book(tmp_path / "a", workstation="Befundraum 2 “links”") as book:
        book.append_all(records)
        header = book.export_to(tmp_path / NAME)
    read, rows, found = read_export(tmp_path / NAME)
    assert read == header
    assert (read.workstation, read.count, read.head) == ("Befundraum 2 “links”", 3, rows[-1].hash)
    assert list(found) == records
    for line in (tmp_path / NAME).read_text("utf-8").splitlines():
        json.loads(line)


def test_imports_keep_origin_and_its_head(tmp_path: Path) -> None:
    path = _export(tmp_path)
    with open_book(tmp_path / "office", workstation="office") as office:
        office.append(an_override())
        report = office.import_from([path])
        assert (report.added, report.is_clean) == (5, True)
        assert report.files[0].header is not None
        imported = office.records()[1:]
        assert {each.imported_from for each in imported} == {"reading-1"}
        assert {each.origin_head for each in imported} == {report.files[0].header.head}
        assert office.verify().is_sound
        office.export_to(tmp_path / f"office{SUFFIX}")
    with open_book(tmp_path / "third", workstation="third") as third:
        assert third.import_from([tmp_path]).added == 6  # both files; what is in both comes once
        assert third.verify().is_sound


def test_the_same_id_with_another_content_is_refused_and_told(tmp_path: Path) -> None:
    record = an_override()
    with open_book(tmp_path / "a", workstation="a") as book:
        book.append_all([record, an_override()])
        book.export_to(tmp_path / NAME)
    with open_book(tmp_path / "b", workstation="b") as book:
        book.append(replace(record, reason="another one"))
        report = book.import_from([tmp_path / NAME])
        assert (report.added, report.is_clean) == (1, False)
        assert report.files[0].refused == (
            f"Record {record.head.id} of {LEFT} is here already and says something else.",
        )
        assert book.records()[0].record == replace(record, reason="another one")


def test_a_file_that_does_not_verify_does_not_stop_the_others(tmp_path: Path) -> None:
    good, bad = _export(tmp_path, workstation="good"), _export(tmp_path, workstation="bad")
    bad.write_text(bad.read_text("utf-8").replace("reason 3", "reason X"), "utf-8")
    with open_book(tmp_path / "office") as office:
        report = office.import_from([bad, good])
        assert [(file.added, bool(file.problem)) for file in report.files] == [(0, True), (5, False)]
        assert f"Record 3 of {LEFT} was changed after it was written." in report.files[0].problem
        assert len(office.records()) == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: lines[:-1],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0]],
        lambda lines: [lines[0].replace('"count":5', '"count":4'), *lines[1:-1]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [json.dumps(json.loads(line)) for line in lines],
        lambda lines: [lines[0], *(line.replace('"record":{', '"record": {') for line in lines[1:])],
        lambda lines: [lines[0].replace('"version":1', '"version":2'), *lines[1:]],
        lambda lines: [lines[0].replace("lightbox-records", "shopping-list"), *lines[1:]],
        lambda lines: [],
        lambda lines: ["{}"],
        lambda lines: ["[" * 3000],
        lambda lines: [*lines[:2], "", *lines[2:]],
        lambda lines: [lines[0], "null", *lines[2:]],
    ],
)
def test_a_file_that_was_worked_on_is_refused(tmp_path: Path, spoil: Callable[[list[str]], list[str]]) -> None:
    path = _export(tmp_path)
    lines = spoil(path.read_text("utf-8").splitlines())
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    with pytest.raises(BadExport, match="reading-1"):
        read_export(path)
    with open_book(tmp_path / "office") as office:
        assert office.import_from([path]).files[0].problem
        assert not office.records()


def test_a_chain_that_is_right_around_something_that_is_no_record_is_refused(tmp_path: Path) -> None:
    """Somebody who computes the hashes anew still cannot bring in what is no record, or is filed wrongly."""
    from calibration.records.chain import Row
    from calibration.records.codec import encode
    from calibration.records.export_file import ExportHeader, write_export

    record, clock = an_override(), StoppedClock()
    received = "2026-03-02T09:00:00.000000Z"
    for row in (
        Row(1, record.head.id, LEFT, "override", received, "", "", encode(record).replace('"reason"', '"excuse"'), ""),
        Row(1, record.head.id, RIGHT, "override", received, "", "", encode(record), ""),
        Row(1, "0" * 32, LEFT, "override", received, "", "", encode(record), ""),
        Row(1, record.head.id, LEFT, "check", received, "", "", encode(record), ""),
        Row(1, record.head.id, LEFT, "override", "9999", "", "", encode(record), ""),
    ):
        chained = replace(row, hash=row.hash_after(GENESIS))
        write_export(tmp_path / NAME, ExportHeader("a", clock.now(), "1", chained.hash, 1), [chained])
        with pytest.raises(BadExport):
            read_export(tmp_path / NAME)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_changed_byte_is_ever_taken(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = _exported_once(tmp_path_factory)
    content = bytearray(path.read_bytes())
    header = content.index(b"\n")
    place = data.draw(st.integers(header + 1, len(content) - 2))  # the last line break may go
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    content[place] = new
    spoilt = path.with_name(f"spoilt{SUFFIX}")
    spoilt.write_bytes(bytes(content))
    with pytest.raises(BadExport):
        read_export(spoilt)
    displays_named_in(spoilt)  # whatever it looks like, it can be asked


_EXPORTED: list[Path] = []


def _exported_once(factory: pytest.TempPathFactory) -> Path:
    if not _EXPORTED:
        _EXPORTED.append(_export(factory.mktemp("export"), 3))
    return _EXPORTED[0]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_merging_is_idempotent_and_in_any_order_gives_the_same_set(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    clock, paths = StoppedClock(), list[Path]()
    pool = [an_override(clock, data.draw(st.sampled_from([LEFT, RIGHT])), f"record {n}") for n in range(8)]
    for number in range(3):
        held = data.draw(st.lists(st.sampled_from(pool), unique_by=lambda record: record.head.id))
        with open_book(folder / str(number), clock, f"ws-{number}") as book:
            for record in held:
                book.append(record)
            paths.append(folder / f"{number}{SUFFIX}")
            book.export_to(paths[-1])
    orders = [data.draw(st.permutations([*paths, *paths])) for _ in range(2)]
    merged = [_merged(folder / f"merged-{n}", clock, order) for n, order in enumerate(orders)]
    assert merged[0] == merged[1]


def _merged(folder: Path, clock: StoppedClock, order: list[Path]) -> set[str]:
    with open_book(folder, clock, "office") as book:
        for path in order:
            book.import_from([path])
        assert book.verify().is_sound
        assert book.import_from(order).added == 0
        return _ids(book)


def _ids(book: RecordBook) -> set[str]:
    found = [each.record.head.id for each in book.records()]
    assert len(found) == len(set(found))
    return set(found)


def test_an_empty_book_can_be_exported_and_imported(tmp_path: Path) -> None:
    with open_book(tmp_path / "a") as book:
        assert book.export_to(tmp_path / NAME).head == GENESIS
    with open_book(tmp_path / "b") as book:
        assert book.import_from([tmp_path / NAME]).added == 0


def test_a_lost_computer_gets_its_own_records_back(tmp_path: Path) -> None:
    path = _export(tmp_path)
    with open_book(tmp_path / "new computer", workstation="reading-1") as book:
        assert book.import_from([path]).added == 5
        assert list(book.displays()) == [LEFT, RIGHT]


def test_a_book_with_a_changed_record_exports_a_file_that_nobody_takes(tmp_path: Path) -> None:
    from tests.helpers.record_books import by_hand

    clock = StoppedClock()
    with open_book(tmp_path / "a", clock) as book:
        fill(book, clock, 3)
    by_hand(tmp_path / "a", "UPDATE record SET content = replace(content, 'reason 2', 'x') WHERE sequence = 2")
    with open_book(tmp_path / "a", clock) as book:
        book.export_to(tmp_path / NAME)
    with pytest.raises(BadExport, match=f"Record 2 of {RIGHT}"):
        read_export(tmp_path / NAME)


def test_places_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with open_book(tmp_path / "a") as book:
        with pytest.raises(BadInput, match="no file or folder"):
            book.import_from([tmp_path / "nowhere"])
        with pytest.raises(BadInput, match="no exported records"):
            book.import_from([tmp_path])
        with pytest.raises(RecordsNotWritten, match="cannot be written"):
            book.export_to(tmp_path / "nowhere" / NAME)


def test_an_import_can_be_given_up_between_files(tmp_path: Path) -> None:
    _export(tmp_path, workstation="a")
    _export(tmp_path, workstation="b")
    cancel = CancelToken()
    with open_book(tmp_path / "office") as office:
        with pytest.raises(Cancelled):
            office.import_from([tmp_path], lambda done, total: cancel.cancel(), cancel)
        assert len(office.records()) == 5
        assert office.import_from([tmp_path]).added == 5
