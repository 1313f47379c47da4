"""Verdicts that are known beforehand; `table_of_known_answers.py` prints them."""

from __future__ import annotations

import pytest

from tests.golden.table_of_known_answers import Line, as_markdown, distinct_levels, lines


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: line.answer.title)
def test_each_display_gets_the_known_deviation_and_verdict(line: Line) -> None:
    assert line.percent == pytest.approx(line.answer.percent, abs=0.06)  # known to one decimal place
    assert line.verdict == line.answer.verdict


def test_the_luts_keep_as_many_grey_levels_apart_as_known() -> None:
    assert distinct_levels() == {8: 213, 10: 256}


def test_the_table_can_be_printed() -> None:
    table = as_markdown(list(lines()))
    assert "gamma 2.2 panel" in table
    assert "213 of 256 at 8 bits" in table
