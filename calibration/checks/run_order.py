"""What is asked of a run, what it answers to a reading, and which moves it allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from calibration.conformance.policy import Policy
from calibration.displays.identity import DisplayFacts
from calibration.gsdf.display_lut import DisplayLut
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient
from workstation.foundation.errors import UserFacingError


class RunState(Enum):
    """Where a run stands."""

    RUNNING = "running"
    PAUSED = "paused"
    """Something is missing (meter, monitor) or the person went away; nothing taken is lost."""
    COMPLETE = "complete"
    """All steps are done; the verdict can be seen, and uncertain levels repeated, before the record is written."""
    FINISHED = "finished"
    BROKEN_OFF = "broken off"


class RunMove(Enum):
    """What may happen to a run."""

    STEP = "step"
    """A reading, an answer, a number, a skip: whatever the step asks."""
    LAST_STEP = "last step"
    BACK = "back"
    PAUSE = "pause"
    RESUME = "resume"
    REPEAT = "repeat uncertain levels"
    FINISH = "finish"
    BREAK_OFF = "break off"


_S, _M = RunState, RunMove
MOVES = {
    (_S.RUNNING, _M.STEP): _S.RUNNING,
    (_S.RUNNING, _M.LAST_STEP): _S.COMPLETE,
    (_S.RUNNING, _M.BACK): _S.RUNNING,
    (_S.RUNNING, _M.PAUSE): _S.PAUSED,
    (_S.RUNNING, _M.BREAK_OFF): _S.BROKEN_OFF,
    (_S.PAUSED, _M.RESUME): _S.RUNNING,
    (_S.PAUSED, _M.PAUSE): _S.PAUSED,
    (_S.PAUSED, _M.BREAK_OFF): _S.BROKEN_OFF,
    (_S.COMPLETE, _M.BACK): _S.RUNNING,
    (_S.COMPLETE, _M.REPEAT): _S.RUNNING,
    (_S.COMPLETE, _M.FINISH): _S.FINISHED,
    (_S.COMPLETE, _M.BREAK_OFF): _S.BROKEN_OFF,
    (_S.FINISHED, _M.REPEAT): _S.RUNNING,
}
"""Every move there is; any other raises `ImpossibleMove`."""


class ImpossibleMove(Exception):
    """The program asked a run for what its state does not allow: a bug of ours."""


class CannotResume(UserFacingError):
    """The display is not the one, or not as it was, when the run began; its readings are kept, it cannot go on."""


class UnfinishedCheck(UserFacingError):
    """A check of this display was begun and neither finished nor broken off."""


def moved(state: RunState, move: RunMove) -> RunState:
    """The state after ``move``.

    Raises
    ------
    ImpossibleMove
        When the table has no such move.
    """
    try:
        return MOVES[state, move]
    except KeyError:
        raise ImpossibleMove(f"a run that is {state.value} cannot {move.value}") from None


@dataclass(frozen=True)
class Taken:
    """What became of one reading.

    Attributes
    ----------
    accepted
        False when it is to be taken again (it jumped, or was of the wrong spot); the journal keeps it.
    wants_more
        The same step wants another reading: the stopping rule is not content, or this one was not accepted.
    warning
        What looked wrong, in words; empty when nothing did.
    """

    accepted: bool
    wants_more: bool
    warning: str = ""


@dataclass(frozen=True)
class RunOrder:
    """What is to be run, on which display, by whom and with what.

    Attributes
    ----------
    check
        Name of a check (``daily``, ``monthly`` ...) or of a single test (``luminance-18`` ...) of `check_table`.
    facts
        The display as it is now, with its panel settings.
    lut, lut_sha256
        The display LUT in use and its hash; None and empty for the identity.
    ambient
        Lamb where it is known beforehand: then it is not asked for.
    reflection_cd_m2_per_lux
        Diffuse reflection coefficient of this screen, from its display record; None: the default is taken and said.
    target_max_cd_m2
        L'max the display is set to; None where nobody has said.
    video_lut
        What is known of the graphics card's table: ``identity``, ``not identity`` or ``unknown``.
    seed
        For the random places of visual patterns.
    """

    check: str
    facts: DisplayFacts
    role: str
    policy: Policy
    operator: str
    meter: MeterIdentity | None = None
    lut: DisplayLut | None = field(default=None, repr=False)
    lut_sha256: str = ""
    ambient: Ambient | None = None
    reflection_cd_m2_per_lux: float | None = None
    target_max_cd_m2: float | None = None
    video_lut: str = "unknown"
    seed: int = 0
