"""Readings taken earlier, given again as if a meter took them now: for measurements made elsewhere."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from calibration.photometer.errors import MeterCannot, MeterFault, MeterMissing
from calibration.photometer.meter import CertificateOf, MeterIdentity, certified, without_certificate
from calibration.readings.reading import Reading, Space
from calibration.readings.response_rows import Row, rows_in
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock, SystemClock


class CsvMeter:
    """Answers with the file's readings of the level that is shown, in the file's order.

    It must be told what is shown (`pattern_shown`): a reading is never given for another level than its own, none that
    is said to be of a DDL for a P-value (or the other way round), and none twice: the same number again says nothing of
    how far readings scatter.
    """

    def __init__(
        self,
        path: Path,
        *,
        includes_ambient: bool = False,
        certificate_of: CertificateOf = without_certificate,
        clock: Clock | None = None,
    ) -> None:
        self._path = path
        self._certificate_of = certificate_of
        self._clock = clock or SystemClock()
        self._identity = MeterIdentity("csv", path.name, includes_ambient=includes_ambient)
        self._rows: tuple[Row, ...] = ()
        self._given: Counter[Row] = Counter()
        self._shown: tuple[int, str, Space] | None = None

    @property
    def identity(self) -> MeterIdentity:
        """The file stands for the meter; its certificate is that of the meter that took the readings."""
        return self._identity

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        """Read the file; once more, to find rows that were added to it.

        Raises
        ------
        MeterMissing
            When there is no such file.
        BadInput
            When it is no list of readings.
        """
        cancel.raise_if_cancelled()
        if not self._path.exists():
            raise MeterMissing(f"There is no file {self._path}.", "Check its name and place.")
        self._rows = rows_in(self._path)
        self._identity = certified(self._identity, self._certificate_of(self._identity))
        return self._identity

    def pattern_shown(self, level: int, place: str, space: Space) -> None:
        """``level`` of ``space`` is shown at ``place`` from now on."""
        self._shown = (level, place, space)

    @property
    def has_more(self) -> bool:
        """Whether another reading of what is shown is in the file."""
        return bool(self._left())

    def read(self, cancel: CancelToken) -> Reading:
        """The next reading of the level that is shown.

        Raises
        ------
        MeterCannot
            When nobody said what is shown.
        MeterFault
            When the file has no (more) readings of it.
        """
        cancel.raise_if_cancelled()
        if self._shown is None:
            raise MeterCannot("A file of readings cannot answer before a level is shown.", "Use it with a check.")
        left = self._left()
        if not left:
            level, place, space = self._shown
            word = "driving level" if space is Space.DDL else "P-value"
            raise MeterFault(
                f"{self._path.name} has no further reading of {word} {level} at {place}.",
                "Add a row for it, or go on without.",
            )
        row = left[0]
        self._given[row] += 1
        luminance = row.luminance_cd_m2 * self._identity.correction_factor
        return Reading(luminance, self._clock.now(), row.u_prime, row.v_prime, row.raw)

    def _left(self) -> list[Row]:
        """Rows of what is shown that were not given yet."""
        if self._shown is None:
            return []
        level, place, space = self._shown
        fit = [row for row in self._rows if (row.level, row.place) == (level, place) and row.space in (None, space)]
        given = Counter(self._given)
        left = []
        for row in fit:
            if given[row] > 0:
                given[row] -= 1
            else:
                left.append(row)
        return left

    def read_illuminance_lux(self, cancel: CancelToken) -> float:  # noqa: ARG002 - part of the interface
        """It has none."""
        raise MeterCannot("A file of readings holds no room light.", "Enter the illuminance by hand.")

    def close(self) -> None:
        """Nothing to let go of."""
