"""Correction of misheard terms: what it may do, and above all what it must not do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation.correction_terms import CorrectionTerms, opposite_prefixes, sound_key
from workstation.dictation.english_words import is_english, shipped_dictionary
from workstation.dictation.learnt_corrections import LearntCorrections
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.lexicon_correction import LexiconCorrection
from workstation.dictation.normaliser import write_out
from workstation.dictation.protected import same_values
from workstation.dictation.text_stages import TextStages
from workstation.dictation.words import Word


@pytest.fixture(scope="module")
def correction(lexicon: Lexicon) -> LexiconCorrection:
    if shipped_dictionary() is None:
        pytest.skip("pocketsphinx with its dictionary of English is not installed")
    return LexiconCorrection(CorrectionTerms(lexicon.spoken_variants), is_english(lexicon.pronunciations))


def heard(text: str, confidence: float | None = 0.5) -> tuple[Word, ...]:
    """Words of an engine that is not sure of them."""
    return tuple(Word(part, confidence, index * 0.3, index * 0.3 + 0.25) for index, part in enumerate(text.split()))


def text_of(words: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in words)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("multiple hypotenuating lesions", "multiple hypoattenuating lesions"),
        ("hypotenuation of the white matter", "hypoattenuation of the white matter"),
        ("no pneumopertoneum, or", "no pneumoperitoneum, or"),
        ("acute colcystitis.", "acute cholecystitis."),
        ("stable cardiomegally", "stable cardiomegaly"),
        ("the perinasal sinuses", "the paranasal sinuses"),
        ("mild hydronphrosis", "mild hydronephrosis"),
        ("a small plural effusion", "a small pleural effusion"),
        ("a sub dural hematoma", "a subdural hematoma"),
        ("Cholethiasis without", "cholelithiasis without"),
    ],
)
def test_misheard_terms_become_the_one_near_term(correction: LexiconCorrection, said: str, meant: str) -> None:
    assert text_of(correction.corrected(heard(said))) == meant


@pytest.mark.parametrize("word", ["anterism", "decal", "fatal", "aminal"])
def test_words_that_were_once_rewritten_wrongly_stay(correction: LexiconCorrection, word: str) -> None:
    """Each was turned into another term by an earlier way of correcting (aneurysm, ductal, fetal, seminal)."""
    assert text_of(correction.corrected(heard(f"there is {word} change"))) == f"there is {word} change"


def test_another_form_of_a_word_is_another_word(correction: LexiconCorrection) -> None:
    assert "hypoattenuating" not in text_of(correction.corrected(heard("hypotenuation")))


@pytest.mark.parametrize(
    "said",
    [
        "no left right without not",
        "the right kidney is normal",
        "five millimeter nodule at L four",
        "nofusion is write sided",
        "hypodense lesion",
        "hyperdense lesion",
        "anterolisthesis and retrolisthesis",
        "there was a fatal accident",
        "discussed with doctor Zbigniewski",
        "grade too",
        "multifocal consolidations at the bases",
        "the gallbladders, distended",
        "emboli in the segmental branches",
        "the carotid siphons",
    ],
)
def test_values_ordinary_words_and_terms_are_left_alone(correction: LexiconCorrection, said: str) -> None:
    assert text_of(correction.corrected(heard(said))) == said


def test_a_word_the_engine_is_sure_of_needs_more_likeness(correction: LexiconCorrection) -> None:
    assert text_of(correction.corrected(heard("acute colcystitis", 0.5))) == "acute cholecystitis"
    assert text_of(correction.corrected(heard("acute colcystitis", 0.99))) == "acute colcystitis"


def test_a_prefix_never_becomes_its_opposite(correction: LexiconCorrection) -> None:
    assert opposite_prefixes("hypoechoic", "hyperechoic")
    assert not opposite_prefixes("hypoechoic", "hypochoic")
    for said in ("hyperdens", "hyprdense", "hypodens", "intrahepatik", "extrahepatik"):
        became = text_of(correction.corrected(heard(said)))
        assert not opposite_prefixes(said, became)
    assert text_of(correction.corrected(heard("hypredense"))) in {"hypredense", "hyperdense"}


def test_nothing_is_a_term_that_carries_a_value() -> None:
    terms = CorrectionTerms(
        ["right kidney", "left", "no change", "two vessel cord", "third ventricle", "medial meniscus"]
    )
    assert terms.has_word("meniscus")
    assert not any(terms.has_word(word) for word in ("left", "right", "no", "two", "third"))


def test_a_replaced_word_keeps_what_was_heard_its_time_and_its_doubt(correction: LexiconCorrection) -> None:
    (word,) = correction.corrected((Word("colcystitis.", 0.4, 1.0, 1.8),))
    assert word == Word("cholecystitis.", 0.4, 1.0, 1.8, "colcystitis.", "lexicon")


def test_the_whole_way_marks_the_guess_and_only_the_guess(lexicon: Lexicon) -> None:
    stages = TextStages.of(lexicon)
    written = stages.write(heard("acute colcystitis with a five millimeter stone"))
    guesses = [(mark.from_, mark.to) for mark in written.rewrites if mark.is_guess]
    assert written.text == "Acute cholecystitis with a 5 mm stone."
    assert guesses == [("colcystitis", "cholecystitis")]
    assert written.raw == "acute colcystitis with a five millimeter stone"


def test_without_a_list_of_english_nothing_counts_as_misheard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.dictation.english_words.shipped_dictionary", lambda: None)
    assert is_english()("colcystitis")
    known = is_english({"hibari"}, shipped_dictionary())
    assert known("hibari")


def test_a_mistake_corrected_twice_is_not_made_a_third_time(correction: LexiconCorrection) -> None:
    said = heard("an interesting soviet fissure is seen")
    learnt = LearntCorrections().noting_edit(
        "An interesting soviet fissure is seen.", "An interesting sylvian fissure is seen."
    )
    assert text_of(correction.with_learnt(learnt).corrected(said)) == "an interesting soviet fissure is seen"
    learnt = learnt.noting_edit("One soviet fissure is known.", "One sylvian fissure is known.")
    third = correction.with_learnt(learnt).corrected(said)
    assert text_of(third) == "an interesting sylvian fissure is seen"
    assert [(word.heard, word.corrected) for word in third if word.corrected] == [("soviet", "learnt")]
    assert text_of(correction.with_learnt(learnt.without("soviet")).corrected(said)) == text_of(said)


def test_a_guess_taken_back_twice_is_not_made_a_third_time(correction: LexiconCorrection) -> None:
    said = heard("acute colcystitis")
    learnt = LearntCorrections()
    for _ in range(2):
        guessed = write_out(correction.with_learnt(learnt).corrected(said))
        assert guessed.text == "Acute cholecystitis."
        learnt = learnt.noting_edit(guessed, "Acute colcystitis.")
    assert text_of(correction.with_learnt(learnt).corrected(said)) == "acute colcystitis"


def test_a_wrong_guess_corrected_twice_teaches_what_was_heard(correction: LexiconCorrection) -> None:
    """Not what was guessed: the guessed word stays free to be said."""
    said = heard("acute colcystitis")
    learnt = LearntCorrections()
    for _ in range(2):
        learnt = learnt.noting_edit(write_out(correction.with_learnt(learnt).corrected(said)), "Acute colitis.")
    stage = correction.with_learnt(learnt)
    assert text_of(stage.corrected(said)) == "acute colitis"
    assert text_of(stage.corrected(heard("acute cholecystitis"))) == "acute cholecystitis"


def test_four_words_are_learnt_as_one(correction: LexiconCorrection) -> None:
    learnt = LearntCorrections().noting("tire red spot fish", "thyroid").noting("tire red spot fish", "thyroid")
    assert text_of(correction.with_learnt(learnt).corrected(heard("the tire red spot fish."))) == "the thyroid."


def test_what_was_learnt_touches_no_value_even_when_forced(correction: LexiconCorrection) -> None:
    learnt = LearntCorrections().noting("right kidney", "left kidney").noting("right kidney", "left kidney")
    said = heard("the right kidney")
    assert text_of(correction.with_learnt(learnt).corrected(said)) == "the right kidney"


def test_the_sound_of_a_word_is_rough_but_keeps_its_consonants() -> None:
    assert sound_key("pneumothorax") == sound_key("pneumothoraks") != sound_key("hemothorax")
    assert sound_key("calcification") == sound_key("kalsifikation")


_WORDS = st.sampled_from(
    [
        "no",
        "left",
        "right",
        "five",
        "mm",
        "L",
        "four",
        "grade",
        "plural",
        "effusion,",
        "hypotenuating",
        "colcystitis.",
        "the",
        "sub",
        "dural",
        "without",
        "xqzt",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_WORDS, st.one_of(st.none(), st.floats(0, 1))), max_size=8))
def test_correction_never_changes_a_value(
    correction: LexiconCorrection, spoken: list[tuple[str, float | None]]
) -> None:
    words = [Word(text, confidence) for text, confidence in spoken]
    assert same_values(words, correction.corrected(words))
