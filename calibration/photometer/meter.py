"""What every luminance meter can do, in our own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Protocol, runtime_checkable

from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Reading, Space
from workstation.foundation.cancel import CancelToken

__all__ = ["Certificate", "CertificateOf", "FollowsPattern", "MeterIdentity", "Photometer", "certified"]


class Photometer(Protocol):
    """One meter. Calls block and are made off the GUI thread; each raises one of `calibration.photometer.errors`."""

    @property
    def identity(self) -> MeterIdentity:
        """Which meter it is (after `connect`)."""
        ...

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        """Find the meter and make it ready. Again after unplugging."""
        ...

    def read(self, cancel: CancelToken) -> Reading:
        """One reading of what lies under the meter."""
        ...

    def read_illuminance_lux(self, cancel: CancelToken) -> float:
        """Light on the meter's diffuser, lux. Raises MeterCannot where the meter has none."""
        ...

    def close(self) -> None:
        """Let go of the meter."""
        ...


@runtime_checkable
class FollowsPattern(Protocol):
    """A meter that must be told what is on the screen before it is read: recorded readings are found by level."""

    def pattern_shown(self, level: int, place: str, space: Space) -> None:
        """``level`` of ``space`` is shown at ``place`` from now on."""
        ...


class Certificate(Protocol):
    """What the paper that came with a meter says."""

    @property
    def serial(self) -> str:
        """Serial number of the meter; empty when nobody has told it."""
        ...

    @property
    def certificate_due(self) -> date | None:
        """Last day on which the certificate holds."""
        ...

    @property
    def correction_factor(self) -> float:
        """Multiplies every reading."""
        ...

    @property
    def certificate_uncertainty(self) -> float:
        """Relative, coverage factor 2."""
        ...


CertificateOf = Callable[[MeterIdentity], Certificate | None]
"""Finds the certificate of the meter that has told its identity."""


def certified(identity: MeterIdentity, certificate: Certificate | None) -> MeterIdentity:
    """``identity`` with what its certificate adds; a certificate of another serial number adds nothing.

    The verdict is then provisional, as with any meter without a certificate.
    """
    if certificate is None or (identity.serial and certificate.serial and identity.serial != certificate.serial):
        return identity
    return replace(
        identity,
        serial=identity.serial or certificate.serial,
        certificate_due=certificate.certificate_due,
        correction_factor=certificate.correction_factor,
        certificate_uncertainty=certificate.certificate_uncertainty,
    )


def without_certificate(_identity: MeterIdentity) -> Certificate | None:
    """`CertificateOf` where no certificate is known."""
    return None
