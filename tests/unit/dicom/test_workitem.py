from __future__ import annotations

import contextlib
import copy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.json_model import parse_moment
from workstation.dicom.workitem import WorkItem, parse_workitem

Json = dict[str, Any]


def attribute(vr: str, *values: Any) -> Json:
    return {"vr": vr, "Value": list(values)}


def code(value: str, meaning: str, scheme: str = "99LIGHTBOX") -> Json:
    return {
        "00080100": attribute("SH", value),
        "00080102": attribute("SH", scheme),
        "00080104": attribute("LO", meaning),
    }


def parameter(name: str, value: str | float, scheme: str = "99LIGHTBOX") -> Json:
    tag = "0040A160" if isinstance(value, str) else "0040A30A"
    return {"0040A043": attribute("SQ", code(name, name, scheme)), tag: attribute("UT", value)}


def performer(user: str, name: str) -> Json:
    return {"00404009": attribute("SQ", code(user, name)), "00404037": attribute("PN", {"Alphabetic": name})}


MINIMAL: Json = {"00080018": attribute("UI", "2.25.1"), "00741000": attribute("CS", "SCHEDULED")}

FULL: Json = {
    **MINIMAL,
    "00080201": attribute("SH", "+0200"),
    "00741200": attribute("CS", "HIGH"),
    "00741204": attribute("LO", "Read CT head"),
    "00741202": attribute("LO", "Neuro"),
    "00100010": attribute("PN", {"Alphabetic": "SYNTHETIC^Ann", "Ideographic": "山^花"}),
    "00100020": attribute("LO", "P-1"),
    "00100021": attribute("LO", "HOSP"),
    "00100030": attribute("DA", "19600229"),
    "00100040": attribute("CS", "F"),
    "00102000": attribute("LO", "Pacemaker"),
    "00102110": attribute("LO", "Iodine", "Latex"),
    "001021B0": attribute("LT", "Fall two hours ago"),
    "00380010": attribute("LO", "VISIT-9"),
    "00400400": attribute("LT", "Moved during scan"),
    "00404011": attribute("DT", "20260304120000"),
    "00404005": attribute("DT", "20260304110000.5+0100"),
    "00404034": attribute("SQ", performer("dr.demo", "Demo^Dora")),
    "00404041": attribute("CS", "READY"),
    "00404021": attribute(
        "SQ",
        {
            "0020000D": attribute("UI", "1.2.3"),
            "0020000E": attribute("UI", "1.2.3.1"),
            "00081199": attribute("SQ", {"00081155": attribute("UI", "1.2.3.1.1")}),
            "0040E025": attribute("SQ", {"00081190": attribute("UR", "https://site/studies/1.2.3")}),
        },
        {"0020000D": attribute("UI", "1.2.3")},
    ),
    "0040A370": attribute(
        "SQ",
        {
            "00080050": attribute("SH", "ACC-1"),
            "00080051": attribute("SQ", {"00400031": attribute("UT", "HOSP")}),
            "0020000D": attribute("UI", "1.2.3"),
            "00401001": attribute("SH", "RP1"),
            "00321060": attribute("LO", "CT head"),
            "00321064": attribute("SQ", code("CTH", "CT head", "99SITE")),
            "00401002": attribute("LO", "Fall, anticoagulated"),
            "00321032": attribute("PN", {"Alphabetic": "Refer^Rob"}),
            "00080094": attribute("SH", "+49 30 1234"),
            "00402016": attribute("LO", "PL1"),
            "00402017": attribute("LO", "FI1"),
        },
    ),
    "00741002": attribute("SQ", {"00741006": attribute("ST", "reading")}),
    "00741216": attribute("SQ", {"00404035": attribute("SQ", performer("dr.second", "Second^Sam"))}),
    "00741224": attribute("SQ", {"00081155": attribute("UI", "2.25.99")}),
    "00741210": attribute(
        "SQ",
        parameter("assignment-reason", "on call"),
        parameter("ai-finding", "haemorrhage"),
        parameter("ai-algorithm", "BleedNet"),
        parameter("ai-version", "2.1"),
        parameter("ai-confidence", 0.93),
        parameter("licence-state", "CA"),
        parameter("facility", "North"),
        parameter("modality", "CT"),
        parameter("body-region", "HEAD"),
        parameter("linked-group", "G1"),
        parameter("modality", "XX", scheme="99OTHER"),
    ),
}


def test_everything_is_read() -> None:
    item = parse_workitem(FULL)
    assert (item.uid, item.state, item.priority, item.is_stat) == ("2.25.1", "SCHEDULED", "HIGH", True)
    assert (item.label, item.worklist_label, item.linked_group) == ("Read CT head", "Neuro", "G1")
    assert item.patient.name == "SYNTHETIC^Ann=山^花"
    assert item.due == datetime(2026, 3, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    assert item.scheduled_start == datetime(2026, 3, 4, 10, 0, 0, 500_000, tzinfo=UTC)
    assert (item.performers, item.performer_names) == (("dr.demo",), ("Demo^Dora",))
    assert (item.claimed_by, item.claimed_name) == ("dr.second", "Second^Sam")
    assert (item.replaces, item.progress_text, item.admission_id) == ("2.25.99", "reading", "VISIT-9")
    assert (item.history, item.allergies, item.alerts) == ("Fall two hours ago", ("Iodine", "Latex"), ("Pacemaker",))
    assert item.technologist_notes == "Moved during scan"
    assert (item.facility, item.modality, item.body_region, item.licence_state) == ("North", "CT", "HEAD", "CA")
    assert item.assignment_reason == "on call"
    assert item.input_ready


def test_orders_and_inputs() -> None:
    item = parse_workitem(FULL)
    (order,) = item.orders
    assert (order.accession, order.accession_issuer, order.study_uid) == ("ACC-1", "HOSP", "1.2.3")
    assert (order.procedure, order.procedure_code) == ("CT head", ("CTH", "99SITE", "CT head"))
    assert (order.indication, order.referrer, order.referrer_phone) == (
        "Fall, anticoagulated",
        "Refer^Rob",
        "+49 30 1234",
    )
    assert (order.requested_procedure_id, order.placer_order, order.filler_order) == ("RP1", "PL1", "FI1")
    assert item.accessions == ("ACC-1",)
    assert item.study_uids == ("1.2.3",)
    assert item.inputs[0].sop_uids == ("1.2.3.1.1",)
    assert item.inputs[0].retrieve_url == "https://site/studies/1.2.3"


def test_the_algorithms_claim() -> None:
    ai = parse_workitem(FULL).ai
    assert ai is not None
    assert (ai.finding, ai.algorithm, ai.version, ai.confidence) == ("haemorrhage", "BleedNet", "2.1", 0.93)


def test_a_search_result_with_the_least_is_enough() -> None:
    item = parse_workitem(MINIMAL)
    assert (item.priority, item.orders, item.study_uids, item.ai, item.due) == ("MEDIUM", (), (), None, None)


def test_studies_of_the_orders_stand_in_for_missing_inputs() -> None:
    json = {key: value for key, value in FULL.items() if key != "00404021"}
    assert parse_workitem(json).study_uids == ("1.2.3",)


@pytest.mark.parametrize("place", ["progress", "top"])
def test_reason_for_cancellation(place: str) -> None:
    reason = {"00741238": attribute("LT", "Images incomplete")}
    json = {**MINIMAL, "00741002": attribute("SQ", reason)} if place == "progress" else {**MINIMAL, **reason}
    assert parse_workitem(json).discontinuation_reason == "Images incomplete"


def test_discontinuation_code_when_there_is_no_text() -> None:
    coded = {"0074100E": attribute("SQ", code("110513", "Discontinued for unspecified reason", "DCM"))}
    assert parse_workitem({**MINIMAL, "00741002": attribute("SQ", coded)}).discontinuation_reason.startswith("Discont")


@pytest.mark.parametrize(
    ("tag", "value", "named"),
    [
        ("00080018", attribute("UI"), "SOP Instance UID"),
        ("00741000", attribute("CS", "DONE"), "Procedure Step State"),
        ("00741200", attribute("CS", "URGENT"), "Priority"),
        ("00404011", attribute("DT", "tomorrow"), "Expected Completion"),
        ("00404021", attribute("SQ", "text"), "Input Information Sequence"),
        ("00404021", attribute("SQ", {}), "Study Instance UID"),
        ("00100010", attribute("PN", {"Alphabetic": 7}), "Patient's Name"),
        ("00100020", attribute("LO", [1]), "Patient ID"),
        ("0040A370", {"vr": "SQ", "Value": {}}, "Referenced Request Sequence"),
        ("00741210", attribute("SQ", parameter("ai-finding", "x"), parameter("ai-confidence", "high")), "Parameters"),
    ],
)
def test_a_fault_is_named_without_its_value(tag: str, value: Json, named: str) -> None:
    with pytest.raises(UnreadableWorkItem, match=named) as caught:
        parse_workitem({**FULL, tag: value})
    assert "tomorrow" not in str(caught.value)


def test_repr_holds_no_patient_data() -> None:
    shown = repr(parse_workitem(FULL)) + repr(parse_workitem(FULL).orders)
    for secret in ("SYNTHETIC", "P-1", "ACC-1", "2.25", "1.2.3", "Fall", "Demo"):
        assert secret not in shown


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["vr", "Value", "00080100"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(FULL)), _JSON)
def test_nonsense_is_read_or_refused_in_words(tag: str, nonsense: Any) -> None:
    json = {**copy.deepcopy(FULL), tag: nonsense}
    with contextlib.suppress(UnreadableWorkItem):
        assert isinstance(parse_workitem(json), WorkItem)


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("2026", "", datetime(2026, 1, 1, tzinfo=UTC)),
        ("202603041530", "", datetime(2026, 3, 4, 15, 30, tzinfo=UTC)),
        ("20260304153045.25-0530", "+0100", datetime(2026, 3, 4, 21, 0, 45, 250_000, tzinfo=UTC)),
        ("20260304153045", "-0530", datetime(2026, 3, 4, 21, 0, 45, tzinfo=UTC)),
    ],
)
def test_moments(text: str, offset: str, expected: datetime) -> None:
    assert parse_moment(text, offset=offset) == expected
