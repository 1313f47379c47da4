"""Spell check: words of radiology in both spellings are known, slips are found, and what is no word is left alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation.spelling import Spelling, words_of
from workstation.dictation.spelling_variants import american

BOTH = [
    "oedema edema",
    "haematoma hematoma",
    "haemorrhage hemorrhage",
    "anaemia anemia",
    "ischaemic ischemic",
    "tumour tumor",
    "centre center",
    "fibre fiber",
    "oesophagus esophagus",
    "oesophageal esophageal",
    "caecum cecum",
    "foetal fetal",
    "dyspnoea dyspnea",
    "diarrhoea diarrhea",
    "leukaemia leukemia",
    "stabilised stabilized",
    "analysed analyzed",
    "visualisation visualization",
    "localised localized",
    "centimetre centimeter",
    "calibre caliber",
    "goitre goiter",
    "colour color",
    "grey gray",
    "artefact artifact",
    "disc disk",
    "paediatric pediatric",
    "anaesthesia anesthesia",
    "labelled labeled",
    "orthopaedic orthopedic",
    "hydrocoele hydrocele",
    "behaviour behavior",
    "coeliac celiac",
]
WRONG = {
    "pnuemothorax": "pneumothorax",
    "occured": "occurred",
    "recieve": "receive",
    "effusoin": "effusion",
    "hypodnse": "hypodense",
    "atelectesis": "atelectasis",
    "diverticulits": "diverticulitis",
    "unremarkible": "unremarkable",
    "kidny": "kidney",
    "neumonia": "pneumonia",
    "withuot": "without",
    "teh": "the",
    "exercize": "exercise",
    "Efusion": "Effusion",
    "pleuraleffusion": "pleural effusion",
}


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.load()


@pytest.mark.parametrize("pair", BOTH)
def test_british_and_american_spellings_are_known(spelling: Spelling, pair: str) -> None:
    british, us = pair.split()
    assert (spelling.is_known(british), spelling.is_known(us)) == (True, True)
    assert american(british) == american(us)


@pytest.mark.parametrize(("wrong", "right"), WRONG.items())
def test_a_slip_is_found_and_what_was_meant_comes_first(spelling: Spelling, wrong: str, right: str) -> None:
    assert not spelling.is_known(wrong)
    assert spelling.suggestions(wrong)[0] == right


@pytest.mark.parametrize("wrong", ["otherwize", "promize", "hematona", "diseaze", "centere", "edemma", "aneurizm"])
def test_letters_that_two_spellings_share_excuse_no_slip(spelling: Spelling, wrong: str) -> None:
    assert not spelling.is_known(wrong)


@pytest.mark.parametrize(
    "word",
    [
        "3",
        "3.5",
        "L4",
        "L4-L5",
        "T2",
        "mm",
        "cm",
        "mL",
        "HU",
        "mGy",
        "CT",
        "CTs",
        "MRI",
        "HbA1c",
        "FLAIR",
        "pH",
        "TI-RADS",
        "B",
        "iv",
        "ii",
        "[___]",
        "x",
        "2x3",
        "Murphy's",
        "µg",
    ],
)
def test_what_is_no_word_is_never_marked(spelling: Spelling, word: str) -> None:
    assert spelling.is_known(word)
    assert spelling.suggestions(word) == ()
    assert spelling.unknown_in(f"The {word} is seen.") == ()


def test_only_the_unknown_words_of_a_text_are_named(spelling: Spelling) -> None:
    text = "No efusion. [wrnog] and {wrnog}: 3.5 cm at L4-L5, www.lungg.org, T2/FLAIR; the hart-shaped Kidny's."
    assert [text[start:end] for start, end in spelling.unknown_in(text)] == ["efusion", "Kidny's"]


def test_our_own_sentences_hold_no_unknown_word(spelling: Spelling) -> None:
    """A spell check that marks what is right is soon looked at no more."""
    for path in _own_texts():
        text = path.read_text("utf-8")
        assert {text[start:end] for start, end in spelling.unknown_in(text)} == set(), path.name


def _own_texts() -> Iterator[Path]:
    resources = Path(__file__).resolve().parents[3] / "resources"
    yield from sorted((resources / "templates").glob("*.json"))
    yield resources / "dictation/whisper_prompt.txt"


def test_no_number_unit_or_level_is_suggested(spelling: Spelling) -> None:
    for wrong in ("threee", "fourr", "sixx", "seveen", "milimeter", "centimetr", "tweenty", "fiften"):
        assert not spelling.is_known(wrong)
        assert not {"three", "four", "six", "seven", "millimeter", "centimeter", "twenty", "fifteen"} & {
            *spelling.suggestions(wrong)
        }


def test_own_words_are_known_and_suggested(spelling: Spelling) -> None:
    assert not spelling.is_known("Zentrovist")
    own = spelling.with_own(["Zentrovist"])
    assert own.is_known("Zentrovist")
    assert own.is_known("zentrovist's")
    assert own.suggestions("zentrovst") == ("zentrovist",)
    assert not own.with_own([]).is_known("Zentrovist")


def test_without_a_list_of_words_nothing_is_marked() -> None:
    bare = Spelling(frozenset(), frozenset())
    assert not bare.is_usable
    assert bare.is_known("qwrtz")
    assert bare.suggestions("qwrtz") == ()


def test_suggestions_take_no_longer_than_a_key_stroke(spelling: Spelling) -> None:
    """The best of several runs: what the machine does meanwhile is not measured."""
    took = []
    for _ in range(7):
        began = time.perf_counter()
        spelling.suggestions("hypoatenuating")
        took.append(time.perf_counter() - began)
    assert min(took) < 0.020


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    some = Spelling(frozenset({"the", "no"}), frozenset({"effusion"}))
    spans = tuple(words_of(text))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert set(some.unknown_in(text)) <= set(spans)
    for start, end in spans:
        for found in some.suggestions(text[start:end]):
            assert some.is_known(found)
    some.suggestions(text)
