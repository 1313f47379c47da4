"""DICOMweb by a real Orthanc behind our HTTPS and our accounts: requests are passed on, answers streamed back."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterator

from workstation.demo_site.faults import Faults
from workstation.demo_site.front import DICOMWEB_ROOT
from workstation.demo_site.instance_faults import InstanceFaults
from workstation.demo_site.multipart import BadMultipart, MultipartWriter, parts_of
from workstation.demo_site.orthanc import Orthanc
from workstation.demo_site.stow import altered, objects_in
from workstation.demo_site.tls_server import LOOPBACK
from workstation.demo_site.web import Refusal, Request, Response

_INSTANCE = re.compile(r"/studies/([0-9.]+)/series/[0-9.]+/instances/([0-9.]+)")
_MANY = re.compile(r"/studies/[0-9.]+(?:/series/[0-9.]+)?")
_PASSED_ON = ("accept", "content-type")
_PASSED_BACK = ("warning", "content-location")
_CHUNK = 1 << 18
_KINDS = {"GET": "qido", "POST": "stow"}


class OrthancProxy:
    """Answers everything below the DICOMweb root.

    Parameters
    ----------
    on_stored
        Told of each object that was sent for storing and not refused as a whole.
    """

    def __init__(
        self, orthanc: Orthanc, faults: Faults, instance_faults: InstanceFaults, on_stored: Callable[[bytes], None]
    ) -> None:
        self._orthanc = orthanc
        self._faults = faults
        self._instance_faults = instance_faults
        self._on_stored = on_stored

    def __call__(self, request: Request) -> Response:
        if request.method not in _KINDS:
            raise Refusal(405, "The archive does not allow this.")
        if request.method == "POST":
            return self._store(request)
        instance = _INSTANCE.fullmatch(request.path)
        response = self._passed(request, request.body)
        if instance is not None and response.status == 200:
            return self._instance(response, *instance.groups())
        return response

    def _store(self, request: Request) -> Response:
        sent = objects_in(request)
        body = request.body
        if self._faults.value("lie_stow") == "alter":
            for content in sent:
                body = body.replace(content, altered(content))
        response = self._passed(request, body)
        if response.status in {200, 202}:
            for content in sent:
                self._on_stored(content)
        return response

    def _instance(self, response: Response, study_uid: str, sop_uid: str) -> Response:
        """One instance, spoiled when a fault says so."""
        whole = response.body if isinstance(response.body, bytes) else b"".join(response.body)
        try:
            part = parts_of(response.content_type, whole)[0]
        except (BadMultipart, IndexError):
            return Response(response.status, whole, response.content_type, kind="wado")
        content = self._instance_faults.spoiled(study_uid, sop_uid, part.content)
        if content is None:
            raise Refusal(404, "The archive has no such object.", kind="wado")
        if content is part.content:
            return Response(response.status, whole, response.content_type, kind="wado")
        writer = MultipartWriter("application/dicom")
        head = writer.head([("Content-Type", part.headers.get("content-type", "application/dicom"))], is_first=True)
        return Response(200, head + content + writer.tail(), writer.content_type, kind="wado")

    def _passed(self, request: Request, body: bytes) -> Response:
        connection = http.client.HTTPConnection(LOOPBACK, self._orthanc.port, timeout=120)
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        headers["Authorization"] = self._orthanc.authorization
        query = f"?{request.raw_query}" if request.raw_query else ""
        try:
            connection.request(request.method, DICOMWEB_ROOT + request.path + query, body or None, headers)
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Refusal(502, "The archive does not answer.") from error
        back = tuple((name.title(), value) for name in _PASSED_BACK if (value := answer.getheader(name)))
        content = (
            _pieces(connection, answer) if _MANY.fullmatch(request.path) else b"".join(_pieces(connection, answer))
        )
        return Response(answer.status, content, answer.getheader("Content-Type") or "", back)


def _pieces(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while piece := answer.read(_CHUNK):
            yield piece
    finally:
        connection.close()
