"""``multipart/related`` as DICOMweb uses it (PS3.18 8.6.1.2, RFC 2387): reading and writing, all in memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from workstation.sync.errors import WrongAnswer
from workstation.sync.http_transport import Answer

DICOM = "application/dicom"
ACCEPT_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)


def dicom_parts(answer: Answer) -> list[bytes]:
    """The DICOM files in an answer.

    Raises
    ------
    WrongAnswer
        When it is no multipart answer, or ends before its closing boundary.
    """
    if answer.content_type == DICOM:
        return [answer.body]
    if answer.content_type != "multipart/related":
        what = "a web page" if answer.content_type == "text/html" else answer.content_type or "something unnamed"
        raise WrongAnswer(answer.service, f"{what} instead of images")
    found = _BOUNDARY.search(answer.headers.get("content-type", ""))
    if found is None:
        raise WrongAnswer(answer.service, "its parts have no boundary")
    return _split(answer, (found.group(1) or found.group(2)).encode("latin-1"))


def encode_parts(parts: Sequence[bytes]) -> tuple[bytes, str]:
    """One request body of DICOM files, and its Content-Type."""
    boundary = f"lightbox-{secrets.token_hex(16)}"
    head = f"--{boundary}\r\nContent-Type: {DICOM}\r\n\r\n".encode("ascii")
    body = b"".join(head + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode("ascii")
    return body, f'multipart/related; type="{DICOM}"; boundary={boundary}'


def _split(answer: Answer, boundary: bytes) -> list[bytes]:
    body, mark = answer.body, b"--" + boundary
    if not body.startswith(mark):
        position = body.find(b"\r\n" + mark)
        if position < 0:
            raise WrongAnswer(answer.service, "no images came back")
        position += 2
    else:
        position = 0
    parts: list[bytes] = []
    while not body.startswith(mark + b"--", position):
        start = body.find(b"\r\n\r\n", position)
        end = body.find(b"\r\n" + mark, start + 2) if start >= 0 else -1
        if end < 0:
            raise WrongAnswer(answer.service, "its answer is cut short")
        parts.append(body[start + 4 : end])
        position = end + 2
    return parts
