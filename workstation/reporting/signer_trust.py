"""Does a reader's certificate come from the site, was it valid, and whom does it name?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

_NAMING = (NameOID.COMMON_NAME, NameOID.USER_ID, NameOID.SERIAL_NUMBER, NameOID.EMAIL_ADDRESS)


def chain_fault(chain: Sequence[x509.Certificate], trust: Sequence[x509.Certificate], moment: datetime) -> str:
    """Why the first certificate of ``chain`` is not to be trusted at ``moment``; empty when it is.

    A path to one of ``trust`` is built by RFC 5280 rules; those above the signer must be certificate authorities, the
    signer's key must be allowed to sign.
    """
    if not trust:
        return "No root certificate was given to check the signer against."
    leaf = chain[0]
    when = moment.astimezone(UTC)
    if not leaf.not_valid_before_utc <= when <= leaf.not_valid_after_utc:
        return "The signer's certificate was not valid when the report was signed."
    verifier = (
        PolicyBuilder()
        .store(Store(list(trust)))
        .time(when.replace(tzinfo=None))
        .extension_policies(ca_policy=_authority_policy(), ee_policy=_signer_policy())
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, list(chain[1:]))
    except (VerificationError, ValueError):
        return "The signer's certificate does not come from a root that is trusted here."
    return ""


def belongs_to(certificate: x509.Certificate, names: Sequence[str]) -> bool:
    """Whether the certificate's subject (name, user id, number or e-mail address) is one of ``names``."""
    wanted = {_folded(name) for name in names if name.strip()}
    stated = {
        _folded(str(attribute.value))
        for oid in _NAMING
        for attribute in certificate.subject.get_attributes_for_oid(oid)
    }
    return bool(wanted & stated)


def subject_name(certificate: x509.Certificate, *, issuer: bool = False) -> str:
    """The common name of the certificate's subject (or issuer), or its whole name when it has none."""
    name = certificate.issuer if issuer else certificate.subject
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def _authority_policy() -> ExtensionPolicy:
    return ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _must_be_authority)


def _signer_policy() -> ExtensionPolicy:
    return ExtensionPolicy.permit_all().may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _must_sign)


def _must_be_authority(_policy: Policy, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("a certificate above the signer's is no authority")


def _must_sign(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("the signer's key is not for signing")


def _folded(name: str) -> str:
    return " ".join(name.replace("^", " ").split()).casefold()
