"""The meter book: what the certificates of a site's meters say, kept as ``meters.toml`` in the config folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from calibration.photometer.meter import MeterIdentity
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, write_atomically

FILE_NAME = "meters.toml"
KINDS = ("spotread", "minolta", "manual", "csv")
_SOON_DAYS = 30


@dataclass(frozen=True)
class MeterFacts:
    """What is known of one meter beside what it tells itself.

    Attributes
    ----------
    kind
        ``spotread``, ``minolta``, ``manual`` or ``csv``.
    serial
        Empty: these facts hold for any meter of this kind that has no entry of its own.
    certificate_due
        Last day on which its calibration certificate holds; None when it has none.
    correction_factor
        Multiplies every reading; 0.5 to 2.
    certificate_uncertainty
        Relative, coverage factor 2; above 0, at most 0.5.
    """

    kind: str
    serial: str = ""
    title: str = ""
    certificate_due: date | None = None
    correction_factor: float = 1.0
    certificate_uncertainty: float = 0.03

    def __post_init__(self) -> None:
        faults = []
        if self.kind not in KINDS:
            faults.append(f"kind must be one of {', '.join(KINDS)}")
        if not 0.5 <= self.correction_factor <= 2:
            faults.append(f"correction_factor {self.correction_factor:g} must be from 0.5 to 2")
        if not 0 < self.certificate_uncertainty <= 0.5:
            faults.append(f"certificate_uncertainty {self.certificate_uncertainty:g} must be above 0, at most 0.5")
        if faults:
            raise BadInput(f"Facts of the meter {self.serial or self.kind}: {'; '.join(faults)}.", "Mend them.")


@dataclass(frozen=True)
class MeterBook:
    """All meters that someone has written down."""

    meters: tuple[MeterFacts, ...] = ()

    def certificate_of(self, identity: MeterIdentity) -> MeterFacts | None:
        """The facts of exactly this serial number, else those for any meter of its kind; None when there are none."""
        same_kind = [facts for facts in self.meters if facts.kind == identity.kind]
        by_serial = {facts.serial: facts for facts in same_kind}
        if identity.serial:
            return by_serial.get(identity.serial) or by_serial.get("")
        return by_serial.get("") or (same_kind[0] if len(same_kind) == 1 else None)

    def with_meter(self, facts: MeterFacts) -> MeterBook:
        """The book with one meter written down anew."""
        others = tuple(each for each in self.meters if (each.kind, each.serial) != (facts.kind, facts.serial))
        return MeterBook((*others, facts))

    def without_meter(self, kind: str, serial: str) -> MeterBook:
        """The book without one meter."""
        return MeterBook(tuple(each for each in self.meters if (each.kind, each.serial) != (kind, serial)))


def read_meter_book(config: Path) -> MeterBook:
    """The book in the folder ``config``; an empty one when nobody has written any.

    Raises
    ------
    BadInput
        When the file is damaged: naming every wrong entry. It is never replaced by an empty one.
    """
    path = config / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return MeterBook()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"The meter book {path} cannot be read: {error}.", "Mend it; it is not overwritten.") from error
    entries = raw.pop("meter", [])
    if raw or not isinstance(entries, list):
        raise BadInput(
            f"The meter book {path} has unknown entries: {', '.join(raw) or 'meter'}.", "Use [[meter]] only."
        )
    meters: list[MeterFacts] = []
    faults: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            meters.append(_facts_of(entry))
        except BadInput as error:
            faults.append(f"meter {number}: {error.what}")
    if len({(facts.kind, facts.serial) for facts in meters}) < len(meters):
        faults.append("the same meter stands there twice")
    if faults:
        raise BadInput(f"The meter book {path} has faults: {' '.join(faults)}", "Mend it; it is not overwritten.")
    return MeterBook(tuple(meters))


def remember_meter(config: Path, facts: MeterFacts) -> MeterBook:
    """Write one meter down, all others stay.

    Raises
    ------
    BadInput
        When the book that is there cannot be read: nothing is written then.
    """
    return _write(config, read_meter_book(config).with_meter(facts))


def change_meter(config: Path, old: MeterFacts, new: MeterFacts) -> MeterBook:
    """Write a meter down in place of another entry, which may be the same one; raises as `remember_meter` does."""
    book = read_meter_book(config).without_meter(old.kind, old.serial)
    return _write(config, book.with_meter(new))


def forget_meter(config: Path, facts: MeterFacts) -> MeterBook:
    """Take a meter out of the book; raises as `remember_meter` does."""
    return _write(config, read_meter_book(config).without_meter(facts.kind, facts.serial))


def _write(config: Path, book: MeterBook) -> MeterBook:
    text = "# Meters and their certificates. Dates are the last day on which a certificate holds.\n"
    text += "".join(_entry(each) for each in book.meters)
    write_atomically(make_private_folder(config) / FILE_NAME, text.encode("utf-8"))
    return book


def known_meters(config: Path) -> tuple[MeterFacts, ...]:
    """All meters in the book of the folder ``config``."""
    return read_meter_book(config).meters


def certificate_warning(identity: MeterIdentity, today: date) -> str:
    """What is to be said about a meter's certificate; empty when it holds for another month."""
    due = identity.certificate_due
    name = " ".join(part for part in (identity.model, identity.serial) if part) or "the meter"
    if due is None:
        return f"No calibration certificate is known for {name}: verdicts are provisional."
    left = (due - today).days
    if left < 0:
        return f"The certificate of {name} ran out on {due.isoformat()}: verdicts are provisional."
    return f"The certificate of {name} runs out in {left} days, on {due.isoformat()}." if left < _SOON_DAYS else ""


def _facts_of(entry: Any) -> MeterFacts:
    """The facts of one table of the file."""
    known = {field.name for field in fields(MeterFacts)}
    if not isinstance(entry, dict) or "kind" not in entry:
        raise BadInput("its kind is missing.")
    faults = [f"{key} is not known" for key in entry if key not in known]
    faults += [f"{key} must be text" for key in ("kind", "serial", "title") if not isinstance(entry.get(key, ""), str)]
    due = entry.get("certificate_due")
    if due is not None and type(due) is not date:
        faults.append("certificate_due must be a date such as 2027-01-31")
    for key in ("correction_factor", "certificate_uncertainty"):
        if key in entry and (isinstance(entry[key], bool) or not isinstance(entry[key], int | float)):
            faults.append(f"{key} must be a number")
    if faults:
        raise BadInput(f"{'; '.join(faults)}.")
    return MeterFacts(**entry)


def _entry(facts: MeterFacts) -> str:
    lines = ["", "[[meter]]", f"kind = {_quoted(facts.kind)}", f"serial = {_quoted(facts.serial)}"]
    lines.append(f"title = {_quoted(facts.title)}")
    if facts.certificate_due is not None:
        lines.append(f"certificate_due = {facts.certificate_due.isoformat()}")
    lines.append(f"correction_factor = {float(facts.correction_factor)!r}")
    lines.append(f"certificate_uncertainty = {float(facts.certificate_uncertainty)!r}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML: what is not printable is escaped, so that no entry can start a line of its own."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
