"""The grammar of report sentences: what it writes, what it refuses, and that the test sentences are not in it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.held_apart import HELD_APART, LIST, RADSET, TUNING, Sentence, runs, sentences, spoken_words
from workstation.dictation.biasing import biasing
from workstation.dictation.command_sentences import command_sentences
from workstation.dictation.corpus import corpus, digests_of_runs, grammars
from workstation.dictation.corpus_grammar import Choice, choice, parsed, spoken
from workstation.dictation.lexicon import MODALITIES, Lexicon
from workstation.dictation.spoken_numbers import cardinal, decimal, ordinal, year
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.resources import resource_path


def said(template: str, slots: dict[str, Choice] | None = None, seed: int = 1) -> str:
    return spoken(parsed(template), slots or {}, random.Random(seed).random)


def test_it_holds_many_sentences_of_every_examination(lexicon: Lexicon, spoken_times: Mapping[str, int]) -> None:
    assert len(spoken_times) >= 5_000
    assert {grammar.name for grammar in grammars(lexicon)} == {"all", *MODALITIES}


def test_it_is_always_the_same(lexicon: Lexicon) -> None:
    first, second, other = (list(islice(grammars(lexicon)[0].spoken(seed), 500)) for seed in (1, 1, 2))
    assert first == second != other


def test_words_are_plain(spoken_times: Mapping[str, int]) -> None:
    for sentence in spoken_times:
        assert sentence
        assert not set(sentence) - set("abcdefghijklmnopqrstuvwxyz'- éö"), sentence
        assert "  " not in sentence


def all_that_is_known(lexicon: Lexicon, spoken_times: Mapping[str, int]) -> list[str]:
    """Every text that a recogniser is given of ours."""
    whisper, commands = biasing(), command_sentences(lexicon, resource_path("dictation"))
    terms = (form for term in lexicon.terms for form in term.spoken)
    return [*spoken_times, *terms, *commands, whisper.prompt, whisper.hotwords]


def share_of_known_runs(tested: Sequence[Sentence], known: Sequence[str]) -> float:
    """Share of the runs of six words of the test sentences that stand in a text that is known."""
    known_runs = {run for text in known for run in runs(text)}
    every_run = [run for each in tested for run in runs(each.spoken)]
    return sum(run in known_runs for run in every_run) / len(every_run)


@pytest.mark.parametrize("table", [HELD_APART, RADSET], ids=["held apart", "radset"])
def test_no_test_sentence_is_known(table: Path, lexicon: Lexicon, spoken_times: Mapping[str, int]) -> None:
    """None stands in corpus, lexicon, commands, prompt or hotwords; at most 5 % of their runs of six words do."""
    if not table.is_file():
        pytest.skip(f"{table} is not on this computer")
    known, tested = all_that_is_known(lexicon, spoken_times), sentences(table)
    texts = {" ".join(spoken_words(text)) for text in known}
    prompt = " ".join(spoken_words(biasing().prompt))
    said = {each.name: " ".join(spoken_words(each.spoken)) for each in tested}
    assert len(tested) >= (100 if table == HELD_APART else 40)
    assert [name for name, text in said.items() if text in texts or text in prompt] == []
    assert share_of_known_runs(tested, known) <= 0.05


def test_the_count_of_runs_sees_test_sentences_that_are_known() -> None:
    tested = sentences(HELD_APART)
    assert share_of_known_runs(tested, [each.spoken.upper() for each in tested]) == 1.0
    assert 0.05 < share_of_known_runs(tested, [f"and {each.spoken.lower()}" for each in tested[:10]]) < 0.3


def test_every_run_of_the_test_sentences_is_in_the_list_that_keeps_them_out() -> None:
    """Else: `python tests/helpers/held_apart.py`."""
    kept_out = set(LIST.read_text("ascii").split())
    tested = [*(sentences(RADSET) if RADSET.is_file() else ()), *sentences(HELD_APART)]
    missing = [each.name for each in tested if set(digests_of_runs(" ".join(spoken_words(each.spoken)))) - kept_out]
    assert missing == []


def test_the_sets_of_sentences_are_apart() -> None:
    held, tuning = ({" ".join(spoken_words(each.spoken)) for each in sentences(path)} for path in (HELD_APART, TUNING))
    assert held.isdisjoint(tuning)
    assert len(held) == len(sentences(HELD_APART)) >= 100


def test_a_run_of_six_words_keeps_a_sentence_out(lexicon: Lexicon, tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text(
        'examination = "all"\nsentences = 50\ntemplates = ["one two three four five six (seven|eight)", "a b c"]\n',
        "utf-8",
    )
    whole = corpus(lexicon, tmp_path)
    assert len(whole) == 3
    digest = next(iter(digests_of_runs("two three four five six seven")))
    (tmp_path / "held_apart.txt").write_text(f"{digest}\n", "ascii")
    assert set(whole) - set(corpus(lexicon, tmp_path)) == {"one two three four five six seven"}


def test_choices_options_and_slots() -> None:
    slots = {"side": choice(["left", "right @3"]), "place": choice(["{side} lung"])}
    heard = Counter(said("(no|mild) edema [in the {place}]", slots, seed) for seed in range(400))
    assert set(heard) == {
        f"{first} edema{rest}" for first in ("no", "mild") for rest in ("", " in the left lung", " in the right lung")
    }
    right, left = (sum(n for text, n in heard.items() if side in text) for side in ("right", "left"))
    assert 2 < right / left < 4.5


def test_articles_follow_the_next_word() -> None:
    assert said("a irregular mass and an cyst") == "an irregular mass and a cyst"
    assert said("a unilateral effusion in an two f cyst, type a aortic dissection") == (
        "a unilateral effusion in a two f cyst, type a aortic dissection"
    )
    assert said("a l four fracture") == "a l four fracture"


@pytest.mark.parametrize("wrong", ["(open", "[open", "closed)", "closed]", "{open", "(a]", "a | b)"])
def test_brackets_must_match(wrong: str) -> None:
    with pytest.raises(BadInput):
        parsed(wrong)


def test_slots_must_exist_and_end(tmp_path: Path, lexicon: Lexicon) -> None:
    with pytest.raises(BadInput, match=r"no slot \{nowhere\}"):
        said("{nowhere}")
    with pytest.raises(BadInput, match="without end"):
        said("{a}", {"a": choice(["{b}"]), "b": choice(["{a}"])})
    with pytest.raises(BadInput, match="no alternatives"):
        choice([])
    with pytest.raises(SomethingMissing):
        grammars(lexicon, tmp_path)
    (tmp_path / "shared.toml").write_text("sentences = 1\ntemplates = 3\n", "utf-8")
    with pytest.raises(BadInput, match=r"shared\.toml"):
        grammars(lexicon, tmp_path)
    (tmp_path / "shared.toml").write_text("sentences = ", "utf-8")
    with pytest.raises(BadInput, match=r"shared\.toml"):
        grammars(lexicon, tmp_path)


@given(st.text(alphabet="ab ()[]|{}@", max_size=30))
def test_any_template_is_read_or_refused(template: str) -> None:
    try:
        part = parsed(template)
    except BadInput:
        return
    if "{" not in template:
        assert isinstance(spoken(part, {}, random.Random(1).random), str)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (cardinal(0), "zero"), (cardinal(42), "forty two"), (cardinal(125), "one hundred twenty five"),
        (cardinal(2024), "two thousand twenty four"), (decimal(48), "four point eight"), (decimal(30), "three"),
        (ordinal(3), "third"), (ordinal(21), "twenty first"), (ordinal(30), "thirtieth"), (ordinal(12), "twelfth"),
        (year(1998), "nineteen ninety eight"), (year(2004), "two thousand four"), (year(2024), "twenty twenty four"),
        (year(1905), "nineteen oh five"), (year(1900), "nineteen hundred"),
    ],
)  # fmt: skip
def test_numbers_in_words(made: str, words: str) -> None:
    assert made == words


def test_numbers_out_of_range() -> None:
    with pytest.raises(ValueError, match="not between"):
        cardinal(10_000)
