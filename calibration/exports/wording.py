"""Numbers, verdicts and advice as people read them: one decimal rule for each unit, the unit always beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from calibration.conformance.verdict import RuleResult, Verdict, VerdictName
from calibration.conformance.wording import limit_text, measured_text
from calibration.exports.drawing import FAIL, OK, QUIET, UNSURE, WARN, Colour
from calibration.records.record import CheckRecord

COLOURS: dict[VerdictName, Colour] = {
    VerdictName.PASS: OK,
    VerdictName.WARN: WARN,
    VerdictName.INCONCLUSIVE: UNSURE,
    VerdictName.FAIL: FAIL,
    VerdictName.NOT_MEASURED: QUIET,
    VerdictName.REPORTED: QUIET,
}
WORDS: dict[VerdictName, str] = {
    VerdictName.PASS: "PASS",
    VerdictName.WARN: "PASS WITH WARNING",
    VerdictName.INCONCLUSIVE: "INCONCLUSIVE",
    VerdictName.FAIL: "FAIL",
    VerdictName.NOT_MEASURED: "NOT JUDGED",
    VerdictName.REPORTED: "REPORTED",
}

_ADVICE = {
    "max_contrast_deviation": "Calibrate the display (make a new display LUT), then check again.",
    "luminance_max": "Raise the display's brightness; where it is at its end, the display is worn out for this role.",
    "luminance_min": "Adjust the display's black level or brightness, then calibrate and check again.",
    "luminance_ratio": "Adjust brightness and black level, darken the room, then calibrate and check again.",
    "ambient_ratio": "Darken the room or turn the screen away from lamps; then measure the ambient light again.",
    "room_illuminance": "Darken the room, then check again.",
    "luminance_drift": "Set the brightness back to its value at the baseline, or calibrate and take a new baseline.",
    "ratio_drift": "Set the brightness back to its value at the baseline, or calibrate and take a new baseline.",
    "contrast_drift": "Calibrate the display, then check again.",
    "brightness_change": "Set the brightness back to its value at the calibration, or calibrate again.",
    "warm_up_drift": "Let the display warm up longer, then check again.",
    "dead_pixels": "Have the panel replaced, or use it in a role that allows these defects.",
    "visual_failures": "Look at the answers below; clean the screen, mend what they name, then repeat the visual test.",
}
_FAMILY_ADVICE = {
    "uniformity": "Clean the screen and repeat with the meter flat on it; if it stays, the panel needs service.",
    "between": "Set the monitors of this workstation to the same brightness and white point, then calibrate them.",
    "white": "Set the display's white point (colour temperature), then calibrate and check again.",
    "colour": "Set the display's white point (colour temperature); if it stays, the panel needs service.",
    "pixel": "Use a display with the resolution that this role asks for.",
}
_REPEAT = (
    "Repeat the check with more readings, or with a meter of a better certificate: the uncertainty spans the limit."
)


def moment(at: datetime) -> str:
    """Date and time in UTC, saying so."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def day(at: datetime) -> str:
    """The date in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def use_sentence(check: CheckRecord) -> str:
    """What the verdict means for the use of the display."""
    name, role = check.verdict.name, check.role
    if not check.is_complete:
        return "The check was broken off. Its readings are kept; it decides nothing."
    if name is VerdictName.NOT_MEASURED:
        return "Nothing was measured that the policy judges; this check decides nothing."
    if name is VerdictName.INCONCLUSIVE:
        return f"This check does not show whether the display is fit for the role “{role}”."
    if check.verdict.passes:
        only = "; not for primary diagnosis" if role == "review" else ""
        return f"The display is within the limits measured for the role “{role}”{only}."
    return f"The display is outside the limits for the role “{role}” and must not be used for it."


def reasons(verdict: Verdict) -> tuple[str, ...]:
    """The rules that made the verdict what it is, each a sentence; empty for PASS."""
    wanted = (VerdictName.FAIL, VerdictName.INCONCLUSIVE, VerdictName.WARN)
    return tuple(_reason(rule) for name in wanted for rule in verdict.rules if rule.verdict is name)


def advice(check: CheckRecord) -> tuple[str, ...]:
    """What to do next, one sentence a measure, without repetition."""
    if not check.is_complete or check.verdict.name is VerdictName.NOT_MEASURED:
        return ("Take up the check again, or start a new one.",)
    found = [_advice_on(rule.metric) for rule in check.verdict.rules if rule.verdict is VerdictName.FAIL]
    found += [_REPEAT for rule in check.verdict.rules if rule.verdict is VerdictName.INCONCLUSIVE]
    if not found and check.verdict.name is VerdictName.WARN:
        found = ["Nothing at once. Plan the next calibration before the limit is reached."]
    return tuple(dict.fromkeys(found or ["Nothing until the next check is due."]))


def unconfirmed(verdict: Verdict) -> int:
    """How many limits of judged rules nobody has read in the standard itself."""
    judged = [rule for rule in verdict.rules if rule.verdict not in (VerdictName.NOT_MEASURED, VerdictName.REPORTED)]
    return sum(not rule.is_confirmed for rule in judged)


def listed(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def _reason(rule: RuleResult) -> str:
    value = "" if rule.value is None else measured_text(rule.value, rule.uncertainty, rule.unit)
    word = {
        VerdictName.FAIL: "is outside",
        VerdictName.WARN: "is near",
        VerdictName.INCONCLUSIVE: "cannot be told from",
    }
    what = f"{rule.title}: {value} {word.get(rule.verdict, 'against')} the limit {limit_text(rule)}"
    detail = rule.detail.split(";", maxsplit=1)[0] if rule.verdict is VerdictName.INCONCLUSIVE else rule.detail
    # Where the worst place is matters here; what a luminance is made of stands in the table.
    is_told = detail and not detail.startswith("the limit lies") and rule.unit not in ("cd/m²", "ratio")
    return f"{what} ({detail})." if is_told else f"{what}."


def _advice_on(metric: str) -> str:
    family = metric.split("_", maxsplit=1)[0]
    return _ADVICE.get(metric) or _FAMILY_ADVICE.get(family, "Ask the physicist who looks after the displays.")
