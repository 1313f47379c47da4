"""The language model: its mathematics, its files, and what pocketsphinx hears with it."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.dictation_tables import all_commands
from tests.helpers.held_apart import HELD_APART, RADSET, runs, sentences
from tests.helpers.speech import heard_by, pcm_of, recording, tiny_en
from workstation.dictation.biasing import MOST_PIECES, MOST_PROMPT_PIECES, biasing
from workstation.dictation.command_sentences import command_sentences
from workstation.dictation.commands import command_of
from workstation.dictation.engine import EngineSettings, made_engine
from workstation.dictation.language_model import SpeechResources, speech_resources
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.own_sentences import spoken_sentences
from workstation.dictation.trigram_model import log10_of, trained
from workstation.dictation.wer import total, word_errors
from workstation.foundation.resources import resource_path

_HEARD = ("cxr07", "cta04", "mrs02")
_COMMANDS = {"cmd01": "go to impression", "cmd03": "scratch that", "cmd05": "next field"}
_MOST_ERRORS = 0.26


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A lexicon and a grammar of a few words, so that building takes no time."""
    folder = tmp_path / "resources"
    (folder / "corpus").mkdir(parents=True)
    (folder / "lexicon_anatomy.tsv").write_text("carina\tall\tcarina\n", "utf-8")
    (folder / "lexicon_words.tsv").write_text("carina\tK ER IY N AH\tours\n", "utf-8")
    (folder / "corpus" / "shared.toml").write_text(
        'sentences = 20\ntemplates = ["the carina is (clear|seen)"]\n', "utf-8"
    )
    (folder / "corpus" / "common_words.txt").write_text("# few\nand\n", "utf-8")
    for name in ("whisper_prompt.txt", "whisper_hotwords.txt"):
        shutil.copy(resource_path("dictation", name), folder / name)
    return folder


words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(words, st.integers(1, 5).map(float), min_size=1, max_size=8), st.sampled_from([0.5, 1.0, 4.0]))
def test_what_may_follow_adds_up_to_one(corpus: dict[str, float], caution: float) -> None:
    model = trained(corpus, ["a", "b", "c", "d"], caution=caution)
    for history in ([], ["a"], ["a", "b"], ["c", "c"], ["b", "d"]):
        before = log10_of(model, history, is_ended=False)
        nexts = [log10_of(model, [*history, word], is_ended=False) for word in ("a", "b", "c", "d")]
        assert math.isclose(
            sum(10 ** (each - before) for each in (*nexts, log10_of(model, history))), 1.0, rel_tol=1e-9
        )


def test_witten_bell_by_hand() -> None:
    """Two sentences, "a b" thrice and "a c" once: P(b|<s> a) by interpolation, reckoned by hand."""
    model = trained({"a b": 3.0, "a c": 1.0}, [])
    # unigrams, half a count more each: a 4.5, b 3.5, c 1.5, </s> 4.5 of 14
    one = {"a": 4.5 / 14, "b": 3.5 / 14, "c": 1.5 / 14, "</s>": 4.5 / 14}
    two = {"a|<s>": (4 + 1 * one["a"]) / 5, "b|a": (3 + 2 * one["b"]) / 6, "</s>|b": (3 + 1 * one["</s>"]) / 4}
    three = {"b|<s> a": (3 + 2 * two["b|a"]) / 6, "</s>|a b": (3 + 1 * two["</s>|b"]) / 4}
    expected = math.log10(two["a|<s>"]) + math.log10(three["b|<s> a"]) + math.log10(three["</s>|a b"])
    assert log10_of(model, ["a", "b"]) == pytest.approx(expected, abs=1e-9)


def test_the_arpa_file_says_the_same_as_the_model() -> None:
    model = trained({"a b c": 3.0, "a c": 1.0, "c b": 2.0}, ["d"])
    text = model.arpa()
    table = {
        tuple(line.split("\t")[1].split()): float(line.split("\t")[0]) for line in text.splitlines() if "\t" in line
    }
    assert "ngram 1=6" in text
    assert text.rstrip().endswith("\\end\\")
    assert table[("<s>",)] == -99
    begin, after, last = table[("<s>", "a")], table[("<s>", "a", "b")], table[("a", "b", "c")]
    assert begin + after + last + table[("b", "c", "</s>")] == pytest.approx(log10_of(model, ["a", "b", "c"]), abs=1e-3)


def test_every_word_of_the_model_is_in_the_dictionary(resources: SpeechResources, lexicon: Lexicon) -> None:
    arpa = resources.arpa.read_text("utf-8")
    ones = arpa.split("\\1-grams:\n")[1].split("\n\n")[0].splitlines()
    modelled = {line.split("\t")[1] for line in ones} - {"<s>", "</s>"}
    said = {line.split()[0] for line in resources.dictionary.read_text("utf-8").splitlines()}
    assert {word.split("(")[0] for word in said} == modelled
    assert {"left", "right", "no", "not", "without", "millimeters", "ti-rads", "l", "comma", "ninety"} <= modelled
    assert lexicon.words <= modelled
    assert {"scratch", "undo", "macro", "impression", "series"} <= modelled


def test_it_is_built_once_and_again_when_it_was_damaged(small: Path, tmp_path: Path) -> None:
    first = speech_resources(tmp_path / "cache", folder=small)
    stamp = first.arpa.stat().st_mtime_ns
    assert speech_resources(tmp_path / "cache", folder=small) == first
    assert first.arpa.stat().st_mtime_ns == stamp
    whole = first.arpa.read_bytes()
    first.arpa.write_bytes(whole[:-20])
    again = speech_resources(tmp_path / "cache", folder=small)
    assert again.sha256 == first.sha256
    assert again.arpa.read_bytes() == whole
    assert not [path for path in (tmp_path / "cache" / "speech").iterdir() if path.name.startswith(".")]


def test_another_content_is_another_model_and_the_old_one_goes(small: Path, tmp_path: Path) -> None:
    first = speech_resources(tmp_path / "cache", folder=small)
    lexicon = Lexicon.load(small).with_own(["Xylotron"])
    own = speech_resources(tmp_path / "cache", lexicon=lexicon, folder=small)
    assert own.sha256 != first.sha256
    assert "xylotron" in own.dictionary.read_text("utf-8")
    assert own.hotwords.startswith("Xylotron")
    site = speech_resources(tmp_path / "cache", own_reports=["The carina and the carina and the carina."], folder=small)
    assert "carina and the" in site.arpa.read_text("utf-8")
    for number in range(4):
        speech_resources(tmp_path / "cache", own_reports=[f"the carina is seen {'and seen ' * number}"], folder=small)
    assert len(list((tmp_path / "cache" / "speech").iterdir())) <= 3


def test_own_reports_lose_what_may_be_a_name() -> None:
    known = {"seen", "by", "doctor", "the", "lung", "is", "clear", "measuring", "millimeters", "two", "point", "five"}
    texts = ["Seen by doctor Featherstone. The lung is clear, measuring 2.5 mm.", "The lung is clear"]
    assert spoken_sentences(texts, known) == {
        "seen by doctor": 1, "the lung is clear measuring two point five millimeters": 1, "the lung is clear": 1,
    }  # fmt: skip
    often = ["the zorblax lung is clear"] * 5
    assert spoken_sentences(often, known) == {"the zorblax lung is clear": 5}


def test_prompt_and_hotwords_fit_into_whisper() -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tiny_en() / "tokenizer.json"))
    shipped = biasing()
    prompt, hotwords = (
        len(tokenizer.encode(f" {text}", add_special_tokens=False).ids) for text in (shipped.prompt, shipped.hotwords)
    )
    assert 50 < prompt <= MOST_PROMPT_PIECES
    assert 20 < hotwords <= MOST_PIECES - prompt
    own = [f"Hydroxymethylglutaryl{number}" for number in range(60)]
    assert biasing(own).hotwords.startswith(own[0])


def test_pocketsphinx_hears_reports_and_commands_with_it(resources: SpeechResources) -> None:
    """A few sentences of one synthetic voice; all voices and sentences are measured by the bench."""
    references = {each.name: each.spoken for each in sentences(RADSET)} if RADSET.is_file() else {}
    sounds = {name: pcm_of(recording("joe", name)) for name in (*_HEARD, *_COMMANDS)}
    engine = made_engine(EngineSettings("pocketsphinx", arpa=resources.arpa, dictionary=resources.dictionary))
    try:
        heard = {name: heard_by(engine, pcm)[1].text for name, pcm in sounds.items()}
    finally:
        engine.close()
    assert total(word_errors(references[name], heard[name]) for name in _HEARD).rate <= _MOST_ERRORS
    assert {name: heard[name] for name in _COMMANDS} == _COMMANDS


def test_every_command_is_in_it_in_every_wording(lexicon: Lexicon) -> None:
    said = command_sentences(lexicon, resource_path("dictation"))
    assert {"scratch that", "go to impression", "window lung", "insert macro normal knee", "new paragraph"} <= set(said)
    assert {word for text in said for word in text.split()} <= set(lexicon.pronunciations)
    assert not any("{" in text for text in said)
    can = all_commands()
    closed = [text for text in said if not text.startswith(("select ", "highlight ", "mark "))]
    assert sum(command_of(text, can) is not None for text in closed[::20]) > 10


def test_no_sentence_of_a_report_is_among_the_commands(lexicon: Lexicon) -> None:
    runs_of_commands = {run for text in command_sentences(lexicon, resource_path("dictation")) for run in runs(text)}
    tested = [*(sentences(RADSET) if RADSET.is_file() else ()), *sentences(HELD_APART)]
    assert [each.name for each in tested if not runs_of_commands.isdisjoint(runs(each.spoken))] == []
