"""Attributes of a Unified Procedure Step that we send, as DICOM JSON (PS3.18 F.2; PS3.4 CC.2.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Attributes = dict[str, Any]

STATE = "00741000"
TRANSACTION_UID = "00081195"
PERFORMED_PROCEDURE = "00741216"
_SCHEME = "99LIGHTBOX"


@dataclass(frozen=True)
class Performer:
    """The reader, as an Actual Human Performer (0040,4035)."""

    user: str
    name: str
    organisation: str = ""


@dataclass(frozen=True)
class OutputReference:
    """One object that came out of the work: an instance of a study."""

    study_uid: str = field(repr=False)
    series_uid: str = field(repr=False)
    sop_class: str
    sop_uid: str = field(repr=False)


def state_change(state: str, transaction_uid: str) -> Attributes:
    """Body of Change Workitem State (PS3.18 11.7)."""
    return {STATE: _value("CS", state), TRANSACTION_UID: _value("UI", transaction_uid)}


def performer_announcement(performer: Performer) -> Attributes:
    """Who reads it: the harmless update by which a claim is announced and proven."""
    return {
        PERFORMED_PROCEDURE: _sequence({"00404035": _human_performers(performer)}),
        "00741002": _sequence({"00741006": _value("ST", "Being read")}),
    }


def cancellation(reason: str) -> Attributes:
    """Reason of a cancellation, as the Progress Information Sequence (0074,1002) carries it."""
    return {"00741002": _sequence(cancel_request(reason))}


def cancel_request(reason: str) -> Attributes:
    """Body of Request Cancellation (PS3.18 11.8)."""
    meaning = reason.strip()[:64] or "Returned to site"
    return {
        "00741238": _value("LT", reason or meaning),
        "0074100E": _sequence(_code("return-to-site", _SCHEME, meaning)),
    }


def final_attributes(
    performer: Performer,
    *,
    station: str,
    started: datetime,
    ended: datetime,
    outputs: Sequence[OutputReference],
    procedure_code: tuple[str, str, str] = ("", "", ""),
) -> Attributes:
    """What a work item must have before it may become COMPLETED (PS3.4 table CC.2.5-3, final state).

    Parameters
    ----------
    station
        Name of the workstation, for Performed Station Name Code Sequence (0040,4028).
    started, ended
        When reading began and the report was signed; aware.
    outputs
        SR and PDF of the report, for Output Information Sequence (0040,4033).
    procedure_code
        Value, scheme, meaning of what was done (0040,4019); reading in general when empty.
    """
    code = procedure_code if all(procedure_code) else ("read", _SCHEME, "Diagnostic reading")
    performed = {
        "00404035": _human_performers(performer),
        "00404028": _sequence(_code(station[:16] or "workstation", _SCHEME, station[:64] or "Reading workstation")),
        "00404050": _value("DT", dicom_moment(started)),
        "00404051": _value("DT", dicom_moment(ended)),
        "00404019": _sequence(_code(*code)),
        "00404033": _sequence(*_outputs(outputs)),
    }
    return {
        PERFORMED_PROCEDURE: _sequence(performed),
        "00741002": _sequence({"00741004": _value("DS", "100"), "00741006": _value("ST", "Report signed")}),
    }


def dicom_moment(moment: datetime) -> str:
    """A time as DT in UTC with its offset written (PS3.5 6.2)."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S") + "+0000"


def first_text(dataset: Mapping[str, Any], tag: str) -> str:
    """First value of an attribute as text; empty when there is none."""
    values = (dataset.get(tag) or {}).get("Value") or [""]
    return str(values[0]) if isinstance(values[0], str | int | float) else ""


def output_sop_uids(item: Mapping[str, Any]) -> frozenset[str]:
    """SOP Instance UIDs that a work item names as its results (Output Information Sequence 0040,4033)."""
    return frozenset(
        first_text(instance, "00081155")
        for performed in _items(item, PERFORMED_PROCEDURE)
        for output in _items(performed, "00404033")
        for instance in _items(output, "00081199")
    ) - {""}


def _items(dataset: Mapping[str, Any], tag: str) -> list[Mapping[str, Any]]:
    found = (dataset.get(tag) or {}).get("Value") or []
    return [each for each in found if isinstance(each, Mapping)]


def _outputs(outputs: Iterable[OutputReference]) -> list[Attributes]:
    by_series: dict[tuple[str, str], list[OutputReference]] = {}
    for output in outputs:
        by_series.setdefault((output.study_uid, output.series_uid), []).append(output)
    return [
        {
            "00404020": _value("CS", "DICOM"),
            "0020000D": _value("UI", study),
            "0020000E": _value("UI", series),
            "00081199": _sequence(
                *({"00081150": _value("UI", each.sop_class), "00081155": _value("UI", each.sop_uid)} for each in group)
            ),
        }
        for (study, series), group in by_series.items()
    ]


def _human_performers(performer: Performer) -> Attributes:
    human = {
        "00404009": _sequence(_code(performer.user[:16], _SCHEME, (performer.name or performer.user)[:64])),
        "00404037": {"vr": "PN", "Value": [{"Alphabetic": performer.name or performer.user}]},
        "00404036": _value("LO", (performer.organisation or "Home office")[:64]),
    }
    return _sequence(human)


def _code(value: str, scheme: str, meaning: str) -> Attributes:
    return {"00080100": _value("SH", value), "00080102": _value("SH", scheme), "00080104": _value("LO", meaning)}


def _value(vr: str, value: str) -> Attributes:
    return {"vr": vr, "Value": [value]}


def _sequence(*items: Attributes) -> Attributes:
    return {"vr": "SQ", "Value": list(items)}
