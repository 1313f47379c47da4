"""The pages of the fleet, of meters and of patterns, by the gestures of a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pydicom
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from calibration.checks.findings import StateName
from calibration.fleet.chosen_folders import chosen_folders
from calibration.patterns.catalogue import PATTERNS
from calibration.photometer.errors import MeterSilent
from calibration.photometer.meter_book import MeterFacts, read_meter_book, remember_meter
from calibration.readings.reading import Space
from calibration.ui.fleet_page import FleetPage
from calibration.ui.meters_page import MeterLine, MetersPage
from calibration.ui.pattern_choice import PatternTarget
from calibration.ui.pattern_window import PatternWindow
from calibration.ui.patterns_page import PatternsPage
from tests.helpers.check_room import LookingMeter, RoomScreens, monitor
from tests.helpers.qa_room import NOW, QaRoom, qa_room
from tests.helpers.simulated_panel import SimulatedPanel, SteppingClock
from tests.helpers.synthetic_fleet import Fleet, write_fleet


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[QaRoom]:
    with qa_room(qtbot, tmp_path / "data") as room:
        yield room


# --- fleet ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    write_fleet(folder, Fleet(workstations=5, displays_each=4, months=4, failing_every=7))
    return folder


def fleet(room: QaRoom, folder: Path) -> FleetPage:
    page = FleetPage(room.desk, room.tasks, room.tokens, files=room.files)
    room.show(page)
    room.files.paths = [folder]
    room.click("Add a folder of exports")
    room.until(lambda: page.table.lines.total > 0)
    return page


def test_the_fleet_is_counted_and_the_worst_stand_first(room: QaRoom, exports: Path) -> None:
    page = fleet(room, exports)
    assert "20 displays of 5 workstations" in room.text("What became of the fleet")
    assert page.table.lines.shown[0].state is StateName.FAILED
    room.click("Show failing")
    assert {row.state for row in page.table.lines.shown} == {StateName.FAILED}
    assert "Contrast response" in room.text("Why")
    room.click("Show all displays")
    room.type("Filter displays", "READING-0002 failed")
    assert {row.workstation for row in page.table.lines.shown} == {"READING-0002"}
    room.type("Filter displays", "nothing at all")
    assert page.table.lines.shown == []
    assert room.text("No display") == "No display fits the filter."


def test_a_broken_file_is_listed_with_its_reason(room: QaRoom, exports: Path) -> None:
    path = sorted(exports.iterdir())[2]
    path.write_bytes(path.read_bytes().replace(b'"kind":"check"', b'"kind":"Check"', 1))
    page = fleet(room, exports)
    assert room.text("Files that cannot be used").startswith("1 file cannot be used")
    assert path.name in room.text(f"Fault of {path.name}")
    unknown = [row for row in page.table.lines.shown if row.state is StateName.UNKNOWN]
    assert len(unknown) == 4


def test_folders_are_remembered_and_one_pdf_is_written(room: QaRoom, exports: Path, tmp_path: Path) -> None:
    fleet(room, exports)
    assert chosen_folders(room.desk.folders.config) == (exports,)
    room.files.paths = [tmp_path / "fleet.pdf"]
    room.click("PDF for the auditor")
    assert (tmp_path / "fleet.pdf").read_bytes().startswith(b"%PDF")
    again = FleetPage(room.desk, room.tasks, room.tokens)
    room.show(again)
    room.until(lambda: again.table.lines.total == 20)
    assert "All were verified before." in room.text("What became of the fleet")


def test_a_look_can_be_given_up(room: QaRoom, exports: Path) -> None:
    page = FleetPage(room.desk, room.tasks, room.tokens, files=room.files)
    room.show(page)
    page._folders = (exports,)
    page.refresh()
    assert page.strip.is_busy
    page.strip.give_up()
    room.settle()
    assert not page.strip.is_busy
    assert page.table.lines.total == 0
    assert "Given up" in room.text("What became of the fleet")


def test_a_folder_that_is_gone_is_said(room: QaRoom, tmp_path: Path) -> None:
    page = FleetPage(room.desk, room.tasks, room.tokens, files=room.files)
    room.show(page)
    room.files.paths = [tmp_path / "gone"]
    room.click("Add a folder of exports")
    room.until(lambda: bool(page.told.text()))
    assert "There is no file or folder" in page.told.text()
    assert page.told.property("role") == "fail"


# --- meters -----------------------------------------------------------------------------------------------------------


def meters(room: QaRoom, meter: LookingMeter | None = None) -> MetersPage:
    page = MetersPage(room.desk, room.tasks, room.tokens, opener=lambda *_: meter or looking())
    room.show(page)
    return page


def looking() -> LookingMeter:
    made = LookingMeter(SimulatedPanel(SteppingClock(NOW)))
    made.ddl = 255
    return made


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-1, "EXPIRED", "fail"),
        (0, "today is the last day", "warn"),
        (29, "29 days left", "warn"),
        (30, "30 days", "ok"),
    ],
)
def test_a_certificate_is_told_in_words_and_colour(days: int, words: str, tone: str) -> None:
    today = NOW.date()
    line = MeterLine(MeterFacts("spotread", "1", certificate_due=today + timedelta(days=days)), today)
    assert words in line.certificate[0]
    assert line.certificate[1][1] == tone


def test_a_meter_is_written_down_changed_and_removed(room: QaRoom) -> None:
    page = meters(room)
    assert "No meter is written down yet" in room.text("No meters")
    room.click("Add a meter")
    room.type("Name", "Meter of room 2")
    room.type("Serial number", "I1-77")
    room.type("Certificate valid until", "31.12.2027")
    room.click("Save, meter")
    assert "is no date" in room.text("Fault in meter")
    room.type("Certificate valid until", "2027-12-31")
    room.type("Correction factor", "1,02")
    room.click("Save, meter")
    assert "1.02" in room.text("Fault in meter"), "a decimal comma is answered with what to write"
    room.type("Correction factor", "1.02")
    room.type("Uncertainty, % (k = 2)", "2.5")
    room.click("Save, meter")
    config = room.desk.folders.config
    assert read_meter_book(config).meters == (
        MeterFacts("spotread", "I1-77", "Meter of room 2", date(2027, 12, 31), 1.02, 0.025),
    )
    assert page.table.lines.total == 1
    room.click("Change the meter")
    room.type("Serial number", "I1-78")
    room.click("Save, meter")
    assert [facts.serial for facts in read_meter_book(config).meters] == ["I1-78"]
    room.click("Remove the meter from the book")
    room.click("Keep the meter")
    assert read_meter_book(config).meters
    room.click("Remove the meter from the book")
    room.click("Remove the meter for good")
    assert read_meter_book(config).meters == ()


def test_a_damaged_book_is_said_and_not_overwritten(room: QaRoom) -> None:
    config = room.desk.folders.config
    remember_meter(config, MeterFacts("spotread", "1"))
    (config / "meters.toml").write_text("[[meter]]\nkind = 'telescope'\n", "utf-8")
    page = meters(room)
    assert "meter 1" in page.told.text()
    room.click("Add a meter")
    room.click("Save, meter")
    assert "telescope" in (config / "meters.toml").read_text("utf-8")


def test_a_meter_is_tried_and_closed(room: QaRoom) -> None:
    meter = looking()
    page = meters(room, meter)
    room.click("Try the meter")
    room.until(lambda: bool(page.trial.told.text()))
    assert "i1 Display Pro A-1234 answers:" in page.trial.told.text()
    assert "cd/m²" in page.trial.told.text()
    assert meter.is_closed
    assert not room.desk.book.records()


def test_the_fault_of_a_meter_is_told_in_its_own_words(room: QaRoom) -> None:
    meter = looking()
    meter.faults = [MeterSilent("The meter did not answer in 10 s.", "Unplug it and plug it in again.")]
    page = meters(room, meter)
    room.click("Try the meter")
    room.until(lambda: bool(page.trial.told.text()))
    assert page.trial.told.text() == "The meter did not answer in 10 s. Unplug it and plug it in again."
    assert meter.is_closed


# --- patterns ---------------------------------------------------------------------------------------------------------


def patterns(room: QaRoom) -> PatternsPage:
    screen = monitor("DIAG", "diagnostic")
    page = PatternsPage(RoomScreens([screen]), room.desk.clock, room.tasks, room.tokens, files=room.files)  # type: ignore[arg-type]
    room.show(page)
    page.show_targets([PatternTarget("k", "EIZO RX560", screen)])
    room.settle()
    return page


def test_every_pattern_says_what_it_is_for_and_is_drawn(room: QaRoom) -> None:
    page = patterns(room)
    assert page.table.lines.total == len(PATTERNS)
    for kind in PATTERNS.values():
        page.table.choose(kind.name)
        assert room.text("Purpose of the pattern") == kind.purpose
        order = page.choice.order
        assert order is not None
        assert order.space in kind.spaces
    page.table.choose("letters")
    assert not room.sees("Level of the pattern")
    assert room.sees("Draw another random one")
    seed = page.choice.order.seed if page.choice.order else 0
    room.click("Draw another random one")
    assert page.choice.order is not None
    assert page.choice.order.seed != seed


def test_a_pattern_on_the_display_follows_the_keys_until_esc(room: QaRoom) -> None:
    page = patterns(room)
    page.table.choose("defects")
    page.choice.level.setValue(100)
    room.click("Show the pattern")
    room.until(lambda: bool(windows()))
    room.until(lambda: middle() == 100)
    for key, level in ((Qt.Key.Key_Right, 101), (Qt.Key.Key_PageUp, 116), (Qt.Key.Key_Left, 115)):
        room.bot.keyClick(windows()[0], key)
        room.until(lambda level=level: middle() == level)  # type: ignore[misc]
    room.bot.keyClick(windows()[0], Qt.Key.Key_Down)
    room.until(lambda: middle() == 0)  # "black" comes after "defects"
    assert page.is_shown
    room.bot.keyClick(windows()[0], Qt.Key.Key_Escape)
    room.settle()
    assert not page.is_shown
    assert not windows()


def test_leaving_the_page_takes_the_pattern_away(room: QaRoom) -> None:
    page = patterns(room)
    page.table.choose("white")
    room.click("Show the pattern")
    room.until(lambda: bool(windows()))
    page.hide()
    room.settle()
    assert not windows()


def test_a_pattern_is_saved_at_the_display_s_own_size(room: QaRoom, tmp_path: Path) -> None:
    page = patterns(room)
    page.table.choose("un80")
    target = page.choice.target
    assert target is not None
    size = target.screen.width, target.screen.height
    room.files.paths = [tmp_path / "p.png"]
    room.click("Save the pattern as PNG")
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.size == size
    room.files.paths = [tmp_path / "p.dcm"]
    room.click("Save the pattern as DICOM")
    saved = pydicom.dcmread(tmp_path / "p.dcm")
    assert (saved.Columns, saved.Rows) == size
    assert saved.pixel_array[0, 0] == 204
    space = page.findChild(QComboBox, "Space of the pattern")
    assert space is not None
    space.setCurrentIndex(space.findData(Space.DDL))
    assert not page._dicom.isEnabled(), "a DICOM image carries P-values"


def windows() -> list[PatternWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, PatternWindow) and each.isVisible()]


def middle() -> int:
    """Grey in the middle of the pattern that is shown."""
    shown = windows()
    if not shown:
        return -1
    image = shown[0].grab().toImage()
    return int(image.pixelColor(image.width() // 2, image.height() // 2).red())
