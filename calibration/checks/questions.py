"""What people are asked about patterns, and whether an answer is right: tables first.

Where a pattern has a random answer of its own, the answer is right when the person saw it, not when they say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from calibration.checks.steps import Ask
from calibration.patterns.catalogue import PATTERNS
from calibration.patterns.drawing import draw
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import place_at
from calibration.patterns.question_patterns import field_at
from calibration.readings.reading import Space
from calibration.records.record import Answer

NOWHERE = "nowhere to be seen"
CLEAR, UNCLEAR = "Yes", "No"
NOTHING, SOMETHING = "No", "Yes"


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    question
        Empty where the catalogue of patterns has the words.
    choices, good
        Empty where the pattern holds the right answer.
    """

    pattern: str
    title: str
    question: str = ""
    choices: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    level: int = 0
    seconds: float = 12.0


def _all_seen(pattern: str, title: str, question: str) -> Question:
    return Question(pattern, title, question, (CLEAR, UNCLEAR), (CLEAR,))


def _nothing_wrong(pattern: str, title: str, question: str, level: int = 0) -> Question:
    return Question(pattern, title, question, (NOTHING, SOMETHING), (NOTHING,), level)


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "visual-daily": (
        Question("ambient", "Faint bar", seconds=8.0),
        Question(
            "sqc",
            "Daily pattern",
            "Do you see both faint bar fields in each of the 18 grey squares, and no stain or colour in the greys?",
            (CLEAR, UNCLEAR),
            (CLEAR,),
            seconds=15.0,
        ),
    ),
    "visual": (
        Question("ambient", "Faint bar"),
        Question("letters", "Faint letters", seconds=20.0),
        Question("ct", "Contrast transfer", seconds=20.0),
        _all_seen("sqc", "Simple quality control", "Do you see both faint bar fields in each of the 18 grey squares?"),
        _all_seen(
            "qc",
            "Overall quality control",
            "Do you see all line pairs as lines, straight edges, and the faint corners in each grey?",
        ),
        _nothing_wrong("ramp", "Ramp", "Do you see bands, steps or colour in the ramp?"),
    ),
    "artefacts": (
        _nothing_wrong("un10", "Dark field", "Do you see clouds, stripes, stains or burnt-in pictures?"),
        _nothing_wrong("un80", "Bright field", "Do you see clouds, stripes, stains or burnt-in pictures?"),
        _nothing_wrong("crosstalk", "Crosstalk", "Do you see shadows above, below or beside the squares?"),
        _nothing_wrong("grille", "Line grille", "Do you see grey patches, moiré or blurred lines?"),
        _nothing_wrong("mp", "Depth of steps", "Do you see missing or merged steps, or colour, in a ramp?"),
    ),
}
"""By test: what is asked, in order."""


def asked(test: str, seed: int) -> tuple[Ask, ...]:
    """The steps of a visual test; each pattern gets a seed of its own."""
    return tuple(_step(test, each, seed + number) for number, each in enumerate(QUESTIONS[test]))


def answer_to(step: Ask, given: str, width: int, height: int) -> Answer:
    """What was answered, with the right answer. ``width`` and ``height``: of the pattern, in device pixels."""
    if step.good:
        return Answer(step.test, step.question, given, " or ".join(step.good), given in step.good)
    right = draw(step.pattern, width, height).answer
    return Answer(step.test, step.question, given, right, given == right)


def click_on(step: Ask, x: int, y: int, width: int, height: int) -> Answer:
    """The same for a click on the pattern."""
    if step.pattern.name == "ct":
        return answer_to(step, field_at(x, y, width, height) or NOWHERE, width, height)
    return answer_to(step, place_at(x, y, width, height), width, height)


def _step(test: str, asked_for: Question, seed: int) -> Ask:
    kind = PATTERNS[asked_for.pattern]
    return Ask(
        title=asked_for.title,
        test=test,
        question=asked_for.question or kind.question,
        pattern=PatternOrder(asked_for.pattern, Space.P_VALUE, asked_for.level, seed=seed),
        choices=asked_for.choices or kind.choices,
        good=asked_for.good,
        expected_s=asked_for.seconds,
    )
