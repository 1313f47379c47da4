"""Whether light and meter stand still, and whether a reading can be of the monitor at all.

Pure functions over readings. Jumps and levels out of order are the check's business; here is what only time and
magnitude tell: a backlight that warms up or drifts, a meter in the wrong unit, on no screen, or on a sleeping one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from calibration.readings.typed_number import CD_M2_PER_FL

LEAST_READINGS = 4
LEAST_CHANGE = 0.01
"""Relative change from the first to the last reading of a level from which it is told."""
_WHITE_CD_M2 = 20.0  # a white darker than this is no monitor that is switched on
_BLACK_CD_M2 = 20.0  # a black brighter than this is daylight or the wrong place
_SAME_UNIT = 0.06  # how near to 1/3.426 a ratio must be to suspect foot-lamberts


def keeps_moving(luminances_cd_m2: Sequence[float]) -> str:
    """What to say when the readings of one level keep rising or falling; empty while they only scatter.

    Chance orders four readings one way once in twelve times, but not by a share as great as this.
    """
    values = list(luminances_cd_m2)
    if len(values) < LEAST_READINGS or values[0] <= 0:
        return ""
    steps = [after - before for before, after in pairwise(values)]
    change = values[-1] / values[0] - 1
    if abs(change) < LEAST_CHANGE or not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return ""
    way = "rising" if change > 0 else "falling"
    course = f"({change:+.1%} over {len(values)} readings)"
    return f"the readings keep {way} {course}: the light is not steady, or the meter moves"


def drift_between(before_cd_m2: float, after_cd_m2: float, minutes: float, allowed: float = 0.02) -> str:
    """What to say when the same level was read at the start and the end of a series; empty within ``allowed``."""
    if before_cd_m2 <= 0 or abs(after_cd_m2 / before_cd_m2 - 1) <= allowed:
        return ""
    change = (after_cd_m2 / before_cd_m2 - 1) * 100
    return (
        f"The same level went from {before_cd_m2:.4g} to {after_cd_m2:.4g} cd/m² ({change:+.1f} %) "
        f"in {minutes:.0f} min: the backlight drifts or the meter moved. Let the monitor warm up and measure again."
    )


def doubt_of_end(level: int, levels: int, luminance_cd_m2: float) -> str:
    """Why a reading of the lowest or highest level cannot be of a monitor that shows it; empty when it can."""
    if level == levels - 1 and luminance_cd_m2 < _WHITE_CD_M2:
        return (
            f"White reads only {luminance_cd_m2:.4g} cd/m². Is the meter on the target, its cap off, "
            "and the pattern on this monitor?"
        )
    if level == 0 and luminance_cd_m2 > _BLACK_CD_M2:
        return (
            f"Black reads {luminance_cd_m2:.4g} cd/m². Is the meter on the target and no light under its edge, "
            "and the pattern on this monitor?"
        )
    return ""


def doubt_of_unit(luminance_cd_m2: float, expected_cd_m2: float) -> str:
    """Whether a reading looks as if it were in foot-lamberts, or converted twice; empty when not.

    Parameters
    ----------
    expected_cd_m2
        The same level at the baseline or with another meter.
    """
    if min(luminance_cd_m2, expected_cd_m2) <= 0:
        return ""
    ratio = expected_cd_m2 / luminance_cd_m2
    if abs(ratio / CD_M2_PER_FL - 1) <= _SAME_UNIT:
        return (
            f"{luminance_cd_m2:.4g} is what {expected_cd_m2:.4g} cd/m² would be in foot-lamberts. "
            "Set the meter to cd/m², or write fL behind the number."
        )
    if abs(ratio * CD_M2_PER_FL - 1) <= _SAME_UNIT:
        return (
            f"{luminance_cd_m2:.4g} is 3.43 times the expected {expected_cd_m2:.4g} cd/m². "
            "Was a reading in cd/m² taken for foot-lamberts?"
        )
    return ""
