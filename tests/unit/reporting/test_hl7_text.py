"""HL7 escaping."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.reporting.hl7_text import components, escape, person, segment, unescape
from workstation.reporting.text import carried_text

_ANY = st.text(st.one_of(st.sampled_from("|^~\\&\r\n\t.brEFSRT"), st.characters()), max_size=60)
_ESCAPED = re.compile(r"(?:[^|^~\\&\r\n]|\\(?:[EFSRT]|\.br)\\)*")


@given(_ANY)
def test_escaped_text_comes_back(text: str) -> None:
    assert unescape(escape(text)) == carried_text(text)


@given(_ANY)
def test_escaped_text_has_no_delimiter_and_only_whole_sequences(text: str) -> None:
    escaped = escape(text)
    assert _ESCAPED.fullmatch(escaped)
    escaped.encode("utf-8")


@given(st.lists(_ANY, min_size=1, max_size=5))
def test_components_can_be_taken_apart_again(parts: list[str]) -> None:
    carried = [carried_text(part) for part in parts]
    while len(carried) > 1 and not carried[-1]:
        carried.pop()
    assert [unescape(part) for part in components(*parts).split("^")] == carried


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a|b", r"a\F\b"), ("a^b", r"a\S\b"), ("a~b", r"a\R\b"), ("a&b", r"a\T\b"), ("a\\b", r"a\E\b"),
     ("a\r\nb\n", "a\\.br\\b\\.br\\"), (r"\F\ ", r"\E\F\E\ ")],
)  # fmt: skip
def test_each_delimiter_has_its_sequence(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_segment_numbers_its_fields() -> None:
    assert segment("OBX", {1: "1", 5: "x", 8: ""}) == "OBX|1||||x"


@pytest.mark.parametrize(
    ("pn", "expected"),
    [
        ("Okafor^Ngozi^A^Dr^III", ("Okafor", "Ngozi", "A", "III", "Dr")),
        ("Solo", ("Solo", "", "", "", "")),
        ("=山田^太郎", ("山田", "太郎", "", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_person_names_change_places(pn: str, expected: tuple[str, ...]) -> None:
    assert person(pn) == expected
