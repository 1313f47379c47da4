"""Marks say what is uncertain about a text, and a small panel beside it says what to do; both by mouse and by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QTextCharFormat
from PySide6.QtWidgets import QApplication

from tests.helpers.dictated_report import CTRL, ONE, TWO, DictatedReport, a_dictated_report
from workstation.dictation.passages import Doubt, Passage
from workstation.dictation.words import Rewrite, Word, Written
from workstation.qtkit.tokens import Tokens, contrast_ratio
from workstation.ui.mark_look import look_of
from workstation.ui.marks import Mark, MarkKind, found_at, marks_of, second_pass_words
from workstation.ui.passage_panel import WIDTH
from workstation.ui.spoken_words import words_behind

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")

SAID = "A small plural effusion."
TEXT = "A small pleural effusion."
GUESS = Rewrite(8, 15, "plural", "pleural", "lexicon")
WORDS = tuple(
    Word(text, confidence, number * 0.5, number * 0.5 + 0.4)
    for number, (text, confidence) in enumerate(
        [("a", 0.9), ("small", 0.3), ("plural", 0.9), ("effusion", 0.9), ("period", 0.9)]
    )
)


@pytest.fixture
def report(qtbot: Any) -> Iterator[DictatedReport]:
    with a_dictated_report(qtbot) as made:
        yield made


def _passage(text: str, start: int = 0, **more: Any) -> Passage:
    return Passage("u1", "findings", start, start + len(text), "Test", Written(text, text), **more)


def _kinds(text: str, marks: tuple[Mark, ...]) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.kind.name) for each in marks]


# --- which marks


def test_each_doubt_guess_and_misspelt_word_is_marked() -> None:
    passage = _passage(TEXT, 5, doubts=(Doubt(2, 7, 0.3),), rewrites=(GUESS,))
    text = f"Xray {TEXT} Teh end."
    marks = marks_of(text, (passage,), ((31, 34),))
    assert _kinds(text, marks) == [("small", "DOUBT"), ("pleural", "GUESS"), ("Teh", "MISSPELT")]
    assert [each.tip.split(".")[0] for each in marks] == [
        "Heard with 30% certainty",
        "A guess: “plural” was heard",
        "Not in the dictionary",
    ]


def test_only_the_words_that_the_second_pass_brought_are_marked() -> None:
    new = "The mediastinum is normal."
    passage = _passage(new, 4, is_second=True, other=Written("The media steinum is now normal.", ""))
    text = f"Ok. {new}"
    assert _kinds(text, marks_of(text, (passage,))) == [("mediastinum", "SECOND_PASS"), ("is", "SECOND_PASS")]
    assert marks_of(text, (_passage(new, 4, other=passage.other),)) == ()
    assert second_pass_words("the lung", "the left lung") == ((0, 3),)


def test_an_open_choice_is_marked_whole_and_above_all() -> None:
    text = " Nodule 14 mm. "
    passage = _passage(text, other=Written("Nodule 40 mm.", ""), needs_choice=True, doubts=(Doubt(8, 10, 0.1),))
    assert _kinds(text, marks_of(text, (passage,), ((1, 7),))) == [("Nodule 14 mm.", "CHOICE")]


SPANS = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda each: (min(each), max(each)))


@given(misspelt=st.lists(SPANS, max_size=5), doubts=st.lists(SPANS, max_size=5), text=st.text("ab ", max_size=20))
def test_marks_never_overlap_and_lie_in_the_text(misspelt: list[Any], doubts: list[Any], text: str) -> None:
    passage = _passage(text, doubts=tuple(Doubt(*each, 0.2) for each in doubts))
    marks = marks_of(text, (passage,), misspelt)
    edges = [edge for each in marks for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    assert all(0 <= each.start < each.end <= len(text) for each in marks)
    ends = [each for each in misspelt if each[1] <= len(text)] + [(a, min(b, len(text))) for a, b in doubts]
    wanted = {at for start, end in ends for at in range(start, end)}
    covered = {at for each in marks for at in range(each.start, each.end)}
    assert {at for at in wanted if not text[at].isspace()} <= covered <= wanted


def test_what_begins_at_a_place_comes_before_what_ends_there() -> None:
    one, two = _passage("One.", 0), _passage(" Two.", 4)
    assert found_at((one, two), (), 4).passage is two
    assert found_at((one, two), (), 3).passage is one
    assert found_at((one, two), (), 9).passage is two
    assert not found_at((one,), ((6, 8),), 5).is_something
    assert found_at((one,), ((6, 8),), 8).misspelt == (6, 8)


def test_every_kind_of_mark_has_a_line_of_its_own_that_can_be_seen() -> None:
    looks = [look_of(kind) for kind in MarkKind]
    grounds = [each.background().style() != Qt.BrushStyle.NoBrush for each in looks]
    lines = [(each.underlineStyle(), ground) for each, ground in zip(looks, grounds, strict=True)]
    assert len(set(lines)) == len(lines)
    assert QTextCharFormat.UnderlineStyle.NoUnderline not in [style for style, _ in lines]
    for each in looks:
        assert contrast_ratio(each.underlineColor().name(), Tokens().surface.line) >= 3


# --- in the editor


def test_marks_are_drawn_over_the_text_and_are_no_part_of_it(report: DictatedReport) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    shown = _kinds(TEXT, report.findings.marks)
    assert shown == [("small", "DOUBT"), ("pleural", "GUESS")]
    block = report.findings.document().begin()
    assert [TEXT[each.start : each.start + each.length] for each in block.layout().formats()] == ["small", "pleural"]
    assert not any(fragment.fragment().charFormat().fontUnderline() for fragment in block)
    report.findings.select(0, 0)
    report.type("Xray: ")
    assert _kinds(report.draft(), report.findings.marks) == shown


def test_tool_tips_explain_marks(report: DictatedReport) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    assert report.findings.tip_at(10).startswith("A guess: “plural” was heard.")
    assert report.findings.tip_at(3).startswith("Heard with 30% certainty.")
    assert report.findings.tip_at(0) == ""


def test_a_click_on_a_guess_places_the_cursor_and_opens_the_panel_without_taking_the_keyboard(
    report: DictatedReport,
) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    report.click_at(10)
    assert report.cursor == 10
    assert report.editor.panel.is_open
    assert report.findings.hasFocus()
    report.type("x")
    assert not report.editor.panel.is_open
    assert report.draft() == "A small plxeural effusion."


def test_what_was_heard_is_one_click_away(report: DictatedReport) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    report.click_at(10)
    report.bot.waitUntil(lambda: report.sees("Use what was heard, plural"), timeout=2000)
    report.click("Use what was heard, plural")
    assert report.draft() == report.findings.toPlainText() == SAID
    assert not report.editor.panel.is_open
    report.findings.setFocus()
    report.press(Qt.Key.Key_Z, CTRL)
    assert report.draft() == TEXT


def test_the_panel_works_by_key_alone(report: DictatedReport) -> None:
    name = report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    report.findings.select(10, 10)
    report.press(Qt.Key.Key_Space, CTRL)
    assert report.editor.panel.has_keyboard
    report.press(Qt.Key.Key_Escape)
    assert not report.editor.panel.is_open
    assert report.findings.hasFocus()
    assert report.draft() == TEXT
    report.press(Qt.Key.Key_Space, CTRL)
    report.press(Qt.Key.Key_2)
    assert report.dictation.replayed == [(name, ())]
    report.press(Qt.Key.Key_Space, CTRL)
    report.press(Qt.Key.Key_Tab)
    report.press(Qt.Key.Key_Down)
    report.press(Qt.Key.Key_Return)
    assert report.dictation.replayed[1] == (name, (WORDS[2],))
    report.press(Qt.Key.Key_Space, CTRL)
    report.press(Qt.Key.Key_1)
    assert report.draft() == SAID
    assert report.findings.hasFocus()


def test_the_menu_key_opens_it_where_something_was_dictated(report: DictatedReport) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(report.findings.viewport(), event)
    assert report.editor.panel.is_open


def test_ctrl_space_where_nothing_was_dictated_does_nothing(report: DictatedReport) -> None:
    report.type("Typed.")
    report.press(Qt.Key.Key_Space, CTRL)
    assert not report.editor.panel.is_open
    assert report.draft() == "Typed."


def test_text_of_the_second_pass_is_taken_back(report: DictatedReport) -> None:
    name = report.hears("The hart is normal.")
    report.dictation.second_pass_gives(ONE, name, "The heart is normal.")
    report.feed.pump()
    assert _kinds(report.draft(), report.findings.marks) == [("heart", "SECOND_PASS")]
    report.findings.select(6, 6)
    report.press(Qt.Key.Key_Space, CTRL)
    report.bot.waitUntil(lambda: report.sees("Take the first text back"), timeout=2000)
    report.click("Take the first text back")
    assert report.draft() == report.findings.toPlainText() == "The hart is normal."


def test_a_choice_can_be_made_in_the_panel(report: DictatedReport) -> None:
    name = report.hears("Nodule 14 mm.")
    report.dictation.second_pass_gives(ONE, name, "Nodule 40 mm.", needs_choice=True)
    report.feed.pump()
    report.findings.select(3, 3)
    report.press(Qt.Key.Key_Space, CTRL)
    report.press(Qt.Key.Key_2)
    assert report.draft() == "Nodule 40 mm."
    assert report.dictation.choices(ONE) == ()


def test_an_inactive_report_shows_its_marks_and_changes_nothing(report: DictatedReport) -> None:
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    first = report.editor
    report.desk.open_case(TWO)
    report.page.follow_desk()
    parts = first._offers.of("findings", TEXT, first._marks.found_at("findings", 10), 10, is_writable=False)
    assert [part.caption for part in parts] == ["Heard"]
    first.correct("findings", 0, 5, "X")
    assert report.draft(ONE) == TEXT


@pytest.mark.parametrize("size", [(1400, 900), (1024, 700), (1000, 420)])
def test_the_panel_stands_beside_its_passage_and_inside_the_window(
    report: DictatedReport, size: tuple[int, int]
) -> None:
    report.page.resize(*size)
    QApplication.processEvents()
    report.write("A line before.\n" * 6)
    report.hears(TEXT, words=WORDS, rewrites=[GUESS])
    QApplication.processEvents()
    report.editor.open_panel()
    QApplication.processEvents()
    panel, editor = report.editor.panel, report.editor
    assert panel.width() == WIDTH
    assert editor.rect().contains(panel.geometry())
    text = report.findings
    first = text.place[1] - len(TEXT)
    box = text.rect_of(first, first + len(TEXT))
    shown = QRect(text.mapTo(editor, box.topLeft()), box.size())
    assert not panel.geometry().intersects(shown)


# --- sound of words


def test_the_words_behind_a_stretch_are_found() -> None:
    said = "mass of two point five centimeters in the plural space"
    words = tuple(map(Word, said.split()))
    text = "Mass of 2.5 cm in the pleural space."

    def behind(part: str) -> str:
        start = text.index(part)
        return " ".join(each.text for each in words_behind(text, words, start, start + len(part)))

    assert behind("Mass") == "mass"
    assert behind("2.5") == "two point five centimeters"
    assert behind("pleural") == "plural"
    assert behind("space.") == "space"
    assert words_behind(text, words, 9, 9)[0].text == "two"
    assert words_behind(text, (), 0, 4) == ()
    assert words_behind("", words, 0, 0) == ()
