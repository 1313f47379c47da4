"""Misspelt words are marked a moment after typing, never in the way of it; suggestions are the reader's to take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.helpers.dictated_report import CTRL, TWO, DictatedReport, a_dictated_report
from workstation.dictation.spelling import Spelling
from workstation.ui.marks import MarkKind

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


@pytest.fixture
def report(qtbot: Any) -> Iterator[DictatedReport]:
    with a_dictated_report(qtbot) as made:
        made.bot.waitUntil(lambda: made.page.speller._words is not None, timeout=3000)
        yield made


def _misspelt(report: DictatedReport) -> list[str]:
    text = report.findings.toPlainText()
    return [text[each.start : each.end] for each in report.findings.marks if each.kind is MarkKind.MISSPELT]


def test_a_misspelt_word_is_marked_once_it_is_finished(report: DictatedReport) -> None:
    report.type("The regoin")
    report.editor._marks._check_spelling()
    assert _misspelt(report) == []
    report.type(" is")
    assert _misspelt(report) == []
    report.bot.waitUntil(lambda: _misspelt(report) == ["regoin"], timeout=3000)
    report.findings.select(0, 0)
    report.type("In ")
    assert _misspelt(report) == ["regoin"]


def test_a_mark_goes_while_its_word_is_changed(report: DictatedReport) -> None:
    report.write("Teh lungs")
    report.editor._marks._check_spelling()
    assert _misspelt(report) == ["Teh"]
    report.findings.select(3, 3)
    report.press(Qt.Key.Key_Backspace)
    assert _misspelt(report) == []


def test_marks_follow_their_lines_when_lines_are_added_and_joined(report: DictatedReport) -> None:
    def drawn() -> list[list[tuple[int, int]]]:
        document = report.findings.document()
        blocks = (document.findBlockByNumber(number) for number in range(document.blockCount()))
        return [[(each.start, each.length) for each in block.layout().formats()] for block in blocks]

    report.write("teh a\nteh b", 0)
    report.findings.select(5, 5)
    report.editor._marks._check_spelling()
    assert drawn() == [[(0, 3)], [(0, 3)]]
    report.press(Qt.Key.Key_Return)
    report.editor._marks._check_spelling()
    assert drawn() == [[(0, 3)], [], [(0, 3)]]
    report.press(Qt.Key.Key_Delete)
    report.findings.select(0, 0)
    report.type("At ")
    report.press(Qt.Key.Key_Return)
    report.editor._marks._check_spelling()
    assert drawn() == [[], [(0, 3)], [(0, 3)]]


def test_a_suggestion_is_taken_by_key_as_one_undo_step(report: DictatedReport) -> None:
    report.write("Hilar regoin clear.")
    report.editor._marks._check_spelling()
    report.findings.select(8, 8)
    report.press(Qt.Key.Key_Space, CTRL)
    report.press(Qt.Key.Key_1)
    assert report.draft() == "Hilar region clear."
    assert report.findings.hasFocus()
    report.press(Qt.Key.Key_Z, CTRL)
    assert report.draft() == "Hilar regoin clear."


def test_a_word_can_be_added_to_the_readers_own(report: DictatedReport) -> None:
    report.write("Hilar regoin clear.")
    report.editor._marks._check_spelling()
    report.click_at(8)
    report.bot.waitUntil(lambda: report.sees("Add regoin to my words"), timeout=2000)
    report.click("Add regoin to my words")
    assert report.dictation.own_words == ("regoin",)
    report.bot.waitUntil(lambda: _misspelt(report) == [], timeout=3000)
    report.dictation.remove_word("regoin")
    report.editor._marks.check_all()
    report.bot.waitUntil(lambda: _misspelt(report) == ["regoin"], timeout=3000)


def test_a_report_out_of_sight_is_checked_when_it_is_shown(report: DictatedReport) -> None:
    first = report.editor
    report.desk.open_case(TWO)
    report.page.follow_desk()
    first.fields["findings"].splice(0, 0, "Teh end")
    first.show_marks("findings")
    first._marks._check_spelling()
    assert first.fields["findings"].text.marks == ()
    first._marks._soon.stop()
    report.desk.activate(first.case_key)
    report.page.follow_desk()
    report.bot.waitUntil(lambda: len(first.fields["findings"].text.marks) == 1, timeout=3000)


def test_the_spell_check_of_the_program_fits_what_the_editor_asks_of_it() -> None:
    spelling = Spelling(frozenset({"the", "lungs", "are", "clear", "on"}), frozenset({"pleural"}))
    assert spelling.unknown_in("Teh lungs are 14 mm on CT.") == ((0, 3),)
    assert "The" in spelling.suggestions("Teh")
    assert spelling.with_own(("teh",)).unknown_in("Teh lungs") == ()
