"""What is kept for one reader: the local log-in and the signing key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.helpers.vaults import QUICK, a_vault
from workstation.vault.errors import BadCertificate, DamagedObject
from workstation.vault.reader_key import ReaderKey
from workstation.vault.verifier import LocalVerifier


def verifier(root: Path) -> LocalVerifier:
    return LocalVerifier(a_vault(root), root / "data" / "verifiers", cost=QUICK)


def test_a_remembered_password_is_checked(tmp_path: Path) -> None:
    verifier(tmp_path).remember("dr.demo", "demo")
    again = verifier(tmp_path)
    assert again.is_known("dr.demo")
    assert again.check("dr.demo", "demo")
    assert not again.check("dr.demo", "Demo")
    assert not again.check("dr.second", "demo")
    assert not again.is_known("dr.second")


def test_the_newest_password_counts(tmp_path: Path) -> None:
    verifier(tmp_path).remember("dr.demo", "old")
    verifier(tmp_path).remember("dr.demo", "new")
    assert not verifier(tmp_path).check("dr.demo", "old")
    assert verifier(tmp_path).check("dr.demo", "new")


def test_neither_user_nor_password_is_in_clear_text(tmp_path: Path) -> None:
    verifier(tmp_path).remember("dr.demo", "opensesame")
    (file,) = (tmp_path / "data" / "verifiers").iterdir()
    assert "demo" not in file.name
    assert b"opensesame" not in file.read_bytes()
    assert b"argon2" not in file.read_bytes()


def test_the_password_of_one_reader_is_not_taken_for_another(tmp_path: Path) -> None:
    verifier(tmp_path).remember("dr.demo", "demo")
    verifier(tmp_path).remember("dr.second", "second")
    one, two = sorted((tmp_path / "data" / "verifiers").iterdir())
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    with pytest.raises(DamagedObject):
        verifier(tmp_path).check("dr.demo", "demo")


def reader_key(root: Path, user: str = "dr.demo") -> ReaderKey:
    return ReaderKey.load_or_create(a_vault(root), root / "data" / "keys", user)


def certified(request_pem: bytes, public_key: ec.EllipticCurvePublicKey | None = None) -> bytes:
    """The answer of a site: the reader's certificate and the site's own."""
    request = x509.load_pem_x509_csr(request_pem)
    site_key = ec.generate_private_key(ec.SECP256R1())
    site = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Site")])
    now = datetime.now(UTC)

    def certificate(subject: x509.Name, key: ec.EllipticCurvePublicKey) -> bytes:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(site).public_key(key)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
        return builder.sign(site_key, SHA256()).public_bytes(Encoding.PEM)

    asked = request.public_key()
    assert isinstance(asked, ec.EllipticCurvePublicKey)
    return certificate(request.subject, public_key or asked) + certificate(site, site_key.public_key())


def test_the_key_of_a_reader_stays(tmp_path: Path) -> None:
    one, again, other = reader_key(tmp_path), reader_key(tmp_path), reader_key(tmp_path, "dr.second")
    assert one.private_key.private_numbers() == again.private_key.private_numbers()
    assert one.private_key.private_numbers() != other.private_key.private_numbers()
    assert isinstance(one.private_key.curve, ec.SECP256R1)


def test_a_request_is_signed_by_the_key(tmp_path: Path) -> None:
    key = reader_key(tmp_path)
    request = x509.load_pem_x509_csr(key.certificate_request("Dr Demo"))
    assert request.is_signature_valid
    assert request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Dr Demo"
    asked = request.public_key()
    assert isinstance(asked, ec.EllipticCurvePublicKey)
    assert asked.public_numbers() == key.private_key.public_key().public_numbers()


def test_an_installed_certificate_stays(tmp_path: Path) -> None:
    key = reader_key(tmp_path)
    assert not key.is_certified
    key.install_certificate(certified(key.certificate_request("Dr Demo")))
    assert key.is_certified
    again = reader_key(tmp_path)
    assert again.is_certified
    assert again.certificate_chain == key.certificate_chain
    assert len(again.certificate_chain) == 2


def test_a_certificate_for_another_key_is_refused(tmp_path: Path) -> None:
    key = reader_key(tmp_path)
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(BadCertificate, match="another key"):
        key.install_certificate(certified(key.certificate_request("Dr Demo"), stranger))
    assert not reader_key(tmp_path).is_certified


@pytest.mark.parametrize("answer", [b"", b"<html>", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_an_answer_that_is_no_certificate_is_refused(answer: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadCertificate):
        reader_key(tmp_path).install_certificate(answer)


def test_the_key_is_not_in_clear_text(tmp_path: Path) -> None:
    reader_key(tmp_path)
    (file,) = (tmp_path / "data" / "keys").iterdir()
    assert b"PRIVATE KEY" not in file.read_bytes()
    assert "dr.demo" not in file.name
