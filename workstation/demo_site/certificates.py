"""The site's own certificate authority: its root, its server's certificate, and the signing certificates of readers."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from workstation.demo_site.accounts import Account
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput
from workstation.foundation.files import make_private_folder, write_atomically

_BACKDATED = timedelta(days=1)  # a peer's clock may be behind
_CA_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=397)


class CertificateAuthority:
    """Kept in ``folder`` as ``ca.pem`` and ``ca.key``, so that a site started again is still trusted.

    Parameters
    ----------
    clock
        The real time: the TLS libraries that check these certificates ask the computer, not us.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = make_private_folder(folder)
        self._clock = clock
        self._key, self.certificate = self._load() or self._create()

    @property
    def pem(self) -> bytes:
        """The root certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server_context(self) -> ssl.SSLContext:
        """A TLS context with a fresh certificate for 127.0.0.1, ::1 and localhost."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [
                x509.DNSName("localhost"),
                x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                x509.IPAddress(ipaddress.ip_address("::1")),
            ]
        )
        subject = _name("Lightbox demo site")
        builder = self._leaf(subject, key.public_key(), ExtendedKeyUsageOID.SERVER_AUTH, is_signer=False)
        certificate = builder.add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        path = self._folder / "server.pem"
        write_atomically(path, _key_pem(key) + certificate.public_bytes(serialization.Encoding.PEM) + self.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path)
        return context

    def certify(self, request_pem: bytes, account: Account) -> bytes:
        """Certify a reader's key; the names come from the account, never from the request.

        Returns
        -------
        bytes
            PEM: the reader's certificate, then the root.

        Raises
        ------
        BadInput
            When the request is not PKCS#10 in PEM, is not signed by its own key, or its key is too weak.
        """
        request = _signing_request(request_pem)
        subject = _name(account.name, account.organisation, account.user)
        builder = self._leaf(subject, _strong_key(request), ExtendedKeyUsageOID.EMAIL_PROTECTION, is_signer=True)
        certificate = builder.sign(self._key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM) + self.pem

    def _load(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
        key_path, certificate_path = self._folder / "ca.key", self._folder / "ca.pem"
        if not (key_path.is_file() and certificate_path.is_file()):
            return None
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadInput(f"{key_path} is not the demo site's key.", "Remove the demo site's folder and start again.")
        return key, x509.load_pem_x509_certificate(certificate_path.read_bytes())

    def _create(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name("Lightbox demo site root")
        now = self._clock.now()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + _CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(is_ca=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        write_atomically(self._folder / "ca.key", _key_pem(key))
        write_atomically(self._folder / "ca.pem", certificate.public_bytes(serialization.Encoding.PEM))
        return key, certificate

    def _leaf(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        purpose: x509.ObjectIdentifier,
        *,
        is_signer: bool,
    ) -> x509.CertificateBuilder:
        now = self._clock.now()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + _LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(is_signer=is_signer), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )


def _signing_request(pem: bytes) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(pem)
    except ValueError as error:
        raise BadInput("This is not a certificate request (PKCS#10 in PEM).") from error
    if not request.is_signature_valid:
        raise BadInput("The certificate request is not signed by its own key.")
    return request


def _strong_key(request: x509.CertificateSigningRequest) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    key = request.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= 256:
        return key
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return key
    raise BadInput("The site certifies EC keys of 256 bits and RSA keys of 2048 bits or more only.")


def _name(common_name: str, organisation: str = "Lightbox Demo Hospital", user: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ]
    if user:
        parts.append(x509.NameAttribute(NameOID.USER_ID, user))
    return x509.Name(parts)


def _usage(*, is_ca: bool = False, is_signer: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=is_signer,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
