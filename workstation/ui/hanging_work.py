"""Hanging a case off the GUI thread: one function of the desk, the case and the screens, one value back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from calibration.checks.display_state import DisplayState
from calibration.displays.identity import DisplayFacts
from workstation.catalogue.instances import Counts
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard
from workstation.hanging.hung import Hanging
from workstation.hanging.screens import HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.qtkit.screens import ScreenDescription
from workstation.reading.case import Case
from workstation.reading.presentation_states import StatesOfCase
from workstation.site.preferences import Preferences
from workstation.ui.diagnostic_set import display_facts, hanging_screen
from workstation.ui.stack_loading import StackFrames


class ViewerDesk(Protocol):
    """What the diagnostic windows ask of `workstation.reading.desk.Desk`."""

    @property
    def preferences(self) -> Preferences:
        """The reader's choices."""
        ...

    @property
    def conditions(self) -> ConditionBoard:
        """Lasting conditions."""
        ...

    @property
    def frame_source(self) -> StackFrames:
        """Decoded frames."""
        ...

    @property
    def active_case(self) -> Case | None:
        """The case that everything follows (quick)."""
        ...

    def refresh_case(self, case_key: str) -> Case:
        """The case with what has arrived since."""
        ...

    def hang(
        self, case: Case, screens: Sequence[HangingScreen], cancel: CancelToken | None = None, stage: str | None = None
    ) -> Hanging | None:
        """Lay the case out; None while none of its images has arrived."""
        ...

    def studies_of(self, case: Case, cancel: CancelToken | None = None) -> Sequence[HangingStudy]:
        """The studies of the case and its priors, as far as they have arrived."""
        ...

    def presentation_states(self, case: Case, cancel: CancelToken | None = None) -> StatesOfCase:
        """The presentation states of the case and its priors, as far as they have arrived."""
        ...

    def quarantined(self, case: Case) -> Sequence[str]:
        """One line for each instance that was set aside."""
        ...

    def all_counts(self) -> Mapping[str, Counts]:
        """Expected and received instances by study UID."""
        ...

    def display_states(self, displays: Mapping[str, DisplayFacts]) -> Mapping[str, DisplayState]:
        """State of each display by screen id."""
        ...

    def override_display(self, screen_id: str, reason: str) -> None:
        """Use a display in spite of its check."""
        ...


@dataclass(frozen=True)
class HungCase:
    """Outcome of hanging.

    Attributes
    ----------
    hanging
        None while nothing of the case has arrived.
    screens
        As given to the engine: its rectangles are in pixels of these.
    images
        Received and expected instances of the studies that are read.
    presentation_states
        What viewports may offer, and what cannot be applied.
    """

    case: Case
    hanging: Hanging | None
    studies: tuple[HangingStudy, ...] = field(repr=False)
    screens: tuple[HangingScreen, ...] = ()
    states: Mapping[str, DisplayState] = field(default_factory=dict)
    quarantined: tuple[str, ...] = field(default=(), repr=False)
    images: tuple[int, int] = (0, 0)
    presentation_states: StatesOfCase = field(default_factory=StatesOfCase)


def hang_case(
    desk: ViewerDesk,
    case: Case,
    screens: Sequence[ScreenDescription],
    chrome: Sequence[int],
    stage: str | None,
    cancel: CancelToken,
) -> HungCase:
    """Hang what has arrived of ``case`` on ``screens``, less the bars (heights in the tokens' pixels) on each."""
    states = desk.display_states(
        {screen.id: facts for screen, facts in zip(screens, display_facts(screens), strict=True)}
    )
    case = desk.refresh_case(case.key)
    cancel.raise_if_cancelled()
    shapes = tuple(hanging_screen(screen, chrome) for screen in screens)
    hanging = desk.hang(case, shapes, cancel, stage)
    cancel.raise_if_cancelled()
    studies = tuple(desk.studies_of(case, cancel)) if hanging is not None else ()
    offered = desk.presentation_states(case, cancel) if hanging is not None else StatesOfCase()
    images = counted(desk.all_counts(), case.study_uids)
    return HungCase(case, hanging, studies, shapes, dict(states), tuple(desk.quarantined(case)), images, offered)


def counted(counts: Mapping[str, Counts], study_uids: Collection[str]) -> tuple[int, int]:
    """Received and expected instances of these studies together."""
    found = [counts[uid] for uid in study_uids if uid in counts]
    return sum(each.received for each in found), sum(each.expected or 0 for each in found)
