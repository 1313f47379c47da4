"""Reading units, spoken or written: "millimeters" → mm, "per cent" → % (resources/dictation/units.tsv)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from workstation.dictation.numbers_spoken import starts_number
from workstation.dictation.tokens import Utterance, utterance_of
from workstation.foundation.resources import resource_path

_STAYS_A_WORD = frozenset({"time", "angle"})
_ALWAYS_TILED = frozenset({
    "HU", "kV", "kVp", "mA", "mAs", "mg", "mCi", "MBq", "mGy", "mGy-cm", "bpm", "mmHg", "mg/dL", "mL/min", "cm/s",
})  # fmt: skip

_AFTER_STAIN = frozenset({"positive", "negative", "stain", "stained", "staining", "variable"})
_AFTER_MINUTE = frozenset(
    "delay delays delayed post interval intervals infusion injection acquisition acquisitions scan scans image images"  # noqa: SIM905
    " imaging mark walk static dynamic window hold wait waiting period drive run exposure uptake incubation rest break"
    " time times timer test procedure session after before later and or to per old history follow followup in at of"
    " the a with for from until between earlier prior apart long duration washout phase views view emptying gastric"
    " protocol recording sequence series cine fluoroscopy ct mri by is was were early late total transit".split()
)


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    Attributes
    ----------
    symbol
        What is written, and what two spellings of the same unit share.
    kind
        length, time, volume, …: only units of one kind make a range or a product.
    """

    symbol: str
    kind: str

    @property
    def is_time(self) -> bool:
        """Days, weeks, months, years, minutes: written as words, with a hyphen before nouns ("3-month")."""
        return self.kind == "time" and self.symbol != "msec"

    @property
    def counts_nothing(self) -> bool:
        """Whether a number before it cannot count things of that size ("one twenty kV" is 120 kV)."""
        return self.symbol in _ALWAYS_TILED


@dataclass(frozen=True)
class UnitRead:
    """A unit found in an utterance: which, where it ends, and how it is written there."""

    end: int
    unit: Unit
    written: str


@cache
def unit_forms() -> dict[tuple[str, ...], Unit]:
    """Every spoken or written form, cut into tokens, with its unit.

    Raises
    ------
    ValueError
        When the shipped table is damaged.
    """
    forms: dict[tuple[str, ...], Unit] = {}
    for line in resource_path("dictation", "units.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        symbol, kind, spellings = line.split("\t")
        for spelling in [symbol, *spellings.split("|")]:
            forms[tuple(token.low for token in utterance_of(spelling).tokens)] = Unit(symbol, kind)
    return forms


@cache
def unit_words() -> frozenset[str]:
    """Single words that are units: they are never taken for misheard terms."""
    return frozenset(form[0] for form in unit_forms() if len(form) == 1)


@cache
def _longest() -> int:
    return max(len(form) for form in unit_forms())


def read_unit(u: Utterance, i: int) -> UnitRead | None:
    """The unit that begins at token ``i``: the longest form that fits; None where there is none."""
    for length in range(_longest(), 0, -1):
        unit = unit_forms().get(u.lows(i, length))
        if unit is None or i + length > len(u) or _is_cut_off(u, i, i + length):
            continue
        if not _is_adjective(u, i, i + length):
            return UnitRead(i + length, unit, _written(u, i, unit))
    return None


def _is_cut_off(u: Utterance, i: int, end: int) -> bool:
    """Whether no unit begins here, or what looks like one goes on in digits."""
    return u.low(i) == "-" or (u.glued(end) and u.is_number(end))


def _is_adjective(u: Utterance, i: int, end: int) -> bool:
    """Whether the word is no unit: "two minute calcifications" are tiny, "three gram positive cocci" weigh nothing."""
    if u.low(i) == "gram":
        return u.low(end) in _AFTER_STAIN
    if u.low(i) != "minute" or (u.low(i - 1) == "-" and u.glued(i - 1)):
        return False
    return u.is_letters(end) and u.low(end) not in _AFTER_MINUTE and not starts_number(u, end)


def _written(u: Utterance, i: int, unit: Unit) -> str:
    """Units of time and angle as they were said (singular or plural), others by their symbol."""
    if u.low(i) == "°":
        return "degrees"
    stays = unit.kind in _STAYS_A_WORD and unit.symbol != "msec"
    if stays or unit.symbol in {"inches", "microns", "liters", "grams", "meters"}:
        return u.low(i)
    return unit.symbol
