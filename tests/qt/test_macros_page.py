"""Macros by key: find, insert, write one's own, remove and put back; what a bad file says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from tests.helpers.sheets import Sheet, a_window
from workstation.dictation.macro_files import Macro
from workstation.dictation.macros import Macros
from workstation.ui.macros_page import MacrosPage

FIELDS = (("findings", "Findings"), ("impression", "Impression"))


@pytest.fixture
def files(tmp_path: Path) -> Macros:
    shipped = tmp_path / "shipped.toml"
    shipped.write_text(
        '[[macro]]\nname = "normal chest"\nmodalities = ["CR"]\ntext = "Shipped chest."\n'
        '[[macro]]\nname = "normal head CT"\nmodalities = ["CT"]\ntext = "Shipped head."\n',
        "utf-8",
    )
    return Macros(tmp_path / "own" / "macros.toml", shipped=shipped)


class MacroSheet(Sheet):
    def __init__(self, bot: Any, page: MacrosPage, **parts: Any) -> None:
        super().__init__(bot, page, **parts)
        self.inserted: list[Macro] = []
        page.insert_asked.connect(self.inserted.append)

    def open(self) -> None:
        self.page.open_for("findings", "Findings", "CT", FIELDS)  # type: ignore[attr-defined]
        self.settle()

    def names(self) -> list[str]:
        listed = self.find("Macros to choose from")
        return [listed.topLevelItem(number).text(0) for number in range(listed.topLevelItemCount())]


@pytest.fixture
def sheet(qtbot: Any, files: Macros) -> Iterator[MacroSheet]:
    with a_window(qtbot) as (window, tasks):
        sheet = MacroSheet(qtbot, MacrosPage(files, tasks, window), tasks=tasks)
        sheet.open()
        yield sheet


def test_typing_narrows_and_enter_inserts_into_the_field_in_hand(sheet: MacroSheet) -> None:
    assert sheet.names() == ["normal head CT", "normal chest"]  # what is meant for this modality comes first
    assert sheet.focus_name() == "Macro to find"
    assert sheet.text("Insert the macro") == "Insert into Findings"
    sheet.type("chest")
    assert sheet.names() == ["normal chest"]
    assert sheet.find("Preview of the macro", QPlainTextEdit).toPlainText() == "Shipped chest."
    assert "say “insert macro normal chest”" in sheet.text("About the macro")
    assert "came with Lightbox" in sheet.text("About the macro")
    sheet.press(Qt.Key.Key_Return)
    assert [each.text for each in sheet.inserted] == ["Shipped chest."]
    assert not sheet.page.is_open


def test_arrows_choose_while_typing(sheet: MacroSheet) -> None:
    sheet.press(Qt.Key.Key_Down)
    sheet.press(Qt.Key.Key_Down)
    sheet.press(Qt.Key.Key_Return)
    assert [each.name for each in sheet.inserted] == ["normal chest"]


def test_nothing_is_inserted_without_a_field_or_a_macro(sheet: MacroSheet) -> None:
    sheet.type("no such macro")
    assert sheet.text("Macro in hand") == "No macro has these words."
    sheet.press(Qt.Key.Key_Return)
    sheet.page.shut()
    sheet.page.open()
    sheet.settle()
    assert not sheet.find("Insert the macro").isEnabled()
    sheet.press(Qt.Key.Key_Return)
    assert sheet.inserted == []
    assert sheet.page.is_open


def test_a_macro_of_ones_own_is_written_and_stands_before_the_shipped_one(sheet: MacroSheet, files: Macros) -> None:
    changed: list[bool] = []
    sheet.page.changed.connect(lambda: changed.append(True))  # type: ignore[attr-defined]
    sheet.type("chest")
    sheet.click("Edit the macro")
    assert sheet.focus_name() == "Text of the macro"
    sheet.find("Text of the macro", QPlainTextEdit).setPlainText("")
    sheet.type("My chest ")
    sheet.click("Add a blank to the macro")
    sheet.find("Field of the macro", QComboBox).setCurrentText("Impression")
    sheet.find("Modalities of the macro", QLineEdit).setText("cr, dx")
    sheet.click("Save the macro")
    sheet.settle()
    kept = files.read().named("normal chest")
    assert kept == Macro("normal chest", "My chest [___]", "impression", ("CR", "DX"))
    assert changed == [True]
    sheet.type("chest")
    assert "your own" in sheet.text("About the macro")
    assert "stands before the one came with Lightbox" in sheet.text("About the macro")
    sheet.click("Edit the macro")
    sheet.find("Name of the macro", QLineEdit).setText("my chest")
    sheet.click("Save the macro")
    sheet.settle()
    assert files.read().names == ("my chest", "normal chest", "normal head CT")


def test_a_macro_that_cannot_be_kept_stays_on_screen_and_says_why(sheet: MacroSheet, files: Macros) -> None:
    sheet.click("New macro")
    assert sheet.focus_name() == "Name of the macro"
    sheet.type("ab?")
    sheet.click("Save the macro")
    sheet.settle()
    said = sheet.text("What is wrong with the macro")
    assert "so that it can be spoken" in said
    assert "it has no text" in said
    assert sheet.find("Name of the macro", QLineEdit).text() == "ab?"
    assert not files.own_path.exists()


def test_escape_gives_up_what_was_written_only_the_second_time(sheet: MacroSheet) -> None:
    sheet.click("New macro")
    sheet.type("mine")
    sheet.press(Qt.Key.Key_Escape)
    assert "Press Esc again" in sheet.text("What is wrong with the macro")
    assert sheet.find("Name of the macro", QLineEdit).text() == "mine"
    sheet.press(Qt.Key.Key_Escape)
    assert sheet.page.is_open
    assert sheet.focus_name() == "Macro to find"
    sheet.press(Qt.Key.Key_Escape)
    assert not sheet.page.is_open


def test_a_removed_macro_can_be_put_back(sheet: MacroSheet, files: Macros) -> None:
    assert not sheet.find("Remove the macro").isEnabled()
    files.keep(Macro("mine", "Mine.", "findings", ("CT",)))
    sheet.page.shut()
    sheet.open()
    sheet.type("mine")
    sheet.click("Remove the macro")
    sheet.settle()
    assert files.read().named("mine") is None
    sheet.click("Put the removed macro back")
    sheet.settle()
    assert files.read().named("mine") == Macro("mine", "Mine.", "findings", ("CT",))


def test_a_bad_file_is_named_and_the_rest_can_be_used(sheet: MacroSheet, files: Macros) -> None:
    files.own_path.parent.mkdir()
    files.own_path.write_text('[[macro]]\nname = "x"\n', "utf-8")
    sheet.page.shut()
    sheet.open()
    assert "entry 1 (x): it has no text" in sheet.text("What macros say")
    assert str(files.own_path) in sheet.text("What macros say")
    assert sheet.names() == ["normal head CT", "normal chest"]


def test_every_control_has_a_name(sheet: MacroSheet) -> None:
    sheet.click("New macro")
    for kind in (QLineEdit, QPlainTextEdit, QComboBox):
        assert all(each.accessibleName() for each in sheet.page.findChildren(kind) if each.isVisible())
    assert isinstance(sheet.page, QWidget)
