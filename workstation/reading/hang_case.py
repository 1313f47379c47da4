"""Laying a case out on the screens there are: current studies, the priors that have arrived, fitness of displays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from calibration.checks.display_state import DisplayState, StateName
from workstation.catalogue.catalogue import Catalogue
from workstation.dicom.display_sets import display_sets_of
from workstation.dicom.header import InstanceHeader
from workstation.foundation.cancel import CancelToken
from workstation.hanging.engine import Hanging, hang
from workstation.hanging.protocol import Protocol
from workstation.hanging.screens import Fitness, HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.reading.case import Case
from workstation.reading.headers import HeaderShelf

_FITNESS: dict[StateName, Fitness] = {
    StateName.OK: "fit",
    StateName.DUE: "due",
    StateName.EXPIRED: "expired",
    StateName.FAILED: "failed",
    StateName.UNKNOWN: "unchecked",
}


class HangCase:
    """Chooses protocol and places for a case. Never waits: hangs what has arrived, and is asked again later."""

    def __init__(self, catalogue: Catalogue, shelf: HeaderShelf, protocols: Sequence[Protocol]) -> None:
        self._catalogue = catalogue
        self._shelf = shelf
        self._protocols = tuple(protocols)

    def __call__(
        self,
        case: Case,
        screens: Sequence[HangingScreen],
        states: Mapping[str, DisplayState],
        overridden: Collection[str],
        cancel: CancelToken,
        stage: str | None = None,
    ) -> Hanging | None:
        """Lay ``case`` out on ``screens``.

        Parameters
        ----------
        states
            Display state by screen id; screens without one are unchecked.
        overridden
            Screens the reader uses in spite of an expired or failed check.
        stage
            Id of the stage wanted; None lets the engine choose.

        Returns
        -------
        Hanging or None
            None while no image of the current studies has arrived.
        """
        currents = [study for uid in case.study_uids if (study := self._study(uid, cancel)) is not None]
        if not currents:
            return None
        priors = [study for uid in case.prior_study_uids if (study := self._study(uid, cancel)) is not None]
        return hang(
            currents[0],
            priors,
            [_with_fitness(screen, states, overridden) for screen in screens],
            self._protocols,
            also_current=currents[1:],
            stage=stage,
        )

    def studies(self, case: Case, cancel: CancelToken) -> tuple[HangingStudy, ...]:
        """The studies of ``case`` and its priors, as far as they have arrived."""
        found = (self._study(uid, cancel) for uid in (*case.study_uids, *case.prior_study_uids))
        return tuple(study for study in found if study is not None)

    def _study(self, study_uid: str, cancel: CancelToken) -> HangingStudy | None:
        headers = self._shelf.of_study(study_uid, cancel)
        images = [header for header in headers if header.rows]
        return hanging_study(images) if images else None


def hanging_study(headers: Sequence[InstanceHeader]) -> HangingStudy:
    """What the hanging engine needs of one study, from the headers of its images (one or more)."""
    first = min(headers, key=lambda header: (header.series_number or 0, header.instance_number or 0, header.sop_uid))
    found = display_sets_of(headers)
    return HangingStudy(
        study_uid=first.study_uid,
        patient_key=first.patient.patient_id,
        accession=first.accession,
        modalities=tuple(sorted({header.modality for header in headers})),
        body_region=next((each.body_region for each in found if each.body_region and not each.is_localizer), ""),
        laterality=first.laterality,
        description=first.study_description,
        date=first.study_date,
        time=first.study_time,
        display_sets=found,
    )


def _with_fitness(
    screen: HangingScreen, states: Mapping[str, DisplayState], overridden: Collection[str]
) -> HangingScreen:
    state = states.get(screen.id)
    if state is None:
        return screen
    fitness = _FITNESS[state.name]
    if screen.id in overridden and fitness in ("expired", "failed"):
        fitness = "due"  # used by the reader's own decision, with its banner
    return replace(screen, fitness=fitness)
