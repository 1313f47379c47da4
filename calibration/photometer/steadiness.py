"""Whether light and meter stand still, and whether a reading can be of the monitor at all.

Pure functions over readings. Jumps and levels out of order are the check's business; here is what only time and
magnitude tell: a backlight that warms up or drifts, a meter in the wrong unit, on no screen, or on a sleeping one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from calibration.readings.reading import Reading
from calibration.readings.typed_number import CD_M2_PER_FL

STEADY_PER_MINUTE = 0.002
"""Relative change of luminance per minute below which a display counts as warm: 1 % in five minutes."""
LEAST_READINGS = 4
_WINDOW_S = 180.0
_LEAST_SPAN_S = 20.0
_WHITE_CD_M2 = 20.0  # a white darker than this is no monitor that is switched on
_BLACK_CD_M2 = 20.0  # a black brighter than this is daylight or the wrong place
_SAME_UNIT = 0.06  # how near to 1/3.426 a ratio must be to suspect foot-lamberts


@dataclass(frozen=True)
class Steadiness:
    """How the luminance of one level moves.

    Attributes
    ----------
    per_minute
        Relative change per minute (0.01 = 1 %); None while there are too few readings.
    is_steady
        Whether that is little, beyond doubt from the readings' own scatter.
    """

    per_minute: float | None
    is_steady: bool
    sentence: str


def steadiness(readings: Sequence[Reading]) -> Steadiness:
    """How steady one level is, from readings of the last three minutes: a line through log luminance against time."""
    recent = [r for r in readings if (readings[-1].at - r.at).total_seconds() <= _WINDOW_S and r.luminance_cd_m2 > 0]
    span_s = (recent[-1].at - recent[0].at).total_seconds() if recent else 0.0
    if len(recent) < LEAST_READINGS or span_s < _LEAST_SPAN_S:
        return Steadiness(None, False, "Watching how steady the light is.")
    minutes = [(r.at - recent[0].at).total_seconds() / 60 for r in recent]
    slope, error = _line(minutes, [math.log(r.luminance_cd_m2) for r in recent])
    if abs(slope) + 2 * error <= STEADY_PER_MINUTE:
        return Steadiness(slope, True, "The light is steady.")
    if abs(slope) <= 2 * error:
        return Steadiness(slope, False, "The readings scatter too much to tell whether the light is steady.")
    way = "rises" if slope > 0 else "falls"
    return Steadiness(slope, False, f"The light still {way} by {abs(slope) * 100:.1f} % a minute: let it warm up.")


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


def _line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope of the least-squares line and its standard error."""
    mean_x, mean_y = fmean(x), fmean(y)
    spread = sum((each - mean_x) ** 2 for each in x)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread
    rest = sum((b - mean_y - slope * (a - mean_x)) ** 2 for a, b in zip(x, y, strict=True))
    return slope, math.sqrt(rest / (len(x) - 2) / spread)
