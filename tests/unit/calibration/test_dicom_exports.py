"""Encapsulated PDF, and the Display System as DICOM JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from calibration.exports.dicom_documents import encapsulated_pdf, pdf_inside
from calibration.exports.dicom_items import item
from calibration.exports.display_system import display_system, display_system_json, xy_of
from calibration.exports.report_material import material_of
from calibration.exports.report_pdf import report_pdf
from calibration.records.record import CalibrationRecord, Record
from tests.helpers.oracles import dciodvfy_errors
from tests.helpers.sample_records import (
    METER,
    ROOM,
    no_ambient,
    sample_answers,
    sample_calibrated,
    sample_check,
    stored,
)
from workstation.foundation.errors import BadInput


def system_of(record: Record, before: tuple[Record, ...] = ()) -> Dataset:
    chain = stored([*before, record])
    return display_system(material_of(chain[-1], chain))


def results_of(system: Dataset) -> Dataset:
    subsystem = system.QAResultsSequence[0].DisplaySubsystemQAResultsSequence[0]
    return subsystem.ConfigurationQAResultsSequence[0]


def test_the_pdf_comes_back_byte_for_byte_and_the_object_is_valid(tmp_path: Path) -> None:
    for number, record in enumerate((sample_check(), sample_calibrated()[-1])):
        kept = stored([record])[0]
        pdf = report_pdf(kept)
        for padded in (pdf, pdf + b"\n"):  # of even and of odd length
            file = tmp_path / f"{number}-{len(padded)}.dcm"
            file.write_bytes(encapsulated_pdf(padded, kept))
            read = pydicom.dcmread(file)
            assert pdf_inside(read) == padded
            assert dciodvfy_errors(file) == []


def test_the_patient_is_no_person_and_uids_stay_the_same() -> None:
    kept = stored([sample_check()])[0]
    first, again = (pydicom.dcmread(io.BytesIO(encapsulated_pdf(b"%PDF-1.4", kept))) for _ in range(2))
    assert first.QualityControlSubject == "YES"
    assert str(first.PatientName) == "SYNTHETIC^QA"
    assert first.SOPInstanceUID == again.SOPInstanceUID
    other = stored([sample_check(seed=9)])[0]
    assert pydicom.dcmread(io.BytesIO(encapsulated_pdf(b"%PDF-1.4", other))).SOPInstanceUID != first.SOPInstanceUID


def test_names_that_break_the_rules_of_dicom_are_mended(tmp_path: Path) -> None:
    check = sample_check("A\\B/Model with a very long name/" + "9" * 80)
    file = tmp_path / "odd.dcm"
    file.write_bytes(encapsulated_pdf(b"%PDF-1.4 ", stored([check])[0]))
    assert dciodvfy_errors(file) == []


def test_dicom_json_goes_through_pydicom_and_back() -> None:
    check = sample_check(uniformity=True, answers=sample_answers(), meter=replace(METER, measures_colour=True))
    chain = stored([check])
    text = display_system_json(material_of(chain[0], chain))
    read = Dataset.from_json(text.decode())
    assert read.SOPClassUID == "1.2.840.10008.5.1.1.40"
    assert read == display_system(material_of(chain[0], chain))
    assert b'"Value": []' not in text
    target = io.BytesIO()
    pydicom.dcmwrite(target, read, implicit_vr=False, little_endian=True)  # every value fits its VR


def test_luminances_hold_the_ambient_light_once() -> None:
    check = sample_check(calibrated=False, uniformity=True)
    luminance = results_of(system_of(check)).LuminanceResultSequence[0]
    points = luminance.LuminanceResponseSequence
    assert luminance.NumberOfLuminancePoints == len(points) == 18
    assert [point.DDLValue for point in points] == list(range(0, 256, 15))
    means = check.series[0].means()
    assert points[0].LuminanceValue == pytest.approx(means[0] + ROOM.luminance_cd_m2, rel=1e-6)
    assert luminance.AmbientLightValueSource == "MEASURED"

    seen = replace(check, series=tuple(replace(each, includes_ambient=True) for each in check.series))
    first = results_of(system_of(seen)).LuminanceResultSequence[0].LuminanceResponseSequence[0]
    assert first.LuminanceValue == pytest.approx(means[0], rel=1e-6)


def test_p_values_are_told_as_the_ddls_they_were_shown_with() -> None:
    records = sample_calibrated()
    calibration = records[-1]
    assert isinstance(calibration, CalibrationRecord)
    results = results_of(system_of(calibration, records[:-1]))
    ddls = [point.DDLValue for point in results.LuminanceResultSequence[0].LuminanceResponseSequence]
    assert ddls == [calibration.ddl[level] for level in range(0, 256, 15)]
    assert ddls != list(range(0, 256, 15))
    assert results.DisplayCalibrationResultSequence[0].LuminanceCharacteristicsID == 1


def test_without_the_lut_on_record_no_ddl_is_made_up() -> None:
    results = results_of(system_of(sample_check(uniformity=True)))
    assert len(results.LuminanceResultSequence) == 0
    assert len(results.LuminanceUniformityResultSequence) == 0


def test_uniformity_stands_row_by_row_with_the_code_of_its_places() -> None:
    check = sample_check(calibrated=False, uniformity=True, meter=replace(METER, measures_colour=True))
    dark, bright = results_of(system_of(check)).LuminanceUniformityResultSequence
    assert [each.MeasurementPatternCodeSequence[0].CodeMeaning for each in (dark, bright)] == [
        "TG18-UNL10 Pattern",
        "TG18-UNL80 Pattern",
    ]
    assert (bright.DDLValue, bright.WhitePointFlag, bright.NumberOfLuminancePoints) == (204, "YES", 5)
    measured = {each.place: each.mean_cd_m2 for each in check.series[1].measured if each.level == 204}
    ordered = [measured[p] + 0.2 for p in ("top left", "top right", "centre", "bottom left", "bottom right")]
    assert [point.LuminanceValue for point in bright.LuminanceResponseSequence] == pytest.approx(ordered, rel=1e-6)


def test_answers_are_passes_and_failures_of_synthetic_patterns() -> None:
    visual = results_of(system_of(sample_check(answers=sample_answers(bad=True)))).VisualEvaluationResultSequence[0]
    assert [each.TestResult for each in visual.VisualEvaluationTestSequence] == ["PASS", "FAIL", "PASS"]
    pattern = visual.VisualEvaluationTestSequence[0].TestPatternCodeSequence[0]
    assert (pattern.CodingSchemeDesignator, pattern.CodeMeaning) == ("99LIGHTBOX", "Synthetic pattern: ambient")
    assert visual.VisualEvaluationMethodCodeSequence[0].CodeValue == "109701"


def test_the_exact_ambient_light_is_told_beside_its_whole_number() -> None:
    target = system_of(sample_check()).TargetLuminanceCharacteristicsSequence[0]
    assert (target.DisplayFunctionType, target.ReflectedAmbientLight) == ("GSDF", 0)
    assert target.LuminanceResponseDescription == "Reflected ambient light 0.2 cd/m2 exactly"
    assert target.TargetMaximumLuminance == pytest.approx(410.6, abs=0.5)
    unknown = system_of(sample_check(ambient=no_ambient())).TargetLuminanceCharacteristicsSequence[0]
    assert unknown.AmbientLightValueSource == "DEFAULT"


def test_a_changed_record_says_that_it_is_not_valid() -> None:
    kept = replace(stored([sample_check()])[0], is_sound=False)
    subsystem = display_system(material_of(kept, [kept])).DisplaySubsystemSequence[0]
    assert subsystem.SystemStatusComment.startswith("NOT VALID")


def test_a_calibration_without_checks_has_nothing_to_tell() -> None:
    with pytest.raises(BadInput, match="no check on record"):
        system_of(sample_calibrated()[-1])


def test_d65_in_both_diagrams() -> None:
    assert xy_of(0.19783, 0.46833) == pytest.approx([0.3127, 0.3290], abs=1e-4)


def test_a_keyword_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="LuminanceOfTheMoon"):
        item(LuminanceOfTheMoon=1)


def test_json_numbers_are_plain() -> None:
    chain = stored([sample_check(calibrated=False)])
    document = json.loads(display_system_json(material_of(chain[0], chain)))
    target = document["00287008"]["Value"][0]
    assert target["00287019"] == {"vr": "CS", "Value": ["GSDF"]}
    assert len(str(target["0028701E"]["Value"][0])) <= 8
