"""Parsers of the site against whatever may come: multipart, HL7, matching, faults."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.demo_site.dicom_json import element, person, sequence
from workstation.demo_site.faults import FAULTS, Faults
from workstation.demo_site.hl7 import BadMessage, parse_message
from workstation.demo_site.matching import search_of
from workstation.demo_site.multipart import BadMultipart, MultipartWriter, parts_of
from workstation.demo_site.web import Request
from workstation.foundation.errors import BadInput


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_multipart_survives_the_round_trip(contents: list[bytes]) -> None:
    writer = MultipartWriter("application/dicom")
    body = b"".join(
        writer.head([("Content-Type", "application/dicom")], is_first=not index) + content
        for index, content in enumerate(contents)
    )
    parts = parts_of(writer.content_type, body + writer.tail())
    assert [part.content for part in parts] == contents
    assert all(part.headers == {"content-type": "application/dicom"} for part in parts)


@given(st.text(max_size=60), st.binary(max_size=200))
def test_any_multipart_is_read_or_refused(content_type: str, body: bytes) -> None:
    for name in (content_type, "multipart/related; boundary=x"):
        with suppress(BadMultipart):
            parts_of(name, body)


def test_parts_without_headers_are_read() -> None:
    (part,) = parts_of("multipart/related; boundary=b", b"--b\r\n\r\ncontent\r\n--b--")
    assert (part.headers, part.content) == ({}, b"content")


@given(st.binary(max_size=300))
def test_any_hl7_is_read_or_refused(raw: bytes) -> None:
    for message in (raw, b"MSH|^~\\&" + raw):
        with suppress(BadMessage):
            parse_message(message)


def test_escaped_delimiters_are_read() -> None:
    message = parse_message(b"MSH|^~\\&|A|B\rOBR|1||A\\T\\1\\E\\\\F\\^x\r")
    assert message.value(next(message.fields("OBR")), 3) == "A&1\\|"


def rows() -> list[dict[str, object]]:
    return [
        {
            "00100010": person("SYNTHETIC^Ada=合成^あ"),
            "00080020": element("DA", "20260301"),
            "00404011": element("DT", "20260301120000+0100"),
            "00080061": element("CS", "CT", "SR"),
            "0020000D": element("UI", "1.2.3"),
            "0040A370": sequence({"00080050": element("SH", "A*1")}, {"00080050": element("SH", "B2")}),
        }
    ]


@pytest.mark.parametrize(
    ("name", "value", "matches"),
    [
        ("PatientName", "synthetic^ada", True),
        ("PatientName", "*合成*", True),
        ("PatientName", "ada", False),
        ("StudyDate", "20260301", True),
        ("StudyDate", "202603", True),
        ("StudyDate", "20260302-", False),
        ("StudyDate", "20260101-20260301", True),
        ("ExpectedCompletionDateTime", "20260301110000+0000", True),
        ("ExpectedCompletionDateTime", "20260301105959-20260301110001", True),
        ("ExpectedCompletionDateTime", "-20260301100000+0000", False),
        ("ExpectedCompletionDateTime", "-20260301110000-0500", True),
        ("ExpectedCompletionDateTime", "soon", False),
        ("ModalitiesInStudy", "SR", True),
        ("ModalitiesInStudy", "MR,SR", True),
        ("ModalitiesInStudy", "MR", False),
        ("StudyInstanceUID", "1.2", False),
        ("StudyInstanceUID", "1.2,1.2.3", True),
        ("0040A370.00080050", "B?", True),
        ("ReferencedRequestSequence.AccessionNumber", "C*", False),
        ("PatientID", "x", False),
        ("PatientID", "", True),
        ("fuzzymatching", "true", True),
        ("includefield", "all", True),
    ],
)
def test_matching(name: str, value: str, matches: bool) -> None:
    found = search_of(Request("GET", "/", query=((name, value),))).among(rows())
    assert bool(found) is matches


def test_all_wrong_faults_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        Faults({"slow_ms": "much", "no_such": "1", "drop_response": "claim"})
    assert "no_such" in caught.value.what
    assert "slow_ms" in caught.value.what
    assert "drop_response" not in caught.value.what


def test_every_fault_has_a_sentence_of_help() -> None:
    assert all(kind.help and kind.form for kind in FAULTS.values())


def test_faults_with_a_count_strike_so_often() -> None:
    faults = Faults({"drop_response": "claim:2,stow"})
    assert [faults.strikes("drop_response", "claim") for _ in range(4)] == [True, True, False, False]
    assert faults.strikes("drop_response", "stow")
    assert not faults.strikes("drop_response", "wado")
    faults.set("drop_response", "3")
    assert [faults.strikes("drop_response", "wado") for _ in range(6)] == [False, False, True] * 2
    faults.clear("drop_response")
    assert not faults.strikes("drop_response", "claim")


def test_a_share_of_connections_is_cut() -> None:
    faults = Faults({"drop_rate": "0.5"})
    cuts = [faults.cuts() for _ in range(1000)]
    assert 400 < sum(map(bool, cuts)) < 600
    assert {"before", "after", ""} == set(cuts)
    faults.clear()
    assert not faults.cuts()
