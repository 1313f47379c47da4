"""From the measured response of the bare display to the record of its display LUT; and back to the identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from calibration.conformance.judge import judge
from calibration.conformance.policy import Policy
from calibration.conformance.quantities import quantities_of
from calibration.conformance.verdict import Quantity, VerdictName
from calibration.displays.identity import PanelSettings
from calibration.gsdf.display_lut import DisplayLut
from calibration.gsdf.errors import require_space
from calibration.gsdf.lut_building import BuiltLut, build_lut
from calibration.gsdf.response import response_of
from calibration.readings.reading import Ambient, Series, Space, ambient_to_add
from calibration.records.record import CalibrationRecord, Head
from workstation.foundation.errors import BadInput

RESPONSE_METRIC = "max_contrast_deviation"
ENTRIES = 256
VIDEO_LUT_NOTES = {
    "identity": "",
    "not identity": "The display LUT is stacked on a table of the graphics card that is not the identity; "
    "it is wrong as soon as that table changes.",
    "unknown": "Whether the graphics card has a table of its own in use is not known; the display LUT holds only as "
    "long as that stays as it was while measuring.",
}
"""What is said with a display LUT, by what is known of the graphics card's table."""


class StackedOnVideoLut(BadInput):
    """A display LUT would be stacked on a table of the graphics card, and nobody has agreed to that."""


@dataclass(frozen=True)
class MadeLut:
    """A display LUT with what must be said of it. ``built`` is None for the identity."""

    built: BuiltLut | None
    notes: tuple[str, ...] = ()

    @property
    def lut(self) -> DisplayLut | None:
        """What the screen uses; None for the identity."""
        return None if self.built is None else DisplayLut.of(self.built)

    @property
    def sha256(self) -> str:
        """Hash of the table; empty for the identity."""
        return "" if self.built is None else self.built.sha256


IDENTITY = MadeLut(None)


def make_lut(response: Series, ambient: Ambient, *, video_lut: str = "unknown", stacks: bool = False) -> MadeLut:
    """The display LUT for a measured response.

    Parameters
    ----------
    response
        Of the bare display: DDLs. A series of P-values has gone through a LUT already and is refused.
    video_lut
        What is known of the graphics card's table: ``identity``, ``not identity`` or ``unknown``.
    stacks
        A person has agreed to stack the LUT on a table that is not the identity.

    Raises
    ------
    WrongSpace, UnusableResponse
        From `response_of` and `build_lut`.
    StackedOnVideoLut
        When ``video_lut`` is ``not identity`` and ``stacks`` is not set.
    """
    require_space(response, Space.DDL)
    if video_lut == "not identity" and not stacks:
        raise StackedOnVideoLut(
            "The graphics card has a table of its own in use; a display LUT is not stacked on it unasked.",
            "Switch off night colours, colour profiles and other calibrations, then measure again.",
        )
    built = build_lut(response_of(response), ambient_to_add(response, ambient), ENTRIES)
    told = f"{built.distinct_levels} of {ENTRIES} grey levels stay distinct."
    return MadeLut(built, tuple(note for note in (told, VIDEO_LUT_NOTES[video_lut]) if note))


def identity_passes(response: Series, ambient: Ambient, policy: Policy, role: str) -> bool:
    """Whether the bare display meets the policy's limit of the contrast response as it is, without any LUT.

    Through the identity a P-value is the driving level of the same number, so the readings of the bare display are
    those that P-values would give.
    """
    through_identity = replace(response, space=Space.P_VALUE)
    try:
        quantities = quantities_of((through_identity,), ambient, None)
    except BadInput:
        return False  # too few levels, or they fall
    ruled = [result for result in judge(policy, role, quantities).rules if result.metric == RESPONSE_METRIC]
    return bool(ruled) and all(result.verdict in (VerdictName.PASS, VerdictName.WARN) for result in ruled)


def calibration_record(
    head: Head,
    panel: PanelSettings,
    ambient: Ambient,
    made: MadeLut,
    *,
    source_check: str,
    before_check: str = "",
    after_check: str = "",
    video_lut: str = "unknown",
    supersedes: str = "",
) -> CalibrationRecord:
    """The record that puts a LUT to use. ``head`` binds it to the display, ``panel`` to its settings."""
    built = made.built
    return CalibrationRecord(
        head=head,
        panel=panel,
        ambient=ambient,
        levels_in=0 if built is None else int(built.ddl.size),
        ddl=() if built is None else tuple(int(each) for each in built.ddl),
        ddl_bits=8 if built is None else built.ddl_bits,
        lut_sha256=made.sha256,
        source_check=source_check,
        before_check=before_check,
        after_check=after_check,
        video_lut=video_lut,
        supersedes=supersedes,
    )


def withdrawal(head: Head, panel: PanelSettings, ambient: Ambient, supersedes: str) -> CalibrationRecord:
    """Back to the identity: the LUT of ``supersedes`` is no longer used."""
    return calibration_record(head, panel, ambient, IDENTITY, source_check="", supersedes=supersedes)


def is_better(after: Sequence[Quantity], before: Sequence[Quantity]) -> bool | None:
    """Whether the contrast response is at least as good after as before; None where one of them is not known."""
    values = [next((q.value for q in each if q.metric == RESPONSE_METRIC), None) for each in (after, before)]
    if values[0] is None or values[1] is None:
        return None
    return values[0] <= values[1]
