"""The kinds of records. Each is written once and never changed; a later one supersedes an earlier one by naming it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator

from calibration.conformance.verdict import Quantity, Verdict
from calibration.displays.identity import DisplayFacts, PanelSettings
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, Series


@dataclass(frozen=True)
class Answer:
    """What a person saw: a question of a visual test, the answer given, and the right one where there is one."""

    test: str
    question: str
    given: str
    right: str = ""
    is_good: bool = True


@dataclass(frozen=True)
class Head:
    """What every record carries.

    Attributes
    ----------
    id
        32 hexadecimal digits, drawn at random: the same on every computer, so merging finds duplicates.
    display_key
        `DisplayIdentity.key` of the display it is about.
    at
        When it was made, UTC.
    workstation
        Name of the computer.
    program
        Version of the program.
    """

    id: str
    display_key: str
    at: datetime
    operator: str
    workstation: str
    program: str


@dataclass(frozen=True)
class DisplayRecord:
    """A display as it was registered, or registered anew: its identity, what it is used for, what it shall reach.

    Attributes
    ----------
    role
        ``diagnostic``, ``mammography`` or ``review``.
    policy
        Id of the policy it is judged by.
    target_max_cd_m2
        L'max it is set to; None where nobody has said.
    reflection_cd_m2_per_lux
        Diffuse reflection coefficient of the screen; None where unknown.
    """

    head: Head
    facts: DisplayFacts
    role: str
    policy: str
    target_max_cd_m2: float | None = None
    reflection_cd_m2_per_lux: float | None = None
    kind: Literal["display"] = "display"


@dataclass(frozen=True)
class CheckRecord:
    """One finished check.

    Attributes
    ----------
    check
        Name from `calibration.checks.check_table`: ``daily``, ``monthly``, ``annual``, ``calibration`` ...
    series
        Every reading taken, raw.
    lut_sha256
        Display LUT that P-values went through; empty for identity.
    is_complete
        False when it was broken off: its readings are kept, it decides nothing.
    notes
        What was noticed while measuring (jumps, repeats, a meter unplugged), in words.
    """

    head: Head
    check: str
    role: str
    began: datetime
    facts: DisplayFacts
    lut_sha256: str
    meter: MeterIdentity | None
    ambient: Ambient
    series: tuple[Series, ...]
    answers: tuple[Answer, ...]
    quantities: tuple[Quantity, ...]
    verdict: Verdict
    is_complete: bool = True
    notes: tuple[str, ...] = ()
    kind: Literal["check"] = "check"


@dataclass(frozen=True)
class CalibrationRecord:
    """A display LUT that was made and put to use: bound to the display, its panel settings and its own hash.

    Attributes
    ----------
    levels_in
        Entries of the table (P-values).
    ddl
        The table; empty when the monitor itself conforms and the LUT is the identity.
    ddl_bits
        8, 10 or 12.
    lut_sha256
        Hash of the table; empty for the identity.
    source_check, before_check, after_check
        Ids of the check records with the response it was made from, and of those before and after; empty where absent.
    video_lut
        What is known of the graphics card's own table: ``identity``, ``not identity`` or ``unknown``.
    """

    head: Head
    panel: PanelSettings
    ambient: Ambient
    levels_in: int
    ddl: tuple[int, ...]
    ddl_bits: int
    lut_sha256: str
    source_check: str = ""
    before_check: str = ""
    after_check: str = ""
    video_lut: str = "unknown"
    supersedes: str = ""
    kind: Literal["calibration"] = "calibration"


@dataclass(frozen=True)
class OverrideRecord:
    """A person takes responsibility for using a display in spite of its state, until a given time."""

    head: Head
    role: str
    reason: str
    until: datetime
    is_withdrawn: bool = False
    kind: Literal["override"] = "override"


Record = DisplayRecord | CheckRecord | CalibrationRecord | OverrideRecord


@dataclass(frozen=True)
class StoredRecord:
    """A record with its place in the chain of the store it lies in.

    Attributes
    ----------
    sequence
        From 1, without gaps.
    hash
        SHA-256 over this record and the hash of the one before; hexadecimal.
    received
        When this store took it in, UTC.
    imported_from
        Workstation whose export it came with; empty for records made here.
    origin_head
        Head of that export's chain.
    is_sound
        False when it was changed after it was written: it decides nothing.
    clock_went_back
        The computer's clock stood earlier than when the record before it was taken in.
    """

    record: Annotated[Record, Discriminator("kind")]
    sequence: int
    hash: str
    received: datetime
    imported_from: str = field(default="")
    origin_head: str = ""
    is_sound: bool = True
    clock_went_back: bool = False
