"""The HL7 message, judged by hl7apy."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hl7apy.v2_5_1 import FT
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.reports import NAMES, a_correction, a_linked_report, a_report, a_study, an_order
from workstation.dicom.patient import PatientIdentity
from workstation.reporting.canonical import Acknowledgement, Author, CanonicalReport, Section
from workstation.reporting.hl7_text import unescape
from workstation.reporting.oru_message import render_oru
from workstation.reporting.text import carried_text
from workstation.reporting.uids import message_control_id, sop_instance_uid


def _parsed(content: bytes, level: int = VALIDATION_LEVEL.TOLERANT) -> Any:
    message = parse_message(content.decode("utf-8"), validation_level=level, find_groups=True)
    assert message.validate()
    return message


def _segments(content: bytes, name: str) -> list[list[str]]:
    lines = content.decode("utf-8").split("\r")
    assert lines.pop() == ""
    return [line.split("|") for line in lines if line.startswith(name)]


def _short(**changes: Any) -> CanonicalReport:
    """hl7apy takes every OBX-5 for an ST of at most 199 characters when it is strict, whatever OBX-2 says."""
    sections = (Section("findings", "Findings", "Line one.\nLine two | with ^ and ~ & \\."),)
    return a_report(**{"sections": sections, **changes})


@pytest.mark.parametrize(
    "report", [_short(), _short(orders=a_linked_report().orders, studies=a_linked_report().studies)]
)
def test_hl7apy_parses_and_validates_it_strictly(report: CanonicalReport) -> None:
    _parsed(render_oru(report), VALIDATION_LEVEL.STRICT)


@pytest.mark.parametrize("report", [a_report(), a_linked_report(), a_correction(a_report())])
def test_hl7apy_validates_whole_reports(report: CanonicalReport) -> None:
    content = render_oru(report, pdf=b"%PDF-1.7 ...")
    message = _parsed(content)
    assert len(message.ORU_R01_PATIENT_RESULT) == 1
    assert len(message.ORU_R01_PATIENT_RESULT.ORU_R01_ORDER_OBSERVATION) == len(report.orders)
    for row in _segments(content, "OBX"):
        if row[2] == "FT":
            FT(row[5], validation_level=VALIDATION_LEVEL.STRICT)


def test_the_head_says_what_and_for_whom() -> None:
    content = render_oru(a_report(), receiving_application="RIS", receiving_facility="HARBOUR")
    (row,) = _segments(content, "MSH")
    assert row[1] == "^~\\&"
    assert row[2:6] == ["LIGHTBOX", "demo", "RIS", "HARBOUR"]
    assert row[6] == "20260301090509-0500"
    assert row[8] == "ORU^R01^ORU_R01"
    assert row[9] == message_control_id(a_report().report_id, 1)
    assert row[10:12] == ["P", "2.5.1"]
    assert row[14:16] == ["", ""]  # MSH-15, MSH-16: original mode, so that the answer is AA and not CA
    assert row[17] == "UNICODE UTF-8"


def test_the_patient_stands_there_once() -> None:
    (row,) = _segments(render_oru(a_linked_report()), "PID")
    assert row[3] == "P-100-7^^^SITE^MR"
    assert row[5] == "SYNTHETIC^Ada^Maria^^^^L"
    assert row[7:9] == ["19580723", "F"]


def test_each_accession_has_a_set_of_its_own() -> None:
    content = render_oru(a_linked_report())
    rows = _segments(content, "OBR")
    assert [row[18] for row in rows] == ["A-5001", "A-5002"]
    assert [row[4].split("^")[0] for row in rows] == ["24627-2", "41806-1"]
    assert [row[2:4] for row in rows] == [["P-5001", "F-5001"], ["P-5002", "F-5002"]]
    names = [line[:3] for line in content.decode().split("\r")[:-1]]
    assert names == ["MSH", "PID", "OBR", *["OBX"] * 7, "OBR", *["OBX"] * 7]
    assert [row[1] for row in _segments(content, "OBX")] == [str(n) for n in (*range(1, 8), *range(1, 8))]


def test_one_order_can_go_alone() -> None:
    report = a_linked_report()
    (row,) = _segments(render_oru(report, 1), "OBR")
    assert row[18] == "A-5002"
    assert _segments(render_oru(report, 1), "MSH")[0][9] != _segments(render_oru(report, 0), "MSH")[0][9]


def test_the_report_is_final_and_a_new_version_corrects_it() -> None:
    first, second = render_oru(a_report()), render_oru(a_correction(a_report()))
    assert [row[25] for row in _segments(first, "OBR")] == ["F"]
    assert [row[25] for row in _segments(second, "OBR")] == ["C"]
    assert {row[11] for row in _segments(first, "OBX")} == {"F"}
    assert {row[11] for row in _segments(second, "OBX")} == {"C"}
    assert _segments(first, "MSH")[0][9] != _segments(second, "MSH")[0][9]


def test_who_asked_and_who_read() -> None:
    (row,) = _segments(render_oru(a_report()), "OBR")
    assert row[16] == "^Okafor^Ngozi^^^Dr"
    assert row[31] == "^Fall from a ladder, confused."
    assert row[32] == "dr.demo&Demo&Renata"
    assert row[7] == "20260301134210"


def test_the_dicom_forms_can_be_found() -> None:
    report = a_report()
    rows = {row[3].split("^")[0]: row[5] for row in _segments(render_oru(report), "OBX")}
    assert rows["SR-UID"] == sop_instance_uid(report.report_id, 1, "SR")
    assert rows["PDF-UID"] == sop_instance_uid(report.report_id, 1, "PDF")
    assert rows["110180"] == report.primary_study.study_uid


def test_the_pdf_goes_along_when_asked() -> None:
    row = _segments(render_oru(a_report(), pdf=b"%PDF-1.7\r|^~"), "OBX")[-1]
    assert row[2] == "ED"
    assert row[5].split("^")[1:4] == ["AP", "PDF", "Base64"]
    assert base64.b64decode(row[5].split("^")[4]) == b"%PDF-1.7\r|^~"


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render_oru(a_linked_report()) == render_oru(a_linked_report())


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_survive(name: str) -> None:
    report = _short(
        patient=PatientIdentity("P|1", "S&T", name, "19580723", "F"),
        author=Author("u^1", name, "O"),
        orders=(an_order("A~1", referrer=name, procedure=f"CT | {name[:30]}", indication=f"line\n{name}"),),
    )
    content = render_oru(report)
    message = _parsed(content, VALIDATION_LEVEL.STRICT)
    family = unescape(message.ORU_R01_PATIENT_RESULT.ORU_R01_PATIENT.PID.PID_5.PID_5_1.to_er7())
    assert family == name.split("=", maxsplit=1)[0].split("^", maxsplit=1)[0]
    (obr,) = _segments(content, "OBR")
    assert unescape(obr[18]) == "A~1"


_ANY = st.text(st.one_of(st.sampled_from("|^~\\&\r\n"), st.characters()), max_size=80)


@settings(max_examples=60, deadline=None)
@given(_ANY, _ANY, _ANY)
def test_no_text_can_break_out_of_its_field(text: str, name: str, note: str) -> None:
    report = a_report(
        patient=PatientIdentity("P", "", name),
        sections=(Section("findings", "Findings", f"x{text}x"),),
        acknowledgements=(Acknowledgement("k", f"x{note}x"),),
    )
    content = render_oru(report)
    rows = [row for row in _segments(content, "OBX") if row[2] == "FT"]
    assert [unescape(row[5]) for row in rows] == [carried_text(f"x{text}x"), carried_text(f"x{note}x")]
    assert [line[:4] for line in content.decode().split("\r")[:-1]] == ["MSH|", "PID|", "OBR|", *["OBX|"] * 5]


def test_values_that_are_no_dates_are_left_out() -> None:
    report = a_report(
        patient=PatientIdentity("P", "", "A", "unknown", "X"), studies=(a_study(), a_study("1.2.9", prior=True))
    )
    (pid,) = _segments(render_oru(report), "PID")
    assert pid[7:9] == ["", "U"]


def test_a_procedure_without_a_code_keeps_its_words() -> None:
    report = a_report(orders=(an_order(procedure_code=("", "", "")),))
    (row,) = _segments(render_oru(report), "OBR")
    assert row[4] == "RP-4711^CT head without contrast^99LIGHTBOX"
