"""Opposites: never turned round by a guess, never by the second pass alone, never learnt."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from itertools import islice

import pytest

from workstation.dictation.correction_terms import CorrectionTerms
from workstation.dictation.english_words import is_english, shipped_dictionary
from workstation.dictation.learnt_corrections import LearntCorrections, may_learn
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.lexicon_correction import LexiconCorrection
from workstation.dictation.opposites import are_opposites, polarity
from workstation.dictation.protected import differences, protected_values
from workstation.dictation.second_pass import Outcome, TextNow, verdict_on
from workstation.dictation.words import Word, Written

PAIRS = [
    ("normal", "abnormal"), ("stable", "unstable"), ("benign", "malignant"), ("typical", "atypical"),
    ("symmetric", "asymmetric"), ("known", "unknown"), ("definite", "indefinite"), ("remarkable", "unremarkable"),
    ("hypodense", "hyperdense"), ("hypointense", "isointense"), ("intraarticular", "extraarticular"),
    ("anterolisthesis", "retrolisthesis"), ("thoracotomy", "thoracostomy"), ("nephrectomy", "nephrotomy"),
    ("abduction", "adduction"), ("intravascular", "intervascular"), ("supraspinatus", "infraspinatus"),
    ("prevertebral", "postvertebral"), ("suprahepatic", "subhepatic"), ("complete", "incomplete"),
    ("displaced", "nondisplaced"), ("vascular", "avascular"), ("upper", "lower"), ("anterior", "posterior"),
    ("increased", "decreased"), ("acute", "chronic"), ("mild", "severe"), ("with", "without"), ("ureter", "urethra"),
    ("enhanced", "unenhanced"), ("tachycardia", "bradycardia"), ("proximal", "distal"),
]  # fmt: skip
ALIKE = [("nodule", "nodules"), ("pleural", "plural"), ("effusion", "effusions"), ("interval", "internal"), ("a", "an")]
HERE = TextNow()


def text(words: str) -> Written:
    return Written(words, words)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_second_pass_never_turns_a_word_round(one: str, other: str) -> None:
    assert are_opposites(one, other)
    assert are_opposites(other, one)
    for first, second in ((one, other), (other, one)):
        verdict = verdict_on(text(f"The finding is {first} today."), text(f"The finding is {second} today."), HERE)
        assert verdict.outcome is Outcome.CHOICE_NEEDED
        assert verdict.differing


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_other_words_are_no_opposites(one: str, other: str) -> None:
    assert not are_opposites(one, other)
    assert not are_opposites(one, one)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The heart is formal.", "The heart is normal."),
        ("The lung is clear.", "The lung is clear and stable."),
        ("A fracture displaced.", "A non displaced fracture."),
        ("Dense lesion.", "Hyperdense lesion."),
        ("A 3 mm stone.", "At least a 3 mm stone, up to 5 mm."),
        ("Stanford type A dissection.", "Stanford type B dissection."),
        ("Hepatitis B.", "Hepatitis C."),
        ("Left M1 occlusion.", "Left M2 occlusion."),
        ("RUL nodule.", "LUL nodule."),
        ("5 mm or less.", "5 mm or more."),
        ("Both kidneys.", "The kidneys."),
        ("CT with contrast.", "CT w/o contrast."),
    ],
)
def test_what_was_found_never_comes_or_goes_by_itself(first: str, second: str) -> None:
    assert verdict_on(text(first), text(second), HERE).outcome is Outcome.CHOICE_NEEDED
    assert verdict_on(text(second), text(first), HERE).outcome is Outcome.CHOICE_NEEDED


def test_forms_of_one_word_are_one_value() -> None:
    assert not differences("No abnormality, hyperdense.", "no abnormalities, hyper dense")
    assert [polarity(word) for word in ("nonspecific", "none", "hyper", "hypothesis")] == ["non", None, "hyper", "hypo"]


@pytest.mark.parametrize(
    ("heard", "meant", "is_learnt"),
    [
        ("hypotenuating", "hypoattenuating", True),
        ("formal", "normal", True),
        ("normal", "abnormal", False),
        ("a normal", "abnormal", False),
        ("clear", "normal", False),
        ("upper", "lower", False),
        ("complete", "incomplete", False),
        ("lungs", "normal lungs", False),
        ("hyperdense", "hypodense", False),
        ("anterior", "posterior", False),
    ],
)
def test_no_opposite_is_learnt(heard: str, meant: str, is_learnt: bool) -> None:
    assert may_learn(heard, meant) is is_learnt
    twice = LearntCorrections().noting(heard, meant).noting(heard, meant)
    assert (twice.meant(heard) is not None) is is_learnt


@pytest.fixture(scope="module")
def correction(lexicon: Lexicon) -> LexiconCorrection:
    if shipped_dictionary() is None:
        pytest.skip("pocketsphinx with its dictionary of English is not installed")
    return LexiconCorrection(CorrectionTerms(lexicon.spoken_variants), is_english(lexicon.pronunciations))


def heard(said: str, confidence: float | None = 0.5) -> tuple[Word, ...]:
    return tuple(Word(part, confidence) for part in said.split())


@pytest.mark.parametrize(
    "said",
    [
        "in complete remission",
        "a vascular lesion",
        "a typical hemangioma",
        "a symmetric lesion",
        "a septic joint",
        "in determinate state",
        "a cellular specimen",
        "in appropriate position",
        "the formal limits",
    ],
)
def test_words_are_not_joined_or_turned_into_their_opposite(correction: LexiconCorrection, said: str) -> None:
    assert " ".join(word.text for word in correction.corrected(heard(said))) == said


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a hypodanse lesion", "a hypodense lesion"),
        ("a hyperdanse lesion", "a hyperdense lesion"),
        ("the hyper dense vessel", "the hyperdense vessel"),
        ("a sub dural hematoma", "a subdural hematoma"),
    ],
)
def test_misheard_words_become_what_they_were(correction: LexiconCorrection, said: str, meant: str) -> None:
    assert " ".join(word.text for word in correction.corrected(heard(said))) == meant


def _misheard(words: list[str], dice: random.Random) -> list[str]:
    """A sentence with one to three slips: a letter lost, put in or changed, a word cut or two joined."""
    words = list(words)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(words))
        word, cut = words[at], dice.randrange(1, max(2, len(words[at])))
        slips = [
            [word[:cut] + word[cut + 1 :]],
            [word[: cut - 1] + dice.choice("aeioulrnst") + word[cut:]],
            [word[:cut] + dice.choice("aeioulrnst") + word[cut:]],
            [part for part in (word[:cut], word[cut:]) if part],
            [word + (words.pop(at + 1) if at + 1 < len(words) else "")],
        ]
        words[at : at + 1] = dice.choice(slips if len(word) > 4 else slips[3:])
    return words


def test_slips_of_the_recogniser_never_change_a_value(
    spoken_times: Mapping[str, int], correction: LexiconCorrection
) -> None:
    dice, corrected = random.Random(7), 0
    for sentence in islice(spoken_times, 11, None, 50 if os.environ.get("LIGHTBOX_FULL") == "1" else 500):
        said = _misheard(sentence.split(), dice)
        result = correction.corrected([Word(part, dice.choice([None, 0.4, 0.8])) for part in said])
        for word in (word for word in result if word.corrected):
            corrected += 1
            before, after = protected_values(word.heard), protected_values(word.text)
            assert [item for item in after if item.kind != "opposite"] == [
                item for item in before if item.kind != "opposite"
            ], (word.heard, word.text)
            assert all(item in after for item in before), (word.heard, word.text)
    assert corrected > 10
