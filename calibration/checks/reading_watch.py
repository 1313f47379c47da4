"""Looks at each reading as it comes: does it belong to its level, and does its level fit the levels around it?

A reading that does not is asked for again, twice at most; then it is kept and noted, because displays can really be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from calibration.checks.run_order import Taken
from calibration.checks.step_results import StepResult, again
from calibration.checks.steps import Measure
from calibration.conformance.stopping import JUMP_FLOOR_CD_M2, is_jump, needs_another
from calibration.photometer.steadiness import doubt_of_end, doubt_of_unit, keeps_moving
from calibration.readings.reading import Reading

MOST_RETRIES = 2
FALL = 0.03
"""Share by which a higher level may read below a lower one before the spot or the pattern is doubted."""
SAME = 0.003
"""Share within which a reading counts as unchanged though the level changed."""
FAR_LEVELS = 10
"""Levels (of 256) that must show a change on any display that works."""


def watched(
    step: Measure,
    so_far: StepResult,
    reading: Reading,
    neighbours: Mapping[int, float],
    white_cd_m2: float | None = None,
) -> tuple[StepResult, Taken]:
    """What becomes of a reading.

    Parameters
    ----------
    neighbours
        Mean luminance (cd/m²) of the levels of the same series and place measured before, by level.
    white_cd_m2
        What the display is set to, where that is registered: a reading in another unit shows by it.
    """
    fault = _fault(step, so_far, reading, neighbours) or _unit_fault(step, so_far, reading, white_cd_m2)
    if fault and so_far.retries < MOST_RETRIES:
        tried = replace(so_far, readings=(*so_far.readings, reading), retries=so_far.retries + 1)
        return again(tried, fault), Taken(accepted=False, wants_more=True, warning=_advice(fault))
    kept = replace(so_far, readings=(*so_far.readings, reading))
    if fault:
        kept = replace(kept, notes=(*kept.notes, f"{step.title}: {fault}, after {MOST_RETRIES} repeats; kept as read"))
    if _wants_more(step, kept):
        return kept, Taken(accepted=True, wants_more=True, warning=_advice(fault) if fault else "")
    moving = keeps_moving([each.luminance_cd_m2 for each in kept.readings])
    if moving:
        kept = replace(kept, notes=(*kept.notes, f"{step.title}: {moving}"))
    warning = _advice(fault) if fault else f"{moving[:1].upper()}{moving[1:]}." if moving else ""
    return kept, Taken(accepted=True, wants_more=False, warning=warning)


def _wants_more(step: Measure, kept: StepResult) -> bool:
    values = [reading.luminance_cd_m2 for reading in kept.readings]
    if len(values) < step.least_readings:
        return True
    return needs_another(values, step.most_readings)


def _fault(step: Measure, so_far: StepResult, reading: Reading, neighbours: Mapping[int, float]) -> str:
    """What is wrong with the reading, in words; empty when nothing is."""
    value = reading.luminance_cd_m2
    if is_jump(value, [earlier.luminance_cd_m2 for earlier in so_far.readings]):
        return f"the reading jumped from {so_far.mean_cd_m2:.4g} to {value:.4g} cd/m²"
    if so_far.readings or step.is_display_off:
        return ""
    level = step.pattern.level
    doubt = doubt_of_end(level, step.pattern.levels, value) if step.pattern.name == "ln" else ""
    if doubt:
        return doubt
    lower = max((each for each in neighbours if each < level), default=None)
    higher = min((each for each in neighbours if each > level), default=None)
    if lower is not None and _is_below(value, neighbours[lower]):
        return f"{value:.4g} cd/m² is less than the {neighbours[lower]:.4g} of the lower level {lower}"
    if higher is not None and _is_below(neighbours[higher], value):
        return f"{value:.4g} cd/m² is more than the {neighbours[higher]:.4g} of the higher level {higher}"
    same = next(
        (each for each in (lower, higher) if each is not None and _is_unchanged(step, each, value, neighbours)), None
    )
    return f"nothing changed from level {same}" if same is not None else ""


def _unit_fault(step: Measure, so_far: StepResult, reading: Reading, white_cd_m2: float | None) -> str:
    is_white = step.pattern.name == "ln" and step.pattern.level == step.pattern.levels - 1
    if so_far.readings or not is_white or white_cd_m2 is None:
        return ""
    return doubt_of_unit(reading.luminance_cd_m2, white_cd_m2).rstrip(".")


def _is_below(value: float, other: float) -> bool:
    return value < other * (1 - FALL) and other - value > JUMP_FLOOR_CD_M2


def _is_unchanged(step: Measure, other: int, value: float, neighbours: Mapping[int, float]) -> bool:
    order = step.pattern
    is_far = abs(order.level - other) * 256 / order.levels >= FAR_LEVELS
    return is_far and abs(value - neighbours[other]) <= SAME * neighbours[other]


def _advice(fault: str) -> str:
    words = fault[0].upper() + fault[1:]
    if "foot-lamberts" in words:
        return f"{words.rstrip('?')}."
    if words.endswith("?"):
        return words
    return f"{words}. Is the meter still on the marked place, and the pattern on this display?"
