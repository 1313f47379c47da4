"""Builders of reports, readers' keys and sites' certificate authorities."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workstation.dicom.patient import PatientIdentity
from workstation.reporting.canonical import (
    Author,
    CanonicalReport,
    Predecessor,
    ReportInstance,
    ReportOrder,
    ReportSeries,
    ReportStudy,
    Section,
)

SIGNED_AT = datetime(2026, 3, 1, 14, 5, 9, tzinfo=UTC)
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
CURRENT, PRIOR, LINKED = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.2", "1.2.826.0.1.3680043.10.3"
FINDINGS = (
    "There is a hyperdense extra-axial collection along the left convexity, up to 11 mm thick.\n\n"
    "Midline shift of 6 mm to the right. No hydrocephalus; basal cisterns open.\n"
    "Grey-white differentiation is kept."
)


def a_study(uid: str = CURRENT, *, prior: bool = False, images: int = 3, description: str = "CT head") -> ReportStudy:
    """A CT study of one series."""
    instances = tuple(ReportInstance(CT_IMAGE, f"{uid}.1.{number}") for number in range(1, images + 1))
    return ReportStudy(
        study_uid=uid,
        date="20240211" if prior else "20260301",
        time="081500" if prior else "134210",
        description=description,
        modalities=("CT",),
        series=(ReportSeries(f"{uid}.1", instances),),
        prior=prior,
    )


def an_order(accession: str = "A-4711", study_uid: str = CURRENT, **changes: Any) -> ReportOrder:
    """An order for a CT of the head."""
    order = ReportOrder(
        accession=accession,
        issuer="SITE",
        study_uid=study_uid,
        requested_procedure_id=f"RP-{accession[-4:]}",
        procedure="CT head without contrast",
        procedure_code=("24725-4", "LN", "CT Head"),
        placer_order=f"P-{accession[-4:]}",
        filler_order=f"F-{accession[-4:]}",
        item_uid=f"2.25.{zlib.crc32(accession.encode())}",
        referrer="Okafor^Ngozi^^Dr",
        indication="Fall from a ladder, confused.",
    )
    return replace(order, **changes)


def a_report(**changes: Any) -> CanonicalReport:
    """A report on a head CT with a prior."""
    values: dict[str, Any] = {
        "report_id": "7d1d2a0e-36f1-4a0c-9f7d-2f0d4b1c9a11",
        "version": 1,
        "site_id": "demo",
        "site_name": "Harbour Imaging Centre",
        "time_zone": "America/New_York",
        "patient": PatientIdentity("P-100-7", "SITE", "SYNTHETIC^Ada^Maria", "19580723", "F"),
        "orders": (an_order(),),
        "studies": (a_study(), a_study(PRIOR, prior=True, images=2, description="CT head")),
        "template_id": "ct-head",
        "sections": (
            Section("technique", "Technique", "CT of the head without intravenous contrast."),
            Section("comparison", "Comparison", "CT head of 11 February 2024."),
            Section("findings", "Findings", FINDINGS),
            Section("impression", "Impression", "1. Acute left subdural haematoma.\n2. Midline shift of 6 mm."),
        ),
        "author": Author("dr.demo", "Demo^Renata^^Dr", "Harbour Imaging Centre"),
        "signed_at": SIGNED_AT.isoformat(),
        "display_statement": "Diagnostic monitor 1: not checked.",
    }
    return CanonicalReport(**{**values, **changes})


def a_linked_report() -> CanonicalReport:
    """One report that answers two orders with a study each."""
    return a_report(
        orders=(
            an_order("A-5001", CURRENT, procedure="CT chest", procedure_code=("24627-2", "LN", "CT Chest")),
            an_order("A-5002", LINKED, procedure="CT abdomen", procedure_code=("41806-1", "LN", "CT Abdomen")),
        ),
        studies=(a_study(CURRENT, description="CT chest"), a_study(LINKED, description="CT abdomen")),
    )


def a_correction(first: CanonicalReport, text: str = "1. Acute RIGHT subdural haematoma.") -> CanonicalReport:
    """Version 2 of ``first``."""
    sections = (*first.sections[:-1], Section("impression", "Impression", text))
    signed_at = (SIGNED_AT + timedelta(hours=1)).isoformat()
    return replace(
        first,
        version=2,
        kind="correction",
        predecessor=Predecessor(1, first.sha256),
        sections=sections,
        signed_at=signed_at,
    )


@dataclass(frozen=True)
class Authority:
    """A certificate authority with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def certify(
        self,
        public_key: ec.EllipticCurvePublicKey,
        name: str,
        *,
        start: datetime = SIGNED_AT - timedelta(days=1),
        days: int = 365,
        authority: bool = False,
        may_sign: bool = True,
    ) -> x509.Certificate:
        """A certificate for a reader (or for an authority below this one)."""
        return _certificate(name, public_key, self.certificate.subject, self.key, start, days, authority, may_sign)


def an_authority(name: str = "Harbour Imaging Centre CA") -> Authority:
    """A self-signed root."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = _certificate(name, key.public_key(), subject, key, SIGNED_AT - timedelta(days=30), 3650, True, True)
    return Authority(certificate, key)


@dataclass(frozen=True)
class Reader:
    """A reader's key and certificate chain."""

    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


def a_reader(authority: Authority, name: str = "dr.demo", **changes: Any) -> Reader:
    """A reader certified by ``authority``."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Reader(key, (authority.certify(key.public_key(), name, **changes), authority.certificate))


def _certificate(
    name: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    start: datetime,
    days: int,
    authority: bool,
    may_sign: bool,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority, may_sign), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(authority: bool, may_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=may_sign and not authority,
        content_commitment=may_sign and not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not may_sign and not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


NAMES = (
    "SYNTHETIC^Zoë^Łucja",
    "O'Neil-Søndergård^D'Arcy",
    "Иванова^Мария^Петровна",
    "العربي^محمد",
    "Yamada^Tarou=山田^太郎=やまだ^たろう",
    "Παπαδόπουλος^Νίκη",
    "Pipe|Caret Tilde~Amp&Back",
)
"""Patients' names that have broken programs before."""
