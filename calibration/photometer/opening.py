"""Meters by description: ``spotread[:PORT]``, ``minolta:PORT``, ``manual``, ``csv:FILE``, with options after commas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calibration.photometer.csv_meter import CsvMeter
from calibration.photometer.manual import Asker, ManualMeter
from calibration.photometer.meter import Certificate, CertificateOf, MeterIdentity, Photometer
from calibration.photometer.meter_book import MeterBook
from calibration.photometer.spotread import SpotreadMeter, SpotreadOptions
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

ADVICE = "Meters are spotread[:PORT], minolta:PORT, manual and csv:FILE."
_OPTIONS = {
    "spotread": {"type", "correction"},
    "minolta": {"unit"},
    "manual": {"ambient"},
    "csv": {"ambient"},
}


@dataclass(frozen=True)
class MeterDescription:
    """A description taken apart."""

    kind: str
    argument: str
    options: Mapping[str, str]


def open_meter(
    description: str,
    *,
    certificate: Certificate | None = None,
    book: MeterBook | None = None,
    ask: Asker | None = None,
    clock: Clock | None = None,
) -> Photometer:
    """The meter of ``description``, not yet connected.

    Parameters
    ----------
    description
        ``spotread:2,type=e,correction=/path/to/monitor.ccss``; ``minolta:/dev/ttyUSB0,unit=fL``;
        ``manual,ambient=yes`` (a spot meter that also sees room light); ``csv:readings.csv``.
    certificate
        Of this meter; where it belongs to another serial number it does not count.
    book
        Where certificates are looked up otherwise, once the meter has told its serial number.
    ask
        How a person is asked for readings; needed for ``manual``.

    Raises
    ------
    BadInput
        When the description is not one of these.
    """
    parts = parse_description(description)
    certificate_of = _certificate_of(certificate, book or MeterBook())
    options = parts.options
    if parts.kind == "spotread":
        spot = SpotreadOptions(_port(parts.argument), options.get("type", "l"), _correction(options))
        return SpotreadMeter(spot, certificate_of=certificate_of, clock=clock)
    if parts.kind == "minolta":
        from calibration.photometer.minolta import MinoltaMeter

        in_fl = _choice(options, "unit", {"cd/m2": False, "fl": True})
        return MinoltaMeter(parts.argument, is_in_foot_lamberts=in_fl, certificate_of=certificate_of, clock=clock)
    ambient = _choice(options, "ambient", {"no": False, "yes": True})
    if parts.kind == "csv":
        path = Path(parts.argument).expanduser()
        return CsvMeter(path, includes_ambient=ambient, certificate_of=certificate_of, clock=clock)
    if ask is None:
        raise BadInput("There is nobody to ask for readings here.", "Use another meter, or the window.")
    return ManualMeter(ask, includes_ambient=ambient, certificate_of=certificate_of, clock=clock)


def parse_description(description: str) -> MeterDescription:
    """Take a meter's description apart.

    Raises
    ------
    BadInput
        Unknown kinds and options, a missing port or file.
    """
    head, *rest = [part.strip() for part in description.split(",")]
    kind, _, argument = head.partition(":")
    if kind not in _OPTIONS:
        raise BadInput(f"The meter “{description}” is not known.", ADVICE)
    options = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in rest)}
    unknown = sorted(options.keys() - _OPTIONS[kind])
    if unknown:
        known = ", ".join(sorted(_OPTIONS[kind]))
        raise BadInput(f"The meter {kind} has no option {', '.join(unknown)}.", f"It knows {known}.")
    if kind in ("minolta", "csv") and not argument:
        raise BadInput(f"The meter {kind} needs a {'port' if kind == 'minolta' else 'file'}.", ADVICE)
    if kind == "manual" and argument:
        raise BadInput("The meter manual has no port.", ADVICE)
    return MeterDescription(kind, argument, options)


def _certificate_of(certificate: Certificate | None, book: MeterBook) -> CertificateOf:
    def look_up(identity: MeterIdentity) -> Certificate | None:
        return certificate if certificate is not None else book.certificate_of(identity)

    return look_up


def _port(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 99):
        raise BadInput(f"The port “{text}” of spotread is no place in its list.", "Write spotread:1, spotread:2 ...")
    return int(text)


def _correction(options: Mapping[str, str]) -> str:
    path = options.get("correction", "")
    if path and not Path(path).is_file():
        raise BadInput(f"The correction file {path} is not there.", "Check its name; it ends in .ccss or .ccmx.")
    return path


def _choice(options: Mapping[str, str], name: str, choices: Mapping[str, bool]) -> bool:
    if name not in options:
        return False
    chosen = choices.get(options[name].lower())
    if chosen is None:
        raise BadInput(f"The option {name} cannot be “{options[name]}”.", f"Write {' or '.join(choices)}.")
    return chosen
