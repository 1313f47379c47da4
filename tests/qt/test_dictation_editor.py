"""Dictated text in the report: grey while it is heard, one step when it is there, and never in the reader's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.dictated_report import CTRL, ONE, SHIFT, TWO, DictatedReport, a_dictated_report
from workstation.dictation.passages import Splice
from workstation.reading.dictating import LiveText, TextSpliced

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")


@pytest.fixture
def report(qtbot: Any) -> Iterator[DictatedReport]:
    with a_dictated_report(qtbot) as made:
        yield made


# --- live text


def test_live_words_are_seen_and_are_in_no_text(report: DictatedReport) -> None:
    report.write("Lungs clear.")
    before, steps = report.draft(), report.findings.document().availableUndoSteps()
    height = report.findings.height()
    report.hears_partly("no pneumothorax " * 12)
    assert report.findings.live_words.startswith("no pneumothorax")
    assert report.findings.height() > height
    assert report.findings.toPlainText() == report.draft() == before
    assert report.findings.document().availableUndoSteps() == steps
    assert report.cursor == 12


def test_live_words_are_drawn_in_grey_at_their_place(report: DictatedReport) -> None:
    report.write("Lungs clear.")
    without = report.findings.grab().toImage()
    report.hears_partly("no effusion")
    with_words = report.findings.grab().toImage()
    left = report.findings.rect_of(12, 12).right() + 6
    changed = [x for x in range(with_words.width()) if _column(with_words, x) != _column(without, x)]
    assert changed
    assert min(changed) >= left - 10
    report.dictation.hears_partly("")
    report.feed.pump()
    assert report.findings.grab().toImage() == without


def _column(image: Any, x: int) -> list[int]:
    return [image.pixel(x, y) for y in range(min(20, image.height()))]


def test_live_words_give_way_to_the_final_ones(report: DictatedReport) -> None:
    report.hears_partly("no effusion")
    report.hears("No effusion.")
    assert report.findings.live_words == ""
    assert report.findings.toPlainText() == report.draft() == "No effusion."
    assert report.cursor == len("No effusion.")


def test_typing_goes_on_before_and_behind_live_words(report: DictatedReport) -> None:
    report.write("Lungs clear. Heart normal.", 12)
    report.hears_partly("no pneumothorax")
    report.press(Qt.Key.Key_End)
    report.type(" Bones intact.")
    report.press(Qt.Key.Key_Home)
    report.type("Both ")
    assert report.draft() == "Both Lungs clear. Heart normal. Bones intact."


def test_a_click_beside_live_words_lands_where_the_text_is_shown(report: DictatedReport) -> None:
    report.write("Lungs clear. Heart normal.", 6)
    bare = [report.findings.rect_of(each, each).center() for each in range(27)]
    report.hears_partly("live words here")
    grey = report.findings._grey
    for place in range(27):
        here = grey.here(_shown_at(report, place))
        assert abs(here.x() - bare[place].x()) <= 1, place
    middle = _shown_at(report, 6) + QPoint(40, 0)
    QTest.mouseClick(report.findings.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert report.cursor == 6
    QTest.mouseClick(report.findings.viewport(), Qt.MouseButton.LeftButton, pos=_shown_at(report, 19))
    assert report.cursor == 19


def _shown_at(report: DictatedReport, place: int) -> QPoint:
    """Where a place of Findings is drawn while words are live."""
    grey = report.findings._grey
    grey._follow()
    block = grey._copy.begin()
    line = block.layout().lineAt(0)
    x, _ = line.cursorToX(grey._there(place))  # type: ignore[misc]
    return QPoint(round(x) + 2, round(line.y() + line.height() / 2) + 2)


# --- splices


@pytest.mark.parametrize(
    ("cursor", "at", "expected"),
    [(0, 6, 0), (6, 6, 15), (12, 6, 21), (3, 0, 12)],
)
def test_the_cursor_stays_with_its_text(report: DictatedReport, cursor: int, at: int, expected: int) -> None:
    report.write("Lungs clear.", cursor)
    report.hears("all over ", at=(ONE, "findings", at, at))
    assert report.cursor == expected


def test_a_selection_stays_what_it_was(report: DictatedReport) -> None:
    report.write("Lungs clear. Heart normal.")
    report.findings.select(0, 12)
    report.hears(" No effusion.", at=(ONE, "findings", 12, 12))
    assert report.findings.textCursor().selectedText() == "Lungs clear."
    report.type("x")
    assert report.draft() == "x No effusion. Heart normal."


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cursor=st.integers(0, 26),
    turns=st.lists(
        st.tuples(st.booleans(), st.integers(0, 26), st.sampled_from(["no ", "14 mm. ", "left "])), max_size=8
    ),
)
def test_typing_and_dictation_at_once_leave_what_each_wrote(
    report: DictatedReport, cursor: int, turns: list[tuple[bool, int, str]]
) -> None:
    report.write("Lungs clear. Heart normal.", cursor)
    typed = 0
    for is_typed, at, text in turns:
        if is_typed:
            report.type("#")
            typed += 1
        else:
            place = min(at, len(report.draft()))
            report.hears(text, at=(ONE, "findings", place, place))
    assert report.findings.toPlainText() == report.draft()
    assert report.draft().count("#") == typed
    said = "".join(sorted("".join(text for is_typed, _, text in turns if not is_typed)))
    left = sorted(report.draft().replace("#", ""))
    assert left == sorted("Lungs clear. Heart normal." + said)


def test_dictated_text_is_not_reported_as_typed_and_is_one_undo_step(report: DictatedReport) -> None:
    edits: list[str] = []
    report.write("Lungs clear.")
    report.desk.edit_field, edit = _spied(report.desk.edit_field, edits)  # type: ignore[method-assign]
    report.hears(" No effusion. No pneumothorax.")
    assert not edits
    assert not report.sees("Report notice")
    report.press(Qt.Key.Key_Z, CTRL)
    assert edits == ["Lungs clear."]
    assert report.draft() == report.findings.toPlainText() == "Lungs clear."
    report.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert report.draft() == "Lungs clear. No effusion. No pneumothorax."
    del edit


def _spied(edit: Any, edits: list[str]) -> tuple[Any, Any]:
    def spy(case_key: str, field_id: str, text: str, *bold: Any) -> Any:
        edits.append(text)
        return edit(case_key, field_id, text, *bold)

    return spy, edit


def test_text_of_an_inactive_case_goes_there(report: DictatedReport) -> None:
    report.hears("Of the first.")
    report.desk.open_case(TWO)
    report.page.follow_desk()
    assert report.page.active_editor is not None
    assert report.page.active_editor.case_key == TWO
    report.hears(" Late.", at=(ONE, "findings", 13, 13))
    first, second = report.page._editors[ONE], report.page._editors[TWO]
    assert first.fields["findings"].text.toPlainText() == report.draft(ONE) == "Of the first. Late."
    assert second.fields["findings"].text.toPlainText() == report.draft(TWO) == ""


def test_a_field_that_differs_from_its_draft_is_loaded_again_and_says_so(report: DictatedReport) -> None:
    report.write("Lungs clear.")
    report.dictation._write(ONE, "findings", "Lungs clear, said elsewhere.")
    report.page.take_change(TextSpliced(ONE, "findings", Splice(12, 0, "!"), "dictated"))
    report.bot.waitUntil(lambda: report.sees("Report notice"), timeout=2000)
    assert report.findings.toPlainText() == "Lungs clear, said elsewhere."
    assert "loaded again" in report.find("Report notice").text()  # type: ignore[attr-defined]


def test_typing_never_overwrites_a_draft_that_changed_unseen(report: DictatedReport) -> None:
    report.write("Lungs clear.")
    report.dictation._write(ONE, "findings", "No nodule.")
    report.type("x")
    assert report.draft() == report.findings.toPlainText() == "No nodule."
    assert report.sees("Report notice")


def test_characters_that_the_draft_cleans_are_shown_as_it_has_them(report: DictatedReport) -> None:
    report.write("Cafe")
    report.findings.insertPlainText("\u0301 au lait")
    assert report.draft() == report.findings.toPlainText() == "Caf\u00e9 au lait"
    report.hears(" Ja.", at=(ONE, "findings", 12, 12))
    assert report.findings.toPlainText() == report.draft()


def test_changes_of_a_case_that_is_closed_are_dropped(report: DictatedReport) -> None:
    report.page.take_change(LiveText("2.25.9", "findings", 0, "x"))
    report.page.take_change(TextSpliced("2.25.9", "findings", Splice(0, 0, "x"), "dictated"))
    report.page.marks_changed("2.25.9", "findings")
    assert report.findings.toPlainText() == ""


# --- the place


def test_dictation_always_knows_where_the_reader_is(report: DictatedReport) -> None:
    assert report.dictation.placed == (ONE, "findings", 0, 0)
    report.type("Lungs")
    assert report.dictation.placed == (ONE, "findings", 5, 5)
    report.press(Qt.Key.Key_Left, SHIFT)
    assert report.dictation.placed == (ONE, "findings", 4, 5)
    report.press(Qt.Key.Key_Tab)
    assert report.dictation.placed == (ONE, "impression", 0, 0)
    report.editor.go_to("technique")
    assert report.dictation.placed[:2] == (ONE, "technique")
    report.desk.open_case(TWO)
    report.page.follow_desk()
    assert report.dictation.placed is not None
    assert report.dictation.placed[0] == TWO


def test_the_place_is_never_told_before_the_draft_has_the_text(report: DictatedReport) -> None:
    places: list[tuple[int, int]] = []
    place = report.dictation.place

    def spy(case_key: str, field_id: str, start: int, end: int) -> None:
        places.append((end, len(report.draft(case_key, field_id))))
        place(case_key, field_id, start, end)

    report.dictation.place = spy  # type: ignore[method-assign]
    report.type("No effusion.")
    report.press(Qt.Key.Key_Backspace)
    report.press(Qt.Key.Key_A, CTRL)
    report.type("x")
    report.press(Qt.Key.Key_Z, CTRL)
    assert places
    assert all(end <= length for end, length in places)


def test_a_case_that_takes_no_text_places_nothing(report: DictatedReport) -> None:
    report.desk.items[TWO].holder = "Dr. Second"
    report.desk.open_case(TWO)
    before = report.dictation.placed
    report.page.follow_desk()
    report.page.active_editor.go_to("findings")  # type: ignore[union-attr]
    assert report.dictation.placed == before


# --- confirmations and choices


def test_low_accuracy_text_is_confirmed_in_its_heading(report: DictatedReport) -> None:
    report.hears("No effusion.", low_accuracy=True)
    assert report.sees("Findings is to be confirmed")
    assert not report.sees("Impression is to be confirmed")
    report.click("Confirm Findings")
    assert report.dictation.unconfirmed(ONE) == ()
    assert not report.sees("Findings is to be confirmed")
    assert not report.page.confirm_field()


def test_two_hearings_are_shown_and_chosen_by_key_or_button(report: DictatedReport) -> None:
    for text, other in (("Nodule 14 mm.", "Nodule 40 mm."), (" No effusion.", " Effusion.")):
        name = report.hears(text)
        report.dictation.second_pass_gives(ONE, name, other, needs_choice=True)
    report.feed.pump()
    assert [each.other.text for each in report.page.choices.choices if each.other] == ["Nodule 40 mm.", " Effusion."]
    assert report.sees("Choices to make")
    report.bot.waitUntil(lambda: "choice:findings" in [o.key for o in report.page.obstacles.obstacles], timeout=3000)
    assert report.page.choose(second=True)
    assert report.draft() == report.findings.toPlainText() == "Nodule 40 mm. No effusion."
    report.bot.waitUntil(lambda: report.sees("Keep first, Findings"), timeout=2000)
    report.click("Keep first, Findings")
    assert report.draft() == "Nodule 40 mm. No effusion."
    assert not report.sees("Choices to make")
    assert not report.page.choose(second=False)


def test_a_choice_can_be_heard_again_and_leads_to_its_field(report: DictatedReport) -> None:
    name = report.hears("Nodule 14 mm.")
    report.dictation.second_pass_gives(ONE, name, "Nodule 40 mm.", needs_choice=True)
    report.feed.pump()
    report.editor.go_to("impression")
    report.bot.waitUntil(lambda: report.sees("Replay the phrase in Findings"), timeout=2000)
    report.click("Replay the phrase in Findings")
    assert report.dictation.replayed == [(name, ())]
    report.click("Go to Findings")
    assert report.editor.in_hand == "findings"


def test_obstacles_of_dictation_lead_to_their_field(report: DictatedReport) -> None:
    report.hears("No effusion.", low_accuracy=True)
    report.editor.go_to("impression")
    text = "Go to: Low-accuracy text is to be read and confirmed."
    report.bot.waitUntil(lambda: report.sees(text), timeout=3000)
    report.click(text)
    assert report.editor.in_hand == "findings"
