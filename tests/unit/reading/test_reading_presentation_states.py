"""The presentation states of a case, out of the encrypted store: each read once, those of others left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.helpers.pixel_objects import as_bytes, image_object
from tests.helpers.presentation_states import gsps
from tests.helpers.stored_studies import receive
from tests.helpers.vaults import a_catalogue
from tests.helpers.work_items import NOW, an_item
from workstation.catalogue.catalogue import Catalogue
from workstation.dicom.patient import PatientIdentity
from workstation.foundation.cancel import CancelToken
from workstation.imaging.display_rules import DisplayRules
from workstation.reading.case import Case
from workstation.reading.headers import HeaderShelf
from workstation.reading.presentation_states import PresentationStateShelf
from workstation.reading.stored_objects import StoredObjects

IMAGE = image_object(np.zeros((8, 8), "u2"), modality="MR", PatientBirthDate="19590314", PatientSex="F")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(a_catalogue(tmp_path)) as opened:
        yield opened


def _state(uid: str, **attributes: Any) -> Dataset:
    state = gsps(IMAGE, uid=uid, PatientBirthDate="19590314", PatientSex="F")
    for keyword, value in attributes.items():
        setattr(state, keyword, value)
    return state


def _shelf(catalogue: Catalogue) -> PresentationStateShelf:
    return PresentationStateShelf(catalogue, HeaderShelf(catalogue, StoredObjects(catalogue)), "")


def _case(study_uid: str) -> Case:
    patient = PatientIdentity("SYN-1", "", "SYNTHETIC^Pixel", "19590314", "F")
    return Case("1", (an_item(1),), patient, (study_uid,), (), (), "", NOW)


def test_states_are_read_once_and_refusals_said(catalogue: Catalogue) -> None:
    files = [IMAGE, _state("1"), _state("2", PresentationLUTShape="SIDEWAYS")]
    study = receive(catalogue, map(as_bytes, files))
    shelf = _shelf(catalogue)
    found = shelf.of_case(_case(study), CancelToken())
    assert [state.label for state in found.states] == ["STATE"]
    [refusal] = found.refused
    assert "presentation LUT shape" in refusal
    assert shelf.of_case(_case(study), CancelToken()).states[0] is found.states[0]
    shelf.forget([found.states[0].sop_uid])
    assert shelf.of_case(_case(study), CancelToken()).states[0] is not found.states[0]


def test_another_patients_state_is_not_offered(catalogue: Catalogue) -> None:
    foreign = _state("1", PatientID="SYN-2", PatientName="SYNTHETIC^Other", PatientBirthDate="19700101")
    study = receive(catalogue, map(as_bytes, [IMAGE, foreign]))
    found = _shelf(catalogue).of_case(_case(study), CancelToken())
    assert found.states == ()
    assert found.refused == ()


def test_a_state_whose_file_is_gone_is_fetched_again_and_troubles_nobody(catalogue: Catalogue, tmp_path: Path) -> None:
    study = receive(catalogue, map(as_bytes, [IMAGE, _state("1")]))
    for path in (tmp_path / "data" / "instances").iterdir():
        path.unlink()
    assert _shelf(catalogue).of_case(_case(study), CancelToken()).states == ()


def test_headers_carry_the_sites_rule_for_windows(catalogue: Catalogue) -> None:
    study = receive(catalogue, [as_bytes(IMAGE)])
    objects = StoredObjects(catalogue)
    [usual] = HeaderShelf(catalogue, objects).of_study(study, CancelToken())
    assert usual.windows_act_on == ""
    rules = DisplayRules.shipped().with_own({"MR": "rescaled values"})
    [ruled] = HeaderShelf(catalogue, objects, rules=rules).of_study(study, CancelToken())
    assert ruled.windows_act_on == "rescaled values"
