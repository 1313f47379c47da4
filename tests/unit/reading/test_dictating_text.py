"""Where dictated text stands, and how it is put in: for any text, any change and any order."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation.normaliser import Layout
from workstation.dictation.passages import (
    Doubt,
    Passage,
    Splice,
    doubts_in,
    is_glued,
    moved,
    moved_point,
    splice_between,
    touches,
)
from workstation.dictation.placing import layout_at, placed, taken_out
from workstation.dictation.words import Rewrite, Word, Written
from workstation.reading.dictated_json import dictated_from_json, dictated_to_json
from workstation.reading.dictated_text import Dictated, DictatedText
from workstation.reading.insertion_points import InsertionPoints

TEXT = st.text(alphabet="ab1 .,-(\n", max_size=30)
SAID = st.sampled_from(["No edema.", "3.5 cm", "L4-L5", ", and", ".", "(seen)", "\n\nNew", "left", "5", ".5"])
NUMBERS_AND_WORDS = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*(?:-\d)?")


@st.composite
def texts_and_spans(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXT) -> tuple[str, int, int]:
    found = draw(text)
    start = draw(st.integers(0, len(found)))
    return found, start, draw(st.integers(start, len(found)))


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Splice]:
    text, start, end = draw(texts_and_spans())
    return text, Splice(start, end - start, draw(TEXT))


# --- splices -----------------------------------------------------------------------------------------------------


@given(TEXT, TEXT)
def test_the_change_between_two_texts_makes_the_second_of_the_first(old: str, new: str) -> None:
    splice = splice_between(old, new)
    assert (splice is None) == (old == new)
    assert splice is None or splice.apply(old) == new


@given(changes(), st.data())
def test_a_span_beside_a_change_keeps_its_text_and_one_around_it_keeps_its_sides(
    change: tuple[str, Splice], data: st.DataObject
) -> None:
    old, splice = change
    start = data.draw(st.integers(0, len(old)))
    end = data.draw(st.integers(start, len(old)))
    new = splice.apply(old)
    first, last = moved((start, end), splice)
    assert 0 <= first <= last <= len(new)
    if start < end and not touches((start, end), splice):
        assert new[first:last] == old[start:end]
    if start < splice.start and splice.end < end:
        assert new[first:last] == old[start : splice.start] + splice.inserted + old[splice.end : end]


@given(changes(), st.data(), st.booleans())
def test_a_place_outside_a_change_has_the_same_text_on_its_far_side(
    change: tuple[str, Splice], data: st.DataObject, is_pushed: bool
) -> None:
    old, splice = change
    at = data.draw(st.integers(0, len(old)))
    new, now = splice.apply(old), moved_point(at, splice, is_pushed=is_pushed)
    assert 0 <= now <= len(new)
    if at < splice.start:
        assert new[:now] == old[:at]
    elif at > splice.end:
        assert new[now:] == old[at:]


def test_text_typed_at_the_edges_is_none_of_the_span_but_a_glued_letter_shows() -> None:
    assert moved((3, 6), Splice(3, 0, "xy")) == (5, 8)
    assert moved((3, 6), Splice(6, 0, "xy")) == (3, 6)
    assert is_glued("no edemas", (3, 8))
    assert not is_glued("no edema.", (3, 8))


# --- placing -----------------------------------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(texts_and_spans(), SAID)
def test_words_and_numbers_are_never_glued(place: tuple[str, int, int], said: str) -> None:
    text, start, end = place
    there = placed(text, start, end, said)
    new = there.splice.apply(text)
    first, last = there.span
    assert new[first:last] == said
    assert new[:first].rstrip(" ") == text[:start].rstrip(" ")
    assert new[last:].lstrip(" ") == text[end:].lstrip(" ")
    parts = [*NUMBERS_AND_WORDS.findall(text[:start]), *NUMBERS_AND_WORDS.findall(said)]
    parts += NUMBERS_AND_WORDS.findall(text[end:])
    assert NUMBERS_AND_WORDS.findall(new) == parts


@settings(max_examples=400, deadline=None)
@given(texts_and_spans())
def test_taking_out_glues_nothing(place: tuple[str, int, int]) -> None:
    text, start, end = place
    new = taken_out(text, start, end).apply(text)
    parts = [*NUMBERS_AND_WORDS.findall(text[:start]), *NUMBERS_AND_WORDS.findall(text[end:])]
    assert NUMBERS_AND_WORDS.findall(new) == parts


@pytest.mark.parametrize(
    ("before", "behind", "layout"),
    [
        ("", "", Layout(True, True)),
        ("There is no ", "", Layout(False, True)),
        ("There is no ", " effusion.", Layout(False, False)),
        ("Heart normal. ", "Lungs clear.", Layout(True, True)),
        ("Heart normal. ", "and lungs.", Layout(True, False)),
        ("Heart", ", lungs clear.", Layout(False, False)),
        ("Heart normal.\n", "\nLungs", Layout(True, True)),
    ],
)
def test_capital_and_full_stop_by_what_stands_beside(before: str, behind: str, layout: Layout) -> None:
    assert layout_at(before + behind, len(before), len(before)) == layout


def test_an_utterance_cut_at_its_greatest_length_gets_no_full_stop() -> None:
    assert not layout_at("", 0, 0, is_whole=False).ends_sentence


@pytest.mark.parametrize(
    ("text", "start", "end", "left"),
    [
        ("One. Two. Three.", 5, 9, "One. Three."),
        ("One. Two.", 5, 9, "One."),
        ("One. Two.", 0, 4, "Two."),
        ("One two.", 4, 7, "One."),
        ("a(b)c", 1, 4, "a c"),
    ],
)
def test_what_is_scratched_takes_its_space_along(text: str, start: int, end: int, left: str) -> None:
    assert taken_out(text, start, end).apply(text) == left


# --- doubts ------------------------------------------------------------------------------------------------------


def test_doubts_are_found_where_their_words_were_written() -> None:
    words = [Word("no", 0.9), Word("plural", 0.3), Word("effusion", 0.9), Word("three", 0.4), Word("centimeters", 0.9)]
    text = "No pleural effusion 3 cm."
    found = doubts_in(Written(text, ""), words)
    assert [(text[each.start : each.end], each.confidence) for each in found] == [("pleural", 0.3), ("3 cm.", 0.4)]
    assert doubts_in(Written(text, ""), [Word("no")]) == ()


# --- places of what is to come -----------------------------------------------------------------------------------


@given(st.permutations(range(4)), st.sampled_from(["", "before ", "[sel]"]))
def test_utterances_of_one_place_stand_in_the_order_in_which_they_were_said(order: list[int], start: str) -> None:
    text = f"{start}after"
    points = InsertionPoints()
    is_selection = start == "[sel]"
    points.place("case", "field", 0 if is_selection else len(start), len(start))
    for number in range(4):
        points.begin(str(number), "case", "field")
    for number in order:
        span = points.span_of(str(number))
        assert span is not None
        splice = Splice(span[0], span[1] - span[0], f"<{number}>")
        text = splice.apply(text)
        points.put(str(number), splice)
    assert text == f"{'' if is_selection else start}<0><1><2><3>after"
    assert points.cursor == (len(text) - 5, len(text) - 5)


@given(changes(), st.data())
def test_what_is_typed_moves_the_place(change: tuple[str, Splice], data: st.DataObject) -> None:
    text, splice = change
    at = data.draw(st.integers(0, len(text)))
    points = InsertionPoints()
    points.place("case", "field", at, at)
    points.begin("u", "case", "field")
    points.follow("case", "field", splice)
    assert points.span_of("u") == (moved_point(at, splice, is_pushed=False),) * 2


# --- passages under edits ------------------------------------------------------------------------------------------

SENTENCES = ("No effusion.", "No edema.", "Mass in the left lobe.", "Liver is normal.")


def dictated() -> tuple[DictatedText, str]:
    text, field = DictatedText(), ""
    for number, sentence in enumerate(SENTENCES):
        splice = placed(field, len(field), len(field), sentence)
        text.follow("f", splice.splice, field)
        field = splice.splice.apply(field)
        passage = Passage(f"u{number}", "f", *splice.span, "test", Written(sentence, sentence))
        text.add(Dictated(passage, number + 1, is_low_accuracy=True))
    text.must_be_confirmed("f")
    return text, field


def standing(text: DictatedText, field: str) -> list[str]:
    return [field[each.start : each.end] for each in text.passages("f")]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["", "x", " y ", "Mild. "]))))
def test_passages_stay_inside_and_apart_and_an_undo_brings_all_of_them_back(
    edits: list[tuple[int, int, str]],
) -> None:
    text, field = dictated()
    history = [field]
    for a, b, inserted in edits[:4]:
        start, end = sorted((min(a, len(field)), min(b, len(field))))
        new = field[:start] + inserted + field[end:]
        splice = splice_between(field, new)
        if splice is not None:
            text.follow("f", splice, field, is_by_hand=True)
            field = new
            history.append(field)
        spans = [each.span for each in text.passages("f")]
        assert all(0 <= first < last <= len(field) for first, last in spans)
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
        assert text.unconfirmed() == ("f",) or not spans, "what was typed into an empty field is no dictation"
    for earlier in reversed(history[:-1]):
        splice = splice_between(field, earlier)
        assert splice is not None
        text.follow("f", splice, field, is_by_hand=True)
        field = earlier
    assert text.unconfirmed() == ("f",)
    assert standing(text, field) == list(SENTENCES)


@pytest.mark.parametrize("gone", range(len(SENTENCES)))
def test_a_deleted_sentence_takes_its_passage_and_an_undo_brings_it_back(gone: int) -> None:
    text, field = dictated()
    kept = " ".join(each for number, each in enumerate(SENTENCES) if number != gone)
    for old, new in ((field, kept), (kept, field)):
        splice = splice_between(old, new)
        assert splice is not None
        text.follow("f", splice, old, is_by_hand=True)
        wanted = [each for number, each in enumerate(SENTENCES) if number != gone or new == field]
        assert standing(text, new) == wanted


def test_marks_move_with_an_edit_and_go_where_it_touches_them() -> None:
    text, field = DictatedText(), "A plural effusion and a glowma."
    marks = (Rewrite(2, 8, "plooral", "plural", "lexicon"), Rewrite(24, 30, "glow ma", "glowma", "learnt"))
    passage = Passage(
        "u", "f", 0, 31, "test", Written(field, field, marks), doubts=(Doubt(9, 17, 0.2),), rewrites=marks
    )
    text.add(Dictated(passage, 1))
    splice = Splice(2, 6, "pleural")
    text.follow("f", splice, field, is_by_hand=True)
    new = splice.apply(field)
    (now,) = text.passages("f")
    assert [new[each.start : each.end] for each in now.rewrites] == ["glowma"]
    assert [new[each.start : each.end] for each in now.doubts] == ["effusion"]
    assert now.is_edited
    text.follow("f", Splice(2, 7, "plural"), new, is_by_hand=True)
    assert text.passages("f")[0].rewrites == marks


def test_what_is_kept_in_the_draft_comes_back_as_it_was() -> None:
    text, field = dictated()
    splice = splice_between(field, field.replace("left", "right"))
    assert splice is not None
    text.follow("f", splice, field, is_by_hand=True)
    body = json.loads(json.dumps(dictated_to_json(text, {"u9": ("f", 3)})))
    back, waiting = dictated_from_json(body, {"f": splice.apply(field)})
    assert waiting == {"u9": ("f", 3)}
    assert dictated_to_json(back, waiting) == body
    assert back.passages("f") == text.passages("f")


@pytest.mark.parametrize("body", [None, [], {"passages": [{}, {"span": 3}]}, {"passages": "x"}])
def test_what_cannot_be_read_is_left_out(body: object) -> None:
    back, waiting = dictated_from_json(body, {"f": ""})
    assert back.passages("f") == ()
    assert waiting == {}


def test_text_that_another_template_has_moved_is_found_and_confirmation_goes_along() -> None:
    text, field = dictated()
    body = dictated_to_json(text, {})
    back, _ = dictated_from_json(body, {"findings": f"Old. {field}", "impression": ""})
    assert back.unconfirmed() == ("findings",)
    assert {each.written.text for each in back.passages("findings")} == set(SENTENCES)
