"""From what was heard to what a report says: tables, stability of what is written, and no value ever changed."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation import normaliser
from workstation.dictation.normaliser import Layout, ends_with_sentence, write_out
from workstation.dictation.numbers_spoken import read_number
from workstation.dictation.protected import protected_values, same_values
from workstation.dictation.tokens import utterance_of
from workstation.dictation.words import Word, words_of

HERE = Path(__file__).parent
FRAGMENT = Layout(starts_sentence=False, ends_sentence=False)
RADSET = HERE.parents[3] / "shared" / "data" / "audio" / "radset.tsv"


def rows_of(path: Path) -> list[tuple[str, ...]]:
    """Lines of a table, their columns, with line ends as such."""
    lines = path.read_text("utf-8").splitlines()
    cut = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [tuple(column.replace("\\n", "\n") for column in columns) for columns in cut]


NUMBERS = rows_of(HERE / "numbers_and_units.tsv")
PUNCTUATION = rows_of(HERE / "punctuation.tsv")


@pytest.mark.parametrize(("spoken", "written"), NUMBERS)
def test_numbers_and_units_are_written_as_the_table_says(spoken: str, written: str) -> None:
    assert write_out(spoken, FRAGMENT).text == written


@pytest.mark.parametrize(("spoken", "written"), PUNCTUATION)
def test_punctuation_and_capitals_are_written_as_the_table_says(spoken: str, written: str) -> None:
    assert write_out(spoken).text == written


def test_the_table_of_numbers_is_as_large_as_promised() -> None:
    assert len({spoken for spoken, _ in NUMBERS}) >= 300


def test_sentences_of_the_test_set_are_written_exactly() -> None:
    if not RADSET.is_file():
        pytest.skip("the test speech (synthetic voices) does not lie beside the checkout")
    rows = [row for row in rows_of(RADSET) if not row[0].startswith("cmd")]
    assert [write_out(spoken).text for _, spoken, _ in rows] == [written for _, _, written in rows]


@pytest.mark.parametrize(("spoken", "written"), NUMBERS)
def test_the_rules_alone_keep_the_values_and_leave_written_text_alone(spoken: str, written: str) -> None:
    """Without the last guard of `write_out`, which would hide a rule that changes a value."""
    by_rules = normaliser._write(spoken, FRAGMENT).text
    assert protected_values(by_rules) == protected_values(spoken)
    assert normaliser._write(written, FRAGMENT).text == written


@pytest.mark.parametrize(("_spoken", "written"), PUNCTUATION)
def test_written_sentences_come_back_unchanged(_spoken: str, written: str) -> None:
    assert write_out(written).text == written


def test_where_a_rule_would_change_a_value_the_words_stay_as_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normaliser, "_write", lambda raw, _layout: normaliser.Written("no nodule of 5 mm", raw))
    assert write_out("nodule of five millimeters").text == "nodule of five millimeters"


def test_marks_say_what_was_heard_and_where() -> None:
    written = write_out("a five millimeter calculus comma L four L five")
    assert written.text == "A 5 mm calculus, L4-L5."
    assert written.raw == "a five millimeter calculus comma L four L five"
    marks = [(mark.from_, mark.to, mark.why) for mark in written.rewrites]
    assert marks == [
        ("five millimeter", "5 mm", "unit"),
        ("comma", ",", "punctuation"),
        ("L four L five", "L4-L5", "level"),
    ]
    assert all(written.text[mark.start : mark.end] == mark.to for mark in written.rewrites)
    assert not any(mark.is_guess for mark in written.rewrites)


def test_a_corrected_word_is_marked_with_what_was_heard() -> None:
    words = (Word("The"), Word("hypoattenuating,", 0.6, heard="hypotenuating,", corrected="lexicon"), Word("lesion"))
    written = write_out(words)
    (mark,) = written.rewrites
    assert (written.text, written.raw) == ("The hypoattenuating, lesion.", "The hypotenuating, lesion")
    assert (mark.from_, mark.to, mark.why, mark.is_guess) == ("hypotenuating", "hypoattenuating", "lexicon", True)
    assert written.text[mark.start : mark.end] == mark.to


def test_a_corrected_word_of_several_parts_has_one_mark() -> None:
    written = write_out((Word("broad-based", heard="brought paste", corrected="learnt"), Word("protrusion")))
    assert [(mark.from_, mark.to) for mark in written.rewrites] == [("brought paste", "Broad-based")]


def test_words_of_engines_and_text_are_written_alike() -> None:
    for spoken, written in NUMBERS[:60]:
        assert write_out(words_of(spoken), FRAGMENT).text == written


def test_an_utterance_in_the_middle_of_a_sentence_gets_no_capital() -> None:
    assert write_out("in the left kidney", Layout(starts_sentence=False)).text == "in the left kidney."
    assert [ends_with_sentence(text) for text in ("", "Normal.", "Normal.\n", "Normal", "Liver:")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_pause_before_a_word_that_opens_sentences_ends_a_sentence() -> None:
    spoken = [
        ("Impression", 0.0, 0.5),
        ("no", 1.4, 1.5),
        ("acute", 1.5, 1.8),
        ("disease", 1.8, 2.2),
        ("stable", 2.3, 2.7),
    ]
    words = [Word(text, 0.9, start, end) for text, start, end in spoken]
    assert write_out(words).text == "Impression. No acute disease stable."
    assert write_out([Word(word.text) for word in words]).text == "Impression no acute disease stable."


def test_no_dictated_text_shows_in_a_repr() -> None:
    written = write_out("left nodule of five millimeters")
    assert not re.search(
        "left|nodule|five|5 mm", repr(written) + repr(protected_values("left nodule of five millimeters"))
    )


@given(st.text(max_size=60))
def test_any_text_is_written_without_changing_its_values(text: str) -> None:
    assert same_values(text, write_out(text).text)


_SOUP = """
one two three five ten twenty thirty hundred thousand oh point by to and or minus plus half a of the no not without
left right grade series image L T S C b p m mm centimeters percent months year old degrees march may third second comma
period colon new line slash dash open close paren impression bi rads gleason bosniak
type stanford hepatitis omnipaque iodine segment at least up minute gram hyper third o'clock ± covid
3 4.5 2024 1,200 .8 3:45 2x3cm L4-5 5-6 hours
""".split()  # noqa: SIM905


@pytest.mark.parametrize("said", ["point oh thousand", "close without series hours point oh thousand degrees"])
def test_a_run_of_number_words_always_comes_to_an_end(said: str) -> None:
    assert write_out(said, FRAGMENT).text == said


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_SOUP), min_size=1, max_size=9))
def test_any_heap_of_words_keeps_its_values(words: list[str]) -> None:
    text = " ".join(words)
    assert same_values(text, write_out(text).text)


_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_FIGURE = st.one_of(
    st.sampled_from([*_ONES, "ten", "twelve", "twenty five", "one hundred and five", "3", "4.5", "12"]),
    st.tuples(st.sampled_from(_ONES), st.sampled_from(_ONES)).map(" point ".join),
    st.sampled_from(_ONES).map(lambda digit: f"point {digit}"),
)
_LENGTH = st.sampled_from(["millimeters", "centimeters", "mm", "cm"])
_PHRASE = st.one_of(
    st.tuples(_FIGURE, _LENGTH).map(lambda parts: f"measuring {parts[0]} {parts[1]}"),
    st.tuples(_FIGURE, _FIGURE, _LENGTH).map(lambda parts: f"measuring {parts[0]} by {parts[1]} {parts[2]}"),
    st.tuples(_FIGURE, _FIGURE, _LENGTH).map(lambda parts: f"of about {parts[0]} to {parts[1]} {parts[2]}"),
    st.tuples(st.sampled_from("CTLS"), st.sampled_from(_ONES[:5])).map(lambda parts: f"at {parts[0]} {parts[1]}"),
    st.sampled_from(_ONES[:4]).map(lambda number: f"of grade {number}"),
    st.sampled_from(_ONES[:4]).map(lambda number: f"on image {number}"),
    st.sampled_from(
        [
            "no nodule",
            "without effusion",
            "in the left lung",
            "in the right lung",
            "comma",
            "period",
            "new line",
            "of the colon",
        ]
    ),
    st.sampled_from(
        [
            "dated march third twenty twenty four",
            "at three forty five p m",
            "bi rads four b",
            "L four L five protrusion",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PHRASE, min_size=1, max_size=5))
def test_report_phrases_are_stable_once_written(phrases: list[str]) -> None:
    """By the rules alone: values kept, and a second pass changes nothing."""
    spoken = " ".join(phrases)
    written = normaliser._write(spoken, Layout()).text
    assert protected_values(written) == protected_values(spoken)
    assert normaliser._write(written, Layout()).text == written


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0, max_value=999_999))
def test_whole_numbers_agree_with_an_independent_speller(number: int) -> None:
    from workstation.dictation.spoken_numbers import cardinal

    if number > 9_999:
        thousands, rest = divmod(number, 1000)
        spoken = f"{cardinal(thousands)} thousand" + (f" {cardinal(rest)}" if rest else "")
    else:
        spoken = cardinal(number)
    read = read_number(utterance_of(spoken), 0)
    assert read is not None
    assert (read.value, read.is_clear) == (Decimal(number), True)
