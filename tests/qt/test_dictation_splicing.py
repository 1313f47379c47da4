"""Text arrives beside what a person is writing: their cursor and selection keep their place, one step takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextEdit

from workstation.dictation.passages import splice_between
from workstation.ui.report_text import ReportText
from workstation.ui.splicing import Step, splice, steps_between
from workstation.ui.text_places import from_units, nearest_before, places_of, shown, to_units

TEXTS = st.text(alphabet="ab c.\n😀é", max_size=24)
WORDS = st.lists(st.sampled_from(["no", "left", "right", "effusion", ".", " ", "\n", "14", "😀"]), max_size=14).map(
    "".join
)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def editor(qtbot: Any) -> ReportText:
    made = ReportText("Report field Findings")
    qtbot.addWidget(made)
    return made


def _load(editor: ReportText, text: str, start: int, end: int) -> None:
    editor.setPlainText(text)
    editor.select(start, end)


@SLOW
@given(text=TEXTS, inserted=TEXTS, data=st.data())
def test_the_cursor_keeps_its_place_relative_to_the_text(
    editor: ReportText, text: str, inserted: str, data: Any
) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(0, len(text)))
    removed = data.draw(st.integers(0, len(text) - start))
    _load(editor, text, cursor, cursor)
    assert splice(editor, start, removed, inserted)
    new = editor.toPlainText()
    assert new == text[:start] + inserted + text[start + removed :]
    place = editor.place[1]
    if cursor < start:
        assert new[:place] == text[:cursor]
    elif cursor >= start + removed:
        assert new[place:] == text[cursor:]
    else:
        assert start <= place <= start + len(inserted)


@SLOW
@given(text=WORDS, inserted=WORDS, data=st.data())
def test_a_selection_never_takes_in_new_text_at_its_edges(
    editor: ReportText, text: str, inserted: str, data: Any
) -> None:
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, len(text)))
    at = data.draw(st.sampled_from([each for each in range(len(text) + 1) if not first < each < last]))
    _load(editor, text, first, last)
    selected = text[first:last]
    splice(editor, at, 0, inserted)
    if selected:
        assert shown(editor.textCursor().selection().toPlainText()) == selected


@SLOW
@given(text=WORDS, new=WORDS)
def test_a_splice_is_one_undo_step_and_one_redo_step(editor: ReportText, text: str, new: str) -> None:
    editor.setPlainText(text)
    splice(editor, 0, len(text), new)
    assert editor.toPlainText() == new
    editor.undo()
    assert editor.toPlainText() == text
    assert not editor.document().isUndoAvailable()
    editor.redo()
    assert editor.toPlainText() == new


@given(old=WORDS, new=WORDS)
def test_steps_make_the_new_text_of_the_old(old: str, new: str) -> None:
    text = f"<<{old}>>"
    for step in reversed(steps_between(old, new, 2)):
        text = text[: step.start] + step.inserted + text[step.start + step.removed :]
    assert text == f"<<{new}>>"


def test_typing_just_before_and_after_a_splice_stays_apart_from_it(editor: ReportText) -> None:
    QTest.keyClicks(editor, "typed")
    splice(editor, 5, 0, " dictated")
    QTest.keyClicks(editor, " again")
    splice(editor, 20, 0, " once more")
    splice(editor, 30, 0, " and more")
    left = []
    while editor.document().isUndoAvailable():
        left.append(editor.toPlainText())
        editor.undo()
    whole = "typed dictated again once more and more"
    assert left == [whole[:end] for end in (39, 30, 20, 14, 5)]


def test_only_the_words_that_differ_are_changed() -> None:
    assert steps_between("the lung is clear", "the left lung is clear.") == (Step(3, 0, " left"), Step(17, 0, "."))


def test_a_cursor_between_changed_words_stays_between_them(editor: ReportText) -> None:
    _load(editor, "The hart is normale and the lungs are cleer.", 11, 11)
    splice(editor, 0, 44, "The heart is normal and the lungs are clear.")
    assert editor.toPlainText()[: editor.place[1]] == "The heart is"


def test_a_stretch_that_is_not_there_changes_nothing(editor: ReportText) -> None:
    editor.setPlainText("short")
    assert not splice(editor, 4, 9, "text")
    assert editor.toPlainText() == "short"
    assert not editor.document().isUndoAvailable()


def test_a_splice_works_in_a_field_that_takes_no_typing(editor: ReportText) -> None:
    editor.setPlainText("One.")
    editor.setReadOnly(True)
    assert splice(editor, 4, 0, " Two.")
    assert editor.toPlainText() == "One. Two."


@given(text=TEXTS, data=st.data())
def test_places_are_the_same_counted_either_way(text: str, data: Any) -> None:
    place = data.draw(st.integers(0, len(text)))
    units = to_units(text, place)
    assert units == len(text[:place].encode("utf-16-le")) // 2
    assert from_units(text, units) == place


@SLOW
@given(text=TEXTS)
def test_what_the_editor_gives_back_is_as_long_as_the_draft(editor: QTextEdit, text: str) -> None:
    draft = f"a\u00a0b\u2028{text}"
    editor.setPlainText(draft)
    assert editor.toPlainText() == shown(draft)
    assert len(shown(draft)) == len(draft)


def test_words_are_found_as_whole_words_and_exact_ones_first() -> None:
    text = "No left nodule. Nodule, left\nlobe. Leftmost."
    assert places_of(text, "left") == ((3, 7), (24, 28))
    assert places_of(text, "left lobe") == ((24, 33),)
    assert places_of(text, "nodule") == ((8, 14),)
    assert places_of(text, "NODULE") == ((8, 14), (16, 22))
    assert places_of(text, "most") == ()
    assert places_of(text, " ") == ()
    assert nearest_before(((3, 7), (24, 28)), 10) == (3, 7)
    assert nearest_before(((3, 7), (24, 28)), 40) == (24, 28)
    assert nearest_before(((3, 7), (24, 28)), 0) == (24, 28)
    assert nearest_before((), 0) is None


@given(old=WORDS, new=WORDS)
def test_the_one_change_of_a_text_has_the_same_outcome(old: str, new: str) -> None:
    change = splice_between(old, new)
    steps = steps_between(old, new)
    assert (change is None) == (steps == ())
