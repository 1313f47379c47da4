"""Konica Minolta LS-100, LS-110 and CS-100A on a serial port: 4800 baud, 7 data bits, even parity, 2 stop bits.

Lines end in CR LF. ``MDS,04`` sets the absolute mode, ``MES`` measures and answers ``OK00,`` with the luminance (and
x, y of a CS-100A); ``ERnn`` are failures. The only place that knows pyserial.
"""

from __future__ import annotations

import re
import time

import serial

from calibration.photometer.errors import (
    ImpossibleReading,
    MeterCannot,
    MeterFault,
    MeterGone,
    MeterMissing,
    MeterSilent,
)
from calibration.photometer.meter import CertificateOf, MeterIdentity, certified, without_certificate
from calibration.readings.chromaticity import uv_of_xy
from calibration.readings.reading import Reading
from calibration.readings.typed_number import CD_M2_PER_FL, luminance_in_cd_m2, plain_number, quoted
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock, SystemClock
from workstation.foundation.errors import BadInput

_POLL_S = 0.05
_LONGEST_LINE = 200
_ANSWER = re.compile(r"(OK|ER)(\d\d)(.*)", re.ASCII)
_FAILURES = {
    "ER00": ("The meter did not understand the command.", "Switch it off and on with the F key held (data mode)."),
    "ER01": ("The meter has a wrong setting.", "Check its switches: absolute mode, data output on."),
    "ER10": ("The light is outside the meter's range.", "Check the target, the close-up lens and the level shown."),
    "ER11": ("The meter's memory holds a wrong value.", "Clear its memory and try again."),
    "ER12": ("The light is outside the range that the meter can show.", "Check the target and the level shown."),
    "ER19": ("The light is outside the range that the meter can show.", "Check the target and the level shown."),
    "ER20": ("The meter's memory is broken (EEPROM).", "It needs service; use another meter."),
    "ER30": ("The meter's battery is empty.", "Change the battery; the readings taken so far are kept."),
    "OK12": ("The light is above the range that the meter can show.", "Check the target and the level shown."),
    "OK13": ("The light is below the range that the meter can show.", "Use a meter for darker levels, or type 0."),
}
_NO_COLOUR = "OK11"  # luminance is good, chromaticity out of range


class MinoltaMeter:
    """A spot luminance meter on a tripod. It sees the screen as the reader does: with reflected room light.

    Parameters
    ----------
    port
        ``/dev/ttyUSB0``, ``COM3`` ...
    is_in_foot_lamberts
        The switch in its battery compartment stands at fL: readings are converted.
    timeout_s
        Of one reading; dark levels in slow mode take a few seconds.
    """

    def __init__(
        self,
        port: str,
        *,
        is_in_foot_lamberts: bool = False,
        certificate_of: CertificateOf = without_certificate,
        clock: Clock | None = None,
        timeout_s: float = 12.0,
    ) -> None:
        self._port = port
        self._factor = CD_M2_PER_FL if is_in_foot_lamberts else 1.0
        self._certificate_of = certificate_of
        self._clock = clock or SystemClock()
        self._timeout_s = timeout_s
        self._line: serial.Serial | None = None
        self._identity = MeterIdentity("minolta", "Konica Minolta LS/CS", includes_ambient=True)

    @property
    def identity(self) -> MeterIdentity:
        """Which meter it is; whether it measures colour is known after the first reading."""
        return self._identity

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        """Open the port, forget what lies in it, set the absolute mode.

        Raises
        ------
        MeterMissing
            No such port, or it may not be used.
        MeterSilent
            Nothing answers there.
        """
        self.close()
        try:
            self._line = serial.Serial(
                self._port,
                4800,
                bytesize=serial.SEVENBITS,
                parity=serial.PARITY_EVEN,
                stopbits=serial.STOPBITS_TWO,
                timeout=_POLL_S,
                write_timeout=2.0,
            )
        except (serial.SerialException, ValueError) as error:
            raise MeterMissing(
                f"The serial port {self._port} cannot be opened.",
                "Check the cable and the port's name; on Linux you must belong to the group dialout.",
            ) from error
        self._ask("CLE", cancel, must_answer=False)
        self._ask("MDS,04", cancel)
        self._identity = certified(self._identity, self._certificate_of(self._identity))
        return self._identity

    def read(self, cancel: CancelToken) -> Reading:
        """One reading, corrected by the certificate's factor.

        Raises
        ------
        MeterFault
            What the meter reports, in words; MeterSilent, MeterGone, ImpossibleReading.
        Cancelled
        """
        answer = self._ask("MES", cancel)
        values = [part for part in re.split(r"[,\s]+", answer[4:]) if part]
        if not values or len(values) > 3:
            raise _impossible(answer)
        luminance = self._luminance(values[0], answer) * self._identity.correction_factor
        uv = self._chromaticity(values[1:], answer) if len(values) == 3 and not answer.startswith(_NO_COLOUR) else None
        u_prime, v_prime = uv or (None, None)
        return Reading(luminance, self._clock.now(), u_prime, v_prime, answer)

    def read_illuminance_lux(self, cancel: CancelToken) -> float:  # noqa: ARG002 - part of the interface
        """It has no diffuser."""
        raise MeterCannot("This meter cannot measure room light.", "Enter the illuminance from a lux meter by hand.")

    def close(self) -> None:
        """Let go of the port."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _luminance(self, text: str, answer: str) -> float:
        try:
            return luminance_in_cd_m2(repr(plain_number(text) * self._factor))
        except BadInput as error:
            raise _impossible(answer) from error

    def _chromaticity(self, values: list[str], answer: str) -> tuple[float, float] | None:
        try:
            x, y = (plain_number(value) for value in values)
        except BadInput as error:
            raise _impossible(answer) from error
        return uv_of_xy(x, y)

    def _ask(self, command: str, cancel: CancelToken, *, must_answer: bool = True) -> str:
        """Send one line and return the answer, with failures raised in words."""
        line = self._line
        if line is None:
            raise MeterGone("The meter is not connected.", "Connect it again; the readings taken so far are kept.")
        try:
            line.reset_input_buffer()
            line.write(f"{command}\r\n".encode("ascii"))
            answer = self._answer(line, cancel, self._timeout_s if must_answer else 1.0)
        # A device that vanishes surfaces as one or the other, as TypeError where the port was closed under a read.
        except (serial.SerialException, OSError, TypeError) as error:
            self.close()
            raise MeterGone(
                "The meter was unplugged or its cable is loose.",
                "Plug it in again; the readings taken so far are kept.",
            ) from error
        if must_answer:
            _raise_failure(answer, self._timeout_s, self._port)
        return answer

    def _answer(self, line: serial.Serial, cancel: CancelToken, timeout_s: float) -> str:
        """The first whole line that looks like an answer; noise before it is skipped. Empty when none came in time."""
        deadline = time.monotonic() + timeout_s
        gathered = b""
        while time.monotonic() < deadline:
            cancel.raise_if_cancelled()
            gathered += line.read(max(1, line.in_waiting))
            *whole, gathered = gathered.split(b"\n")
            for each in whole:
                text = each.decode("ascii", "replace").strip("\r\x00 ")
                if _ANSWER.fullmatch(text):
                    return str(text)
            gathered = gathered[-_LONGEST_LINE:]
        return ""


def _raise_failure(answer: str, timeout_s: float, port: str) -> None:
    if not answer:
        raise MeterSilent(
            f"The meter at {port} gave no answer within {timeout_s:g} s.",
            "Is it switched on and in data mode (switched on with the F key held), and the cable in its data socket?",
        )
    code = answer[:4]
    if code in _FAILURES:
        raise MeterFault(*_FAILURES[code])
    if code not in ("OK00", _NO_COLOUR):
        raise MeterFault(f"The meter reports {quoted(answer)}.", "Look the code up in its manual and try again.")


def _impossible(answer: str) -> ImpossibleReading:
    return ImpossibleReading(
        f"The meter answered {quoted(answer)}, which is no luminance in the absolute mode.",
        "Check its mode (absolute), its unit switch (cd/m²) and the cable, and try again.",
    )
