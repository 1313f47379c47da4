"""Standardized uptake values: known answers, and a reason in words wherever there is none."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tests.helpers.pet_studies import BQ_ML_AT_SUV_1, DOSE_BQ, WEIGHT_KG, pet_series, pet_slice
from workstation.dicom.pet_acquisition import PetAcquisition, moment_of
from workstation.dicom.reading import header_of, read_dataset
from workstation.imaging.decoding import decode_frame
from workstation.imaging.gray_table import chain_for
from workstation.imaging.presets import preset_named
from workstation.imaging.quantities import reading_at, reading_text, statistics_over
from workstation.imaging.suv import NoSuv, SuvScale, body_surface_m2, lean_body_mass_kg, suv_scale


def written(dataset: Dataset) -> bytes:
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def scale_of(**changes: Any) -> SuvScale | NoSuv:
    pet = header_of(read_dataset(written(pet_slice(**changes)))).pet
    assert pet is not None
    return suv_scale(pet)


def factor_of(**changes: Any) -> float:
    scale = scale_of(**changes)
    assert isinstance(scale, SuvScale)
    assert scale.body_weight is not None
    return scale.body_weight


def test_every_slice_of_another_slope_reads_the_same_uptake() -> None:
    for dataset in pet_series():
        data = written(dataset)
        header, frame = header_of(read_dataset(data)), decode_frame(data)
        reading = reading_at(frame, header, 16, 16)
        assert reading is not None
        by_unit = {quantity.unit: quantity.value for quantity in reading.quantities}
        assert by_unit["g/ml SUVbw"] == pytest.approx(5.0, rel=1e-3)  # stored values are whole numbers
        assert by_unit["Bq/ml"] == pytest.approx(5.0 * BQ_ML_AT_SUV_1, rel=1e-3)
        mask = np.zeros((32, 32), dtype=bool)
        mask[10:20, 10:20] = True
        statistics = statistics_over(frame, header, mask)
        assert statistics is not None
        assert (statistics.unit, statistics.count) == ("g/ml SUVbw", 100)
        assert statistics.mean == pytest.approx(5.0, rel=1e-3)


def test_the_lesion_of_the_known_study(open_data: Path) -> None:
    """370 MBq at 09:00, scan at 10:00, 70 kg: SUVbw 12.0 on slices 11 to 15."""
    for number in range(11, 16):
        data = (open_data / "ct_head_prior_current" / "current_pet" / f"PT{number:04d}.dcm").read_bytes()
        header, frame = header_of(read_dataset(data)), decode_frame(data)
        reading = reading_at(frame, header, 52, 80)
        assert reading is not None
        assert reading.quantities[0].value == pytest.approx(12.0, abs=0.001)
        assert reading_text(reading).startswith("12.0 g/ml SUVbw")


def test_the_factor_itself() -> None:
    assert factor_of() == pytest.approx(1 / BQ_ML_AT_SUV_1, rel=1e-12)


def test_lean_mass_and_surface_where_height_and_sex_allow() -> None:
    scale = scale_of()
    assert isinstance(scale, SuvScale)
    lean = lean_body_mass_kg(WEIGHT_KG, 1.70, "F")
    assert lean == pytest.approx(9270 * 74 / (8780 + 244 * 74 / 1.7**2))
    assert scale.lean_body == pytest.approx(lean / WEIGHT_KG / BQ_ML_AT_SUV_1)
    assert body_surface_m2(70, 1.70) == pytest.approx(1.810, abs=0.005)
    assert scale.body_surface == pytest.approx(
        body_surface_m2(WEIGHT_KG, 1.70) * 1e4 / (BQ_ML_AT_SUV_1 * WEIGHT_KG * 1000)
    )
    without_sex, without_height = scale_of(PatientSex="O"), scale_of(PatientSize=None)
    assert isinstance(without_sex, SuvScale)
    assert (without_sex.lean_body, without_sex.body_surface is not None) == (None, True)
    assert without_height == SuvScale(1 / BQ_ML_AT_SUV_1)


def test_decay_corrected_to_the_injection_uses_the_whole_dose() -> None:
    assert factor_of(DecayCorrection="ADMIN") == pytest.approx(WEIGHT_KG * 1000 / DOSE_BQ)


def test_an_injection_before_midnight() -> None:
    late = {"RadiopharmaceuticalStartTime": "233000", "SeriesTime": "003000", "AcquisitionTime": "003100"}
    assert factor_of(**late) == pytest.approx(1 / BQ_ML_AT_SUV_1)


def test_the_date_of_the_injection_comes_first() -> None:
    assert factor_of(RadiopharmaceuticalStartDateTime="20260110090000.00", RadiopharmaceuticalStartTime="093000") == (
        pytest.approx(1 / BQ_ML_AT_SUV_1)
    )


def test_the_makers_scan_time_comes_before_the_series_time() -> None:
    dataset = pet_slice(SeriesTime="113000")
    dataset.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20260110100000.00")
    pet = header_of(read_dataset(written(dataset))).pet
    assert pet is not None
    scale = suv_scale(pet)
    assert isinstance(scale, SuvScale)
    assert scale.body_weight == pytest.approx(1 / BQ_ML_AT_SUV_1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Units": None}, "unit of the values is not stated"),
        ({"Units": "PROPCPS"}, "unit of the values is PROPCPS"),
        ({"Units": "CNTS"}, "counts, without the maker's factor"),
        ({"Units": "GML", "SUVType": "IBW"}, "unknown SUV type IBW"),
        ({"CorrectedImage": ["DECY", "SCAT"]}, "not corrected for attenuation"),
        ({"CorrectedImage": ["ATTN"]}, "not corrected for decay"),
        ({"CorrectedImage": None}, "not corrected for attenuation and decay"),
        ({"DecayCorrection": "NONE"}, "decay correction is NONE"),
        ({"DecayCorrection": None}, "decay correction is not stated"),
        ({"PatientWeight": None}, "weight is missing"),
        ({"PatientWeight": 0}, "weight is missing"),
        ({"PatientWeight": 74000}, "weight is not plausible"),
        ({"RadionuclideTotalDose": None}, "dose or the half-life is missing"),
        ({"RadionuclideTotalDose": 370}, "not plausible in becquerel"),
        ({"RadionuclideHalfLife": None}, "dose or the half-life is missing"),
        ({"RadionuclideHalfLife": 1.83}, "half-life is not plausible"),
        ({"RadiopharmaceuticalStartTime": None}, "time of the injection is missing"),
        ({"RadiopharmaceuticalStartTime": "noon"}, "time of the injection is missing"),
        ({"RadiopharmaceuticalStartTime": "110000"}, "between injection and scan is not plausible"),
        ({"RadiopharmaceuticalStartDateTime": "20260110110000"}, "injection is later than the scan"),
        ({"RadionuclideHalfLife": 282276.0}, "day of the injection is not stated"),
        ({"SeriesTime": None}, "time of the series is missing"),
        ({"SeriesTime": "120000"}, "later than that of the image"),
    ],
)
def test_no_suv_says_why(changes: dict[str, Any], reason: str) -> None:
    scale = scale_of(**changes)
    assert isinstance(scale, NoSuv)
    assert reason in scale.reason


def test_a_half_life_that_is_not_the_nuclides() -> None:
    pet = PetAcquisition(
        units="BQML",
        corrected=("ATTN", "DECY"),
        decay_correction="ADMIN",
        weight_kg=70,
        dose_bq=1e8,
        half_life_s=109.8,
        nuclide=("", "^18^Fluorine F-18"),
    )
    assert suv_scale(pet) == NoSuv("the half-life is not plausible in seconds")


def test_without_a_suv_the_probe_reads_activity_and_the_reason() -> None:
    data = written(pet_slice(PatientWeight=None))
    reading = reading_at(decode_frame(data), header_of(read_dataset(data)), 16, 16)
    assert reading is not None
    assert [quantity.unit for quantity in reading.quantities] == ["Bq/ml"]
    assert reading_text(reading).endswith("no SUV: the patient's weight is missing")


def test_values_stored_as_uptake_are_used_as_they_are() -> None:
    data = written(pet_slice(Units="GML"))
    reading = reading_at(decode_frame(data), header_of(read_dataset(data)), 16, 16)
    assert reading is not None
    assert [quantity.unit for quantity in reading.quantities] == ["g/ml SUVbw"]
    assert scale_of(Units="GML", SUVType="LBM") == SuvScale(lean_body=1.0)


@pytest.mark.parametrize(("element", "value", "factor"), [(0x00, "0.0005", 0.0005), (0x09, "2.0", 2 / BQ_ML_AT_SUV_1)])
def test_counts_with_the_makers_factor(element: int, value: str, factor: float) -> None:
    dataset = pet_slice(Units="CNTS", PatientSize=None)
    dataset.private_block(0x7053, "Philips PET Private Group", create=True).add_new(element, "DS", value)
    pet = header_of(read_dataset(written(dataset))).pet
    assert pet is not None
    scale = suv_scale(pet)
    assert isinstance(scale, SuvScale)
    assert scale.body_weight == pytest.approx(factor)


@given(
    weight=st.floats(allow_nan=True) | st.none(),
    dose=st.floats(allow_nan=True) | st.none(),
    half_life=st.floats(allow_nan=True) | st.none(),
    correction=st.sampled_from(["START", "ADMIN", "NONE", ""]),
    units=st.sampled_from(["BQML", "CNTS", "GML", ""]),
    injected=st.datetimes() | st.none(),
)
def test_never_a_silent_zero_one_or_infinity(
    weight: float | None,
    dose: float | None,
    half_life: float | None,
    correction: str,
    units: str,
    injected: datetime | None,
) -> None:
    pet = PetAcquisition(
        units=units,
        corrected=("ATTN", "DECY"),
        decay_correction=correction,
        weight_kg=weight,
        dose_bq=dose,
        half_life_s=half_life,
        injection_time=injected,
        series_at=datetime(2026, 1, 10, 10),  # noqa: DTZ001 - DICOM times have no zone
    )
    scale = suv_scale(pet)
    if isinstance(scale, SuvScale) and units != "GML":
        assert scale.body_weight is not None
        assert 0 < scale.body_weight < np.inf
        assert 60 <= (half_life or 0) <= 2.6e6
    else:
        assert units == "GML" or isinstance(scale, NoSuv)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260110100000", datetime(2026, 1, 10, 10)),  # noqa: DTZ001
        ("202601101030", datetime(2026, 1, 10, 10, 30)),  # noqa: DTZ001
        ("20260110100000.25+0100", datetime(2026, 1, 10, 10, 0, 0, 250000)),  # noqa: DTZ001
        ("20260110", None),
        ("2026011025", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_dates_and_times(text: str, expected: datetime | None) -> None:
    assert moment_of(text) == expected


def test_windows_in_uptake_act_after_each_slices_own_slope() -> None:
    """The same window and the same activity give the same grey whatever the slope of the slice is."""
    datasets = pet_series(suv=3.5)
    first = header_of(read_dataset(written(datasets[0])))
    preset = preset_named(first, "SUV7")
    assert preset is not None
    greys = set()
    for dataset in datasets:
        data = written(dataset)
        chain = chain_for(header_of(read_dataset(data)), preset.voi)
        greys.add(int(chain.p_values(decode_frame(data).pixels[16:17, 16])[0]) >> 6)
    assert greys <= {511, 512}  # 3.5 of 7: the middle of 1024 levels, within the rounding of the stored values


def test_no_windows_in_uptake_where_there_is_none() -> None:
    header = header_of(read_dataset(written(pet_slice(PatientWeight=None))))
    assert preset_named(header, "SUV7") is None
