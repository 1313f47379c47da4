"""The checks and the tests they are made of, as tables: patterns, space, places, levels, least and most readings.

The levels of the luminance response are those of AAPM: 18 levels at 15 x i of 8 bits. They are measured from black
upwards, so that no level is read in the afterglow of a brighter one; black first, and four times.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from calibration.conformance.policy import Policy
from calibration.patterns.places import CENTRE, FIVE_PLACES, NINE_PLACES
from calibration.readings.reading import Space
from workstation.foundation.errors import BadInput

LEVELS = 256
LEVELS_18 = tuple(range(0, 256, 15))
LEVELS_52 = tuple(range(0, 256, 5))
LEVELS_256 = tuple(range(256))
# fmt: off
LEVELS_32 = (
    0, 8, 16, 25, 33, 41, 49, 58, 66, 74, 82, 90, 99, 107, 115, 123,
    132, 140, 148, 156, 165, 173, 181, 189, 197, 206, 214, 222, 230, 239, 247, 255,
)
# fmt: on
"""PS3.14 annex C (informative), section D.2.4."""
LEVEL_10_PER_CENT, LEVEL_80_PER_CENT = 26, 204


class Kind(Enum):
    """How a test is carried out; `check_plan` knows the steps of each."""

    LEVELS = "levels at one place"
    PLACES = "levels at several places"
    AMBIENT = "light reflected by the screen"
    ROOM_LIGHT = "light in the room"
    WARM_UP_ASKED = "whether it is warm"
    WARM_UP = "until the white holds"
    QUESTIONS = "questions on patterns"
    DEFECTS = "counted pixels"
    CLEAN = "a clean screen"
    DRIFT = "what the panel says itself"
    CALIBRATION = "from the bare response to a display LUT"


@dataclass(frozen=True)
class Test:
    """One test.

    Attributes
    ----------
    space, pattern, levels, places
        What is shown and where the meter is held; empty for tests without a meter.
    least_readings, most_readings
        A level, before the stopping rule may stop and when it must.
    metrics
        What comes out of it (names of `calibration.conformance.metric_table`).
    only_if_ruled
        Left out where the policy has no rule on any of ``metrics`` for the role.
    """

    name: str
    title: str
    kind: Kind
    metrics: tuple[str, ...] = ()
    space: Space = Space.P_VALUE
    pattern: str = ""
    levels: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    least_readings: int = 1
    most_readings: int = 5
    only_if_ruled: bool = False

    @property
    def needs_meter(self) -> bool:
        """Whether there is no way to do it by eye."""
        return self.kind in (Kind.LEVELS, Kind.PLACES, Kind.WARM_UP, Kind.CALIBRATION)


@dataclass(frozen=True)
class Check:
    """One check: what a person starts, and what the schedule asks for. ``tests`` in the order of doing."""

    name: str
    title: str
    about: str
    tests: tuple[str, ...]


_RESPONSE = (
    "max_contrast_deviation",
    "luminance_min",
    "luminance_max",
    "luminance_ratio",
    "jnd_fit_slope",
    "jnd_lum",
)
_UNIFORMITY = ("uniformity_mld", "uniformity_ludm", "uniformity_corner", "colour_uniformity")
_TWO_GREYS = (LEVEL_10_PER_CENT, LEVEL_80_PER_CENT)


def _ln(name: str, title: str, levels: tuple[int, ...], space: Space, *, most: int = 5) -> Test:
    return Test(name, title, Kind.LEVELS, _RESPONSE, space, "ln", levels, (CENTRE,), most_readings=most)


_TESTS = (
    Test("clean-screen", "Clean screen", Kind.CLEAN),
    Test("warm-up-asked", "Warm-up", Kind.WARM_UP_ASKED),
    Test("warm-up", "Warm-up drift", Kind.WARM_UP, ("warm_up_drift",), Space.P_VALUE, "white", (255,), (CENTRE,), 1, 1),
    Test("room-light", "Room light", Kind.ROOM_LIGHT, ("room_illuminance",)),
    Test("ambient", "Reflected light", Kind.AMBIENT, ("ambient_ratio",), Space.DDL, "black", (0,), (CENTRE,), 2, 5),
    _ln("luminance-18", "Luminance response, 18 levels", LEVELS_18, Space.P_VALUE),
    _ln("luminance-32", "Luminance response, 32 levels of annex C", LEVELS_32, Space.P_VALUE),
    _ln("luminance-256", "Luminance response, every level", LEVELS_256, Space.P_VALUE, most=1),
    _ln("response-18", "Bare display, 18 driving levels", LEVELS_18, Space.DDL),
    _ln("response-52", "Bare display, 52 driving levels", LEVELS_52, Space.DDL, most=3),
    _ln("response-256", "Bare display, every driving level", LEVELS_256, Space.DDL, most=1),
    Test(
        "uniformity-5", "Uniformity, 5 places", Kind.PLACES, _UNIFORMITY, Space.P_VALUE, "uln", _TWO_GREYS, FIVE_PLACES
    ),
    Test(
        "uniformity-9", "Uniformity, 9 places", Kind.PLACES, _UNIFORMITY, Space.P_VALUE, "uln", _TWO_GREYS, NINE_PLACES
    ),
    Test(
        "white-point",
        "White point",
        Kind.LEVELS,
        ("white_point_distance",),
        Space.P_VALUE,
        "ln",
        (LEVEL_80_PER_CENT, 255),
        (CENTRE,),
        2,
        only_if_ruled=True,
    ),
    Test(
        "between",
        "Match with the other displays",
        Kind.LEVELS,
        ("between_luminance", "between_colour"),
        Space.P_VALUE,
        "ln",
        (255,),
        (CENTRE,),
        2,
        only_if_ruled=True,
    ),
    Test("pixel-defects", "Pixel defects", Kind.DEFECTS, ("dead_pixels",)),
    Test("artefacts", "Viewing artefacts", Kind.QUESTIONS, ("visual_failures",)),
    Test("visual", "Visual patterns", Kind.QUESTIONS, ("visual_failures",)),
    Test("visual-daily", "Daily pattern", Kind.QUESTIONS, ("visual_failures",)),
    Test("drift", "Panel settings", Kind.DRIFT, ("brightness_change",)),
    Test("calibration", "Display LUT", Kind.CALIBRATION, _RESPONSE, Space.DDL, "ln", LEVELS_18, (CENTRE,)),
)
TESTS = {test.name: test for test in _TESTS}

_WITH_METER = ("clean-screen", "warm-up-asked", "room-light", "ambient", "luminance-18")
_ALL = (
    *_WITH_METER,
    "uniformity-9",
    "white-point",
    "between",
    "pixel-defects",
    "artefacts",
    "visual",
    "drift",
)
_CHECKS = (
    Check("daily", "Daily check", "One look by the reader, under a minute, no meter.", ("visual-daily", "drift")),
    Check("weekly-visual", "Weekly visual check", "Patterns judged by eye, no meter.", ("clean-screen", "visual")),
    Check(
        "monthly",
        "Monthly check",
        "18 grey levels and five places with a meter, under five minutes.",
        (*_WITH_METER, "uniformity-5", "drift"),
    ),
    Check(
        "quarterly",
        "Quarterly check",
        "As monthly, with the match of the displays and the patterns.",
        (*_WITH_METER, "uniformity-5", "white-point", "between", "visual", "drift"),
    ),
    Check(
        "half-yearly",
        "Half-yearly check",
        "As quarterly; the interval of DIN 6868-157.",
        (*_WITH_METER, "uniformity-5", "white-point", "between", "visual", "drift"),
    ),
    Check("annual", "Annual check", "Everything, by or for the physicist.", _ALL),
    Check("acceptance", "Acceptance", "Everything, before first use; later checks compare with it.", _ALL),
    Check(
        "calibration",
        "Calibration",
        "Measures the bare display, makes its display LUT and verifies it; under ten minutes.",
        ("clean-screen", "warm-up-asked", "room-light", "ambient", "calibration"),
    ),
)
CHECKS = {check.name: check for check in _CHECKS}
_HELPERS = ("clean-screen", "warm-up-asked", "visual-daily", "calibration")
SINGLE_TESTS = tuple(name for name in TESTS if name not in _HELPERS)
"""What may be asked for by name besides the checks."""


def check_named(name: str) -> Check:
    """The check of that name, or a check of that one test.

    Raises
    ------
    BadInput
        When there is neither, naming what there is.
    """
    if name in CHECKS:
        return CHECKS[name]
    if name in SINGLE_TESTS:
        return Check(name, TESTS[name].title, "A single test.", (name,))
    raise BadInput(f"There is no test “{name}”.", f"Known: {', '.join((*CHECKS, *SINGLE_TESTS))}.")


def title_of(name: str) -> str:
    """Title of a check or single test; the name itself where this version does not know it."""
    if name in CHECKS:
        return CHECKS[name].title
    return TESTS[name].title if name in TESTS else name or "A check"


def tests_of(check: Check, policy: Policy, role: str) -> tuple[Test, ...]:
    """The tests of a check, without those that the policy has no rule for and that are only made for a rule."""
    ruled = {rule.metric for rule in policy.rules if role in rule.roles}
    tests = (TESTS[name] for name in check.tests)
    alone = len(check.tests) == 1
    return tuple(test for test in tests if alone or not test.only_if_ruled or ruled.intersection(test.metrics))
