"""The door to pyHanko: signs a PDF by PAdES (ETSI EN 319 142-1, baseline B) and checks such a signature."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]  # pyHanko's own form of keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    validate_pdf_signature,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from workstation.reporting.errors import UnreadableReport
from workstation.reporting.signature import Check
from workstation.reporting.signer_trust import chain_fault, subject_name

FIELD = "ReportSignature"


def sign_pdf(
    pdf: bytes,
    private_key: ec.EllipticCurvePrivateKey,
    chain: Sequence[x509.Certificate],
    *,
    reason: str,
    location: str,
) -> bytes:
    """Add a certifying signature after which no change is permitted (ISO 32000-1, 12.8.2.2, DocMDP 1)."""
    certificates = [_asn1(each) for each in chain]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(certificates)
    signer = signers.SimpleSigner(
        signing_cert=certificates[0], signing_key=_asn1_key(private_key), cert_registry=registry
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        location=location,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, signer=signer)
    return bytes(signed.getvalue())


def pdf_checks(pdf: bytes, trust: Sequence[x509.Certificate]) -> tuple[Check, ...]:
    """Check a signed letter.

    Returns
    -------
    tuple of Check
        ``integrity``: no byte changed since it was signed, and the signature covers the whole file. ``signer``: the
        signer's certificate comes from one of ``trust`` and was valid at the time that the signature states.

    Raises
    ------
    UnreadableReport
        When it is not a PDF, or carries no signature.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signature = reader.embedded_signatures[0]
        # Only integrity is asked here, so that the signer stands for himself; whether he is trusted, `_signer` says.
        context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
        status = validate_pdf_signature(signature, context)
    except (PdfError, SignatureValidationError, ValueError, IndexError, KeyError) as error:
        raise UnreadableReport("This is no PDF with a signature that can be read.") from error
    return (_integrity(status), _signer(signature, trust))


def _integrity(status: PdfSignatureStatus) -> Check:
    if status.intact and status.valid and status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Check("integrity", ok=True, detail="The letter is the one that was signed.")
    return Check("integrity", ok=False, detail="The letter is not the one that was signed.")


def _signer(signature: EmbeddedPdfSignature, trust: Sequence[x509.Certificate]) -> Check:
    chain = [_certificate(each) for each in (signature.signer_cert, *signature.other_embedded_certs)]
    fault = chain_fault(chain, trust, signature.self_reported_timestamp or datetime.now(UTC))
    if fault:
        return Check("signer", ok=False, detail=fault)
    return Check("signer", ok=True, detail=f"Certified by {subject_name(chain[0], issuer=True)}.")


def _certificate(certificate: asn1_x509.Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.dump())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _asn1_key(private_key: ec.EllipticCurvePrivateKey) -> asn1_keys.PrivateKeyInfo:
    der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return asn1_keys.PrivateKeyInfo.load(der)
