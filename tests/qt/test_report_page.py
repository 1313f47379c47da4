"""The report page by key: fields, drafts, obstacles, one active case, signing, delivery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit

from tests.helpers.fake_desk import PASSWORD, FakeDesk, FakeItem
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.foundation.errors import UserFacingError
from workstation.reading.obstacles import Obstacle
from workstation.ui.delivery_stages import StageState, stages_of, summary_of

ONE, TWO = "2.25.1001", "2.25.1002"
FULL = Counts(expected=10, received=10)


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    items = [FakeItem(an_item(n, due_in=timedelta(hours=n)), counts=FULL) for n in (1, 2, 3)]
    with a_monitor(qtbot, FakeDesk(items)) as made:
        yield made


def _write(monitor: Monitor, findings: str = "No haemorrhage.", impression: str = "Normal.") -> None:
    for heading, text in (("Findings", findings), ("Impression", impression)):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type(text)
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")


def _fields(monitor: Monitor) -> dict[str, str]:
    case = monitor.desk.active_case
    assert case is not None
    return dict(monitor.desk.draft(case).fields)


def test_typing_goes_into_the_draft_and_tab_to_the_next_field(monitor: Monitor) -> None:
    monitor.open(ONE)
    assert monitor.focus_name() == "Report field Comparison"
    monitor.type("None.")
    monitor.press(Qt.Key.Key_Tab)
    assert monitor.focus_name() == "Report field Findings"
    monitor.type("No haemorrhage.")
    monitor.press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert monitor.focus_name() == "Report field Comparison"
    assert _fields(monitor)["comparison"] == "None."
    assert _fields(monitor)["findings"] == "No haemorrhage."


def test_fields_are_reached_from_the_palette_too(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.press(Qt.Key.Key_K, CTRL)
    monitor.type("next field")
    monitor.press(Qt.Key.Key_Return)
    assert monitor.focus_name() == "Report field Findings"


def test_the_draft_says_when_it_was_saved(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.type("x")
    assert monitor.text("Draft state") == "Saving the draft …"
    monitor.desk.save_drafts()
    monitor.wait(lambda: monitor.text("Draft state").startswith("✓  Draft saved "))


def test_obstacles_shrink_to_ready(monitor: Monitor) -> None:
    monitor.open(ONE)
    assert monitor.text("Signing state") == "2 things before signing"
    assert not monitor.find("Sign report").isEnabled()
    monitor.click("Go to: Impression is empty. Fill it in.")
    assert monitor.focus_name() == "Report field Impression"
    monitor.type("Normal.")
    monitor.wait(lambda: monitor.text("Signing state") == "1 thing before signing")
    _write(monitor)
    assert monitor.find("Sign report").isEnabled()


def test_missing_images_need_a_reason_typed_in_place(monitor: Monitor) -> None:
    monitor.desk.items[ONE].counts = Counts(expected=10, received=8)
    monitor.open(ONE)
    for heading in ("Findings", "Impression"):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Text.")
    monitor.wait(lambda: monitor.text("Signing state") == "1 thing before signing")
    answer = "Acknowledgement: 8 of 10 images are here. Say in words why you sign all the same."
    monitor.find(answer, QLineEdit).setFocus()
    monitor.type("ok")
    assert not monitor.find("Sign report").isEnabled()
    monitor.type(", enough to decide")
    assert monitor.text("Signing state") == "✓  Ready to sign"
    monitor.press(Qt.Key.Key_F12)
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: bool(monitor.desk.signed))
    assert monitor.desk.signed[0][1] == {f"images:{ONE}": "ok, enough to decide"}


def test_an_answer_stays_while_other_obstacles_come_and_go(monitor: Monitor) -> None:
    monitor.desk.items[ONE].counts = Counts(expected=10, received=8)
    monitor.open(ONE)
    answer = "Acknowledgement: 8 of 10 images are here. Say in words why you sign all the same."
    monitor.find(answer, QLineEdit).setText("emergency")
    monitor.find("Report field Findings").setFocus()
    monitor.type("Text.")
    monitor.wait(lambda: monitor.text("Signing state") == "1 thing before signing")
    assert monitor.find(answer, QLineEdit).text() == "emergency"


def test_a_warning_does_not_stop_signing(monitor: Monitor) -> None:
    monitor.desk.extra_obstacles = (
        Obstacle("display:diagnostic:1", "Diagnostic monitor 1: not checked.", is_blocking=False),
    )
    monitor.open(ONE)
    _write(monitor)
    assert monitor.sees("Obstacle: Diagnostic monitor 1: not checked.")
    assert monitor.find("Sign report").isEnabled()


def test_the_sheet_shows_exactly_what_is_signed(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor, impression="Normal CT of the head.")
    monitor.press(Qt.Key.Key_F12)
    assert monitor.focus_name() == "Password to sign"
    assert monitor.text("Patient to sign for") == "SYNTHETIC, Ada"
    assert monitor.text("To be signed, Technique") == "Axial CT of the head without contrast."
    assert monitor.text("To be signed, Findings") == "No haemorrhage."
    assert monitor.text("To be signed, Impression") == "Normal CT of the head."
    assert not monitor.sees("To be signed, Comparison")
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: bool(monitor.desk.signed))
    assert monitor.desk.signed[0][0].fields["impression"] == "Normal CT of the head."
    monitor.wait(lambda: monitor.sees("Worklist page"))
    assert monitor.desk.active_case is None


def test_a_wrong_password_signs_nothing_and_is_forgotten(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor)
    monitor.press(Qt.Key.Key_F12)
    monitor.type("wrong")
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: monitor.sees("Signing problem"))
    assert monitor.text("Signing problem") == "The site did not accept that password. Nothing was signed. Try again."
    assert monitor.find("Password to sign", QLineEdit).text() == ""
    assert not monitor.desk.signed
    monitor.press(Qt.Key.Key_Escape)
    assert not monitor.sees("Signing sheet")
    assert monitor.focus_name() == "Report field Impression"


def test_a_draft_that_changed_behind_the_sheet_is_not_signed(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor)
    monitor.press(Qt.Key.Key_F12)
    monitor.desk.edit_field(ONE, "impression", "Something else.")
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return)
    assert monitor.text("Signing problem").startswith("The report has changed since this sheet opened.")
    assert not monitor.desk.signed


def test_ctrl_enter_signs_and_opens_the_next(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor)
    monitor.press(Qt.Key.Key_Return, CTRL)
    assert monitor.sees("Signing sheet")
    assert monitor.find("Report field Impression", QTextEdit).toPlainText() == "Normal."
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return, CTRL)
    monitor.wait(lambda: monitor.desk.active_case is not None and monitor.desk.active_case.key == TWO)
    assert len(monitor.desk.signed) == 1


def test_nothing_unread_after_the_last(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), counts=FULL)])) as monitor:
        monitor.open(ONE)
        _write(monitor)
        monitor.press(Qt.Key.Key_Return, CTRL)
        monitor.type(PASSWORD)
        monitor.press(Qt.Key.Key_Return)
        monitor.wait(lambda: monitor.sees("Notice: Nothing unread is left."))
        assert monitor.sees("Worklist page")


def test_signing_is_refused_while_something_is_missing(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.press(Qt.Key.Key_F12)
    assert not monitor.sees("Signing sheet")
    assert monitor.sees("Notice: The report cannot be signed yet. The list beside it says what is missing.")


def test_no_key_gets_behind_the_open_sheet(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor)
    before = _fields(monitor)
    monitor.press(Qt.Key.Key_F12)
    for _ in range(8):
        monitor.press(Qt.Key.Key_Tab)
        assert monitor.window.signing.sheet.isAncestorOf(QApplication.focusWidget())
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.press(Qt.Key.Key_K, CTRL)
    assert monitor.sees("Signing sheet")
    assert monitor.sees("Report page")
    assert _fields(monitor) == before


def test_a_read_only_case_takes_no_text_and_cannot_be_signed(monitor: Monitor) -> None:
    monitor.desk.items[ONE].holder = "Dr. Second"
    monitor.open(ONE)
    assert monitor.text("Report notice") == "Read only. Dr. Second has this item. You can look, not report."
    monitor.find("Report field Findings").setFocus()
    monitor.type("Not mine.")
    assert monitor.find("Report field Findings", QTextEdit).toPlainText() == ""
    assert _fields(monitor)["findings"] == ""
    assert not monitor.sees("Sign report")
    assert monitor.text("Signing state") == "Read only"


def test_only_the_active_case_takes_text(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.find("Report field Findings").setFocus()
    monitor.type("Of one.")
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.open(TWO)
    page = monitor.window.report
    first, second = page._editors[ONE], page._editors[TWO]
    QTest.keyClicks(first.fields["findings"].text, "Late text.")
    assert first.fields["findings"].text.toPlainText() == "Of one."
    assert not first.isVisible()
    assert second.isVisible()
    assert first.findChild(QTextEdit, "Report field Findings").isReadOnly()


def test_the_tabs_show_which_case_is_active_and_switch(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.open(TWO)
    inactive = "Case SYNTHETIC, Ada · CT head without…, inactive"
    assert monitor.sees(inactive)
    monitor.press(Qt.Key.Key_Tab, CTRL)
    monitor.wait(lambda: monitor.desk.active_case is not None and monitor.desk.active_case.key == ONE)
    monitor.settle()
    monitor.click(inactive)
    monitor.wait(lambda: monitor.desk.active_case is not None and monitor.desk.active_case.key == TWO)
    assert monitor.text("Accession of the case") == "Accession A20260002"


def test_text_and_place_are_kept_over_a_switch(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.find("Report field Impression").setFocus()
    monitor.type("Half a sen")
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.open(TWO)
    monitor.press(Qt.Key.Key_Tab, CTRL)
    monitor.wait(lambda: monitor.focus_name() == "Report field Impression")
    monitor.type("tence.")
    assert _fields(monitor)["impression"] == "Half a sentence."


def test_an_acknowledgement_never_moves_to_another_case(monitor: Monitor) -> None:
    for uid in (ONE, TWO):
        monitor.desk.items[uid].counts = Counts(expected=10, received=8)
    monitor.open(ONE)
    answer = "Acknowledgement: 8 of 10 images are here. Say in words why you sign all the same."
    monitor.find(answer, QLineEdit).setText("emergency")
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.open(TWO)
    assert monitor.find(answer, QLineEdit).text() == ""


def test_a_refused_edit_is_taken_back_and_said(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.desk._book._active_key = TWO
    monitor.find("Report field Findings").setFocus()
    monitor.type("x")
    assert monitor.find("Report field Findings", QTextEdit).toPlainText() == ""
    assert "not the active one" in monitor.text("Report notice")


def test_closing_keeps_the_draft(monitor: Monitor) -> None:
    monitor.open(ONE)
    monitor.find("Report field Findings").setFocus()
    monitor.type("Kept.")
    monitor.press(Qt.Key.Key_W, CTRL)
    monitor.wait(lambda: monitor.desk.active_case is None)
    monitor.wait(lambda: monitor.sees("Report empty state"))
    assert not monitor.sees("Patient banner")
    monitor.press(Qt.Key.Key_1, CTRL)
    monitor.open(ONE)
    assert monitor.find("Report field Findings", QTextEdit).toPlainText() == "Kept."


def test_pasted_markup_becomes_plain_text(monitor: Monitor) -> None:
    monitor.open(ONE)
    field = monitor.find("Report field Findings", QTextEdit)
    QApplication.clipboard().setText("<b>bold</b>")
    field.setFocus()
    monitor.press(Qt.Key.Key_V, CTRL)
    assert _fields(monitor)["findings"] == "<b>bold</b>"


def test_a_failed_check_blocks_signing_and_says_why(monitor: Monitor, monkeypatch: Any) -> None:
    def fail(_case: object) -> tuple[Obstacle, ...]:
        raise UserFacingError("The checks cannot be made.")

    monkeypatch.setattr(monitor.desk, "obstacles_to_signing", fail)
    monitor.open(ONE)
    assert monitor.sees("Obstacle: The checks cannot be made.")
    assert not monitor.find("Sign report").isEnabled()


def test_delivery_is_followed_to_its_end_and_retried(monitor: Monitor) -> None:
    monitor.open(ONE)
    _write(monitor)
    monitor.press(Qt.Key.Key_F12)
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: monitor.sees("Worklist page"))
    monitor.desk.set_delivery(ONE, "SR", "delivered")
    monitor.desk.set_delivery(ONE, "ORU", "failed", why="unknown patient")
    monitor.press(Qt.Key.Key_3, CTRL)
    monitor.settle()
    ris = monitor.find("Delivery state, RIS")
    assert ris.accessibleDescription() == "failed. The message to the RIS was not accepted: unknown patient."
    assert monitor.find("Delivery state, SR").accessibleDescription().startswith("done.")
    monitor.find("Delivery state, PDF").setFocus()
    assert monitor.text("Delivery sentence") == "The PDF waits to be sent."
    monitor.click("Try the delivery again")
    monitor.settle()
    assert monitor.desk.retried == ["report-1:ORU"]
    for kind in ("PDF", "ORU", "UPS"):
        monitor.desk.set_delivery(ONE, kind, "delivered")
    monitor.settle()
    assert monitor.text("Delivery sentence") == "Everything has arrived and is proven."


def test_stages_of_an_item_nobody_has_taken() -> None:
    desk = FakeDesk([FakeItem(an_item(1), counts=Counts(expected=10, received=8, quarantined=2))])
    stages = stages_of(desk.worklist_rows()[0], (), has_draft=False)
    assert [stage.name for stage in stages] == ["Images", "Priors", "Draft", "Signed", "SR", "PDF", "RIS", "Worklist"]
    assert stages[0].state is StageState.WARN
    assert summary_of(stages) == "8 of 10 images are here; 2 could not be used."
