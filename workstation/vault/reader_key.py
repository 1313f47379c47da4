"""The signing key of one reader, and the certificate by which the site vouches for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from workstation.vault.errors import BadCertificate, DamagedObject
from workstation.vault.keys import Vault
from workstation.vault.sealed_folder import SealedFolder


class ReaderKey:
    """An EC P-256 key of one reader, sealed under the vault; made by `load_or_create`."""

    def __init__(
        self,
        files: SealedFolder,
        user: str,
        private_key: ec.EllipticCurvePrivateKey,
        chain: Sequence[x509.Certificate],
    ) -> None:
        self._files = files
        self._user = user
        self._private_key = private_key
        self._chain = tuple(chain)

    def __repr__(self) -> str:
        return f"ReaderKey(is_certified={self.is_certified})"

    @classmethod
    def load_or_create(cls, vault: Vault, folder: Path, user: str) -> ReaderKey:
        """The key of ``user``: the one kept in ``folder``, else a new one, durable before it is returned.

        Raises
        ------
        DamagedObject
            When the kept key was changed or exchanged.
        """
        files = SealedFolder(vault, folder, "reader-keys")
        kept = files.read(user)
        if kept is not None:
            return cls(files, user, *_parsed(kept))
        fresh = cls(files, user, ec.generate_private_key(ec.SECP256R1()), ())
        fresh._save()
        return fresh

    @property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs."""
        return self._private_key

    @property
    def certificate_chain(self) -> tuple[x509.Certificate, ...]:
        """The reader's certificate first, then those that vouch for it; empty before the site has certified."""
        return self._chain

    @property
    def is_certified(self) -> bool:
        """Whether the site has certified this key; whether that is still in time is for the caller to ask."""
        return bool(self._chain)

    def certificate_request(self, common_name: str) -> bytes:
        """A PKCS#10 request for this key (PEM), to be sent to the site."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self._private_key, SHA256())
        return request.public_bytes(Encoding.PEM)

    def install_certificate(self, pem_chain: bytes) -> None:
        """Keep the chain that the site answered with, the reader's certificate first.

        Raises
        ------
        BadCertificate
            When it cannot be read, or its first certificate is for another key.
        """
        try:
            chain = x509.load_pem_x509_certificates(pem_chain)
        except ValueError as error:
            raise BadCertificate("The certificate that the site sent cannot be read.", "Tell the site.") from error
        if _public_bytes(chain[0].public_key()) != _public_bytes(self._private_key.public_key()):
            raise BadCertificate("The certificate that the site sent is for another key.", "Tell the site.")
        self._chain = tuple(chain)
        self._save()

    def _save(self) -> None:
        document = {
            "format": "reader-key/1",
            "private_key": self._private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(
                "ascii"
            ),
            "chain": [certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in self._chain],
        }
        self._files.write(self._user, json.dumps(document).encode("utf-8"))


def _parsed(kept: bytes) -> tuple[ec.EllipticCurvePrivateKey, list[x509.Certificate]]:
    document = json.loads(kept)
    private_key = load_pem_private_key(document["private_key"].encode("ascii"), password=None)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise DamagedObject("The signing key kept on this computer is of an unknown kind.", "Ask for a new one.")
    return private_key, [x509.load_pem_x509_certificate(text.encode("ascii")) for text in document["chain"]]


def _public_bytes(public_key: object) -> bytes:
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        return b""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
