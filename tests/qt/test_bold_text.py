"""Bold text in a report: typed, selected, dictated, undone, and as it is after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.helpers.dictated_report import CTRL, ONE, SHIFT, TWO, DictatedReport, a_dictated_report
from tests.helpers.fake_desk import FakeDesk, FakeItem
from tests.helpers.report_monitor import Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.dictation.passages import Splice
from workstation.ui.report_editor import ReportEditor

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
B = Qt.Key.Key_B


@pytest.fixture
def report(qtbot: Any) -> Iterator[DictatedReport]:
    with a_dictated_report(qtbot) as made:
        yield made


def _bold(report: DictatedReport) -> list[str]:
    """What is bold, in the draft and on the screen alike."""
    draft = report.desk.draft(report.desk.active_case)  # type: ignore[arg-type]
    text, spans = draft.fields["findings"], draft.emphasis.get("findings", ())
    assert report.findings.bold == spans
    assert report.findings.toPlainText() == text
    return [text[start:end] for start, end in spans]


def _switch(report: DictatedReport, is_on: bool | None = None) -> bool:
    return report.editor.voice.bold(is_on=is_on)


def test_what_is_typed_is_bold_while_bold_is_on(report: DictatedReport) -> None:
    report.type("No ")
    _switch(report)
    assert report.sees("Findings is written in bold")
    report.type("severe stenosis")
    _switch(report)
    assert not report.sees("Findings is written in bold")
    report.type(" today.")
    assert report.draft() == "No severe stenosis today."
    assert _bold(report) == ["severe stenosis"]


def test_bold_ends_when_the_field_is_left(report: DictatedReport) -> None:
    _switch(report, is_on=True)
    report.type("Mass")
    report.press(Qt.Key.Key_Tab)
    report.type("Impression.")
    report.editor.go_to("findings")
    report.press(Qt.Key.Key_End)
    report.type(" in the liver.")
    assert _bold(report) == ["Mass"]
    assert report.draft(field="impression") == "Impression."
    assert set(report.desk.draft(report.desk.active_case).emphasis) == {"findings"}  # type: ignore[arg-type]


def test_bold_ends_with_another_case(report: DictatedReport) -> None:
    _switch(report, is_on=True)
    report.desk.open_case(TWO)
    report.page.follow_desk()
    report.desk.activate(ONE)
    report.page.follow_desk()
    report.type("Normal.")
    assert _bold(report) == []


def test_a_selection_becomes_bold_and_not_bold_again_and_is_undone(report: DictatedReport) -> None:
    report.write("No severe 😀 stenosis.")
    report.findings.select(3, 11)
    assert _switch(report)
    assert _bold(report) == ["severe 😀"]
    assert not _switch(report, is_on=True), "there is nothing to do"
    report.press(Qt.Key.Key_Z, CTRL)
    assert _bold(report) == []
    assert report.draft() == "No severe 😀 stenosis."
    report.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert _bold(report) == ["severe 😀"]
    report.findings.select(0, 21)
    assert _switch(report)
    assert _bold(report) == ["No severe 😀 stenosis."]
    assert _switch(report)
    assert _bold(report) == []


def test_typing_inside_bold_text_is_bold_and_beside_it_is_not(report: DictatedReport) -> None:
    report.write("No severe stenosis.")
    report.findings.select(3, 9)
    _switch(report)
    for place, letters in ((6, "xx"), (3, "yy"), (13, "zz")):
        report.findings.select(place, place)
        report.type(letters)
    assert report.draft() == "No yysevxxerezz stenosis."
    assert _bold(report) == ["sevxxere"]
    report.findings.select(6, 6)
    _switch(report, is_on=False)
    report.type("ww")
    assert _bold(report) == ["s", "evxxere"]


def test_what_takes_the_place_of_a_selection(report: DictatedReport) -> None:
    report.write("No severe stenosis.")
    report.findings.select(3, 9)
    _switch(report)
    report.type("mild")
    assert (report.draft(), _bold(report)) == ("No mild stenosis.", ["mild"])
    report.findings.select(8, 16)
    report.type("mass")
    assert (report.draft(), _bold(report)) == ("No mild mass.", ["mild"])
    report.press(Qt.Key.Key_Z, CTRL)
    report.findings.select(3, 7)
    QApplication.clipboard().setText("<b>tiny</b>")
    report.press(Qt.Key.Key_V, CTRL)
    assert _bold(report) == ["<b>tiny</b>"]
    report.press(Qt.Key.Key_A, CTRL)
    report.press(Qt.Key.Key_Backspace)
    report.type("Normal.")
    assert (report.draft(), _bold(report)) == ("Normal.", [])


def test_composed_letters_are_bold_too(report: DictatedReport) -> None:
    report.type("caf")
    _switch(report)
    event = QInputMethodEvent()
    event.setCommitString("é")
    QApplication.sendEvent(report.findings, event)
    assert _bold(report) == ["é"]


def test_typing_without_bold_text_is_one_step_as_ever(report: DictatedReport) -> None:
    report.type("No mass.")
    report.press(Qt.Key.Key_Z, CTRL)
    assert report.draft() == ""


def test_dictated_text_is_bold_while_bold_is_on(report: DictatedReport) -> None:
    report.hears("Lungs clear.")
    _switch(report, is_on=True)
    report.hears(" Large mass.")
    _switch(report, is_on=False)
    report.hears(" No effusion.")
    assert report.draft() == "Lungs clear. Large mass. No effusion."
    assert _bold(report) == ["Large mass."]
    report.press(Qt.Key.Key_Z, CTRL)
    assert _bold(report) == ["Large mass."]
    report.press(Qt.Key.Key_Z, CTRL)
    assert (report.draft(), _bold(report)) == ("Lungs clear.", [])
    report.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert _bold(report) == ["Large mass."]


def test_several_changes_at_once_leave_bold_what_was_said_in_bold(report: DictatedReport) -> None:
    _switch(report, is_on=True)
    utterance = report.dictation.hears("Large mess.")
    report.dictation.second_pass_gives(ONE, utterance, "Large mass.")
    report.feed.pump()
    report.bot.wait(20)
    assert (report.draft(), _bold(report)) == ("Large mass.", ["Large mass."])


def test_the_second_pass_keeps_bold_text_bold(report: DictatedReport) -> None:
    _switch(report, is_on=True)
    utterance = report.hears("Large mess.")
    _switch(report, is_on=False)
    report.hears(" No effusion.")
    report.dictation.second_pass_gives(ONE, utterance, "A large mass.")
    report.feed.pump()
    report.bot.wait(20)
    assert (report.draft(), _bold(report)) == ("A large mass. No effusion.", ["A large mass."])
    report.press(Qt.Key.Key_Z, CTRL)
    assert (report.draft(), _bold(report)) == ("Large mess. No effusion.", ["Large mess."])


def test_a_change_beside_bold_text_leaves_it_alone(report: DictatedReport) -> None:
    report.write("No severe stenosis.")
    report.findings.select(3, 9)
    _switch(report)
    for splice in (Splice(9, 0, " central"), Splice(0, 2, "A"), Splice(2, 0, "very ")):
        report.dictation.splice(ONE, "findings", splice, "edited by voice")
    report.feed.pump()
    report.bot.wait(20)
    assert (report.draft(), _bold(report)) == ("A very severe central stenosis.", ["severe"])


def test_bold_text_is_bold_while_words_are_live(report: DictatedReport) -> None:
    report.write("Severe stenosis.")
    plain = report.findings.grab().toImage()
    report.findings.select(0, 6)
    _switch(report)
    report.findings.select(16, 16)
    bold = report.findings.grab().toImage()
    assert bold != plain
    report.hears_partly("x")
    live = report.findings.grab().toImage()
    width = report.findings.rect_of(0, 6).right()
    assert [live.pixel(x, 10) for x in range(width)] == [bold.pixel(x, 10) for x in range(width)]
    assert _bold(report) == ["Severe"]


def test_the_draft_shows_as_it_was_saved(report: DictatedReport) -> None:
    report.write("No severe stenosis.")
    report.findings.select(3, 9)
    _switch(report)
    case = report.desk.active_case
    assert case is not None
    again = ReportEditor(report.desk, case, report.page.speller, lambda _changes: None)  # type: ignore[arg-type]
    report.bot.addWidget(again)
    assert again.fields["findings"].text.bold == ((3, 9),)
    assert not again.fields["findings"].text.document().isUndoAvailable()
    again.fields["findings"].text.select(19, 19)


def test_an_accent_that_the_draft_composes_moves_no_bold(report: DictatedReport) -> None:
    report.findings.insertPlainText("cafe\u0301 ")
    _switch(report, is_on=True)
    report.type("mass")
    report.bot.wait(20)
    assert (report.draft(), _bold(report)) == ("café mass", ["mass"])


# --- in the window


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    desk = FakeDesk([FakeItem(an_item(1), counts=Counts(expected=3, received=3))])
    with a_monitor(qtbot, desk, settles=False) as made:
        made.open_at_once(ONE)
        yield made


def test_the_key_works_and_the_sheet_shows_what_is_bold(monitor: Monitor) -> None:
    monitor.find("Report field Findings").setFocus()
    monitor.type("No <i> ")
    monitor.press(B, CTRL)
    monitor.type("severe & stenosis")
    monitor.press(B, CTRL)
    monitor.type(".")
    monitor.press(Qt.Key.Key_Tab)
    monitor.type("Normal.")
    case = monitor.desk.active_case
    assert case is not None
    assert monitor.desk.draft(case).emphasis == {"findings": ((7, 24),)}
    monitor.wait(lambda: monitor.find("Sign report").isEnabled())
    monitor.press(Qt.Key.Key_F12)
    assert "No &lt;i&gt; <b>severe &amp; stenosis</b>." in monitor.text("To be signed, Findings")
    assert monitor.text("To be signed, Impression") == "Normal."
    monitor.desk.edit_field(case.key, "findings", "No <i> severe & stenosis.", ())
    monitor.type("demo")
    monitor.press(Qt.Key.Key_Return)
    assert monitor.text("Signing problem").startswith("The report has changed")
    assert not monitor.desk.signed
