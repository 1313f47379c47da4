"""Laying a case out on the screens there are: current studies, the priors known, fitness of displays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from calibration.checks.display_state import DisplayState, StateName
from workstation.catalogue.catalogue import Catalogue
from workstation.dicom.header import InstanceHeader
from workstation.dicom.patient import PatientMatch, compare_patients
from workstation.foundation.cancel import CancelToken
from workstation.hanging.engine import hang
from workstation.hanging.hung import Hanging
from workstation.hanging.protocol import Protocol
from workstation.hanging.screens import Fitness, HangingScreen
from workstation.hanging.study import HangingStudy
from workstation.hanging.study_of_headers import hanging_study_of
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

    def __init__(
        self, catalogue: Catalogue, shelf: HeaderShelf, protocols: Sequence[Protocol], default_issuer: str
    ) -> None:
        self._catalogue = catalogue
        self._shelf = shelf
        self._protocols = tuple(protocols)
        self._default_issuer = default_issuer

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
        currents = [self._study(uid, case, cancel) for uid in case.study_uids]
        if not any(study.display_sets for study in currents):
            return None
        return hang(
            currents[0],
            [self._study(uid, case, cancel) for uid in case.prior_study_uids],
            [_with_fitness(screen, states) for screen in screens],
            self._protocols,
            override_unfit=frozenset(overridden),
            also_current=currents[1:],
            stage=stage,
        )

    def studies(self, case: Case, cancel: CancelToken) -> tuple[HangingStudy, ...]:
        """The studies of the case, then its priors; those whose images are still on their way are without them."""
        return tuple(self._study(uid, case, cancel) for uid in (*case.study_uids, *case.prior_study_uids))

    def _study(self, study_uid: str, case: Case, cancel: CancelToken) -> HangingStudy:
        headers = [header for header in self._shelf.of_study(study_uid, cancel) if header.is_image]
        if study_uid not in case.study_uids:
            headers = [header for header in headers if not self._is_foreign(header, case)]
        if headers:
            return hanging_study_of(headers, patient_key=_key_of(case))
        record = self._catalogue.studies.get(study_uid)
        if record is None:
            return HangingStudy(study_uid, _key_of(case))
        return HangingStudy(
            study_uid=study_uid,
            patient_key=_key_of(case),
            accession=record.accession,
            modalities=record.modalities,
            body_region=record.body_part,
            description=record.description,
            date=record.study_date,
            time=record.study_time,
        )

    def _is_foreign(self, header: InstanceHeader, case: Case) -> bool:
        """A prior is judged by its images too, not only by what the archive's list says of it."""
        match = compare_patients(case.patient, header.patient, default_issuer=self._default_issuer)
        return match is PatientMatch.DIFFERENT


def _key_of(case: Case) -> str:
    """One key for all studies of a case: the identity rules have let no other patient's study into it."""
    return f"{case.patient.issuer}/{case.patient.patient_id}/{case.patient.birth_date}"


def _with_fitness(screen: HangingScreen, states: Mapping[str, DisplayState]) -> HangingScreen:
    state = states.get(screen.id)
    return screen if state is None else replace(screen, fitness=_FITNESS[state.name])
