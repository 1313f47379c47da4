"""Reading abbreviations and names: "c t" → CT, "murphy sign" → Murphy sign (resources/dictation/abbreviations.tsv)."""

from __future__ import annotations

from functools import cache

from workstation.dictation.readings import Reading
from workstation.dictation.tokens import Utterance, utterance_of
from workstation.foundation.resources import resource_path

_AFTER_ANGIOGRAPHY = frozenset(
    {
        "of",
        "chest",
        "head",
        "neck",
        "abdomen",
        "and",
        "was",
        "is",
        "with",
        "demonstrates",
        "shows",
        "for",
        "brain",
        "aorta",
    }
)
_ON_A_SIDE = frozenset("LUL LLL LUQ LLQ LV LPA RUL RML RLL RUQ RLQ RV RPA RCA LVAD LVEF".split())  # noqa: SIM905


@cache
def abbreviation_forms() -> dict[tuple[str, ...], str]:
    """Spoken form, cut into tokens, → how it is written."""
    forms: dict[tuple[str, ...], str] = {}
    for line in resource_path("dictation", "abbreviations.tsv").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            spoken, written = line.split("\t")
            forms[tuple(token.low for token in utterance_of(spoken).tokens)] = written
    return forms


@cache
def _longest() -> int:
    return max(len(form) for form in abbreviation_forms())


def read_abbreviation(u: Utterance, i: int) -> Reading | None:
    """The longest abbreviation at token ``i``; not inside a hyphenated or spelled-on word."""
    for length in range(_longest(), 0, -1):
        form = u.lows(i, length)
        written = abbreviation_forms().get(form)
        if written is None or i + length > len(u) or _ends_in_article(u, form, i + length):
            continue
        if not _is_part(u, i, i + length):
            side = _side_of(written)
            kind = "abbreviation" if side is None else "side"
            return Reading(i, i + length, kind, side, written, "abbreviation")
    return None


def _side_of(written: str) -> str | None:
    """The side that an abbreviation names: LUL is on the left."""
    if written in _ON_A_SIDE:
        return "left" if written[0] == "L" else "right"
    return None


def _ends_in_article(u: Utterance, form: tuple[str, ...], end: int) -> bool:
    """Whether the last "a" is more likely an article: "on c t a small nodule"."""
    might = form[-1] == "a" and form[:-1] in abbreviation_forms() and u.is_letters(end)
    return might and u.low(end) not in _AFTER_ANGIOGRAPHY


def _is_part(u: Utterance, i: int, end: int) -> bool:
    """Whether the letters go on, or belong to an abbreviation that begins inside: "a p c l tear" is a PCL tear."""
    if u.glued(end) and (u.is_letters(end) or u.is_number(end)):
        return True
    lengths = range(2, _longest() + 1)
    return any(
        first + length > end and u.lows(first, length) in abbreviation_forms() and len(u.low(end)) == 1
        for first in range(i + 1, end)
        for length in lengths
    )
