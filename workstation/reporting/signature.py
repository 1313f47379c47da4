"""Signing a canonical report, and checking a signature: text, signature, signer and author each on its own.

The signature is a compact JWS (RFC 7515) by ES256 with the signer's certificates in ``x5c``. Its payload names
the report by a hash that no other use of SHA-256 in this program can give (domain separation).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from workstation.reporting.canonical import CanonicalReport
from workstation.reporting.errors import UnreadableReport, UnreadableSignature
from workstation.reporting.signer_trust import belongs_to, chain_fault, subject_name

ALGORITHM = "ES256"
TYPE = "lightbox-report+jws"
PAYLOAD_SCHEMA = "report-signature/1"
_LONGEST_HEADER = 32 * 1024  # a chain of certificates stands in it; the library's own limit is 512 bytes
_LONGEST_PAYLOAD = 1024
_DOMAIN = b"lightbox.report-signature/1\0"


@dataclass(frozen=True)
class Check:
    """One thing that was checked: its name, whether it holds, and why, without patient data."""

    name: str
    ok: bool
    detail: str


def sign_canonical(canonical: bytes, private_key: ec.EllipticCurvePrivateKey, chain: Sequence[x509.Certificate]) -> str:
    """Sign the bytes of a canonical report.

    Parameters
    ----------
    private_key
        On P-256.
    chain
        The signer's certificate first, then those above it.

    Returns
    -------
    str
        A compact JWS.

    Raises
    ------
    ValueError
        When there is no certificate, or it certifies another key: a bug of the caller.
    """
    if not chain or chain[0].public_key() != private_key.public_key():
        raise ValueError("the signing key and its certificate do not belong together")
    header = {
        "alg": ALGORITHM,
        "typ": TYPE,
        "x5c": [base64.b64encode(each.public_bytes(Encoding.DER)).decode("ascii") for each in chain],
    }
    payload = rfc8785.dumps({"schema": PAYLOAD_SCHEMA, "digest": report_digest(canonical)})
    return jws.serialize_compact(header, payload, ECKey.import_key(private_key), registry=_registry())


def report_digest(canonical: bytes) -> str:
    """The hash that is signed: SHA-256 over this use's own prefix and the canonical bytes. Hexadecimal."""
    return hashlib.sha256(_DOMAIN + canonical).hexdigest()


def verify_report(canonical: bytes, signature: str, trust: Sequence[x509.Certificate]) -> tuple[Check, ...]:
    """Check a signed report; every check is made, whatever the others say.

    Parameters
    ----------
    trust
        The roots that certify readers of this site.

    Returns
    -------
    tuple of Check
        ``integrity``: the text is the one that was signed. ``signature``: it was made with the key of the certificate
        inside. ``signer``: that certificate comes from one of ``trust`` and was valid when the report was signed.
        ``author``: the certificate is that of the reader whom the report names. The report holds when all are ok.
    """
    try:
        parsed = _parse(signature)
    except UnreadableSignature as error:
        return tuple(
            Check(name, ok=False, detail=str(error)) for name in ("integrity", "signature", "signer", "author")
        )
    report = _report_or_none(canonical)
    return (
        _integrity(canonical, parsed),
        _signature(signature, parsed),
        _signer(report, parsed, trust),
        _author(report, parsed),
    )


def is_verified(checks: Sequence[Check]) -> bool:
    """Whether every check holds (and there was one)."""
    return bool(checks) and all(check.ok for check in checks)


@dataclass(frozen=True)
class _Parsed:
    chain: tuple[x509.Certificate, ...]
    digest: str


def _parse(signature: str) -> _Parsed:
    """Header and payload, not yet believed."""
    try:
        header_part, payload_part, _ = signature.strip().split(".")
        header, payload = _json_of(header_part), _json_of(payload_part)
        if header.get("alg") != ALGORITHM or header.get("typ") != TYPE or payload.get("schema") != PAYLOAD_SCHEMA:
            raise ValueError("not our kind")
        chain = tuple(x509.load_der_x509_certificate(base64.b64decode(each, validate=True)) for each in header["x5c"])
        return _Parsed(chain=(chain[0], *chain[1:]), digest=str(payload["digest"]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise UnreadableSignature("The signature is damaged or of another kind.") from error


def _json_of(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError("not base64url of JSON") from error
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _report_or_none(canonical: bytes) -> CanonicalReport | None:
    try:
        return CanonicalReport.from_bytes(canonical)
    except UnreadableReport:
        return None


def _registry() -> JWSRegistry:
    registry = JWSRegistry(algorithms=[ALGORITHM])
    registry.max_header_length = _LONGEST_HEADER
    registry.max_payload_length = _LONGEST_PAYLOAD
    return registry


def _integrity(canonical: bytes, parsed: _Parsed) -> Check:
    if hmac.compare_digest(report_digest(canonical), parsed.digest):
        return Check("integrity", ok=True, detail="The text is the one that was signed.")
    return Check("integrity", ok=False, detail="The text is not the one that was signed.")


def _signature(signature: str, parsed: _Parsed) -> Check:
    key = parsed.chain[0].public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return Check("signature", ok=False, detail="The certificate holds a key of another kind.")
    try:
        jws.deserialize_compact(signature.strip(), ECKey.import_key(key), registry=_registry())
    except (JoseError, InvalidSignature, ValueError):
        return Check("signature", ok=False, detail="The signature was not made with the key in the certificate.")
    return Check("signature", ok=True, detail="The signature was made with the key in the certificate.")


def _signer(report: CanonicalReport | None, parsed: _Parsed, trust: Sequence[x509.Certificate]) -> Check:
    if report is None:
        return Check("signer", ok=False, detail="It cannot be said when this was signed: the report is not readable.")
    fault = chain_fault(parsed.chain, trust, report.signed_moment)
    if fault:
        return Check("signer", ok=False, detail=fault)
    return Check("signer", ok=True, detail=f"Certified by {subject_name(parsed.chain[0], issuer=True)}.")


def _author(report: CanonicalReport | None, parsed: _Parsed) -> Check:
    if report is None:
        return Check("author", ok=False, detail="It cannot be said who wrote this: the report is not readable.")
    if belongs_to(parsed.chain[0], (report.author.user_id, report.author.name)):
        return Check("author", ok=True, detail="The certificate names the reader who wrote the report.")
    return Check("author", ok=False, detail="The certificate names somebody else than the reader who wrote the report.")
