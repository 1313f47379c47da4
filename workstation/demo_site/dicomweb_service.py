"""DICOMweb over the embedded archive: QIDO-RS (PS3.18 10.6), WADO-RS of whole objects and metadata (10.4), STOW-RS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

import pydicom
from pydicom.config import disable_value_validation

from workstation.demo_site.dicom_json import Json
from workstation.demo_site.faults import Faults
from workstation.demo_site.image_archive import ImageArchive
from workstation.demo_site.instance_faults import InstanceFaults
from workstation.demo_site.matching import search_of
from workstation.demo_site.multipart import MultipartWriter
from workstation.demo_site.stow import StowService
from workstation.demo_site.studies_on_disk import InstanceOnDisk
from workstation.demo_site.web import DICOM_JSON, Refusal, Request, Response, dicom_json

_UID = r"([0-9][0-9.]{0,63})"
_STUDY = rf"/studies/{_UID}"
_SERIES = rf"{_STUDY}/series/{_UID}"
_INSTANCE = rf"{_SERIES}/instances/{_UID}"
_EVERYTHING_INLINE = 1 << 40  # bytes; bulk data URIs are not offered

Answer = Callable[..., Response]


class DicomwebService:
    """Answers everything below the DICOMweb root."""

    def __init__(self, archive: ImageArchive, faults: Faults, base_url: str) -> None:
        self._archive = archive
        self._faults = faults
        self._base_url = base_url
        self._instance_faults = InstanceFaults(faults, archive.instances)
        stow = StowService(archive, faults, base_url)
        self._routes: tuple[tuple[str, str, Answer], ...] = (
            ("GET", r"/studies", self._studies),
            ("GET", r"/series", self._series),
            ("GET", r"/instances", self._instances),
            ("GET", rf"{_STUDY}/series", self._series),
            ("GET", rf"{_STUDY}/instances", self._instances),
            ("GET", rf"{_SERIES}/instances", self._instances),
            ("GET", rf"(?:{_STUDY}|{_SERIES}|{_INSTANCE})/metadata", self._metadata),
            ("GET", rf"(?:{_STUDY}|{_SERIES}|{_INSTANCE})", self._retrieve),
            ("POST", r"/studies", lambda request: stow(request, "")),
            ("POST", _STUDY, stow),
        )

    def __call__(self, request: Request) -> Response:
        is_known_path = False
        for method, pattern, answer in self._routes:
            found = re.fullmatch(pattern, request.path)
            is_known_path = is_known_path or found is not None
            if found is not None and method == request.method:
                return answer(request, *(uid for uid in found.groups() if uid is not None))
        raise Refusal(405 if is_known_path else 404, "The archive has no such resource.")

    def _studies(self, request: Request) -> Response:
        return self._answer(request, self._archive.study_rows())

    def _series(self, request: Request, study_uid: str = "") -> Response:
        return self._answer(request, self._archive.series_rows(study_uid))

    def _instances(self, request: Request, study_uid: str = "", series_uid: str = "") -> Response:
        return self._answer(request, self._archive.instance_rows(study_uid, series_uid))

    def _answer(self, request: Request, rows: Sequence[Json]) -> Response:
        search = search_of(request)
        found = search.among(rows)
        page, left = search.page(found * 2 if self._faults.is_on("repeat") else found)
        warning = f"299 {self._base_url}: There are {left} additional results that can be requested" if left else ""
        return dicom_json(page, kind="qido", warning=warning)

    def _metadata(self, _: Request, *uids: str) -> Response:
        datasets = [metadata_of(each) for each in self._found(*uids)]
        body = json.dumps(datasets, separators=(",", ":")).encode()
        return Response(200, body, DICOM_JSON, kind="metadata")

    def _retrieve(self, request: Request, *uids: str) -> Response:
        found = self._found(*uids)
        check_acceptable(request.headers.get("accept", ""), {each.transfer_syntax for each in found})
        writer = MultipartWriter("application/dicom")
        if len(uids) == 3:
            return self._one(writer, found[0])
        return Response(200, self._all(writer, found), writer.content_type, kind="wado")

    def _one(self, writer: MultipartWriter, instance: InstanceOnDisk) -> Response:
        content = self._content(instance)
        if content is None:
            raise Refusal(404, "The archive has no such object.", kind="wado")
        head = writer.head(_part_headers(instance), is_first=True)
        pieces = (head, content, writer.tail())
        return Response(200, pieces, writer.content_type, length=sum(map(len, pieces)), kind="wado")

    def _all(self, writer: MultipartWriter, instances: Sequence[InstanceOnDisk]) -> Iterator[bytes]:
        is_first = True
        for instance in instances:
            content = self._content(instance)
            if content is not None:
                yield writer.head(_part_headers(instance), is_first=is_first)
                yield content
                is_first = False
        yield writer.tail()

    def _content(self, instance: InstanceOnDisk) -> bytes | None:
        content = instance.path.read_bytes()
        return self._instance_faults.spoiled(instance.study_uid, instance.sop_uid, content)

    def _found(self, *uids: str) -> list[InstanceOnDisk]:
        found = self._archive.instances(*uids)
        if not found:
            raise Refusal(404, "The archive has no such object.")
        return found


def metadata_of(instance: InstanceOnDisk) -> Json:
    """Every attribute of an object but its pixels and documents (PS3.18 10.4.1.1.2)."""
    with disable_value_validation():
        dataset = pydicom.dcmread(instance.path, stop_before_pixels=True)
        dataset.pop("EncapsulatedDocument", None)
        attributes: Json = dataset.to_json_dict(bulk_data_threshold=_EVERYTHING_INLINE, suppress_invalid_tags=True)
    return attributes


def check_acceptable(accept: str, held: set[str]) -> None:
    """Objects are given as they are kept: refuse what asks for another form (PS3.18 8.7.8).

    Raises
    ------
    Refusal
        406 unless the Accept header takes multipart DICOM in each of the transfer syntaxes ``held``. One that names no
        transfer syntax takes any.
    """
    wanted: set[str] = set()
    for choice in (part.strip() for part in accept.split(",")) if accept else ("*/*",):
        if re.match(r"\*/\*|multipart/(?:\*|related)", choice) is None:
            continue
        if "type=" in choice and re.search(r'type="?(?:application/dicom"?(?:;|$)|\*/\*)', choice) is None:
            continue
        syntax = re.search(r'transfer-syntax="?([0-9.*]+)"?', choice)
        wanted.add(syntax.group(1) if syntax else "*")
    if not wanted or ("*" not in wanted and not held <= wanted):
        raise Refusal(406, "The archive gives objects as multipart DICOM, in the transfer syntax they are kept in.")


def _part_headers(instance: InstanceOnDisk) -> tuple[tuple[str, str], ...]:
    return (("Content-Type", f"application/dicom; transfer-syntax={instance.transfer_syntax}"),)
