"""Signed reports as files: reading, verifying, and what `demo --out` leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509

from workstation.catalogue.reports import SignedRecord
from workstation.dicom.reading import read_dataset
from workstation.dicom.sr_content import pdf_bytes
from workstation.foundation.errors import BadInput
from workstation.reporting.canonical import CanonicalReport
from workstation.reporting.oru_message import render_oru
from workstation.reporting.report_file import read_report_file, report_file_bytes, verify_report_file
from workstation.reporting.sr_document import render_sr


def verified(path: Path, trust: Sequence[Path]) -> list[dict[str, Any]]:
    """Every check of a signed report file as JSON values."""
    checks = verify_report_file(
        read_report_file(path), [certificate for file in trust for certificate in _certificates(file)]
    )
    return [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]


def exported(path: Path, form: str) -> bytes:
    """A signed report in another form: ``sr``, ``oru`` or ``text``.

    Raises
    ------
    BadInput
        For another form.
    """
    report = read_report_file(path).report
    if form == "sr":
        return render_sr(report)
    if form == "oru":
        return render_oru(report)
    if form == "text":
        return _as_text(report).encode()
    raise BadInput(
        f"--to must be sr, oru or text, not {form}.", "The PDF that was signed is the one that was delivered."
    )


def report_document(record: SignedRecord) -> dict[str, Any]:
    """A signed report from the catalogue in the form of its file."""
    document: dict[str, Any] = json.loads(report_file_bytes(record.canonical, record.sha256, record.signature))
    return document


def pdf_inside(encapsulated: bytes) -> bytes:
    """The PDF inside an Encapsulated PDF object."""
    return pdf_bytes(read_dataset(encapsulated))


def _as_text(report: CanonicalReport) -> str:
    return "\n\n".join(f"{section.heading.upper()}\n{section.text}" for section in report.sections) + "\n"


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} holds no PEM certificate that can be read.", "Give the site's trust.pem.") from error
