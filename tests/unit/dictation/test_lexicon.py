"""The radiology lexicon: what is in it, how it sounds, and what an added word becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dictation.corpus import common_words
from workstation.dictation.lexicon import MODALITIES, OWN, Lexicon, spoken_form
from workstation.dictation.pronunciations import PHONES, checked_phones, pronounced_as_spelt
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.resources import resource_path


def test_it_is_large_and_covers_every_examination(lexicon: Lexicon) -> None:
    assert len({term.text.lower() for term in lexicon.terms}) >= 3_000
    for modality in MODALITIES:
        assert len([term for term in lexicon.terms if modality in term.modalities]) >= 50, modality
    for kind in ("anatomy", "findings", "devices", "procedures", "descriptors", "eponyms", "drugs", "scores"):
        assert len(lexicon.of_kind(kind)) >= 40, kind


def test_every_term_can_be_said_in_phones(lexicon: Lexicon) -> None:
    for term in lexicon.terms:
        assert term.spoken, term.text
        for said in term.spoken:
            assert re.fullmatch(r"[a-z'é ö-]+", said), f"{term.text}: {said!r}"
            for word in said.split():
                assert set(" ".join(lexicon.pronunciations[word]).split()) <= PHONES


def test_every_word_has_a_listed_pronunciation(lexicon: Lexicon, spoken_times: Mapping[str, int]) -> None:
    table = resource_path("dictation", "lexicon_words.tsv").read_text("utf-8")
    listed = {line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")}
    needed = {*lexicon.words, *common_words(), *(word for sentence in spoken_times for word in sentence.split())}
    assert sorted(needed - listed) == []


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("ti rads", "TI-RADS"), ("bi-rads", "BI-RADS"), ("p i c c", None), ("pleural effusion", "pleural effusion"),
        ("a c l", "ACL"), ("picc line", "PICC line"), ("t two hyperintensity", "T2 hyperintensity"),
    ],
)  # fmt: skip
def test_spoken_forms_lead_to_the_term(lexicon: Lexicon, said: str, written: str | None) -> None:
    assert lexicon.spoken_variants.get(said) == written


def test_coverage_names_what_an_engine_cannot_hear(lexicon: Lexicon) -> None:
    coverage = lexicon.coverage(lambda word: word != "carina")
    assert coverage.missing == ("carina",)
    assert coverage.known == coverage.of - 1
    assert 0.99 < coverage.share < 1
    assert lexicon.coverage(lambda _: False).share == 0


def test_own_words_are_added_once_and_can_be_taken_out(lexicon: Lexicon) -> None:
    more = lexicon.with_own(["Smithson\tS M IH TH S AH N", "Xylotron", "pleural effusion", "Xylotron"])
    own = [term.text for term in more.terms if term.kind == OWN]
    assert own == ["Smithson", "Xylotron"]
    assert more.pronunciations["smithson"] == ("S M IH TH S AH N",)
    assert set(more.pronunciations["xylotron"][0].split()) <= PHONES
    assert more.spoken_variants["smithson"] == "Smithson"
    assert [term.text for term in more.without(["Smithson", "carina"]).terms if term.kind == OWN] == ["Xylotron"]
    assert len(more.without(["Smithson", "Xylotron"]).terms) == len(lexicon.terms)
    with pytest.raises(BadInput, match="no word"):
        lexicon.with_own(["…"])
    with pytest.raises(BadInput, match="QQ"):
        lexicon.with_own(["Bad\tQQ"])


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SomethingMissing, match="lexicon is missing"):
        Lexicon.load(tmp_path)
    (tmp_path / "lexicon_words.tsv").write_text("# words\ncarina\tK ER IY N AH\tours\n", "utf-8")
    (tmp_path / "lexicon_anatomy.tsv").write_text("# terms\ncarina\tcr\t\n", "utf-8")
    assert Lexicon.load(tmp_path).terms[0].spoken == ("carina",)
    (tmp_path / "lexicon_anatomy.tsv").write_text("carina\tmoon\t\n", "utf-8")
    with pytest.raises(BadInput, match=r"lexicon_anatomy\.tsv line 1: 'moon'"):
        Lexicon.load(tmp_path)
    (tmp_path / "lexicon_anatomy.tsv").write_text("carina\tcr\n", "utf-8")
    with pytest.raises(BadInput, match="line 1 has 2 columns"):
        Lexicon.load(tmp_path)
    (tmp_path / "lexicon_anatomy.tsv").write_text("carina\tcr\t\n", "utf-8")
    (tmp_path / "lexicon_words.tsv").write_text("carina\tK ER1\tours\n", "utf-8")
    with pytest.raises(BadInput, match=r"lexicon_words\.tsv line 1: A pronunciation holds ER1"):
        Lexicon.load(tmp_path)


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("pneumonitis", "N UW M OW N AY T IH S"), ("cholecystectomy", "K OW L EH S IH S T EH K T AH M IY"),
        ("xyz", "Z IH Z"), ("bcg", "B IY S IY JH IY"), ("T2", "T IY T UW"),
    ],
)  # fmt: skip
def test_unlisted_words_are_pronounced_as_spelt(word: str, phones: str) -> None:
    assert pronounced_as_spelt(word) == phones


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=25))
def test_any_word_gets_phones(word: str) -> None:
    if re.search("[a-z0-9]", word):
        assert checked_phones(pronounced_as_spelt(word))


@given(st.text(max_size=40))
def test_spoken_form_is_stable(text: str) -> None:
    once = spoken_form(text)
    assert spoken_form(once) == once


def test_no_file_is_large() -> None:
    for path in resource_path("dictation").rglob("*"):
        assert not path.is_file() or path.stat().st_size <= 1024 * 1024, path.name
