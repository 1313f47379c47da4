"""Text that a report can carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.reporting.text import carried_text, clean_text, one_line

_ANY = st.text(st.characters(), max_size=60)  # surrogates too


@given(_ANY)
def test_whatever_comes_in_can_be_written_as_utf_8_and_stays_the_same_when_cleaned_again(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned
    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_one(end: str) -> None:
    assert carried_text(f"a{end}b") == "a\nb"


def test_accents_are_composed_only_where_people_write() -> None:
    assert clean_text("Zoe\u0308") == "Zoë"
    assert carried_text("Zoe\u0308") == "Zoe\u0308"  # an identifier comes back as it was sent


def test_half_a_surrogate_pair_is_shown_as_unknown() -> None:
    assert carried_text("a\ud800b") == "a\ufffdb"


def test_one_line_has_no_line_ends() -> None:
    assert one_line("  a\n\tb\x0b ") == "a b"
