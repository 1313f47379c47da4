r"""HL7 v2 encoding: escaping, components, segments (HL7 v2.5.1 chapter 2, section 2.7).

Delimiters are ``|`` ``^`` ``~`` ``\`` ``&``; segments end with CR.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from workstation.reporting.emphasis import Spans, runs
from workstation.reporting.text import carried_text

_LINE_END = "\\.br\\"
_ESCAPES = {character: f"\\{letter}\\" for character, letter in zip("\\|^~&", "EFSRT", strict=True)} | {"\n": _LINE_END}
_SPECIAL = re.compile(r"[\\|^~&\n]")
_SEQUENCE = re.compile(r"\\([EFSRTHN]|\.br)\\")
_MEANINGS = {"E": "\\", "F": "|", "S": "^", "R": "~", "T": "&", "H": "", "N": "", ".br": "\n"}


def escape(text: str) -> str:
    r"""Text as it may stand in a field: delimiters escaped, line ends as ``\.br\``, control characters gone."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match.group()], carried_text(text))


def highlighted(text: str, spans: Spans) -> str:
    r"""`escape`, with the spans between ``\H\`` and ``\N\`` (2.7.2): for fields of type FT and TX."""
    return "".join(f"\\H\\{escape(piece)}\\N\\" if is_bold else escape(piece) for piece, is_bold in runs(text, spans))


def unescape(text: str) -> str:
    r"""The text that `escape` was given, line ends as ``\n``, not highlighted. Other sequences stay as they are."""
    return _SEQUENCE.sub(lambda match: _MEANINGS[match.group(1)], text)


def components(*parts: str) -> str:
    """A field of components, escaped; empty ones at the end are left out."""
    return "^".join(escape(part) for part in parts).rstrip("^")


def segment(name: str, fields: dict[int, str]) -> str:
    """A segment from fields by their number; the values are already escaped. No CR at the end."""
    last = max(fields)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))]).rstrip("|")


def person(pn: str) -> tuple[str, str, str, str, str]:
    """A DICOM PN as XPN components: family, given, middle, suffix, prefix (DICOM has prefix before suffix).

    The alphabetic group is used, else the next one that is not empty.
    """
    group = next((each for each in pn.split("=") if each.strip(" ^")), "")
    family, given, middle, prefix, suffix = [*(part.strip() for part in group.split("^")), *[""] * 5][:5]
    return family, given, middle, suffix, prefix


def timestamp(moment: datetime) -> str:
    """TS to the second, with the offset from UTC when the moment knows it."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def message(segments: Sequence[str]) -> bytes:
    """Segments as the bytes of a message, UTF-8, each ended by CR."""
    return "".join(f"{each}\r" for each in segments).encode("utf-8")
