"""The canonical report."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.reports import a_correction, a_linked_report, a_report, a_study, an_order
from workstation.dicom.patient import PatientIdentity
from workstation.reporting.canonical import Author, CanonicalReport, Predecessor, Section
from workstation.reporting.errors import UnreadableReport

_TEXT = st.text(st.characters(), max_size=40)


@given(_TEXT, _TEXT, _TEXT, st.floats(-1e6, 1e6))
def test_any_text_comes_back_from_the_canonical_bytes(name: str, text: str, organisation: str, offset: float) -> None:
    report = a_report(
        patient=PatientIdentity("1", "", name),
        sections=(Section("findings", "Findings", text),),
        author=Author("u", name, organisation),
        site_clock_offset_s=offset,
    )
    content = report.canonical_bytes()
    assert CanonicalReport.from_bytes(content) == report
    assert report.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("report", [a_report(), a_linked_report(), a_correction(a_report())])
def test_reports_of_every_kind_come_back(report: CanonicalReport) -> None:
    again = CanonicalReport.from_bytes(report.canonical_bytes())
    assert again == report
    assert again.sha256 == report.sha256


def test_the_bytes_are_canonical_json() -> None:
    content = a_report().canonical_bytes()
    body = json.loads(content)
    assert json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == content
    assert body["schema"] == "report/1"


def _without_order(body: dict[str, Any]) -> None:
    body["orders"] = []


def _with_another_key(body: dict[str, Any]) -> None:
    body["extra"] = 1


def _with_another_key_inside(body: dict[str, Any]) -> None:
    body["author"]["extra"] = 1


def _with_a_number_for_text(body: dict[str, Any]) -> None:
    body["patient"]["name"] = 5


def _with_another_schema(body: dict[str, Any]) -> None:
    body["schema"] = "report/2"


@pytest.mark.parametrize(
    "change",
    [_without_order, _with_another_key, _with_another_key_inside, _with_a_number_for_text, _with_another_schema],
)
def test_what_is_not_a_canonical_report_is_refused_without_quoting_it(change: Any) -> None:
    body = json.loads(a_report().canonical_bytes())
    change(body)
    content = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(UnreadableReport) as caught:
        CanonicalReport.from_bytes(content)
    assert "Ada" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_same_report_written_otherwise_is_refused() -> None:
    content = json.dumps(json.loads(a_report().canonical_bytes()), indent=1).encode()
    with pytest.raises(UnreadableReport, match="canonical"):
        CanonicalReport.from_bytes(content)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe"])
def test_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableReport):
        CanonicalReport.from_bytes(content)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": 0},
        {"kind": "correction"},
        {"predecessor": Predecessor(1, "00")},
        {"version": 2, "kind": "correction", "predecessor": Predecessor(2, "00")},
        {"orders": ()},
        {"studies": (a_study(prior=True),)},
        {"signed_at": "2026-03-01T14:05:09"},
        {"signed_at": "yesterday"},
    ],
)
def test_a_report_that_contradicts_itself_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a canonical report"):
        a_report(**changes)


def test_repr_shows_no_patient_and_no_text() -> None:
    report = a_report()
    shown = repr(report) + repr(report.orders[0]) + repr(report.sections) + repr(report.studies) + repr(report.author)
    for secret in ("Ada", "P-100-7", "A-4711", "haematoma", "Okafor", "1.2.826", "Renata"):
        assert secret not in shown


def test_the_documents_lie_in_the_study_of_the_first_order() -> None:
    report = a_linked_report()
    assert report.primary_study.study_uid == report.orders[0].study_uid
    assert replace(report, orders=report.orders[::-1]).primary_study.study_uid == report.orders[1].study_uid
    assert replace(report, orders=(an_order(study_uid=""),)).primary_study == report.studies[0]


def test_the_moment_of_signing_is_told_in_the_zone_of_the_site() -> None:
    assert a_report().signed_moment.isoformat() == "2026-03-01T09:05:09-05:00"
    assert a_report(time_zone="Nowhere/Land").signed_moment.isoformat() == "2026-03-01T14:05:09+00:00"
