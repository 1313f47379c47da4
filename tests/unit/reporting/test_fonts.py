"""The shipped typeface and what it can print."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from workstation.foundation.resources import resource_path
from workstation.reporting.pdf_glyphs import BOLD, REGULAR, STAND_IN, Glyphs, font_characters, font_path, shipped_glyphs

BOTH = [REGULAR, BOLD]


@pytest.mark.parametrize("name", BOTH)
def test_each_file_is_small_free_and_has_tabular_figures(name: str) -> None:
    assert font_path(name).stat().st_size < 1024 * 1024
    with TTFont(font_path(name)) as font:
        names = font["name"]
        assert names.getDebugName(1) == "Lightbox Sans"
        assert "SIL Open Font License" in names.getDebugName(13)
        assert "Source" not in f"{names.getDebugName(1)}{names.getDebugName(4)}{names.getDebugName(6)}"
        figures = {font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}
    assert len(figures) == 1


def test_the_licence_lies_beside_them() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in resource_path("fonts", "OFL.txt").read_text("utf-8")


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "text", ["ÄÉĐŁŞȚ ßœ ½ Ạ", "ΑΩαω", "АЯая Ґ", "≤ ≥ ± × ° µ → ↑ ↓ – — • · … “” ‘’ ² ³ ₂ ≈ −", STAND_IN]
)
def test_they_print_what_reports_are_written_in(name: str, text: str) -> None:
    assert {ord(character) for character in text if character != " "} <= font_characters(font_path(name))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_what_is_printed_can_be_printed(text: str) -> None:
    glyphs = shipped_glyphs()
    printed = glyphs.printable(text)
    characters = font_characters(font_path(REGULAR)) & font_characters(font_path(BOLD))
    assert all(character == "\n" or ord(character) in characters for character in printed)
    assert glyphs.replaced >= 0
    assert (glyphs.replaced > 0) == bool(glyphs.scripts)


def test_nothing_is_dropped_but_what_has_no_shape() -> None:
    glyphs = Glyphs(frozenset(map(ord, "abc□")))
    assert glyphs.printable("a\u200dbxc\u202e") == "ab□c"
    assert glyphs.replaced == 1


def test_powers_do_not_become_other_numbers() -> None:
    glyphs = Glyphs(frozenset(map(ord, "0123456789□ 1/")))
    assert glyphs.printable("10⁶ ½") == "10□ □"
