"""Whatever is said, and however it is said, the value that is written is the value that was said.

The values are read back from the text by a small reader of this file, which shares nothing with the program.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation import normaliser
from workstation.dictation.normaliser import Layout, ends_with_sentence, write_out
from workstation.dictation.protected import protected_values
from workstation.dictation.words import words_of

HERE = Path(__file__).parent
_IS_FULL = os.environ.get("LIGHTBOX_FULL") == "1"
FRAGMENT = Layout(starts_sentence=False, ends_sentence=False)


def table() -> list[tuple[str, str]]:
    """Rows of the table, with line ends as such."""
    lines = (HERE / "spoken_and_written.tsv").read_text("utf-8").splitlines()
    rows = [line.replace("\\n", "\n").split("\t") for line in lines if line and not line.startswith("#")]
    return [(spoken, written) for spoken, written in rows]


@pytest.mark.parametrize(("spoken", "written"), table())
def test_what_radiologists_say_is_written_as_the_table_says(spoken: str, written: str) -> None:
    by_rules = normaliser._write(spoken, FRAGMENT)
    assert by_rules.text == written
    assert protected_values(written) == protected_values(spoken)
    assert normaliser._write(written, FRAGMENT).text == written
    assert all(by_rules.text[mark.start : mark.end] == mark.to for mark in by_rules.rewrites)


def test_the_table_is_large_and_none_of_its_rows_stands_in_the_other() -> None:
    other = (HERE / "numbers_and_units.tsv").read_text("utf-8").splitlines()
    spoken = {row[0] for row in table()}
    assert len(spoken) >= 600
    assert not spoken & {line.split("\t")[0] for line in other}


# --- values, and how they are said --------------------------------------------------------------------------------

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"  # noqa: SIM905
    " eighteen nineteen".split()
)
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_ORDINALS = (
    "- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"  # noqa: SIM905
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
)
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_UNITS = {"mm": ("millimeters", "millimetres", "mm"), "cm": ("centimeters", "centimetres", "cm")}
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class Said:
    """A value: how it is said, and what the reader of this file must find in the text."""

    spoken: str
    value: str


def in_words(number: int, joint: str, hyphen: str = " ") -> str:
    """A number below 1,000; ``joint`` stands behind the hundred, ``hyphen`` between tens and ones."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"{hyphen}{_SMALL[ones]}" if ones else "")
    hundreds, rest = divmod(number, 100)
    return f"{_SMALL[hundreds]} hundred" + (f"{joint}{in_words(rest, joint, hyphen)}" if rest else "")


_WHOLE = st.one_of(st.integers(1, 30), st.integers(31, 999))


@st.composite
def figures(draw: st.DrawFn) -> Said:
    """A number in words or digits, with decimals or without."""
    whole, decimals = draw(_WHOLE), draw(st.sampled_from(["", "", "5", "05", "0", "25", "8", "62"]))
    digits = f"{whole}.{decimals}" if decimals else str(whole)
    if draw(st.integers(0, 5)) == 0:
        return Said(digits, digits)
    words = in_words(whole, draw(st.sampled_from([" ", " and "])), draw(st.sampled_from([" ", "-"])))
    if not decimals:
        return Said(words, digits)
    zero = draw(st.sampled_from(["zero", "oh"]))
    said = " ".join(zero if digit == "0" else _SMALL[int(digit)] for digit in decimals)
    return Said(f"{words} point {said}", digits)


@st.composite
def below_one(draw: st.DrawFn) -> Said:
    """A number that begins with a point."""
    digit = draw(st.integers(1, 9))
    head = draw(st.sampled_from(["point", "zero point", "oh point"]))
    return Said(f"{head} {_SMALL[digit]}", f"0.{digit}")


_FIGURES = st.one_of(figures(), below_one())
_LENGTHS = st.sampled_from(sorted(_UNITS)).flatmap(lambda unit: st.tuples(st.just(unit), st.sampled_from(_UNITS[unit])))


@st.composite
def sizes(draw: st.DrawFn) -> Said:
    """A length, or a product of two or three."""
    parts = draw(st.lists(_FIGURES, min_size=1, max_size=3))
    unit, said_unit = draw(_LENGTHS)
    spoken = draw(st.sampled_from([" by ", " x "])).join(part.spoken for part in parts)
    return Said(f"{spoken} {said_unit}", f"{' x '.join(part.value for part in parts)} {unit}")


@st.composite
def spans(draw: st.DrawFn) -> Said:
    """A range or a pair of lengths."""
    low = draw(st.integers(1, 400))
    high = draw(st.integers(low + 1, 999))
    joint, written = draw(st.sampled_from([(" to ", "-"), (" dash ", "-"), (" or ", " or "), (" and ", " and ")]))
    unit, said_unit = draw(_LENGTHS)
    spoken = f"{in_words(low, ' ')}{joint}{in_words(high, ' ')} {said_unit}"
    return Said(spoken, f"{low}{written}{high} {unit}")


@st.composite
def signed(draw: st.DrawFn) -> Said:
    """Density, percentage, tolerance."""
    number = draw(st.integers(1, 150))
    spoken = in_words(number, " ")
    return draw(
        st.sampled_from(
            [
                Said(f"minus {spoken} hounsfield units", f"-{number} HU"),
                Said(f"negative {spoken} hounsfield units", f"-{number} HU"),
                Said(f"{spoken} hounsfield units", f"{number} HU"),
                Said(f"{spoken} percent", f"{number}%"),
                Said(f"plus or minus {spoken} millimeters", f"± {number} mm"),
                Said(f"{spoken} plus or minus two millimeters", f"{number} ± 2 mm"),
            ]
        )
    )


_DOWN = [f"C{n}" for n in range(1, 8)] + [f"T{n}" for n in range(1, 13)] + [f"L{n}" for n in range(1, 6)] + ["S1"]


@st.composite
def levels(draw: st.DrawFn) -> Said:
    """A vertebra or an interspace, said in every way."""
    at = draw(st.integers(0, len(_DOWN) - 2))
    upper, lower = _DOWN[at], _DOWN[at + 1]
    first, second = (f"{name[0]} {in_words(int(name[1:]), ' ')}" for name in (upper, lower))
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return Said(first, upper)
    if kind == 1 and upper[0] == lower[0]:
        return Said(f"{first} {in_words(int(lower[1:]), ' ')}", f"{upper}-{lower}")
    joint = draw(st.sampled_from([" ", " dash ", " hyphen ", " slash "]))
    written = "T1/T2" if (upper, joint) == ("T1", " slash ") else f"{upper}-{lower}"
    return Said(f"{first}{joint}{second}", written)


@st.composite
def dates(draw: st.DrawFn) -> Said:
    """A day with its year."""
    month, day = draw(st.sampled_from(_MONTHS)), draw(st.integers(1, 20))
    year = draw(st.integers(2010, 2029))
    said_year = draw(
        st.sampled_from([
            f"twenty {in_words(year - 2000, ' ')}", f"two thousand {in_words(year - 2000, ' ')}", str(year),
            f"two thousand and {in_words(year - 2000, ' ')}",
        ])
    )  # fmt: skip
    said_day = draw(st.sampled_from([_ORDINALS[day], f"the {_ORDINALS[day]}"]))
    comma = draw(st.sampled_from([" ", " comma "]))
    return Said(f"{month.lower()} {said_day}{comma}{said_year}", f"{month} {day}, {year}")


@st.composite
def times(draw: st.DrawFn) -> Said:
    """A time of day."""
    hour, minute = draw(st.integers(1, 12)), draw(st.integers(1, 59))
    half, written = draw(st.sampled_from([("p m", "PM"), ("pm", "PM"), ("a m", "AM"), ("a.m.", "AM")]))
    said = f"oh {_SMALL[minute]}" if minute < 10 else in_words(minute, " ")
    return Said(f"{_SMALL[hour]} {said} {half}", f"{hour}:{minute:02} {written}")


@st.composite
def grades(draw: st.DrawFn) -> Said:
    """A grade, a category, a place in the pictures."""
    number, picture = draw(st.integers(1, 4)), draw(st.integers(1, 399))
    word = _SMALL[number]
    return draw(
        st.sampled_from([
            Said(f"grade {word}", f"grade {number}"), Said(f"type {word}", f"type {number}"),
            Said(f"bi rads {word}", f"BI-RADS {number}"), Said("bi rads category four b", "BI-RADS category 4B"),
            Said(f"ti rads {word}", f"TI-RADS {number}"), Said(f"l r {word}", f"LR-{number}"),
            Said(f"bosniak {word}", f"Bosniak {_ROMAN[number - 1]}"), Said("bosniak two f", "Bosniak IIF"),
            Said(f"lung rads {word}", f"Lung-RADS {number}"), Said("stanford type b", "Stanford type B"),
            Said(f"series {word} image {in_words(picture, ' ')}", f"series {number} image {picture}"),
            Said(f"series {word} comma image {in_words(picture, ' and ')}", f"series {number}, image {picture}"),
        ])
    )  # fmt: skip


_SAID = st.one_of(sizes(), spans(), signed(), levels(), dates(), times(), grades())
_FRAMES = (
    ("no change of the left lesion now", "since"),
    ("there is a right sided lesion of", "without effusion"),
    ("the lesion not seen before measures", "and is stable"),
    ("in the left kidney there was", "comma unchanged period no stone"),
    ("the first of both nodules noted with", "in the upper lobe"),
)
_WHAT = re.compile(
    r"(?:series \d+,? image \d+|(?:BI-RADS|TI-RADS|Lung-RADS)(?: category)? \d[A-Z]?|LR-\d|Bosniak [IVF]+"
    r"|Stanford type [A-Z]|(?:grade|type) \d|[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2}:\d\d [AP]M|T1/T2"
    r"|(?<!\w)[CTLS]\d{1,2}(?:-[CTLS]\d{1,2})?"
    r"|(?<![\w.])(?:± )?-?\d[\d.]*(?:(?: x |-| or | and | ± )\d[\d.]*)*(?:%| (?:mm|cm|HU)))"
)


def read_back(text: str) -> list[str]:
    """The values of a written text, by patterns of this file."""
    return _WHAT.findall(text)


def meanings(text: str) -> list[str]:
    """The words of a text that turn it round."""
    return re.findall(r"\b(?:no|not|without|left|right|both)\b", text.lower())


@settings(max_examples=2000 if _IS_FULL else 120, deadline=None)
@given(_SAID, st.sampled_from(_FRAMES))
def test_the_value_that_is_written_is_the_value_that_was_said(said: Said, frame: tuple[str, str]) -> None:
    spoken = f"{frame[0]} {said.spoken} {frame[1]}"
    written = normaliser._write(spoken, Layout())
    assert read_back(written.text) == [said.value]
    assert meanings(written.text) == meanings(spoken)
    assert protected_values(written.text) == protected_values(spoken)
    assert write_out(spoken) == written
    assert all(written.text[mark.start : mark.end] == mark.to for mark in written.rewrites)
    assert all(one.end <= other.start for one, other in zip(written.rewrites, written.rewrites[1:], strict=False))


@settings(max_examples=500 if _IS_FULL else 40, deadline=None)
@given(_SAID, st.sampled_from(_FRAMES))
def test_what_is_written_is_written_again_as_it_is_and_words_count_as_text(said: Said, frame: tuple[str, str]) -> None:
    spoken = f"{frame[0]} {said.spoken} {frame[1]}"
    written = write_out(spoken).text
    assert write_out(written).text == written
    assert write_out(words_of(spoken)).text == written


@settings(max_examples=400 if _IS_FULL else 20, deadline=None)
@given(st.lists(st.tuples(_SAID, st.sampled_from(_FRAMES)), min_size=2, max_size=4))
def test_utterances_that_follow_one_another_share_no_value(parts: list[tuple[Said, tuple[str, str]]]) -> None:
    text, heard = "", ()
    for said, (before, behind) in parts:
        spoken = f"{before} {said.spoken} {behind}"
        text += ("" if not text else " ") + write_out(spoken, Layout(starts_sentence=ends_with_sentence(text))).text
        heard += protected_values(spoken)
    assert read_back(text) == [said.value for said, _ in parts]
    assert protected_values(text) == heard
