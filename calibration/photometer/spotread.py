"""Every colorimeter that Argyll knows, through its program `spotread`: one run of the program a reading."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from calibration.photometer.errors import ImpossibleReading, MeterFault, MeterGone, MeterMissing, MeterSilent
from calibration.photometer.meter import CertificateOf, MeterIdentity, certified, without_certificate
from calibration.photometer.process_group import Said, listen_to
from calibration.photometer.spotread_output import (
    failure_in,
    has_illuminance,
    illuminance_in,
    is_decisive,
    model_and_serial,
    result_in,
)
from calibration.readings.reading import Reading
from calibration.readings.typed_number import quoted
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock, SystemClock
from workstation.foundation.errors import UserFacingError

_USB = Path("/dev/bus/usb")
_USELESS_WAIT_S = 8.0
"""Without USB devices Argyll 2.3.1 opens every serial port and reads one for ever; waiting longer helps nobody."""


@dataclass(frozen=True)
class SpotreadOptions:
    """How spotread is called.

    Attributes
    ----------
    port
        Place in spotread's own list of meters, from 1.
    display_type
        Letter for ``-y``: ``l`` is an LCD for every meter; others are in the meter's own list (``spotread -?``).
    correction_file
        ``.ccss`` or ``.ccmx`` file for ``-X``: makes a colorimeter right for a monitor's backlight.
    timeout_s
        Of one reading. Dark levels take some meters many seconds.
    """

    port: int = 1
    display_type: str = "l"
    correction_file: str = ""
    timeout_s: float = 30.0


class SpotreadMeter:
    """A colorimeter or spectrometer behind Argyll's spotread.

    Parameters
    ----------
    environment
        Of the program; the one of this process when None. Decimal points and line-wise talking are set on top.
    """

    def __init__(
        self,
        options: SpotreadOptions | None = None,
        *,
        certificate_of: CertificateOf = without_certificate,
        clock: Clock | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._options = options or SpotreadOptions()
        self._certificate_of = certificate_of
        self._clock = clock or SystemClock()
        self._environment = environment
        self._identity = MeterIdentity("spotread", measures_colour=True)
        self._is_connected = False

    @property
    def identity(self) -> MeterIdentity:
        """Which meter it is (after `connect`)."""
        return self._identity

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        """Take one reading to see that the meter works; learn its model and serial number.

        Raises
        ------
        MeterMissing, MeterFault
        """
        self._is_connected = False
        said = self._run(("-e", "-x"), cancel, is_decisive)
        if result_in(said.text) is None:
            raise self._fault(said)
        model, serial = model_and_serial(said.text)
        told = MeterIdentity("spotread", model, serial, measures_colour=True)
        self._identity = certified(told, self._certificate_of(told))
        self._is_connected = True
        return self._identity

    def read(self, cancel: CancelToken) -> Reading:
        """One reading, corrected by the certificate's factor.

        Raises
        ------
        MeterFault, MeterMissing
            MeterGone when it worked before and is not there any more; ImpossibleReading for what no light can be.
        Cancelled
        """
        said = self._run(("-e", "-x"), cancel, is_decisive)
        result = result_in(said.text)
        if result is None:
            raise self._fault(said)
        self._require_same_meter(said.text)
        luminance = result.luminance_cd_m2 * self._identity.correction_factor
        return Reading(luminance, self._clock.now(), result.u_prime, result.v_prime, result.line)

    def read_illuminance_lux(self, cancel: CancelToken) -> float:
        """Room light through the meter's diffuser, lux.

        Raises
        ------
        MeterCannot
            When the meter has no diffuser.
        """
        said = self._run(("-a", "-x"), cancel, has_illuminance)
        lux = illuminance_in(said.text)
        if lux is None:
            raise self._fault(said)
        return lux

    def close(self) -> None:
        """Nothing runs between two readings."""

    def _run(self, mode: tuple[str, ...], cancel: CancelToken, is_enough: Callable[[str], bool]) -> Said:
        cancel.raise_if_cancelled()
        environment = dict(os.environ if self._environment is None else self._environment)
        # Decimal points whatever the language; questions and answers line by line.
        environment |= {"LC_ALL": "C", "ARGYLL_NOT_INTERACTIVE": "1"}
        program = shutil.which("spotread", path=environment.get("PATH"))
        if program is None:
            raise MeterMissing(
                "The program spotread is not on this computer.",
                "Install Argyll CMS (Debian and Ubuntu: the package argyll), or type the readings by hand.",
            )
        timeout_s = self._options.timeout_s
        if not self._is_connected and _has_no_usb():
            timeout_s = min(timeout_s, _USELESS_WAIT_S)
        try:
            return listen_to((program, *self._arguments(mode)), environment, timeout_s, cancel, is_enough)
        except OSError as error:
            raise MeterMissing(
                f"The program {program} could not be started: {error.strerror}.", "Install Argyll CMS again."
            ) from error

    def _arguments(self, mode: tuple[str, ...]) -> tuple[str, ...]:
        options = self._options
        correction = ("-X", options.correction_file) if options.correction_file else ()
        return ("-v", *mode, "-O", "-c", str(options.port), "-y", options.display_type, *correction)

    def _fault(self, said: Said) -> UserFacingError:
        """Why there is no reading."""
        if said.timed_out:
            return self._silence(said)
        failure = failure_in(said.text)
        if isinstance(failure, MeterMissing) and self._is_connected:
            return MeterGone(
                "The meter is not there any more: it was unplugged or went to sleep.",
                "Plug it in again; the readings taken so far are kept.",
            )
        if failure is not None:
            return failure
        last = next((line for line in reversed(said.text.splitlines()) if line.strip()), "")
        if said.exit_code == 0 or said.exit_code is None:
            told = (
                f"spotread gave no reading; its last line is {quoted(last, 80)}." if last else "spotread said nothing."
            )
            return ImpossibleReading(told, "Try again; if it stays so, unplug the meter and plug it in again.")
        told = f" and said {quoted(last, 80)}" if last else " and said nothing"
        return MeterFault(
            f"spotread ended with code {said.exit_code}{told}.", "Unplug the meter, plug it in again, and try again."
        )

    def _silence(self, said: Said) -> UserFacingError:
        if not self._is_connected and not said.text.strip() and _has_no_usb():
            return MeterMissing(
                "spotread found no USB on this computer and kept waiting for an answer from a serial port.",
                "Plug the meter into a USB port. A virtual machine or container must be given the USB devices "
                "(/dev/bus/usb). Without a meter, type the readings by hand.",
            )
        return MeterSilent(
            f"The meter gave no answer within {self._options.timeout_s:g} s.",
            "Unplug it, plug it in again, and try again; the readings taken so far are kept.",
        )

    def _require_same_meter(self, text: str) -> None:
        _, serial = model_and_serial(text)
        known = self._identity.serial
        if self._is_connected and serial and known and serial != known:
            raise MeterFault(
                f"Another meter answers: serial number {serial}, not {known} as at the start.",
                "Plug the first meter in again, or start anew with this one.",
            )


def _has_no_usb() -> bool:
    return sys.platform == "linux" and not _USB.exists()
