"""Numbers as people read them: one decimal rule for each unit, the unit always beside it, fractions in per cent."""

from __future__ import annotations

import math

from calibration.conformance.verdict import RuleResult

_DIGITS = {"%": 1, "u'v'": 4, "du'v'": 4, "lux": 0, "mm": 3, "megapixel": 2, "h": 0, "pixels": 0, "answers": 0}
_UNITLESS = ("fraction", "ratio", "")


def value_text(value: float, unit: str) -> str:
    """``5.7 %``, ``410.6 cd/m²``, ``315``: without the unit where there is none."""
    return _with_unit(number_text(value, unit), unit)


def number_text(value: float, unit: str) -> str:
    """The bare number; fractions are shown in per cent."""
    shown = value * 100 if unit == "fraction" else value
    digits = _digits(shown, unit)
    return f"{round(shown, digits) + 0.0:.{digits}f}".replace("-", "−")


def measured_text(value: float, uncertainty: float | None, unit: str) -> str:
    """``5.7 ± 1.2 %``; without ± where the uncertainty is not known."""
    number = number_text(value, unit)
    if uncertainty:
        scale = 100 if unit == "fraction" else 1
        digits = _digits(value * scale, unit)
        least = f"{uncertainty * scale:.{digits}f}"
        number += f" ± {least}" if float(least) else f" ± <{10.0**-digits:.{digits}f}"
    return _with_unit(number, unit)


def luminance_text(value: float) -> str:
    """cd/m² for tables: four significant figures, one decimal from 100 on, without the unit."""
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}" if value >= 10 else f"{value:.3f}"


def limit_text(rule: RuleResult) -> str:
    """The limit with its sign; fractions in per cent, as the value beside it."""
    if rule.unit != "fraction" or rule.limit is None:
        return rule.limit_text or "reported only"
    sign = {"at most": "≤", "below": "<", "at least": "≥", "above": ">"}.get(rule.bound)
    return f"{sign} {100 * rule.limit:g} %" if sign else rule.limit_text


def _with_unit(number: str, unit: str) -> str:
    shown = "%" if unit == "fraction" else unit
    return number if unit in _UNITLESS and unit != "fraction" else f"{number} {shown}"


def _digits(value: float, unit: str) -> int:
    """Decimals: fixed by the unit, else three significant figures (four above 100 cd/m²)."""
    if unit == "fraction":
        return 1
    if unit in _DIGITS:
        return _DIGITS[unit]
    size = math.floor(math.log10(abs(value))) if value else 0
    return max(0, min(4, (3 if unit == "cd/m²" and size >= 2 else 2) - size))
