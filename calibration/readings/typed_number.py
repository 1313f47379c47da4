"""Numbers that people and their spreadsheets write: refused with the right spelling where they are not plain."""

from __future__ import annotations

import math
import re

from workstation.foundation.errors import BadInput

CD_M2_PER_FL = 3.4262591
"""1 foot-lambert = 1/π candela per square foot, in cd/m²."""
MOST_CD_M2 = 20_000.0
"""No monitor comes near: PS3.14 ends at 4000 cd/m²."""

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WITH_COMMA = re.compile(
    r"[+-]?(?:\d*[.,]\d*|\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d+)?)", re.ASCII
)  # a decimal comma, or thousands set apart
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d{1,3})?)\s*((?![eE][+-]?\d)[^\d\s.,].*)", re.ASCII)
_CANDELA = {"cdm2", "cdperm2", "cdm^2", "nit", "nits", "nt"}
_FOOT_LAMBERT = {"fl", "ftl", "ftlambert", "ftlamberts", "footlambert", "footlamberts"}
_LUX = {"lux", "lx"}


def quoted(text: str, most: int = 40) -> str:
    """``text`` as it may stand in a sentence: printable and short."""
    shown = "".join(c if c.isprintable() else "?" for c in text.strip())
    return f"“{shown[:most]}…”" if len(shown) > most else f"“{shown}”"


def plain_number(text: str) -> float:
    """A finite number with a decimal point.

    Raises
    ------
    BadInput
        With the spelling that would do, where it can be told: ``1,25`` → ``1.25``.
    """
    bare = text.strip()
    if not bare:
        raise BadInput("A number is missing.", "Write it with a decimal point, for example 0.35.")
    if _PLAIN.fullmatch(bare):
        number = float(bare)
        if math.isfinite(number):
            return number
    elif _WITH_COMMA.fullmatch(bare) and any(c.isdigit() for c in bare):
        whole = f", or {bare.replace(',', '')} if that is meant" if _EITHER.fullmatch(bare) else ""
        raise BadInput(f"{quoted(bare)} is not written with a decimal point.", f"Write {with_point(bare)}{whole}.")
    raise BadInput(f"{quoted(bare)} is no number.", "Write digits with a decimal point, for example 0.35.")


def with_point(text: str) -> str:
    """The most likely number behind ``1,25``, ``1.234,5``, ``1,234.5`` or ``1 234,5``, with a decimal point."""
    digits = re.sub(r"[' \u00a0\u202f]", "", text.strip())
    last = max(digits.rfind(","), digits.rfind("."))
    if last < 0 or (digits.count(",") + digits.count(".") > 1 and digits.count(digits[last]) > 1):
        return digits.replace(",", "").replace(".", "")
    return f"{re.sub('[.,]', '', digits[:last]) or '0'}.{digits[last + 1 :]}"


def luminance_in_cd_m2(text: str) -> float:
    """A luminance as a person types it: cd/m², nit, or foot-lamberts where these are named.

    Returns
    -------
    float
        cd/m², 0 to 20,000.

    Raises
    ------
    BadInput
        Decimal commas, other units, negative and impossible numbers, text.
    """
    match = _WITH_UNIT.fullmatch(text.strip())
    number = plain_number(match[1] if match else text)
    return possible_luminance(number * (_factor_of(match[2]) if match else 1.0))


def illuminance_in_lux(text: str) -> float:
    """An illuminance as a person types it, in lux, 0 to 200,000 (full sun: 100,000).

    Raises
    ------
    BadInput
        As `luminance_in_cd_m2`.
    """
    match = _WITH_UNIT.fullmatch(text.strip())
    if match and match[2].strip().lower() not in _LUX:
        raise BadInput(f"{quoted(text)} is not in lux.", "Write the illuminance in lux.")
    number = plain_number(match[1] if match else text)
    if not 0 <= number <= 200_000:
        raise BadInput(f"{number:g} lux cannot be.", "Read the meter again; 0 to 200000 lux can be entered.")
    return number


def possible_luminance(number: float) -> float:
    """``number`` when it can be the luminance of a monitor in cd/m².

    Raises
    ------
    BadInput
        When it is negative, no number, or beyond 20,000 cd/m².
    """
    if not math.isfinite(number):
        raise BadInput("The reading is no number.", "Read the meter again.")
    if number < 0:
        raise BadInput(f"{number:g} cd/m² is negative; light cannot be.", "Read the meter again, or zero it first.")
    if number > MOST_CD_M2:
        raise BadInput(
            f"{number:g} cd/m² is more than any monitor gives.", "Check the decimal point and the unit (cd/m²)."
        )
    return number


def _factor_of(unit: str) -> float:
    plain = re.sub(r"[\s/·.\-]", "", unit.lower()).replace("²", "2")
    if plain in _CANDELA:
        return 1.0
    if plain in _FOOT_LAMBERT:
        return CD_M2_PER_FL
    if plain in _LUX:
        raise BadInput(f"{quoted(unit)} is a unit of illuminance.", "Write the luminance in cd/m².")
    raise BadInput(f"The unit {quoted(unit)} is not known here.", "Write cd/m² (or fL, which is converted).")
