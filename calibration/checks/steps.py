"""The steps a guided check consists of. Windows and the command line show them; `CheckRun` deals them out."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.patterns.pattern import PatternOrder


@dataclass(frozen=True)
class Instruct:
    """Tell the person to do something and wait until it is said to be done (`CheckRun.done`).

    ``picture`` names a drawing of the window: ``placement``, ``warm-up``, ``room-light``, ``clean-screen`` ...
    """

    title: str
    text: str
    picture: str = ""
    pattern: PatternOrder | None = None
    expected_s: float = 10.0


@dataclass(frozen=True)
class Measure:
    """Show the pattern, let it settle, and read the meter until the stopping rule is content (`give_reading`).

    Attributes
    ----------
    test
        Name of the test the readings are for; becomes `Series.test`.
    least_readings, most_readings
        Bounds of the stopping rule.
    settle_s
        Between showing the pattern and the first reading; dark levels take longer.
    is_display_off
        The reading is of the switched-off screen (Lamb): no pattern is shown.
    """

    title: str
    test: str
    pattern: PatternOrder
    least_readings: int = 1
    most_readings: int = 5
    settle_s: float = 0.3
    expected_s: float = 3.0
    is_display_off: bool = False


@dataclass(frozen=True)
class Ask:
    """Show the pattern and ask (`answer`). ``choices`` are buttons; empty means: click on the pattern (`click`)."""

    title: str
    test: str
    question: str
    pattern: PatternOrder
    choices: tuple[str, ...]
    good: tuple[str, ...] = ()
    """Choices that are good; empty where the pattern itself holds the right answer."""
    expected_s: float = 10.0


@dataclass(frozen=True)
class Choose:
    """Ask how the check shall go on (`answer` with one of ``choices``); nothing is judged by it."""

    title: str
    test: str
    question: str
    choices: tuple[str, ...]
    default: str = ""
    expected_s: float = 10.0


@dataclass(frozen=True)
class Enter:
    """Ask for a number (`enter`): illuminance, hours, defective pixels.

    ``least`` and ``most`` are bounds of what is believed, in ``unit``; both are included.
    """

    title: str
    test: str
    question: str
    unit: str
    least: float
    most: float
    may_measure_lux: bool = False
    """A meter with a diffuser can answer it."""
    default: float | None = None
    is_optional: bool = False
    pattern: PatternOrder | None = None
    """Shown meanwhile: the field on which pixels are counted."""
    expected_s: float = 10.0


@dataclass(frozen=True)
class Wait:
    """Let time pass (warm-up), or until the readings have settled (`done` after ``seconds``, or `skip`)."""

    title: str
    text: str
    seconds: float
    may_skip: bool = True

    @property
    def expected_s(self) -> float:
        """How long it takes."""
        return self.seconds


Step = Instruct | Measure | Ask | Choose | Enter | Wait


def pattern_of(step: Step) -> PatternOrder | None:
    """What the display under test shows during a step; None for nothing in particular, or when it is switched off."""
    if isinstance(step, Wait | Choose) or (isinstance(step, Measure) and step.is_display_off):
        return None
    return step.pattern
