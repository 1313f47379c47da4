"""Logging in, tokens, and the certificates of readers."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.helpers.site_client import SiteClient
from workstation.demo_site.accounts import DEMO_ACCOUNTS, Accounts
from workstation.demo_site.server import DemoSite


class HandClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def request_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, name: str = "Somebody Else") -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def test_a_password_gives_a_token_and_who_it_is_for(client: SiteClient) -> None:
    answer = client.token(grant_type="password", username="dr.second", password="demo").json()
    assert answer["token_type"] == "Bearer"
    assert answer["user"] == {
        "id": "dr.second",
        "name": "Dr Sam Second",
        "person_name": "Second^Sam^^Dr",
        "organisation": "Lightbox Demo Hospital",
    }
    assert abs(answer["auth_time"] - datetime.now(UTC).timestamp()) < 5


@pytest.mark.parametrize(("user", "password"), [("dr.demo", "wrong"), ("nobody", "demo"), ("", "")])
def test_a_wrong_password_is_a_json_error(client: SiteClient, user: str, password: str) -> None:
    answer = client.token(grant_type="password", username=user, password=password)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_grant"


def test_other_grants_and_methods_are_refused(client: SiteClient) -> None:
    assert client.token(grant_type="client_credentials").json()["error"] == "unsupported_grant_type"
    assert client.ask("GET", "/oauth/token").status_code == 405


def test_a_refresh_keeps_the_time_of_the_password() -> None:
    clock = HandClock()
    accounts = Accounts(DEMO_ACCOUNTS, clock, lifetime_s=lambda: 60)
    session = accounts.log_in("dr.demo", "demo")
    assert session is not None
    token, _ = accounts.access_token(session)
    clock.time += timedelta(seconds=61)
    assert accounts.bearer(f"Bearer {token}") is None
    refreshed = accounts.refreshed(session.refresh)
    assert refreshed is not None
    assert refreshed.authenticated_at == session.authenticated_at
    newer, _ = accounts.access_token(refreshed)
    account = accounts.bearer(f"bearer {newer}")
    assert account is not None
    assert account.user == "dr.demo"
    assert accounts.refreshed("unknown") is None
    assert accounts.bearer(f"Basic {newer}") is None


@pytest.mark.parametrize("path", ["/ups/workitems", "/dicom-web/studies", "/certify", "/nothing"])
def test_everything_else_wants_a_token(site: DemoSite, log_in: Callable[..., SiteClient], path: str) -> None:
    stranger = log_in("nobody")
    answer = stranger.ask("GET", path)
    assert answer.status_code == 401
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_readers_key_is_certified_under_the_accounts_name(client: SiteClient, site: DemoSite) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    answer = client.ask("POST", "/certify", data=request_pem(key))
    assert answer.status_code == 200
    leaf, root = x509.load_pem_x509_certificates(answer.content)
    assert root == x509.load_pem_x509_certificate(site.ca_pem)
    leaf.verify_directly_issued_by(root)
    assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "Dr Dana Demo"
    assert leaf.subject.get_attributes_for_oid(NameOID.USER_ID)[0].value == "dr.demo"
    assert leaf.public_key() == key.public_key()
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_bad_certificate_requests_are_refused(client: SiteClient) -> None:
    weak = request_pem(rsa.generate_private_key(65537, 1024))  # noqa: S505 - weak on purpose
    whole = request_pem(ec.generate_private_key(ec.SECP256R1()))
    swapped = bytearray(x509.load_pem_x509_csr(whole).public_bytes(serialization.Encoding.DER))
    swapped[-1] ^= 1
    unsigned = ssl.DER_cert_to_PEM_cert(bytes(swapped)).replace("CERTIFICATE", "CERTIFICATE REQUEST").encode()
    for body in (b"", b"not a request", weak, unsigned):
        answer = client.ask("POST", "/certify", data=body)
        assert answer.status_code == 400, body
    assert client.ask("GET", "/certify").status_code == 405


def test_the_site_is_trusted_by_its_own_root_only(site: DemoSite, tmp_path: Path) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(site.base_url, timeout=5)
    site.write_profile(tmp_path / "profile")
    for host in ("127.0.0.1", "localhost"):
        url = site.base_url.replace("127.0.0.1", host)
        assert requests.get(url, timeout=5, verify=str(tmp_path / "profile" / "ca.pem")).status_code == 401
