"""Reading vertebral levels and the letter codes that look like them: "L four L five" → L4-L5, "T twelve L one" →
T12-L1.

Two levels said in one breath become one interspace only where they are neighbours downward in the spine (C, T, L, S);
"T two N one M zero" is a stage, "T two weighted" a sequence. With a word between them ("on", "to", "and") they stay
two.
"""

from __future__ import annotations

from dataclasses import dataclass

from workstation.dictation.numbers_spoken import SCALES, ZEROS, run_end, small_number, starts_number
from workstation.dictation.readings import Reading, unclear
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

HIGHEST = {"c": 8, "t": 13, "l": 6, "s": 5}
_ACROSS = {("c", "t"): (6, 1), ("t", "l"): (11, 1), ("l", "s"): (4, 1)}
_JOINTS = frozenset({"-", "–", "/", "dash", "hyphen", "slash"})
_NOT_BEFORE = frozenset({
    "hepatitis", "vitamin", "type", "grade", "class", "category", "group", "stage", "hemoglobin", "protein",
    "weber", "stanford",
})  # fmt: skip


@dataclass(frozen=True)
class Level:
    """One vertebra, root or level: region letter and number, and where it ends."""

    end: int
    letter: str
    number: int

    @property
    def name(self) -> str:
        """As it is written: L4."""
        return f"{self.letter.upper()}{self.number}"


def read_one_level(u: Utterance, i: int) -> Level | None:
    """A single level at token ``i``: letter and number, said apart or written together."""
    letter = u.low(i)
    if letter not in HIGHEST or u.low(i - 1) in _NOT_BEFORE or (u.glued(i) and u.low(i - 1) not in _JOINTS | {"("}):
        return None
    at = i + 2 if u.low(i + 1) == "-" and u.glued(i + 1) and u.glued(i + 2) else i + 1
    found = small_number(u, at)
    if found is None or not 1 <= found[1] <= HIGHEST[letter] or (u.glued(found[0]) and u.is_number(found[0])):
        return None
    return Level(found[0], letter, found[1])


def read_level(u: Utterance, i: int) -> Reading | None:
    """A level, an interspace, or a weighting: L4, L4-L5, T2-weighted."""
    first = read_one_level(u, i)
    if first is None or u.low(first.end) in {"hundred", *SCALES}:
        return None
    if u.low(first.end) == "point" and (starts_number(u, first.end + 1) or u.low(first.end + 1) in ZEROS):
        end = max(run_end(u, first.end - 1), first.end + 2)  # L4 and 0.5, or 4.5
        unit = read_unit(u, end)
        return unclear(u, i, unit.end if unit else end)
    if (weighted := _weighted(u, first)) is not None:
        return Reading(i, weighted, "level", first.name, f"{first.name}-weighted", "level")
    second = _second(u, first)
    if second is None:
        return Reading(i, first.end, "level", first.name, first.name, "level")
    name = f"{first.name}-{second.name}"
    # "T1/T2" may be two sequences: it stays as it was said.
    are_sequences = name == "T1-T2" and u.low(first.end) in {"/", "slash"}
    return Reading(i, second.end, "level", name, "T1/T2" if are_sequences else name, "level")


def _weighted(u: Utterance, first: Level) -> int | None:
    if first.letter != "t" or first.number > 2:
        return None
    at = first.end + 1 if u.low(first.end) == "-" else first.end
    return at + 1 if u.low(at) == "weighted" else None


def _second(u: Utterance, first: Level) -> Level | None:
    joined = u.low(first.end) in _JOINTS
    at = first.end + 1 if joined else first.end
    level = read_one_level(u, at)
    if level is not None:
        return level if _goes_down(first, level) else None
    found = small_number(u, at)
    if found is None or found[1] > HIGHEST[first.letter] or not _is_bare(u, at, found[0]):
        return None
    level = Level(found[0], first.letter, found[1])
    near = _goes_down(first, level) and (joined or found[1] == first.number + 1)
    return level if near and (joined or not u.glued(at)) else None


def _goes_down(upper: Level, lower: Level) -> bool:
    if upper.letter == lower.letter:
        return upper.number < lower.number
    least, top = _ACROSS.get((upper.letter, lower.letter), (99, 0))
    return upper.number >= least and lower.number == top


def _is_bare(u: Utterance, i: int, end: int) -> bool:
    """Whether the number belongs to nothing that follows: no unit, product, range or further digits."""
    if u.low(end) in {"by", "x", "point", "hundred"} or starts_number(u, end):
        return False
    if u.glued(i) and u.low(i - 1) in _JOINTS:
        return True
    at = end + 1 if u.low(end) == "-" else end
    if read_unit(u, at) is not None or u.low(end) in {"plus", "%"}:
        return False
    # "C four five and six" may be three vertebrae.
    return not (u.low(end) in {"to", "or", "-", "and"} and starts_number(u, end + 1))
