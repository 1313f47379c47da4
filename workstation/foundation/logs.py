"""Logs without patient data: one place configures them, before any library speaks."""

from __future__ import annotations

import logging
import re
import warnings
from logging.handlers import RotatingFileHandler
from pathlib import Path

# Libraries that quote identifiers or values at INFO or WARNING.
_TALKATIVE = (
    "pydicom",
    "pynetdicom",
    "urllib3",
    "requests",
    "PIL",
    "fontTools",
    "fpdf",
    "pyhanko",
    "pyhanko_certvalidator",
)

_HANDLER = "lightbox"
_REDACTIONS = (
    (re.compile(r"\b[0-2](?:\.\d+){4,}\b"), "[uid]"),
    (re.compile(r"\b[^\s^=]+\^[^\s]*"), "[name]"),  # person names in DICOM form
    (re.compile(r"\b(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b"), "[date]"),
    (re.compile(r"(?i)\b(?:accession|patient|mrn)(?:\s?(?:id|number|no\.?))?\W{1,3}\S+"), "[identifier]"),
    (re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]+"), "[credential]"),
)


def redacted(text: str) -> str:
    """``text`` with UIDs, DICOM names, DICOM dates, identifiers and credentials taken out."""
    for pattern, stand_in in _REDACTIONS:
        text = pattern.sub(stand_in, text)
    return text


class RedactingFilter(logging.Filter):
    """The net behind the rule that nothing logs patient data: whatever still slips through is taken out."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redacted(record.getMessage())
        record.args = ()
        return True


def configure(folder: Path | None, *, verbose: bool = False) -> None:
    """Send our logs to ``folder/lightbox.log`` (rotated, private), or to stderr when there is no folder."""
    warnings.filterwarnings("ignore", module=r"(pydicom|pynetdicom)(\..*)?")  # they quote the value they warn about
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    handler: logging.Handler
    if folder is None:
        handler = logging.StreamHandler()
        handler.setLevel(logging.DEBUG if verbose else logging.ERROR)
    else:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(folder / "lightbox.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.set_name(_HANDLER)
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if each.get_name() == _HANDLER]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
