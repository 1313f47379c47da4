"""The guided window when something goes wrong: each time a sentence, a way on, and no reading lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from calibration.checks.check_run import CheckRun
from calibration.checks.live_curve import contrast_steps, live_curve
from calibration.checks.qa_preferences import QaPreferences, load_qa_preferences, save_qa_preferences
from calibration.conformance.verdict import VerdictName
from calibration.gsdf.display_lut import DisplayLut
from calibration.gsdf.lut_building import build_lut
from calibration.gsdf.response import Response
from calibration.photometer.errors import MeterCannot, MeterGone, MeterMissing, MeterSilent
from calibration.readings.reading import NO_AMBIENT
from calibration.records.record import CheckRecord
from calibration.ui.panel_place import panel_rect
from calibration.ui.pattern_window import PatternWindow
from tests.helpers.check_room import METER, CheckRoom
from tests.helpers.simulated_panel import Person, carry_out
from workstation.foundation.errors import BadInput
from workstation.qtkit.theme import apply_theme

GONE = MeterGone("The meter no longer answers.", "Plug it in again, then try again.")


@pytest.fixture(scope="module", autouse=True)
def _look(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[CheckRoom]:
    room = CheckRoom(qtbot, tmp_path)
    yield room
    room.close()


def _record(room: CheckRoom) -> CheckRecord:
    record = room.book.records(kind="check")[-1].record
    assert isinstance(record, CheckRecord)
    return record


def _readings(record: CheckRecord) -> int:
    return sum(len(level.readings) for series in record.series for level in series.measured)


def _to_measuring(room: CheckRoom, reads: int, check: str = "luminance-18") -> None:
    room.open(check)
    room.begin(with_meter=True)
    room.go_through(lambda: room.meter.reads >= reads)


def test_an_unplugged_meter_pauses_and_the_check_goes_on_where_it_stood(room: CheckRoom) -> None:
    _to_measuring(room, 12)
    room.meter.faults = [GONE]
    room.wait_page("Pause page")
    assert room.text("Heading, pause") == GONE.what
    assert room.text("Instruction, pause") == GONE.advice
    room.meter.connect_faults = [MeterSilent("The meter did not answer in time.", "Is it on?")]
    room.press(Qt.Key.Key_Return)
    room.bot.waitUntil(lambda: room.text("Heading, pause").startswith("The meter did not answer"))
    room.press(Qt.Key.Key_Return)
    room.go_through(lambda: room.page == "Verdict page")
    record = _record(room)
    assert record.is_complete
    assert len(record.series[0].measured) == 18
    assert _readings(record) == room.meter.reads - 1
    assert any(GONE.what in note for note in record.notes)


def test_another_meter_keeps_the_readings_and_begins_anew(room: CheckRoom) -> None:
    _to_measuring(room, 9)
    room.meter.faults = [GONE]
    room.wait_page("Pause page")
    read = room.meter.reads
    room.click("Take another meter")
    room.wait_page("Choose a check")
    record = _record(room)
    assert not record.is_complete
    assert _readings(record) == read - 1
    room.bot.waitUntil(lambda: room.meter.is_closed)


def test_stopping_asks_beside_the_page_and_keeps_every_reading(room: CheckRoom) -> None:
    _to_measuring(room, 10)
    room.meter.hold.clear()
    room.press(Qt.Key.Key_Escape)
    assert room.window is not None
    assert room.window.stop_notice.is_open
    assert "Every reading is kept" in room.text("What stopping means")
    room.press(Qt.Key.Key_Escape)
    assert not room.window.stop_notice.is_open
    room.press(Qt.Key.Key_Escape)
    room.click("Stop and keep the readings")
    assert room.page == "Verdict page"
    assert room.text("Verdict") == "NOT COMPLETE"
    record = _record(room)
    assert not record.is_complete
    assert _readings(record) >= 9
    room.bot.waitUntil(lambda: room.meter.is_closed)


def test_a_check_left_for_later_is_taken_up_with_its_readings(room: CheckRoom) -> None:
    _to_measuring(room, 12)
    room.meter.hold.clear()
    room.press(Qt.Key.Key_Escape)
    room.click("Leave the check for later")
    assert list(room.book.records()) == []
    room.meter.hold.set()
    reads = room.meter.reads
    room.open("luminance-18")
    room.begin(with_meter=True)
    assert "not finished" in room.text("Unfinished check")
    room.click("Go on with the unfinished check")
    room.go_through(lambda: room.page == "Verdict page")
    record = _record(room)
    assert record.is_complete
    assert len(record.series[0].measured) == 18
    assert room.meter.reads - reads < _readings(record)  # those of the first part count


def test_an_unplugged_monitor_pauses_until_it_is_back(room: CheckRoom) -> None:
    _to_measuring(room, 12)
    room.screens.plug([room.report])
    room.wait_page("Pause page")
    assert "no longer there" in room.text("Heading, pause")
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, PatternWindow) and w.isVisible()]
    room.press(Qt.Key.Key_Return)
    room.bot.wait(50)
    assert room.page == "Pause page"
    room.screens.plug([room.report, room.diagnostic])
    assert room.text("Heading, pause") == "The monitor is back."
    room.press(Qt.Key.Key_Return)
    room.go_through(lambda: room.page == "Verdict page")
    assert len(_record(room).series[0].measured) == 18


def test_a_display_that_came_back_changed_ends_the_check(room: CheckRoom) -> None:
    _to_measuring(room, 12)
    room.screens.plug([room.report])
    room.wait_page("Pause page")
    assert room.window is not None
    assert room.window.session is not None
    facts = room.subject.facts
    room.window.session._facts_now = lambda _: replace(facts, panel=replace(facts.panel, brightness=40))
    room.screens.plug([room.report, room.diagnostic])
    room.press(Qt.Key.Key_Return)
    room.wait_page("Verdict page")
    record = _record(room)
    assert not record.is_complete
    assert _readings(record) >= 9
    assert any("brightness" in note for note in record.notes)


def test_a_meter_that_slipped_is_said_and_asked_again(room: CheckRoom) -> None:
    _to_measuring(room, 20)
    light = room.panel.most_cd_m2
    room.panel.most_cd_m2 = 3.0
    assert room.window is not None
    warning = room.window.board.measure.warning
    room.bot.waitUntil(lambda: "Is the meter still on the marked place" in warning.text(), timeout=5000)
    room.panel.most_cd_m2 = light
    room.go_through(lambda: room.page == "Verdict page")
    assert any("set aside" in note for note in _record(room).notes)


def test_no_meter_no_beginning(room: CheckRoom) -> None:
    room.meter.connect_faults = [MeterMissing("No meter was found.", "Plug it in.")]
    room.open("monthly")
    room.bot.keyClicks(room.window.findChild(QLineEdit, "Operator"), "A. Weber")  # type: ignore[union-attr]
    room.click("Find the meter")
    room.bot.waitUntil(lambda: "No meter was found" in room.text("Trouble with the meter"))
    room.press(Qt.Key.Key_Return)
    assert room.page == "Choose a check"
    assert room.window is not None
    assert not room.window.board.choose_page.is_ready


def test_readings_typed_by_hand(room: CheckRoom) -> None:
    window = room.open("white-point")
    choose = window.board.choose_page
    choose.meter.choose("manual")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Measuring page")
    room.type("Luminance read, cd/m²", "12,5")
    room.bot.waitUntil(lambda: room.text("What is wrong with the reading") != "")
    window.board.measure.field.clear()
    shown = [204]
    window.stage.shown.connect(lambda pattern: shown.append(pattern.order.level) if pattern else None)
    for number in range(10):
        if room.page != "Measuring page":
            break
        level, before = window.stage.pattern.order.level, window.session.run.readings_here  # type: ignore[union-attr]
        room.type("Luminance read, cd/m²", f"{250 if level == 204 else 410}.{number % 3}")
        room.press(Qt.Key.Key_Return)  # a second Enter gives nothing
        room.bot.waitUntil(
            lambda before=before, level=level: (  # type: ignore[misc]
                room.page == "Verdict page"
                or shown[-1] != level
                or window.session.run.readings_here not in (before, ())  # type: ignore[union-attr]
            )
        )
    room.wait_page("Verdict page")
    record = _record(room)
    assert record.meter is not None
    assert record.meter.kind == "manual"
    assert {level.level: round(level.mean_cd_m2) for level in record.series[0].measured} == {204: 250, 255: 410}


def test_leaving_out_asks_why_and_the_check_cannot_pass(room: CheckRoom) -> None:
    room.open("daily")
    room.begin(with_meter=False)
    room.press(Qt.Key.Key_S)
    room.type("Reason for leaving it out", "no")
    assert room.window is not None
    assert room.window.skip_notice.is_open
    room.type("Reason for leaving it out", " mouse here")
    room.go_through(lambda: room.page == "Verdict page")
    record = _record(room)
    assert not record.is_complete
    assert any("no mouse here" in note for note in record.notes)


def test_back_measures_the_step_before_again(room: CheckRoom) -> None:
    _to_measuring(room, 12)
    room.meter.hold.clear()
    assert room.window is not None
    assert room.window.session is not None
    index = room.window.session.run.index
    room.press(Qt.Key.Key_Backspace)
    assert room.window.session.run.index == index - 1
    room.meter.hold.set()
    room.go_through(lambda: room.page == "Verdict page")
    assert len(_record(room).series[0].measured) == 18


def test_wrong_answers_fail_the_daily_check(room: CheckRoom) -> None:
    room.open("daily")
    room.begin(with_meter=False)
    room.go_through(lambda: room.page == "Verdict page", sees_right=False)
    assert room.text("Verdict") == "FAIL"
    assert _record(room).verdict.name is VerdictName.FAIL


def test_room_light_is_measured_by_the_meter_or_refused_in_words(room: CheckRoom) -> None:
    room.open("room-light")
    room.begin(with_meter=False)
    room.wait_page("Number page")
    room.type("Number", "12,5")
    assert room.text("What is wrong with the number")
    assert room.page == "Number page"
    room.window.board.number.field.setText("99999")  # type: ignore[union-attr]
    room.press(Qt.Key.Key_Return)
    assert "cannot be right" in room.text("What is wrong with the number")
    room.window.board.number.field.setText("24")  # type: ignore[union-attr]
    room.press(Qt.Key.Key_Return)
    room.wait_page("Verdict page")
    assert _record(room).ambient.illuminance_lux == 24


def test_the_meters_diffuser_answers_for_room_light(room: CheckRoom) -> None:
    room.meter.lux = MeterCannot("This meter has no diffuser.", "Type the number.")
    room.open("monthly")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Number page")
    room.click("Measure room light")
    room.bot.waitUntil(lambda: "no diffuser" in room.text("What is wrong with the number"))
    room.meter.lux = 31.5
    room.click("Measure room light")
    field = room.window.board.number.field  # type: ignore[union-attr]
    room.bot.waitUntil(lambda: field.text() == "31.5")


def test_a_report_is_saved_and_a_fault_is_said(room: CheckRoom) -> None:
    room.open("daily")
    room.begin(with_meter=False)
    room.go_through(lambda: room.page == "Verdict page")
    room.press(Qt.Key.Key_S)
    room.bot.waitUntil(lambda: "The report is saved" in room.text("Notice"))
    assert room.reports

    def refuse(_record: CheckRecord, _path: Path) -> None:
        raise BadInput("The disk is full.", "Make room.")

    assert room.window is not None
    room.window._write_report = refuse
    room.press(Qt.Key.Key_S)
    room.bot.waitUntil(lambda: "The disk is full" in room.text("Notice"))


def test_a_withdrawn_calibration_is_not_put_to_use(room: CheckRoom) -> None:
    """All its steps were done when the program ended: the decision is still open when it is taken up again."""
    run = CheckRun.start(room.subject.order("calibration", "A. Weber", METER), room.book, room.clock)
    carry_out(run, room.panel, Person(answers={"calibration-depth": "18 levels"}))
    run.leave()
    room.open("calibration")
    room.begin(with_meter=True)
    room.click("Go on with the unfinished check")
    room.wait_page("Verdict page")
    room.press(Qt.Key.Key_W)
    kinds = [stored.record.kind for stored in room.book.records()]
    assert kinds == ["check"]
    assert not _record(room).is_complete
    room.bot.waitUntil(lambda: room.text("Verdict") == "NOT COMPLETE")


def _calibrated(room: CheckRoom) -> None:
    """A table in use that fits the panel; the 8 bits of the screen leave a deviation of some per cent."""
    room.panel.least_cd_m2 = 1.2
    light = np.array([room.panel.luminance(ddl) for ddl in range(256)])
    built = build_lut(Response(light))
    room.subject = replace(room.subject, lut=DisplayLut.of(built), lut_sha256=built.sha256)


def test_uncertain_levels_are_repeated_before_the_verdict_is_written(room: CheckRoom) -> None:
    _calibrated(room)
    room.panel.noise = 0.012
    window = room.open("luminance-18")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Verdict page")
    assert room.text("Verdict") == "INCONCLUSIVE"
    assert list(room.book.records()) == []  # the person decides first
    before = room.meter.reads
    room.press(Qt.Key.Key_R)
    assert room.page == "Instruction page"  # the meter is put back first
    room.go_through(lambda: room.page == "Verdict page")
    assert room.meter.reads > before
    if window.session is not None and not window.session.is_over:
        room.press(Qt.Key.Key_Return)
    assert _readings(_record(room)) == room.meter.reads


def test_a_display_that_conforms_passes_and_its_plots_are_saved(room: CheckRoom, tmp_path: Path) -> None:
    _calibrated(room)
    window = room.open("luminance-18")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Verdict page")
    record = _record(room)
    assert record.verdict.passes
    assert record.lut_sha256 == room.subject.lut_sha256
    luminance, contrast = window.board.verdict.plots
    for number, plot in enumerate((luminance, contrast)):
        svg, png = tmp_path / f"{number}.svg", tmp_path / f"{number}.png"
        plot.save(svg)
        plot.save(png)
        assert b"<svg" in svg.read_bytes()[:200]
        assert b"<image" not in svg.read_bytes()
        assert png.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadInput, match="gif"):
        luminance.save(tmp_path / "plot.gif")


# --- one monitor


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_on_one_monitor_the_panel_never_covers_the_meter(qtbot: QtBot, tmp_path: Path) -> None:
    room = CheckRoom(qtbot, tmp_path, is_alone=True)
    window = room.open("monthly")
    covered = []

    def look(_: object) -> None:
        target = window.stage.target
        if target is not None and window.geometry().intersects(target):
            covered.append(window.stage.pattern)

    window.stage.shown.connect(look)
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Verdict page")
    assert covered == []
    room.close()


@pytest.mark.parametrize("size", [(800, 800), (1280, 1024), (1920, 1080), (1200, 1600), (2048, 2560)])
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_panel_finds_a_place_off_every_field(size: tuple[int, int], column: int, line: int) -> None:
    width, height = size
    room = QRect(100, 50, width, height)
    field = QRect(100 + column * width // 3, 50 + line * height // 3, width // 3, height // 3)
    place = panel_rect(room, 430, 480, field)
    assert room.contains(place)
    assert not place.intersects(field)


def test_the_pattern_takes_keys_too_and_esc_there_asks(room: CheckRoom) -> None:
    window = room.open("daily")
    room.begin(with_meter=False)
    room.go_through(lambda: window.session is not None and window.session.run.index == 1)
    room.bot.waitUntil(lambda: window.stage.pattern is not None)
    room.bot.keyClick(room.glass, Qt.Key.Key_Escape)
    assert window.stop_notice.is_open
    assert room.glass.isVisible()
    room.bot.keyClick(room.glass, Qt.Key.Key_Escape)
    room.bot.keyClick(room.glass, Qt.Key.Key_1)
    room.wait_page("Verdict page")
    assert _record(room).answers[-1].given == "Yes"


# --- what is remembered


def test_choices_are_remembered(room: CheckRoom, tmp_path: Path) -> None:
    room.open("daily")
    room.begin(with_meter=False)
    remembered = load_qa_preferences(tmp_path / "config")
    assert (remembered.operator, remembered.last_check) == ("A. Weber", "daily")


@pytest.mark.parametrize("name", ['Dr. Öz "Q"', "a\\b\nc = 1", "", "\x7f\U0001f600"])
def test_preferences_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    before = QaPreferences(operator=name, meter="csv:/tmp/a b.csv", last_check="daily")
    save_qa_preferences(tmp_path, before)
    assert load_qa_preferences(tmp_path) == before


def test_damaged_preferences_are_said_by_name(tmp_path: Path) -> None:
    (tmp_path / "calibration.toml").write_text("operater = 'x'\n")
    with pytest.raises(BadInput, match="operater"):
        load_qa_preferences(tmp_path)


def test_a_curve_that_is_half_measured_has_a_target_only_when_its_ends_are_known(room: CheckRoom) -> None:
    _to_measuring(room, 30)
    room.meter.hold.clear()
    assert room.window is not None
    assert room.window.session is not None
    (series,) = room.window.session.run.series
    assert live_curve(series, NO_AMBIENT, contrast_limit=0.1).target_cd_m2.size == 0
    known = live_curve(series, NO_AMBIENT, contrast_limit=0.1, expected=(0.6, 410.0))
    assert known.target_cd_m2[-1] == pytest.approx(410.0, rel=2e-3)
    assert contrast_steps(series, NO_AMBIENT) == ()
    assert date(2026, 3, 2) == room.clock.now().date()
