"""The worklist page by key and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fpdf import FPDF
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QRadioButton

from tests.helpers.fake_desk import FakeDesk, FakeItem, an_evening
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import a_patient, an_item
from workstation.catalogue.instances import Counts
from workstation.catalogue.work_items import ClaimState
from workstation.foundation.conditions import Severity
from workstation.foundation.errors import UserFacingError
from workstation.reading.obstacles import Obstacle
from workstation.reading.order_panel import PriorReport
from workstation.ui.worklist_columns import Column
from workstation.ui.worklist_table_model import COLUMNS


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, an_evening()) as made:
        made.window.stat_alert.put_away()
        yield made


def _names(monitor: Monitor) -> list[str]:
    model = monitor.window.worklist.table.model()
    column = COLUMNS.index(Column.PATIENT)
    return [model.index(row, column).data().partition(", ")[2] for row in range(model.rowCount())]


def test_the_first_waiting_item_is_in_hand_and_its_order_shown(monitor: Monitor) -> None:
    assert monitor.focus_name() == "Worklist table"
    assert monitor.text("Order patient") == "SYNTHETIC, Ada"
    assert monitor.text("Indication text") == "Headache after a fall, on anticoagulants."
    assert monitor.sees("Allergy: Iodinated contrast: urticaria (2019)")
    assert monitor.text("Why it is here text").startswith("Neuroradiology")
    assert monitor.text("AI finding") == "AI: Intracranial haemorrhage"
    assert monitor.text("Technologist's notes text").startswith("Patient restless")


def test_arrows_move_and_the_order_follows(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_Down)
    monitor.settle()
    assert monitor.text("Order patient") == "SYNTHETIC, Cyra"


def test_enter_opens_the_item_in_hand(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: monitor.sees("Report page"))
    assert monitor.desk.active_case is not None
    assert monitor.text("Patient name") == "SYNTHETIC, Ada"
    assert monitor.focus_name() == "Report field Comparison"


def test_a_double_click_opens(monitor: Monitor) -> None:
    table = monitor.window.worklist.table
    place = table.visualRect(table.model().index(3, 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    monitor.wait(lambda: monitor.desk.active_case is not None)
    assert monitor.desk.active_case.items[0].uid == "2.25.1004"  # type: ignore[union-attr]


def test_n_opens_the_next_unread(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_N)
    monitor.wait(lambda: monitor.desk.active_case is not None)
    assert monitor.desk.active_case.items[0].uid == "2.25.1001"  # type: ignore[union-attr]


def test_typing_filters_and_escape_clears(monitor: Monitor) -> None:
    monitor.type("mr")
    assert monitor.focus_name() == "Worklist filter"
    assert _names(monitor) == ["Dov", "Luis"]
    monitor.press(Qt.Key.Key_Return)
    assert monitor.focus_name() == "Worklist table"
    monitor.press(Qt.Key.Key_F, CTRL)
    monitor.press(Qt.Key.Key_Escape)
    assert len(_names(monitor)) == 14
    assert monitor.focus_name() == "Worklist table"


def test_a_slash_begins_a_filter_for_names_with_n(monitor: Monitor) -> None:
    monitor.type("/")
    monitor.type("nils")
    assert _names(monitor) == ["Nils"]


def test_a_filter_that_fits_nothing_says_so(monitor: Monitor) -> None:
    monitor.type("xyzzy")
    assert monitor.text("Worklist empty state") == "None of the 14 items in “All” fits what you typed. Esc clears it."


def test_the_rail_counts_and_chooses(monitor: Monitor) -> None:
    assert monitor.text("Items in list All") == "14"
    assert monitor.text("Items in list STAT") == "1"
    monitor.click("List Mine")
    assert _names(monitor) == ["Jonas"]
    monitor.click("List To deliver")
    assert monitor.text("Worklist empty state") == "Every signed report has arrived."


def test_the_item_in_hand_stays_when_others_come(monitor: Monitor) -> None:
    table = monitor.window.worklist.table
    table.choose("2.25.1008")
    monitor.desk.arrive(FakeItem(an_item(99, priority="HIGH", due_in=timedelta(minutes=2))))
    monitor.settle()
    assert table.current_uid() == "2.25.1008"
    assert len(_names(monitor)) == 15


def test_progress_of_loading_shows(monitor: Monitor) -> None:
    monitor.desk.received("2.25.1001", 151)
    monitor.settle()
    table = monitor.window.worklist.table
    images = table.model().index(1, COLUMNS.index(Column.IMAGES))
    assert images.data() == "151 / 160"
    assert monitor.text("Delivery sentence") == "151 of 160 images are here."


def test_an_opened_prior_report_stays_open_while_images_arrive(monitor: Monitor) -> None:
    monitor.click("Prior report 11 Jun 2025, CT head")
    assert "No haemorrhage" in monitor.text("Prior report text")
    monitor.desk.received("2.25.1001", 140)
    monitor.settle()
    assert monitor.sees("Prior report text")


def test_density_changes_and_is_remembered(monitor: Monitor) -> None:
    table = monitor.window.worklist.table
    before = table.rowHeight(0)
    monitor.press(Qt.Key.Key_D, CTRL)
    assert table.rowHeight(0) < before
    assert monitor.remembered[-1].worklist_density == "compact"


def test_moved_columns_are_remembered_and_come_back(monitor: Monitor, qtbot: Any) -> None:
    header = monitor.window.worklist.table.horizontalHeader()
    header.moveSection(header.visualIndex(COLUMNS.index(Column.STATE)), 0)
    assert monitor.remembered[-1].worklist_columns.startswith("state:")
    desk = an_evening()
    desk.preferences = monitor.remembered[-1]
    with a_monitor(qtbot, desk) as again:
        header = again.window.worklist.table.horizontalHeader()
        assert header.visualIndex(COLUMNS.index(Column.STATE)) == 0


def test_a_click_on_a_heading_sorts_and_the_third_gives_urgency_back(monitor: Monitor) -> None:
    header = monitor.window.worklist.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(COLUMNS.index(Column.PATIENT)) + 20, header.height() // 2)
    urgency = _names(monitor)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert _names(monitor) == sorted(urgency)
    for _ in range(2):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert _names(monitor) == urgency


def test_an_item_goes_back_with_a_reason(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert not monitor.find("Return the item now").isEnabled()
    monitor.find("Reason Images incomplete", QRadioButton).setChecked(True)
    monitor.find("Note for the site", QLineEdit).setText("base missing")
    monitor.click("Return the item now")
    monitor.settle()
    assert monitor.desk.returned == [("2.25.1001", "Images incomplete", "base missing")]
    assert monitor.desk.items["2.25.1001"].claim is ClaimState.RETURNED


def test_an_item_of_somebody_else_cannot_be_returned(monitor: Monitor) -> None:
    monitor.window.worklist.table.choose("2.25.1002")
    monitor.settle()
    assert not monitor.find("Return the item to the site").isEnabled()
    monitor.press(Qt.Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert not monitor.sees("Return to site")
    assert monitor.text("Item problem").startswith("Only an item that is free or yours")


def test_an_identity_question_is_asked_beside_the_order_and_answered_once(qtbot: Any) -> None:
    question = Obstacle("identity:1.2.3", "The name in the images differs.", must_acknowledge=True, is_blocking=False)
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), questions=(question,))])) as monitor:
        monitor.press(Qt.Key.Key_Return)
        monitor.wait(lambda: monitor.sees("Questions before opening"))
        assert monitor.desk.active_case is None
        assert monitor.focus_name() == "Do not open the item"
        monitor.click("Accept and open the item")
        monitor.wait(lambda: monitor.desk.active_case is not None)
        monitor.settle()
        assert monitor.text("Identity notes") == "The name in the images differs."


def test_a_failure_to_open_is_told_and_changes_nothing(monitor: Monitor) -> None:
    monitor.desk.trouble["open_case"] = UserFacingError("The site has not answered.", "Try again soon.")
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: monitor.sees("Notice: The site has not answered. Try again soon."))
    assert monitor.desk.active_case is None
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: monitor.desk.active_case is not None)


def test_a_failed_look_keeps_the_rows_and_says_why(monitor: Monitor) -> None:
    monitor.desk.trouble["worklist_rows"] = UserFacingError("The catalogue is busy.")
    monitor.press(Qt.Key.Key_F5)
    monitor.wait(lambda: monitor.sees("Worklist state"))
    assert monitor.text("Worklist state") == "The catalogue is busy."
    assert len(_names(monitor)) == 14


def test_an_order_that_cannot_be_looked_up_says_so(qtbot: Any) -> None:
    desk = FakeDesk([FakeItem(an_item(1))])
    desk.trouble["order_panel"] = UserFacingError("The order cannot be read.")
    with a_monitor(qtbot, desk) as monitor:
        assert monitor.text("Order panel state") == "The order cannot be read."


def test_an_unreachable_site_is_told_above_the_table(monitor: Monitor) -> None:
    monitor.desk.conditions.raise_condition(
        "worklist-unreachable", Severity.WARN, "The worklist cannot be reached.", "It is tried again by itself."
    )
    monitor.wait(lambda: monitor.sees("Worklist state"))
    assert "What you see may be old" in monitor.text("Worklist state")
    monitor.desk.conditions.end("worklist-unreachable")
    monitor.wait(lambda: not monitor.sees("Worklist state"))


def test_an_empty_worklist_says_what_will_happen(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk()) as monitor:
        assert monitor.text("Worklist empty state").startswith("The site has no work for you now.")


def test_names_that_look_like_markup_stay_text(qtbot: Any) -> None:
    odd = "<b>SYNTHETIC</b>^<img src>"
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1, patient=a_patient(odd)))])) as monitor:
        label = monitor.find("Order patient")
        assert label.text() == "<b>SYNTHETIC</b>, <img src>"  # type: ignore[attr-defined]
        assert label.textFormat() is Qt.TextFormat.PlainText  # type: ignore[attr-defined]


def test_a_thousand_items_are_shown_and_filtered(qtbot: Any) -> None:
    desk = FakeDesk([FakeItem(an_item(number), counts=Counts(expected=5, received=5)) for number in range(1, 1001)])
    with a_monitor(qtbot, desk) as monitor:
        assert monitor.text("Items shown") == "1000 items"
        monitor.type("a20260999")
        assert monitor.text("Items shown") == "1 item"


def test_a_stat_item_is_announced_without_taking_the_keyboard(monitor: Monitor, monkeypatch: Any) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(QApplication, "beep", lambda: rung.append(True))
    monitor.press(Qt.Key.Key_F, CTRL)
    monitor.type("che")
    monitor.desk.arrive(
        FakeItem(an_item(99, priority="HIGH", due_in=timedelta(minutes=20), procedure="CT angiography"))
    )
    monitor.wait(lambda: monitor.sees("STAT alert"))
    assert "CT angiography" in monitor.text("STAT alert text")
    assert monitor.text("STAT alert due time") == "due in 0:20:00"
    assert rung == [True]
    assert monitor.focus_name() == "Worklist filter"
    monitor.type("st")
    assert monitor.find("Worklist filter", QLineEdit).text() == "chest"
    monitor.press(Qt.Key.Key_J, CTRL)
    monitor.wait(lambda: monitor.desk.active_case is not None)
    assert monitor.desk.active_case.items[0].uid == "2.25.1099"  # type: ignore[union-attr]
    monitor.wait(lambda: not monitor.sees("STAT alert"))


def test_several_stat_items_are_announced_one_after_the_other(qtbot: Any) -> None:
    items = [FakeItem(an_item(n, priority="HIGH", due_in=timedelta(minutes=n))) for n in (5, 9)]
    with a_monitor(qtbot, FakeDesk(items)) as monitor:
        assert monitor.text("STAT alert text").endswith("and 1 more")
        monitor.press(Qt.Key.Key_J, CTRL)
        monitor.wait(lambda: monitor.text("STAT alert due time") == "due in 0:09:00")
        items[1].holder = "Dr. Second"
        monitor.desk.tell("worklist")
        monitor.wait(lambda: not monitor.sees("STAT alert"))


def test_the_sound_can_be_turned_off_and_each_item_is_announced_once(qtbot: Any, monkeypatch: Any) -> None:
    rung: list[bool] = []
    monkeypatch.setattr(QApplication, "beep", lambda: rung.append(True))
    desk = FakeDesk([FakeItem(an_item(1, priority="HIGH"))])
    desk.preferences = desk.preferences.model_copy(update={"stat_sound": False})
    with a_monitor(qtbot, desk) as monitor:
        monitor.click("Put the STAT alert away")
        desk.received("2.25.1001", 0)
        monitor.settle()
        assert not monitor.sees("STAT alert")
        assert not rung


def test_no_known_allergies_is_no_warning(qtbot: Any) -> None:
    item = an_item(1, allergies=("No known allergies",), alerts=("Anticoagulated",))
    with a_monitor(qtbot, FakeDesk([FakeItem(item)])) as monitor:
        assert monitor.find("Allergy: No known allergies").property("role") is None
        assert monitor.find("Alert: Anticoagulated").property("role") == "warn"


def test_a_report_that_comes_later_joins_its_order(monitor: Monitor) -> None:
    monitor.window.worklist.table.choose("2.25.1003")
    monitor.settle()
    report = PriorReport("1.2.3.2", "20260102", "Chest, two views", "IMPRESSION: Clear.")
    monitor.desk.items["2.25.1003"].prior_reports = (report,)
    monitor.desk.tell("images")
    monitor.wait(lambda: monitor.sees("Prior report 02 Jan 2026, Chest, two views"))


def test_a_report_as_pdf_is_shown_as_pixels_and_a_broken_one_says_so(qtbot: Any) -> None:
    pdf = FPDF()
    pdf.add_page()
    reports = (
        PriorReport("1", "20260102", "Good", "", bytes(pdf.output())),
        PriorReport("2", "20260102", "Bad", "", b"%PDF"),
    )
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), prior_reports=reports)])) as monitor:
        monitor.click("Prior report 02 Jan 2026, Good")
        monitor.wait(lambda: monitor.sees("Prior report page 1"))
        monitor.click("Prior report 02 Jan 2026, Bad")
        bodies = [each for each in monitor.window.findChildren(QLabel) if "damaged" in each.text()]
        assert len(bodies) == 1
