"""Edits by voice on the field in hand: the right words, one undo step each, in the draft at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.helpers.dictated_report import CTRL, ONE, TWO, DictatedReport, a_dictated_report
from workstation.ui.voice_edits import VoiceEdits

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
TEXT = "No left effusion. The left lung is clear."
RIGHT_FIRST = "No right effusion. The left lung is clear."


@pytest.fixture
def report(qtbot: Any) -> Iterator[DictatedReport]:
    with a_dictated_report(qtbot) as made:
        yield made


CASES: list[tuple[str, str, int, Callable[[VoiceEdits], bool], str, str]] = [
    # what, text, cursor, edit, text after, selected after
    ("replace", TEXT, 41, lambda v: v.replace("left", "right"), "No left effusion. The right lung is clear.", "right"),
    ("replace before the cursor", TEXT, 10, lambda v: v.replace("left", "right"), RIGHT_FIRST, "right"),
    ("replace with a capital", "No lesion.", 10, lambda v: v.replace("No", "small"), "Small lesion.", "Small"),
    (
        "replace an abbreviation",
        "CT chest.",
        9,
        lambda v: v.replace("CT", "plain film"),
        "plain film chest.",
        "plain film",
    ),
    ("replace over lines", "right\nlung", 0, lambda v: v.replace("right lung", "liver"), "liver", "liver"),
    ("delete", TEXT, 41, lambda v: v.delete("left"), "No left effusion. The lung is clear.", ""),
    ("delete at the end", TEXT, 41, lambda v: v.delete("clear"), "No left effusion. The left lung is.", ""),
    ("delete at the start", TEXT, 41, lambda v: v.delete("No"), "left effusion. The left lung is clear.", ""),
    ("capitalise words", "The left lung", 13, lambda v: v.capitalise("left lung"), "The Left Lung", "Left Lung"),
    ("capitalise last", "the liver", 9, lambda v: v.capitalise(), "the Liver", ""),
    ("capitalise in a word", "patient's, don't", 16, lambda v: v.capitalise(), "patient's, Don't", ""),
    ("lower case last", "the LIVER", 9, lambda v: v.lower_case(), "the liver", ""),
    ("new paragraph", "One. Two.", 5, lambda v: v.new_paragraph(), "One.\n\nTwo.", ""),
    ("new paragraph at the end", "One. ", 5, lambda v: v.new_paragraph(), "One.\n\n", ""),
    ("new paragraph after a line", "One.\n", 5, lambda v: v.new_paragraph(), "One.\n\n", ""),
    ("new line", "One. Two.", 4, lambda v: v.new_line(), "One.\nTwo.", ""),
    ("macro", "One.", 4, lambda v: v.insert_macro("Two."), "One. Two.", ""),
    ("macro in between", "One. Two.", 4, lambda v: v.insert_macro("Half."), "One. Half. Two.", ""),
    ("macro before a word", "Two.", 0, lambda v: v.insert_macro("One."), "One. Two.", ""),
    ("macro with a blank", "", 0, lambda v: v.insert_macro("Size [mm] mm."), "Size [mm] mm.", "[mm]"),
]


@pytest.mark.parametrize(
    ("text", "cursor", "edit", "after", "selected"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_an_edit_changes_the_words_meant_in_one_step(
    report: DictatedReport, text: str, cursor: int, edit: Callable[[VoiceEdits], bool], after: str, selected: str
) -> None:
    report.write(text, cursor)
    assert edit(report.editor.voice)
    assert report.findings.toPlainText() == report.draft() == after
    assert report.findings.textCursor().selectedText() == selected
    assert report.dictation.placed == (ONE, "findings", *report.findings.place)
    assert report.editor.undo()
    assert report.draft() == report.findings.toPlainText() == text
    assert report.editor.redo()
    assert report.draft() == after


IMPOSSIBLE: list[tuple[str, Callable[[VoiceEdits], bool]]] = [
    ("select", lambda v: v.select("kidney")),
    ("select part of a word", lambda v: v.select("eft")),
    ("replace", lambda v: v.replace("kidney", "liver")),
    ("replace by nothing", lambda v: v.replace("left", " ")),
    ("delete", lambda v: v.delete("kidney")),
    ("delete without a selection", lambda v: v.delete()),
    ("lower case", lambda v: v.lower_case()),
    ("macro", lambda v: v.insert_macro(" ")),
    ("field", lambda v: v.go_to_field("Appendix")),
    ("redo", lambda v: v.redo()),
    ("scratch", lambda v: v.scratch()),
]


@pytest.mark.parametrize("edit", [each[1] for each in IMPOSSIBLE], ids=[each[0] for each in IMPOSSIBLE])
def test_what_cannot_be_done_changes_nothing_and_says_so(
    report: DictatedReport, edit: Callable[[VoiceEdits], bool]
) -> None:
    report.write("left lung", 9)
    assert not edit(report.editor.voice)
    assert report.draft() == "left lung"


def test_a_break_needs_text_before_it(report: DictatedReport) -> None:
    assert not report.editor.voice.new_paragraph()
    report.write("One.\n\n")
    assert not report.editor.voice.new_paragraph()
    assert not report.editor.voice.capitalise("two")


def test_words_are_selected_and_what_is_selected_is_meant_by_that(report: DictatedReport) -> None:
    report.write(TEXT)
    voice = report.editor.voice
    assert voice.text == TEXT
    assert voice.select("left lung")
    assert report.findings.textCursor().selectedText() == "left lung"
    assert voice.capitalise()
    assert report.draft() == "No left effusion. The Left Lung is clear."
    assert voice.select("Left Lung")
    assert voice.lower_case()
    assert voice.select("The left lung")
    assert voice.delete()
    assert report.draft() == "No left effusion. is clear."
    assert voice.select_all()
    assert voice.delete()
    assert report.draft() == ""
    assert not voice.select_all()


def test_fields_are_reached_by_heading_and_in_order(report: DictatedReport) -> None:
    voice = report.editor.voice
    assert voice.go_to_field("impression")
    assert report.editor.in_hand == "impression"
    assert voice.previous()
    assert report.editor.in_hand == "findings"
    assert voice.next()
    assert report.dictation.placed == (ONE, "impression", 0, 0)


def test_scratch_removes_what_was_dictated_last_and_can_be_undone(report: DictatedReport) -> None:
    report.hears("No effusion.")
    report.hears(" No nodule.")
    assert report.editor.voice.scratch()
    assert report.draft() == report.findings.toPlainText() == "No effusion."
    assert report.editor.voice.undo()
    assert report.draft() == "No effusion. No nodule."


def test_undo_goes_to_the_field_changed_last(report: DictatedReport) -> None:
    report.hears("No effusion.")
    report.editor.go_to("impression")
    report.type("Normal.")
    report.editor.go_to("findings")
    voice = report.editor.voice
    assert voice.undo()
    assert (report.draft(field="impression"), report.editor.in_hand) == ("", "impression")
    assert voice.undo()
    assert (report.draft(), report.editor.in_hand) == ("", "findings")
    assert not voice.undo()
    assert voice.redo()
    assert report.draft() == "No effusion."
    assert voice.redo()
    assert report.draft(field="impression") == "Normal."


def test_a_report_that_takes_no_text_is_not_edited(report: DictatedReport) -> None:
    report.hears("No effusion.")
    first = report.editor
    report.desk.open_case(TWO)
    report.page.follow_desk()
    voice = first.voice
    for edit in (voice.select_all, voice.scratch, voice.undo, voice.redo, voice.new_line, voice.lower_case):
        assert not edit()
    assert not voice.replace("No", "An")
    assert report.draft(ONE) == "No effusion."


def test_typing_after_an_edit_is_a_step_of_its_own(report: DictatedReport) -> None:
    report.write(TEXT)
    report.type(" More")
    report.editor.voice.replace("left lung", "right lung")
    report.press(Qt.Key.Key_End, CTRL)
    report.type(" yet.")
    for after in ("No left effusion. The right lung is clear. More", TEXT + " More", TEXT):
        report.press(Qt.Key.Key_Z, CTRL)
        assert report.draft() == after
