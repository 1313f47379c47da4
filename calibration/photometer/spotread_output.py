"""What Argyll's spotread prints, read into numbers or into a sentence that a person can act on.

Formats seen in 2.3.1 and 3.2: ``Result is XYZ: %f %f %f, Yxy: %f %f %f`` (``Yuv:`` with -u, ``D50 Lab:`` without -x),
``Result is Y: %f, L*: %f`` (ambient meters without colour), ``Ambient = %.1f Lux``, failures in plain English.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from calibration.photometer.errors import (
    ImpossibleReading,
    MeterCannot,
    MeterFault,
    MeterGone,
    MeterMissing,
)
from calibration.readings.chromaticity import uv_of_xyz
from calibration.readings.typed_number import plain_number, possible_luminance, quoted
from workstation.foundation.errors import BadInput, UserFacingError

_RESULT = re.compile(r"^ ?Result is XYZ: (.*)\n", re.MULTILINE)
_LUX = re.compile(r"^ ?Ambient = (\S+) Lux(?:,.*)?\n", re.MULTILINE)
_TYPE = re.compile(r"^Instrument Type: +(.+)$", re.MULTILINE)
_SERIAL = re.compile(r"^Serial Number: +(.+)$", re.MULTILINE)
_RETRY = "Try again."


@dataclass(frozen=True)
class SpotResult:
    """One reading of spotread; ``line`` is what it printed."""

    luminance_cd_m2: float
    u_prime: float | None
    v_prime: float | None
    line: str


@dataclass(frozen=True)
class _Failure:
    says: str
    kind: type[UserFacingError]
    what: str
    advice: str


# In the order of looking: what is more exact comes first. {0} is the group of the pattern, if it has one.
_FAILURES = (
    _Failure(
        r"No instrument at port (\d+)",
        MeterMissing,
        "No meter is plugged in at place {0} of spotread's list.",
        "Plug the meter in, wait a few seconds, and try again.",
    ),
    _Failure(
        r"(?:Device being used|LIBUSB_ERROR_BUSY|Device or resource busy)",
        MeterFault,
        "Another program is using the meter.",
        "Close it (a maker's calibration program or its service in the background), and try again.",
    ),
    _Failure(
        r"(?:Permission denied|LIBUSB_ERROR_ACCESS)",
        MeterMissing,
        "This computer does not let you use the meter.",
        "Ask whoever looks after the computer for access to the meter (Argyll's udev rules), then plug it in again.",
    ),
    _Failure(
        r"Spot read failed due to the sensor being in the wrong position",
        MeterFault,
        "The meter's sensor is in the wrong position.",
        "Turn its diffuser or dial to the screen position, and try again.",
    ),
    _Failure(
        r"Spot read failed due to misread(?: \((.+)\))?",
        MeterFault,
        "The meter misread.",
        "Lay it flat on the target, keep it still, and try again.",
    ),
    _Failure(
        r"Spot read failed due to communication problem",
        MeterGone,
        "The meter stopped answering: it was unplugged or its cable is loose.",
        "Plug it in again; the readings taken so far are kept.",
    ),
    _Failure(r"Spot read failed due to ([^\n]+)", MeterFault, "The meter could not read: {0}.", _RETRY),
    _Failure(
        r"(?:needs? (?:a )?calibration|abort or error from calibrat)",
        MeterFault,
        "The meter wants to be calibrated on its own tile first.",
        "Run spotread once in a terminal, do what it asks, then try again.",
    ),
    _Failure(
        r"Failed to initialise communications",
        MeterGone,
        "The meter does not answer.",
        "Unplug it, plug it in again, and try again.",
    ),
    _Failure(
        r"Instrument initialisation failed(?: with '(.*?)')?",
        MeterFault,
        "The meter could not be started ({0}).",
        "Unplug it, wait a few seconds, plug it in again, and try again.",
    ),
    _Failure(
        r"Requested ambient light capability",
        MeterCannot,
        "This meter cannot measure room light.",
        "Enter the illuminance from a lux meter by hand.",
    ),
    _Failure(
        r"Need emissive spot capability",
        MeterCannot,
        "This meter cannot measure a screen.",
        "Use a colorimeter or luminance meter made for displays.",
    ),
    _Failure(
        r"Got fatal error '(.*?)'",
        MeterFault,
        "The meter failed ({0}).",
        "Unplug it, plug it in again, and try again.",
    ),
    _Failure(
        r"(?:^|\n)usage: spotread",
        MeterMissing,
        "This spotread does not know the options it was called with.",
        "Install Argyll 2 or newer, and check the meter's port and display type.",
    ),
)


def is_decisive(text: str) -> bool:
    """Whether spotread has said all that is needed: a result, or a failure after which it would ask or try for ever."""
    return bool(_RESULT.search(text)) or failure_in(text) is not None


def has_illuminance(text: str) -> bool:
    """Whether a line about room light has been printed, or a failure."""
    return bool(_LUX.search(text)) or failure_in(text) is not None


def model_and_serial(text: str) -> tuple[str, str]:
    """Instrument type and serial number as printed with -v; empty where it does not tell them."""
    found = [match[1].strip() if match else "" for match in (_TYPE.search(text), _SERIAL.search(text))]
    return found[0], found[1]


def result_in(text: str) -> SpotResult | None:
    """The reading in ``text``; None when there is none.

    Raises
    ------
    ImpossibleReading
        When what stands there cannot be a luminance.
    """
    match = _RESULT.search(text)
    if match is None:
        return None
    line = match[0].strip()
    xyz, _, other = match[1].partition(", ")
    tristimulus = [_number(part, line) for part in xyz.split()]
    if len(tristimulus) != 3:
        raise _impossible(line)
    try:
        luminance = possible_luminance(tristimulus[1])
    except BadInput as error:
        raise ImpossibleReading(f"The meter gave an impossible reading: {error.what}", error.advice) from error
    _require_same_luminance(luminance, other, line)
    u_prime, v_prime = uv_of_xyz(*tristimulus) or (None, None)
    return SpotResult(luminance, u_prime, v_prime, line)


def illuminance_in(text: str) -> float | None:
    """Lux of the line about room light; None when there is none.

    Raises
    ------
    ImpossibleReading
        When the number is negative or none.
    """
    match = _LUX.search(text)
    if match is None:
        return None
    lux = _number(match[1], match[0].strip())
    if lux < 0:
        raise _impossible(match[0].strip())
    return lux


def failure_in(text: str) -> UserFacingError | None:
    """The failure that spotread reports, as one of ours."""
    for failure in _FAILURES:
        match = re.search(failure.says, text)
        if match:
            told = next((group for group in match.groups() if group), "no reason given")
            return failure.kind(failure.what.format(told.strip()), failure.advice)
    return None


def _number(text: str, line: str) -> float:
    try:
        number = plain_number(text.strip().rstrip(","))
    except BadInput as error:
        raise _impossible(line) from error
    if not math.isfinite(number):
        raise _impossible(line)
    return number


def _require_same_luminance(luminance: float, other: str, line: str) -> None:
    """Y stands twice in a result, in XYZ and in Yxy or Yuv: two different ones are a meter (or program) that lies."""
    match = re.match(r"Y(?:xy|uv): (\S+)", other)
    if match and abs(_number(match[1], line) - luminance) > 0.01 * luminance + 1e-5:
        raise _impossible(line)


def _impossible(line: str) -> ImpossibleReading:
    return ImpossibleReading(
        f"spotread printed something that is no reading: {quoted(line, 80)}.",
        "Try again; if it stays, restart the meter.",
    )
