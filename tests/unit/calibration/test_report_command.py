"""`calibration report`, from the record book to files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import typer

from calibration.app.commands_on_reports import record_named, register
from calibration.exports.fleet_pdf import FleetLine, FleetSheet, fleet_pdf, fleet_pdf_bytes
from calibration.exports.report_files import form_of, write_report
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook
from tests.helpers.pdf_reading import page_texts, strays, text_of
from tests.helpers.sample_records import KEY, OTHER_KEY, START, sample_check, sample_display, sample_history, stored
from workstation.foundation.clock import SystemClock
from workstation.foundation.errors import BadInput


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of two displays."""
    folder = tmp_path_factory.mktemp("data")
    with RecordBook.open(records_folder(folder), SystemClock()) as book:
        book.append_all([*sample_history(3), sample_check(OTHER_KEY, START + timedelta(days=1), uniformity=True)])
    return folder


@pytest.fixture
def book(data_dir: Path) -> Iterator[RecordBook]:
    with RecordBook.open(records_folder(data_dir), SystemClock()) as opened:
        yield opened


def run(*arguments: str) -> int:
    app = typer.Typer()
    register(app)
    app.callback()(lambda: None)
    return int(app(args=["report", *arguments], standalone_mode=False) or 0)


def test_records_are_named_by_id_beginning_or_last(book: RecordBook) -> None:
    other = book.records(OTHER_KEY)[0].record.head.id
    assert record_named(book, other[:9]).record.head.id == other
    assert record_named(book, "last").record.head.display_key == KEY
    for name in (OTHER_KEY, "84078"):
        assert record_named(book, f"last:{name}").record.head.id == other
    with pytest.raises(BadInput, match="fits 2 displays"):
        record_named(book, "last:eizo")
    with pytest.raises(BadInput, match="no display 'barco'"):
        record_named(book, "last:barco")
    with pytest.raises(BadInput, match="no record begins"):
        record_named(book, "zzz")


def test_nothing_on_record_is_a_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no check on record yet"):
        run("last", str(tmp_path / "a.pdf"), "--data-dir", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.pdf", b"%PDF-"), ("a.json", b'{"chain"'), ("a.dicom.json", b"{"), ("a.svg", b"<svg"), ("a.csv", b"level,")],
)
def test_the_name_says_the_form(
    data_dir: Path, tmp_path: Path, name: str, begins: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("last:84078", str(tmp_path / name), "--data-dir", str(data_dir), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["display"] == OTHER_KEY
    assert told["is_sound"] is True
    assert Path(told["files"][0]).read_bytes().startswith(begins)
    assert len(told["files"]) == (3 if name == "a.csv" else 1)


def test_without_json_stdout_stays_empty(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("last", str(tmp_path / "report.out"), "--form", "dcm", "--data-dir", str(data_dir))
    told = capsys.readouterr()
    assert (told.out, "report.out" in told.err) == ("", True)
    assert (tmp_path / "report.out").read_bytes()[128:132] == b"DICM"


def test_a_form_that_does_not_exist_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    kept = stored([sample_check()])[0]
    with pytest.raises(BadInput, match=r"cannot be written as \.docx"):
        form_of(tmp_path / "a.docx")
    with pytest.raises(BadInput, match="no form 'word'"):
        write_report(kept, [kept], tmp_path / "a.pdf", "word")
    with pytest.raises(BadInput, match="cannot be written"):
        write_report(kept, [kept], tmp_path / "missing" / "a.json")


def test_what_a_record_does_not_have_is_said(tmp_path: Path) -> None:
    daily = stored([sample_check(check="daily", meter=None)])[0]
    with pytest.raises(BadInput, match="no luminance response"):
        write_report(daily, [daily], tmp_path / "a.svg")
    registered = stored([sample_display()])[0]
    with pytest.raises(BadInput, match="registration"):
        write_report(registered, [registered], tmp_path / "a.pdf")


def fleet_of(count: int) -> FleetSheet:
    lines = [
        FleetLine(
            f"room-{i // 2}",
            f"EIZO RX560 {i:05d} with a name that is much too long for its column (DP-1)",
            "diagnostic",
            "acr",
            ("OK", "FAILED", "EXPIRED", "DUE", "UNKNOWN")[i % 5],
            "monthly",
            "PASS",
            START if i % 7 else None,
            failing=("Contrast response 23.1 %, limit ≤ 10 %",) if i % 5 == 1 else (),
            overdue=("the monthly check is 12 days late",) if i % 5 == 2 else (),
            drifting=("L'max falls and leaves its limit about 2027-01-19",) if i % 10 == 0 else (),
        )
        for i in range(count)
    ]
    return FleetSheet(START, tuple(lines), count // 2, 60 * count, ("room-99.jsonl: the chain is broken.",))


def test_the_fleet_has_its_problems_first_and_then_everybody() -> None:
    pdf = fleet_pdf_bytes(fleet_of(60))
    text = text_of(pdf)
    heads = [
        "the chain is broken",
        "Failing: 12",
        "Overdue: 12",
        "Drifting: leaves a limit within a year: 6",
        "All displays: 60",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)
    assert "12 failing, 12 overdue, 6 drifting, of 60 displays." in text
    assert text.count("State Workstation Display") >= 2  # the head of the table on every page
    assert f"Page 1 of {len(page_texts(pdf))}" in text
    assert strays(pdf) == []


def test_an_empty_fleet_is_a_page_too(tmp_path: Path) -> None:
    fleet_pdf(FleetSheet(START, ()), tmp_path / "fleet.pdf")
    assert "No display is known." in text_of((tmp_path / "fleet.pdf").read_bytes())
    with pytest.raises(BadInput, match="cannot be written"):
        fleet_pdf(FleetSheet(START, ()), tmp_path / "missing" / "fleet.pdf")
