"""Hanging real, openly licensed studies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.hanging_studies import a_header, a_stack, reading_room
from workstation.dicom.reading import header_of, read_header
from workstation.hanging.engine import hang
from workstation.hanging.hung import Hanging
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.study_of_headers import hanging_studies_of, hanging_study_of


def _hung(folder: Path) -> Hanging:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    studies = hanging_studies_of((header_of(read_header(p.read_bytes())) for p in files), patient_key="one")
    return hang(studies[-1], studies[:-1], reading_room(), load_protocols())


def test_head_ct_with_prior(open_data: Path) -> None:
    hanging = _hung(open_data / "ct_head_prior_current")
    descriptions = [v.display_set.description for v in hanging.viewports if v.display_set]
    assert hanging.protocol_id == "cross-sectional-compare"
    assert descriptions == ["HEAD 4mm GANTRY TILT", "HEAD 4mm PRIOR (COMPOSED)"]


@pytest.mark.parametrize("side", ["current", "prior"])
def test_screening_mammograms(open_data: Path, side: str) -> None:
    hanging = _hung(open_data / "mg_screening")
    names = [v.display_set.description for v in hanging.viewports if v.display_set and v.from_.startswith(side)]
    assert names == ["R CC", "L CC", "R MLO", "L MLO"]
    assert not any(v.is_mirrored for v in hanging.viewports)


def test_brain_mr(open_data: Path) -> None:
    hanging = _hung(open_data / "mr_brain_study")
    assert hanging.stage == "mr-spread"
    assert {v.screen for v in hanging.viewports} == {"diagnostic:1", "diagnostic:2"}
    assert {v.plane for v in hanging.viewports} == {"AXIAL", "CORONAL", "SAGITTAL"}


def test_a_study_from_headers_in_any_order() -> None:
    headers = [
        *a_stack("1.1", 2, "Chest", body_part="CHEST", accession="A1", study_date="20240610", study_time="1015"),
        *a_stack("1.1", 3, "Abdomen", body_part="ABDOMEN", study_description="CT chest and abdomen"),
        a_header("1.1.4", modality="SR", rows=0, columns=0, frames=0),
    ]
    study = hanging_study_of(headers, patient_key="one")
    assert study == hanging_study_of(headers[::-1], patient_key="one")
    assert study.modalities == ("CT", "SR")
    assert study.image_modalities == ("CT",)
    assert study.regions == ("ABDOMEN", "CHEST")
    assert (study.accession, study.moment) == ("A1", ("2024-06-10", "1015"))
    assert len(study.hangable()) == 2
