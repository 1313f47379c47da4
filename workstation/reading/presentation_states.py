"""The presentation states of a case: found among what has arrived, each read once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ObjectNotStored
from workstation.catalogue.instances import InstanceRef
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.patient import PatientMatch, compare_patients
from workstation.dicom.presentation_state import SOP_CLASSES, PresentationState, presentation_state_of
from workstation.dicom.reading import patient_of
from workstation.foundation.cancel import CancelToken
from workstation.reading.case import Case
from workstation.reading.headers import HeaderShelf
from workstation.vault.errors import DamagedObject

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StatesOfCase:
    """What can be offered, and one sentence for each state that cannot be applied."""

    states: tuple[PresentationState, ...] = ()
    refused: tuple[str, ...] = ()


class PresentationStateShelf:
    """Gives the presentation states of cases; any thread may call.

    Parameters
    ----------
    default_issuer
        Issuer of Patient IDs that name none.
    """

    def __init__(self, catalogue: Catalogue, objects: HeaderShelf, default_issuer: str) -> None:
        self._catalogue = catalogue
        self._objects = objects
        self._default_issuer = default_issuer
        self._lock = threading.Lock()
        self._read: dict[str, PresentationState | str | None] = {}

    def of_case(self, case: Case, cancel: CancelToken) -> StatesOfCase:
        """States among the instances received so far, of the studies and priors; another patient's are left out."""
        found: list[PresentationState | str | None] = []
        for study_uid in (*case.study_uids, *case.prior_study_uids):
            for stored in self._catalogue.instances.received(study_uid):
                if _may_be_state(stored.ref):
                    cancel.raise_if_cancelled()
                    found.append(self._one(stored.ref.sop_uid, case))
        states = tuple(each for each in found if isinstance(each, PresentationState))
        return StatesOfCase(states, tuple(each for each in found if isinstance(each, str)))

    def forget(self, sop_uids: Iterable[str]) -> None:
        """Drop the states of a closed case."""
        with self._lock:
            for sop_uid in sop_uids:
                self._read.pop(sop_uid, None)

    def _one(self, sop_uid: str, case: Case) -> PresentationState | str | None:
        """The state, why it cannot be applied, or None for one that is none of this patient's, or is gone."""
        with self._lock:
            if sop_uid in self._read:
                return self._read[sop_uid]
        read: PresentationState | str | None
        try:
            read = self._read_now(sop_uid, case)
        except UnreadableInstance as error:
            read = str(error)
        except (DamagedObject, ObjectNotStored):
            log.info("a presentation state was damaged or gone; it is fetched again")
            return None
        with self._lock:
            return self._read.setdefault(sop_uid, read)

    def _read_now(self, sop_uid: str, case: Case) -> PresentationState | None:
        opened = self._objects.open(sop_uid)
        if opened.pixel_data is not None:
            opened.pixel_data.source.close()
        elements = opened.elements
        match = compare_patients(case.patient, patient_of(elements), default_issuer=self._default_issuer)
        return None if match is PatientMatch.DIFFERENT else presentation_state_of(elements)


def _may_be_state(ref: InstanceRef) -> bool:
    return ref.sop_class in SOP_CLASSES or (not ref.sop_class and ref.modality == "PR")
