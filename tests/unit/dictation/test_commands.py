"""Spoken commands: every wording is recognised, and no sentence of a report ever is one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dictation.command_phrases import command_phrases, patterns_of
from workstation.dictation.commands import Command, Possible, command_of, help_list, spoken_grammar

HERE = Path(__file__).parent
RADSET = HERE.parents[3] / "shared" / "data" / "audio" / "radset.tsv"
TEXT = "There is a small left pleural effusion measuring 4 mm. No pneumothorax."
CHOICES = {
    "go_to_field": ("Impression", "Findings", "Recommendation", "Clinical history"),
    "insert_macro": ("normal chest", "knee"),
    "window": ("lung", "bone", "brain"),
}
ALL = tuple(Possible(name, CHOICES.get(name, ()), TEXT) for name in command_phrases())


def table() -> list[tuple[str, ...]]:
    """Rows of the table of wordings, filled up to five columns."""
    lines = (HERE / "commands.tsv").read_text("utf-8").splitlines()
    cut = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [tuple(columns + [""] * (5 - len(columns))) for columns in cut]


@pytest.mark.parametrize(("said", "name", "choice", "words", "replacement"), table())
def test_wordings_are_recognised(said: str, name: str, choice: str, words: str, replacement: str) -> None:
    assert command_of(said, ALL) == Command(name, choice, words, replacement)


def test_the_table_has_every_command_and_enough_wordings() -> None:
    rows = table()
    assert len(rows) >= 60
    assert {row[1] for row in rows} == set(command_phrases())


def test_every_wording_of_the_grammar_is_recognised() -> None:
    for name, phrases in command_phrases().items():
        for pattern in phrases.patterns:
            if not any(part.startswith("{") for part in pattern):
                found = command_of(" ".join(pattern), ALL)
                assert found is not None, pattern
                assert found.name == name, pattern


def test_no_sentence_of_the_test_set_is_a_command() -> None:
    if not RADSET.is_file():
        pytest.skip("the test speech (synthetic voices) does not lie beside the checkout")
    rows = [line.split("\t") for line in RADSET.read_text("utf-8").splitlines()]
    sentences = [text for name, *texts in rows if not name.startswith("cmd") for text in texts]
    assert len(sentences) == 80
    assert [text for text in sentences if command_of(text, ALL) or command_of(text, ALL, key_held=True)] == []
    said = [text for name, text, _ in rows if name.startswith("cmd")]
    assert [text for text in said if command_of(text, ALL) is None] == []


def test_no_sentence_of_the_corpus_is_a_command(spoken_times: Mapping[str, int]) -> None:
    sentences = list(islice(spoken_times, 0, None, 1 if os.environ.get("LIGHTBOX_FULL") == "1" else 60))
    assert len(sentences) >= 500
    layout = {"new paragraph", "new line"}  # the corpus holds what is dictated, and these are
    assert [text for text in sentences if command_of(text, ALL) is not None and text not in layout] == []


@pytest.mark.parametrize(
    "text",
    [
        "next field is unremarkable",
        "please go to impression now",
        "the key image shows a nodule",
        "measure of the aorta is normal",
        "select images were obtained",
        "replaced aortic valve",
        "window of opportunity",
        "new paragraph of the report",
        "undo the damage",
        "sign of deep venous thrombosis",
        "hang next to the liver",
        "impression",
        "delete",
        "go to",
        "",
        "...",
    ],
)
def test_more_or_less_than_a_command_is_text(text: str) -> None:
    assert command_of(text, ALL) is None


def test_only_what_can_be_done_now_is_a_command() -> None:
    assert command_of("next series", [Possible("next_field")]) is None
    assert command_of("go to technique", ALL) is None
    assert command_of("insert macro brain", ALL) is None
    assert command_of("select spleen", ALL) is None
    assert command_of("replace spleen with liver", ALL) is None


def test_words_are_found_as_they_stand_in_the_field() -> None:
    can = [Possible("select", text="L4-L5: 2 x 3 cm mass (stable).")]
    assert command_of("select L four L five", can) == Command("select", words="L4-L5")
    assert command_of("select two by three centimeters", can) == Command("select", words="2 x 3 cm")
    assert command_of("select stable", can) == Command("select", words="stable")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("remove small", Command("delete", words="small")),
        ("mark effusion", Command("select", words="effusion")),
        ("brain window", Command("window", "brain")),
        ("last series", Command("previous_series")),
        (
            "change four millimeters to six millimeters",
            Command("replace", words="4 mm", replacement="six millimeters"),
        ),
    ],
)
def test_what_may_be_text_too_is_a_command_only_while_the_key_is_held(said: str, meant: Command) -> None:
    assert command_of(said, ALL) is None
    assert command_of(said, ALL, key_held=True) == meant


_FINDINGS = (
    "the catheter", "small left pleural effusion", "the lesion", "select images", "no pneumothorax", "key images",
    "bone windows", "the last series", "a lung window", "stable", "measurement", "two sections", "the next slice",
)  # fmt: skip
_VERBS = (
    "remove", "change", "mark", "marked", "measures", "measuring", "selected", "replaced", "deleted", "undid", "signed",
    "signs of", "window of", "see", "compare with", "there is", "recommend", "please replace", "do not delete",
)  # fmt: skip
_BEHIND = ("", "was reviewed", "was seen on image 4", "to a larger one", "with contrast", "that", "period")


def test_sentences_of_reports_are_no_commands_even_where_their_words_stand_in_the_field(
    spoken_times: Mapping[str, int],
) -> None:
    """More than 10,000 of them with LIGHTBOX_FULL=1."""
    is_full = os.environ.get("LIGHTBOX_FULL") == "1"
    tricky = [f"{verb} {what} {rest}".strip() for verb in _VERBS for what in _FINDINGS for rest in _BEHIND]
    sentences = set(islice(spoken_times, 7, None, 3 if is_full else 200))
    sentences |= set(tricky if is_full else tricky[::6])
    text = f"{TEXT} The catheter and the lesion are stable. Select images. That section."
    can = tuple(Possible(name, CHOICES.get(name, ()), text) for name in command_phrases())
    layout = {"new paragraph", "new line"}
    assert len(sentences) >= (10_000 if is_full else 400)
    assert sorted(said for said in sentences if command_of(said, can) is not None and said not in layout) == []


def test_signing_and_removing_need_every_word_as_it_is() -> None:
    for said in ("sign report", "delete small", "scratch that"):
        assert command_of(said, ALL) is not None
        for place in range(len(said)):
            slip = f"{said[:place]}x{said[place + 1 :]}"
            assert slip == said or command_of(slip, ALL, key_held=True) is None, slip


def test_with_the_key_held_a_slip_is_forgiven_where_one_command_is_near() -> None:
    assert command_of("goto impresion", ALL) is None
    assert command_of("goto impresion", ALL, key_held=True) == Command("go_to_field", "Impression")
    assert command_of("window long", ALL, key_held=True) == Command("window", "lung")


def test_signing_and_removing_text_are_never_guessed() -> None:
    for said in ("sign the reports", "sine report", "scratch dat", "delete tat"):
        assert command_of(said, ALL, key_held=True) is None


def test_the_help_list_names_what_can_be_said_now() -> None:
    lines = help_list(
        [Possible("go_to_field", ("Findings", "Impression")), Possible("select", text=TEXT), Possible("undo")]
    )
    assert [line.say for line in lines] == ["go to Findings / Impression", "select …", "undo"]
    assert all(line.does for line in lines)
    assert len(help_list(ALL)) == len(command_phrases())


def test_the_grammar_for_an_engine_holds_what_can_be_said() -> None:
    grammar = spoken_grammar([Possible("window", ("lung",)), Possible("select", text=TEXT)])
    assert grammar.startswith("#JSGF V1.0;")
    assert "window lung" in grammar
    assert "select" not in grammar
    assert spoken_grammar([]) == ""


def test_phrases_are_spelled_out() -> None:
    assert patterns_of("(go|jump) to [the] {field}") == (
        ("go", "to", "{field}"),
        ("go", "to", "the", "{field}"),
        ("jump", "to", "{field}"),
        ("jump", "to", "the", "{field}"),
    )
    for broken in ("go [to", "go (to]", "go to)"):
        with pytest.raises(ValueError, match="unmatched"):
            patterns_of(broken)


@given(st.text(max_size=40))
def test_any_utterance_is_a_command_or_text(text: str) -> None:
    found = command_of(text, ALL)
    assert found is None or found.name in command_phrases()
