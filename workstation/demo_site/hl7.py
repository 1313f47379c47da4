"""HL7 v2 messages, as far as a receiver of reports needs them (HL7 v2.5.1 chapter 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

_ESCAPES = {"\\": "E", "|": "F", "~": "R", "^": "S", "&": "T"}
_CHARSETS = {"UNICODE UTF-8": "utf-8", "8859/1": "latin-1", "ASCII": "ascii", "": "utf-8"}


class BadMessage(ValueError):
    """A message that cannot be read; the text says why."""


@dataclass(frozen=True)
class Message:
    """One message: segments of fields. ``MSH-1`` is the field separator itself, so that numbers are HL7's."""

    segments: tuple[tuple[str, ...], ...] = field(repr=False)
    component_separator: str = "^"
    repetition_separator: str = "~"

    def fields(self, name: str) -> Iterator[tuple[str, ...]]:
        """Every segment of a name; index 0 is the name."""
        return (segment for segment in self.segments if segment[0] == name)

    def value(self, segment: tuple[str, ...], number: int, component: int = 1) -> str:
        """One component of the first repetition of a field; empty when absent."""
        if number >= len(segment):
            return ""
        parts = segment[number].split(self.repetition_separator)[0].split(self.component_separator)
        return _unescaped(parts[component - 1].strip()) if component <= len(parts) else ""

    def header(self, number: int, component: int = 1) -> str:
        """A field of the MSH segment."""
        return self.value(self.segments[0], number, component)

    def whole_header(self, number: int) -> str:
        """A field of the MSH segment with all its components."""
        return self.segments[0][number] if number < len(self.segments[0]) else ""


def parse_message(raw: bytes) -> Message:
    """Read a message.

    Raises
    ------
    BadMessage
        When it does not begin with MSH, or is not in the character set that MSH-18 names.
    """
    if not raw.startswith(b"MSH") or len(raw) < 8:
        raise BadMessage("it does not begin with MSH")
    separator = chr(raw[3])
    first = raw.split(b"\r", 1)[0].decode("latin-1").split(separator)
    charset = _CHARSETS.get(first[17].split("~")[0].strip() if len(first) > 17 else "")
    if charset is None:
        raise BadMessage("MSH-18 names a character set that is not known here")
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError as error:
        raise BadMessage(f"it is not in {charset}") from error
    marks = first[1] if len(first) > 1 else ""
    if len(marks) < 4:
        raise BadMessage("MSH-2 does not hold the encoding characters")
    segments = [tuple(line.split(separator)) for line in text.split("\r") if line.strip()]
    header = (segments[0][0], separator, *segments[0][1:])
    return Message((header, *segments[1:]), component_separator=marks[0], repetition_separator=marks[1])


def acknowledgement(message: Message | None, code: str, text: str, *, control_id: str, now: datetime) -> bytes:
    """An ACK (HL7 v2.5.1 2.9.2): MSA-1 ``code``, MSA-2 the sender's MSH-10, and the reason in MSA-3 and ERR-8."""
    trigger = message.header(9, 2) if message else ""
    peer = [message.whole_header(number) if message else "" for number in (5, 6, 3, 4)]
    head = [
        "MSH",
        "^~\\&",
        *peer,
        now.strftime("%Y%m%d%H%M%S+0000"),
        "",
        f"ACK^{trigger}^ACK",
        control_id,
        "P",
        "2.5.1",
    ]
    lines = ["|".join([*head, "", "", "", "", "", "UNICODE UTF-8"])]
    lines.append("|".join(["MSA", code, message.header(10) if message else "", _escaped(text)]))
    if code != "AA":
        lines.append(
            "|".join(["ERR", "", "", "207^Application internal error^HL70357", "E", "", "", "", _escaped(text)])
        )
    return ("\r".join(lines) + "\r").encode()


def _escaped(text: str) -> str:
    return "".join(f"\\{_ESCAPES[letter]}\\" if letter in _ESCAPES else letter for letter in text)


def _unescaped(text: str) -> str:
    """Delimiters in their place (2.7.1); other escape sequences stay as they are."""
    letters = {name: letter for letter, name in _ESCAPES.items()}
    return re.sub(r"\\([EFRST])\\", lambda found: letters[found.group(1)], text)
