"""Requests and responses as plain values: the services know nothing of sockets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workstation.demo_site.accounts import Account

DICOM_JSON = "application/dicom+json"


@dataclass(frozen=True)
class Request:
    """One request. Header names are lower case; ``path`` is decoded and has no query."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    raw_query: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    account: Account | None = field(default=None, repr=False)

    def parameter(self, name: str) -> str:
        """The first value of a query parameter, or an empty string."""
        return next((value for key, value in self.query if key == name), "")

    def below(self, prefix: str) -> Request:
        """The same request with ``prefix`` taken off its path."""
        return replace(self, path=self.path[len(prefix) :])


@dataclass(frozen=True)
class Response:
    """One response.

    ``body`` is bytes or a stream of pieces; a stream without ``length`` is sent in chunks. ``kind`` says what was done,
    for faults and the log. ``is_dropped`` closes the connection without a word, after the request was carried out.
    """

    status: int = 200
    body: bytes | Iterable[bytes] = field(default=b"", repr=False)
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    length: int | None = None
    kind: str = ""
    is_dropped: bool = False


class Refusal(Exception):
    """A request that is answered with an error status and, where the standard asks for it, a Warning header."""

    def __init__(self, status: int, text: str, *, warning: str = "", kind: str = "") -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.warning = warning
        self.kind = kind


def dicom_json(datasets: Sequence[Mapping[str, Any]], *, kind: str = "", warning: str = "") -> Response:
    """Data sets as ``application/dicom+json``; 204 when there are none (PS3.18 8.6.3.2 and 10.6.3)."""
    headers = (("Warning", warning),) if warning else ()
    if not datasets:
        return Response(204, headers=headers, kind=kind)
    body = json.dumps(list(datasets), ensure_ascii=False, separators=(",", ":")).encode()
    return Response(200, body, DICOM_JSON, headers, kind=kind)


def plain_json(status: int, document: Mapping[str, Any], *, kind: str = "") -> Response:
    """A plain JSON answer that must not be cached (RFC 6749 5.1)."""
    body = json.dumps(document).encode()
    return Response(status, body, "application/json", (("Cache-Control", "no-store"),), kind=kind)


def plain_text(status: int, text: str, *, kind: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A line of text, such as the status report of an error."""
    return Response(status, (text + "\n").encode(), "text/plain; charset=utf-8", headers, kind=kind)
