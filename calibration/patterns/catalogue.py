"""Every pattern: its name, what it is for, what it asks, and how small a screen may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from calibration.patterns import fields, line_patterns, quality_patterns, question_patterns
from calibration.patterns.drawn import Drawn
from calibration.patterns.pattern import PatternOrder
from calibration.readings.reading import Space

BOTH = (Space.P_VALUE, Space.DDL)
AS_IMAGES = (Space.P_VALUE,)
"""Judged by eye, so only as images are seen: through the display LUT."""


@dataclass(frozen=True)
class PatternKind:
    """One pattern of the catalogue.

    Attributes
    ----------
    purpose
        What it is for, one sentence.
    spaces
        Which spaces it may be asked for in.
    takes_level, takes_place, is_random
        Whether the order's ``level``, ``place`` and ``seed`` matter.
    least_side
        Shortest side in device pixels that its elements need.
    least_levels
        Fewest levels of the space that its contrasts need.
    question
        What a person is asked; empty for patterns to measure or to look over.
    choices
        Answers to choose from; empty with a question: click at the place.
    """

    name: str
    title: str
    purpose: str
    draw: Callable[[PatternOrder, int, int], Drawn]
    spaces: tuple[Space, ...] = BOTH
    takes_level: bool = False
    takes_place: bool = False
    is_random: bool = False
    least_side: int = 1
    least_levels: int = 2
    question: str = ""
    choices: tuple[str, ...] = ()


_LETTER_COUNTS = tuple(
    str(n) for n in range(3 * question_patterns.LETTERS_LEAST, 3 * question_patterns.LETTERS_MOST + 1)
)

_KINDS = (
    PatternKind(
        "ln",
        "Luminance",
        "One level in a square of a tenth of the screen, to measure the luminance response.",
        fields.luminance_field,
        takes_level=True,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "uln",
        "Uniformity, any level",
        "One level all over with lines at the thirds, to measure uniformity at nine places.",
        fields.nine_fields,
        takes_level=True,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "un10",
        "Uniformity at 10 %",
        "26 of 255 all over, to look for clouds and defects and to measure uniformity.",
        fields.uniform_10,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "un80",
        "Uniformity at 80 %",
        "204 of 255 all over, to look for clouds and defects and to measure uniformity.",
        fields.uniform_80,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "unl10",
        "Uniformity at 10 %, five squares",
        "26 of 255 with squares in the centre and the corners to hold the meter in.",
        fields.uniform_10_marked,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "unl80",
        "Uniformity at 80 %, five squares",
        "204 of 255 with squares in the centre and the corners to hold the meter in.",
        fields.uniform_80_marked,
        takes_place=True,
        least_side=3,
    ),
    PatternKind(
        "sqc",
        "Simple quality control (sQC-like)",
        "Faint bars in eighteen greys, black and white fields, a gradient: the look in the morning.",
        quality_patterns.squares,
        least_side=448,
        least_levels=256,
    ),
    PatternKind(
        "pqc",
        "Performance quality control (pQC-like)",
        "Gratings of four periods and two contrasts in eighteen greys.",
        quality_patterns.gratings,
        least_side=800,
        least_levels=256,
    ),
    PatternKind(
        "qc",
        "Overall quality control (QC-like)",
        "Greys, faint corners, fading words, lines, ramps and crosstalk bars in one picture.",
        quality_patterns.overall,
        least_side=600,
        least_levels=256,
    ),
    PatternKind(
        "ambient",
        "Room light",
        "A faint bar somewhere on a nearly black screen: too much light in the room drowns it.",
        question_patterns.ambient_bar,
        AS_IMAGES,
        is_random=True,
        least_side=96,
        least_levels=256,
        question="Where is the faint bar? Click at it.",
    ),
    PatternKind(
        "ct",
        "Contrast transfer (CT-like)",
        "Sixteen greys with a faint disc in each, one of them turned.",
        question_patterns.half_moons,
        AS_IMAGES,
        is_random=True,
        least_side=320,
        least_levels=256,
        question="In which square does the lighter half of the disc face another way than in all others? Click at it.",
    ),
    PatternKind(
        "letters",
        "Faint letters",
        "Letters of falling contrast on black, grey and white.",
        question_patterns.letters,
        AS_IMAGES,
        is_random=True,
        least_side=240,
        least_levels=256,
        question="How many letters do you see in all three fields together?",
        choices=_LETTER_COUNTS,
    ),
    PatternKind(
        "ad",
        "Ambient light and darkest greys (AD-like)",
        "Bars of 1 to 7 greys on seven dark grounds, looked at with the room's light off and on.",
        question_patterns.dark_steps,
        AS_IMAGES,
        least_side=320,
        least_levels=256,
    ),
    PatternKind(
        "mp",
        "Depth of steps (MP-like)",
        "Sixteen ramps, each over a sixteenth of the scale: missing or merged steps show.",
        line_patterns.depth,
        least_side=320,
        least_levels=256,
    ),
    PatternKind(
        "ramp",
        "Ramp",
        "All levels from left to right and back: bands, steps and colour casts show.",
        line_patterns.ramp,
        least_side=2,
    ),
    PatternKind(
        "grille",
        "Line grille",
        "Lines of 1 and 2 device pixels, both ways: a scaled or blurred picture shows grey or moiré.",
        line_patterns.grille,
        least_side=8,
    ),
    PatternKind(
        "crosstalk",
        "Crosstalk",
        "A black and a white square on grey: shadows along lines and columns show.",
        line_patterns.crosstalk,
        least_side=24,
    ),
    PatternKind(
        "defects",
        "Pixel defects",
        "One level all over and nothing else: dark, bright and stuck pixels show at 0, in the middle and at the top.",
        fields.full_field,
        takes_level=True,
        takes_place=True,
        least_side=3,
    ),
    PatternKind("black", "Black", "The lowest level all over.", fields.black, takes_place=True, least_side=3),
    PatternKind("white", "White", "The highest level all over.", fields.white, takes_place=True, least_side=3),
    PatternKind(
        "placement",
        "Where to hold the meter",
        "Rings round one of nine places.",
        fields.placement,
        takes_place=True,
        least_side=3,
    ),
)

PATTERNS: Mapping[str, PatternKind] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""The catalogue, by name."""
