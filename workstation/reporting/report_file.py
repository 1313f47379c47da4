"""A signed report as a file: what ``demo --out`` leaves and ``report verify`` reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rfc8785
from cryptography import x509

from workstation.foundation.files import write_atomically
from workstation.reporting.canonical import CanonicalReport
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.signature import Check, verify_report

SCHEMA = "signed-report/1"


@dataclass(frozen=True)
class SignedReportFile:
    """A canonical report with its stated hash and signature; nothing of it is believed yet."""

    canonical: bytes = field(repr=False)
    sha256: str
    signature: str = field(repr=False)

    @property
    def report(self) -> CanonicalReport:
        """The report inside. Raises `UnreadableReport` when there is none."""
        return CanonicalReport.from_bytes(self.canonical)


def report_file_bytes(canonical: bytes, sha256: str, signature: str) -> bytes:
    """The content of a signed-report file; the canonical report stands in it as a JSON object."""
    report = json.loads(canonical)
    body = {"schema": SCHEMA, "canonical": report, "sha256": sha256, "signature": signature}
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def write_report_file(path: Path, canonical: bytes, sha256: str, signature: str) -> None:
    """Write a signed-report file, readable by its owner alone."""
    write_atomically(path, report_file_bytes(canonical, sha256, signature))


def read_report_file(path: Path) -> SignedReportFile:
    """Read a signed-report file.

    Raises
    ------
    UnreadableReport
        When the file is absent or not of that form. A file that was tampered with reads well and fails its checks.
    """
    try:
        body = json.loads(path.read_bytes())
    except OSError as error:
        raise UnreadableReport(f"{path} cannot be read.", "Give the .json file of a signed report.") from error
    except ValueError:  # not chained: the decoder's error holds the whole document
        raise UnreadableReport(f"{path} is not JSON.", "Give the .json file of a signed report.") from None
    if not isinstance(body, dict) or body.get("schema") != SCHEMA:
        raise UnreadableReport(f"{path} is not of the form {SCHEMA}.", "Give the .json file of a signed report.")
    if not isinstance(body.get("sha256"), str) or not isinstance(body.get("signature"), str):
        raise UnreadableReport(f"{path} lacks its hash or its signature.")
    return SignedReportFile(_canonical_bytes(body.get("canonical"), path), body["sha256"], body["signature"])


def verify_report_file(signed: SignedReportFile, trust: Sequence[x509.Certificate]) -> tuple[Check, ...]:
    """`verify_report`, where integrity also asks that the hash stated in the file is that of the text."""
    checks = verify_report(signed.canonical, signed.signature, trust)
    if hashlib.sha256(signed.canonical).hexdigest() == signed.sha256.lower():
        return checks
    detail = "The text does not have the hash that stands in the file."
    return tuple(Check(each.name, ok=False, detail=detail) if each.name == "integrity" else each for each in checks)


def _canonical_bytes(value: object, path: Path) -> bytes:
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, TypeError, RecursionError):
        raise UnreadableReport(f"{path} holds a report that has no canonical form.") from None
