"""Images and documents over DICOMweb: QIDO-RS, WADO-RS and STOW-RS (PS3.18 chapter 10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from workstation.foundation.cancel import CancelToken
from workstation.sync.errors import WrongAnswer
from workstation.sync.http_transport import SiteConnection
from workstation.sync.json_answers import DICOM_JSON, datasets_of, json_of
from workstation.sync.multipart import ACCEPT_DICOM, dicom_parts, encode_parts

_PAGE = 1000
_STUDY_FIELDS = ",".join(
    (
        *("00080020", "00080030", "00080050", "00081030", "00080061", "00180015", "00201206", "00201208"),
        *("00100010", "00100020", "00100021", "00100030", "00100040"),
    )
)
_INSTANCE_FIELDS = "00080016,00080018,00080060,0020000E,00200011,00200013,00280008"


@dataclass(frozen=True)
class StowAnswer:
    """What STOW-RS answered. An archive's "stored" is a claim, not a proof."""

    stored: tuple[str, ...] = field(repr=False)
    failed: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    """(SOP Instance UID, Failure Reason (0008,1197) as PS3.18 table 10.5.3-1 lists them)."""

    @property
    def is_passing_trouble(self) -> bool:
        """Whether every failure is one that can pass: out of resources (A7xx), processing failure (0110)."""
        return bool(self.failed) and all(reason >> 8 == 0xA7 or reason == 0x0110 for _, reason in self.failed)


class DicomWeb:
    """One DICOMweb service.

    Parameters
    ----------
    url
        Root of the service; ``/studies`` follows it.
    """

    def __init__(self, connection: SiteConnection, url: str) -> None:
        self._connection = connection
        self._url = url.rstrip("/")

    def studies_of_patient(self, patient_id: str) -> list[dict[str, Any]]:
        """Study-level matches for a Patient ID; the caller compares issuers, because few archives match on them."""
        return self._search("/studies", {"00100020": patient_id, "includefield": _STUDY_FIELDS}, "0020000D")

    def study(self, study_uid: str) -> dict[str, Any] | None:
        """One study-level match; None when the archive does not have it."""
        found = self._search("/studies", {"0020000D": study_uid, "includefield": _STUDY_FIELDS}, "0020000D")
        return found[0] if found else None

    def series_of_study(self, study_uid: str) -> list[dict[str, Any]]:
        """Series-level matches of a study."""
        return self._search(f"/studies/{study_uid}/series", {}, "0020000E")

    def instances_of_study(self, study_uid: str) -> list[dict[str, Any]]:
        """Instance-level matches of a study, with the series values that `_INSTANCE_FIELDS` asks for."""
        return self._search(f"/studies/{study_uid}/instances", {"includefield": _INSTANCE_FIELDS}, "00080018")

    def instance(self, study_uid: str, series_uid: str, sop_uid: str, cancel: CancelToken | None = None) -> bytes:
        """One instance as a DICOM file, in the transfer syntax it is stored in.

        Raises
        ------
        Refused
            With status 404 when the archive does not have it.
        WrongAnswer
            When the answer is no DICOM file or is cut short.
        """
        url = f"{self._url}/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}"
        answer = self._connection.get(url, accept=ACCEPT_DICOM, cancel=cancel)
        parts = dicom_parts(answer)
        if len(parts) != 1:
            raise WrongAnswer(answer.service, f"{len(parts)} files instead of one")
        return parts[0]

    def store(self, instance: bytes, study_uid: str = "") -> StowAnswer:
        """Send one DICOM file."""
        body, content_type = encode_parts([instance])
        path = f"/studies/{study_uid}" if study_uid else "/studies"
        answer = self._connection.post(
            self._url + path, body, content_type=content_type, accept=DICOM_JSON, also_accept=(409,)
        )
        said = json_of(answer)
        if not isinstance(said, dict):
            raise WrongAnswer(answer.service, "it did not say what it stored")
        return _stow_answer(said)

    def rebased(self, url: str) -> str:
        """A URL that the server named, on the base that the profile names.

        Archives build such URLs from their own idea of their address, often without the port.

        Raises
        ------
        WrongAnswer
            When its path is not below our root.
        """
        own, named = urlsplit(self._url), urlsplit(url)
        if not named.path.startswith(own.path + "/"):
            raise WrongAnswer(self._connection.service_of(self._url), "it named an address outside its own")
        query = f"?{named.query}" if named.query else ""
        return f"{own.scheme}://{own.netloc}{quote(named.path, safe='/%')}{query}"

    def _search(self, path: str, params: Mapping[str, str], key: str) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        while True:
            paging = {"limit": str(_PAGE), "offset": str(len(found))}
            answer = self._connection.get(self._url + path, accept=DICOM_JSON, params={**params, **paging})
            page = datasets_of(answer)
            fresh = {uid: each for each in page if (uid := _first(each, key)) and uid not in found}
            found.update(fresh)
            says_more = answer.headers.get("warning", "").startswith("299")
            if not fresh or (len(page) < _PAGE and not says_more):
                return list(found.values())


def _stow_answer(said: Mapping[str, Any]) -> StowAnswer:
    """Read the Store Instances Response (PS3.18 10.5.3): an empty Failed SOP Sequence is no failure."""
    stored = tuple(_first(item, "00081155") for item in _items(said, "00081199"))
    failed = tuple((_first(item, "00081155"), int(_first(item, "00081197") or 0)) for item in _items(said, "00081198"))
    return StowAnswer(stored, failed)


def _items(dataset: Mapping[str, Any], tag: str) -> list[Mapping[str, Any]]:
    return [item for item in (dataset.get(tag) or {}).get("Value") or [] if isinstance(item, dict)]


def _first(dataset: Mapping[str, Any], tag: str) -> str:
    values = (dataset.get(tag) or {}).get("Value") or [""]
    return str(values[0])
