"""What was learnt: shown, filtered, taken away and put back; the reader's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from tests.helpers.fake_desk import FakeDesk
from tests.helpers.sheets import Sheet, a_window
from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.foundation.errors import UserFacingError
from workstation.ui.corrections_page import CorrectionsPage


@pytest.fixture
def desk() -> FakeDesk:
    desk = FakeDesk()
    learnt = LearntCorrections()
    for heard, meant, times in (
        ("fusion", "effusion", 3),
        ("numeral", "pneumonia", 2),
        ("tell ectasis", "atelectasis", 1),
    ):
        for _ in range(times):
            learnt = learnt.noting(heard, meant)
    desk.dictation.learnt = learnt
    return desk


class Learnt(Sheet):
    def rows(self) -> list[tuple[str, ...]]:
        if not self.sees("Corrections learnt"):
            return []
        table = self.find("Corrections learnt")
        items = [table.topLevelItem(number) for number in range(table.topLevelItemCount())]
        return [tuple(item.text(column) for column in range(4)) for item in items]

    def select(self, *heard: str) -> None:
        table = self.find("Corrections learnt")
        for number in range(table.topLevelItemCount()):
            item = table.topLevelItem(number)
            item.setSelected(item.text(0) in heard)

    def words(self) -> list[str]:
        if not self.sees("Own words"):
            return []
        words = self.find("Own words")
        return [words.item(number).text() for number in range(words.count())]


@pytest.fixture
def sheet(qtbot: Any, desk: FakeDesk) -> Iterator[Learnt]:
    with a_window(qtbot) as (window, tasks):
        sheet = Learnt(qtbot, CorrectionsPage(desk, window), tasks=tasks)  # type: ignore[arg-type]
        sheet.page.open()
        yield sheet


def test_what_was_learnt_is_listed_the_latest_first(sheet: Learnt) -> None:
    assert sheet.rows() == [
        ("tell ectasis", "atelectasis", "once", "from the second time on"),
        ("numeral", "pneumonia", "2 times", "yes"),
        ("fusion", "effusion", "3 times", "yes"),
    ]
    assert sheet.text("Corrections shown") == "3 corrections"
    for never in ("Negation", "side", "numbers", "units", "levels", "never learnt"):
        assert never in sheet.text("What is learnt and what never is")
    sheet.type("EFF")
    assert [row[0] for row in sheet.rows()] == ["fusion"]
    assert sheet.text("Corrections shown") == "1 of 3 corrections"
    sheet.type("x")
    assert "Nothing learnt has these words" in sheet.text("No corrections")


def test_several_are_forgotten_and_put_back_as_they_were(sheet: Learnt, desk: FakeDesk) -> None:
    before = desk.dictation.learnt
    assert not sheet.find("Remove the selected corrections").isEnabled()
    sheet.select("fusion", "tell ectasis")
    sheet.click("Remove the selected corrections")
    assert desk.dictation.learnt.meant("fusion") is None
    assert [row[0] for row in sheet.rows()] == ["numeral"]
    assert sheet.text("What corrections say") == "2 corrections forgotten."
    sheet.click("Put the removed back")
    assert set(desk.dictation.learnt.entries) == set(before.entries)
    assert desk.dictation.learnt.meant("fusion") == "effusion"
    assert not sheet.sees("Put the removed back")


def test_delete_removes_what_is_selected_in_the_list_in_hand(sheet: Learnt, desk: FakeDesk) -> None:
    sheet.select("numeral")
    sheet.press(Qt.Key.Key_Delete)  # the keyboard is in the filter: nothing happens
    desk.dictation.add_word("Zentrovist")
    sheet.page.refresh()  # type: ignore[attr-defined]
    sheet.select("numeral")
    sheet.find("Own words").setCurrentRow(0)
    sheet.find("Own words").setFocus()
    sheet.press(Qt.Key.Key_Delete)
    assert desk.dictation.own_words == ()
    assert len(desk.dictation.learnt.entries) == 3
    sheet.select("numeral")
    sheet.find("Corrections learnt").setFocus()
    sheet.press(Qt.Key.Key_Delete)
    assert desk.dictation.learnt.meant("numeral") is None


def test_nothing_learnt_says_how_it_begins(sheet: Learnt, desk: FakeDesk) -> None:
    desk.dictation.learnt = LearntCorrections()
    sheet.page.open()
    assert "Correct a dictated word in a report" in sheet.text("No corrections")
    assert sheet.text("No own words") == "No words of your own yet."


def test_own_words_are_added_and_taken_away(sheet: Learnt, desk: FakeDesk) -> None:
    sheet.find("Own word to add", QLineEdit).setFocus()
    sheet.type("Zentrovist")
    sheet.press(Qt.Key.Key_Return)
    assert desk.dictation.own_words == ("Zentrovist",)
    sheet.type("Meier-Hofer's")
    sheet.click("Add the own word")
    assert sheet.words() == ["Meier-Hofer's", "Zentrovist"]
    for wrong, said in (("Zentrovist", "there already"), ("3 mm", "words of letters"), ("a b c d", "one to three")):
        sheet.find("Own word to add", QLineEdit).setText(wrong)
        sheet.click("Add the own word")
        assert said in sheet.text("What corrections say")
    assert len(desk.dictation.own_words) == 2
    sheet.find("Own words").setCurrentRow(1)
    sheet.click("Remove the selected own words")
    assert desk.dictation.own_words == ("Meier-Hofer's",)
    sheet.click("Put the removed back")
    assert set(desk.dictation.own_words) == {"Meier-Hofer's", "Zentrovist"}


def test_a_word_that_cannot_be_kept_stays_typed(sheet: Learnt, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_word: str) -> None:
        raise UserFacingError("It cannot be kept.", "Make room.")

    monkeypatch.setattr(desk.dictation, "add_word", full)
    sheet.find("Own word to add", QLineEdit).setText("Zentrovist")
    sheet.click("Add the own word")
    assert sheet.text("What corrections say") == "It cannot be kept. Make room."
    assert sheet.find("Own word to add", QLineEdit).text() == "Zentrovist"
