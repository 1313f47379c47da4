"""Readings that a person takes from a meter of any make and types in."""

from __future__ import annotations

import queue
from collections.abc import Callable
from typing import TextIO

from calibration.photometer.errors import ImpossibleReading, MeterGone
from calibration.photometer.meter import CertificateOf, MeterIdentity, certified, without_certificate
from calibration.readings.reading import Reading
from calibration.readings.typed_number import illuminance_in_lux, luminance_in_cd_m2
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock, SystemClock
from workstation.foundation.errors import BadInput

Asker = Callable[[str, CancelToken], str]
"""Asks for a number in the unit given (``cd/m²`` or ``lux``), waits for the person, returns what was typed."""


class ManualMeter:
    """A meter that only a person can read.

    Parameters
    ----------
    ask
        `TypedReadings` of a window, or `LinesTyped` of a terminal.
    includes_ambient
        True for a spot meter on a tripod; a contact meter shuts ambient light out.
    """

    def __init__(
        self,
        ask: Asker,
        *,
        includes_ambient: bool = False,
        certificate_of: CertificateOf = without_certificate,
        clock: Clock | None = None,
    ) -> None:
        self._ask = ask
        self._certificate_of = certificate_of
        self._clock = clock or SystemClock()
        self._identity = MeterIdentity("manual", "read by a person", includes_ambient=includes_ambient)

    @property
    def identity(self) -> MeterIdentity:
        """Which meter it is, as far as its certificate tells."""
        return self._identity

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        """Nothing to connect."""
        cancel.raise_if_cancelled()
        self._identity = certified(self._identity, self._certificate_of(self._identity))
        return self._identity

    def read(self, cancel: CancelToken) -> Reading:
        """Wait for a typed luminance: cd/m², or fL where that is written; the text is kept with the reading.

        Raises
        ------
        ImpossibleReading
            Decimal comma, unknown unit, negative or absurd number, text: with what to write instead.
        Cancelled
        """
        typed = self._ask("cd/m²", cancel)
        try:
            luminance = luminance_in_cd_m2(typed)
        except BadInput as error:
            raise ImpossibleReading(error.what, error.advice) from error
        return Reading(luminance * self._identity.correction_factor, self._clock.now(), raw=typed.strip())

    def read_illuminance_lux(self, cancel: CancelToken) -> float:
        """Wait for a typed illuminance.

        Raises
        ------
        ImpossibleReading
        """
        try:
            return illuminance_in_lux(self._ask("lux", cancel))
        except BadInput as error:
            raise ImpossibleReading(error.what, error.advice) from error

    def close(self) -> None:
        """Nothing to let go of."""


class TypedReadings:
    """Hands what a person types in a window to the meter that waits for it on another thread."""

    def __init__(self) -> None:
        self._typed: queue.SimpleQueue[str] = queue.SimpleQueue()

    def put(self, text: str) -> None:
        """The person has typed ``text`` and confirmed it."""
        self._typed.put(text)

    def __call__(self, unit: str, cancel: CancelToken) -> str:  # noqa: ARG002 - the window shows the unit itself
        """Wait for the next text.

        Raises
        ------
        Cancelled
        """
        while True:
            cancel.raise_if_cancelled()
            try:
                return self._typed.get(timeout=0.05)
            except queue.Empty:
                continue


class LinesTyped:
    """Asks on a terminal: the question on one stream, the answer from another, line by line."""

    def __init__(self, source: TextIO, prompt: TextIO) -> None:
        self._source = source
        self._prompt = prompt

    def __call__(self, unit: str, cancel: CancelToken) -> str:
        """Ask once.

        Raises
        ------
        MeterGone
            When the input has ended.
        """
        cancel.raise_if_cancelled()
        self._prompt.write(f"Reading in {unit}: ")
        self._prompt.flush()
        line = self._source.readline()
        if not line:
            raise MeterGone("No more readings were typed.", "Start again where you stopped; the readings are kept.")
        return line
