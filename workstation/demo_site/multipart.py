"""``multipart/related`` bodies (RFC 2387, PS3.18 8.6): taking them apart and putting them together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)


class BadMultipart(ValueError):
    """A body that is not what its Content-Type says."""


@dataclass(frozen=True)
class Part:
    """One part: its headers (lower-case names) and content."""

    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


def parts_of(content_type: str, body: bytes) -> tuple[Part, ...]:
    """Take a multipart body apart.

    Raises
    ------
    BadMultipart
        When there is no boundary, or the body does not end with the closing one.
    """
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/") or found is None:
        raise BadMultipart("the content type is not multipart with a boundary")
    mark = b"\r\n--" + found.group(1).encode("ascii", "replace")
    pieces = (b"\r\n" + body).split(mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise BadMultipart("the body does not end with its boundary")
    return tuple(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> Part:
    head, separator, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not separator and piece.lstrip(b" \t").startswith(b"\r\n\r\n"):
        head, content = b"", piece.lstrip(b" \t")[4:]
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n") if line)
    return Part({name.strip().lower(): value.strip() for name, _, value in lines}, content)


class MultipartWriter:
    """Puts parts together piece by piece, with a boundary that no content can contain by chance."""

    def __init__(self, part_type: str) -> None:
        self._part_type = part_type
        self._boundary = secrets.token_hex(16)

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        return f'multipart/related; type="{self._part_type}"; boundary={self._boundary}'

    def head(self, headers: Iterable[tuple[str, str]], *, is_first: bool) -> bytes:
        """What stands before the content of a part."""
        lead = "" if is_first else "\r\n"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{lead}--{self._boundary}\r\n{lines}\r\n".encode("latin-1")

    def tail(self) -> bytes:
        """What stands after the last part."""
        return f"\r\n--{self._boundary}--\r\n".encode("latin-1")
