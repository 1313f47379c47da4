"""Signing canonical reports."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.reports import SIGNED_AT, a_reader, a_report, an_authority
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.report_file import SignedReportFile, read_report_file, verify_report_file, write_report_file
from workstation.reporting.signature import is_verified, sign_canonical, verify_report

SITE = an_authority()
READER = a_reader(SITE)
CANONICAL = a_report().canonical_bytes()
SIGNATURE = sign_canonical(CANONICAL, READER.key, READER.chain)
ROOTS = (SITE.certificate,)


def _failing(canonical: bytes, signature: str, trust: Sequence[x509.Certificate] = ROOTS) -> set[str]:
    return {check.name for check in verify_report(canonical, signature, trust) if not check.ok}


def _with(part: int, **changes: object) -> str:
    parts = SIGNATURE.split(".")
    body = json.loads(base64.urlsafe_b64decode(parts[part] + "=="))
    parts[part] = base64.urlsafe_b64encode(json.dumps({**body, **changes}).encode()).decode().rstrip("=")
    return ".".join(parts)


def test_a_signed_report_verifies() -> None:
    checks = verify_report(CANONICAL, SIGNATURE, ROOTS)
    assert is_verified(checks)
    assert [check.name for check in checks] == ["integrity", "signature", "signer", "author"]


def test_the_signature_is_a_compact_jws_with_the_chain() -> None:
    header = json.loads(base64.urlsafe_b64decode(SIGNATURE.split(".")[0] + "=="))
    assert header["alg"] == "ES256"
    assert len(header["x5c"]) == 2
    assert x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])) == READER.chain[0]


@settings(max_examples=60)
@given(st.integers(0, len(CANONICAL) - 1), st.integers(1, 255))
def test_one_changed_character_breaks_integrity(place: int, change: int) -> None:
    tampered = bytearray(CANONICAL)
    tampered[place] ^= change
    assert "integrity" in _failing(bytes(tampered), SIGNATURE)


def test_a_changed_word_breaks_integrity_and_nothing_else() -> None:
    assert _failing(CANONICAL.replace(b"left", b"LEFT"), SIGNATURE) == {"integrity"}


def test_a_report_signed_by_a_reader_of_another_site_does_not_verify() -> None:
    stranger = a_reader(an_authority("Another CA"))
    signature = sign_canonical(CANONICAL, stranger.key, stranger.chain)
    assert _failing(CANONICAL, signature) == {"signer"}


def test_another_authority_of_the_same_name_is_not_the_site() -> None:
    impostor = a_reader(an_authority())
    assert _failing(CANONICAL, sign_canonical(CANONICAL, impostor.key, impostor.chain)) == {"signer"}


def test_a_key_that_certified_itself_does_not_verify() -> None:
    own = an_authority("dr.demo")
    assert _failing(CANONICAL, sign_canonical(CANONICAL, own.key, (own.certificate,))) == {"signer"}


def test_another_reader_of_the_site_is_not_the_author() -> None:
    second = a_reader(SITE, "dr.second")
    assert _failing(CANONICAL, sign_canonical(CANONICAL, second.key, second.chain)) == {"author"}


def test_a_certificate_may_name_the_author_by_name() -> None:
    named = a_reader(SITE, "demo renata dr")
    assert _failing(CANONICAL, sign_canonical(CANONICAL, named.key, named.chain)) == set()


def test_the_certificate_of_a_reader_does_not_help_another_key() -> None:
    stranger = a_reader(an_authority())
    forged = sign_canonical(CANONICAL, stranger.key, stranger.chain)
    header = SIGNATURE.split(".")[0]
    assert _failing(CANONICAL, ".".join([header, *forged.split(".")[1:]])) == {"signature"}


def test_a_reader_cannot_certify_others() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    below = type(SITE)(READER.chain[0], READER.key).certify(key.public_key(), "dr.demo")
    assert _failing(CANONICAL, sign_canonical(CANONICAL, key, (below, *READER.chain))) == {"signer"}


def test_an_authority_between_is_followed() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    between = type(SITE)(SITE.certify(key.public_key(), "Department CA", authority=True), key)
    reader = a_reader(between)
    signature = sign_canonical(CANONICAL, reader.key, reader.chain)
    assert _failing(CANONICAL, signature) == set()
    assert _failing(CANONICAL, sign_canonical(CANONICAL, reader.key, reader.chain[:1])) == {"signer"}


@pytest.mark.parametrize(
    ("start", "days"), [(datetime(2020, 1, 1, tzinfo=UTC), 30), (datetime(2026, 4, 1, tzinfo=UTC), 30)]
)
def test_the_certificate_counts_at_the_time_of_signing(start: datetime, days: int) -> None:
    reader = a_reader(SITE, start=start, days=days)
    assert _failing(CANONICAL, sign_canonical(CANONICAL, reader.key, reader.chain)) == {"signer"}


def test_a_certificate_that_has_run_out_since_still_counts() -> None:
    reader = a_reader(SITE, start=SIGNED_AT, days=1)
    assert _failing(CANONICAL, sign_canonical(CANONICAL, reader.key, reader.chain)) == set()


def test_a_key_that_is_not_for_signing_does_not_verify() -> None:
    reader = a_reader(SITE, may_sign=False)
    assert _failing(CANONICAL, sign_canonical(CANONICAL, reader.key, reader.chain)) == {"signer"}


def test_without_roots_nobody_is_trusted() -> None:
    assert _failing(CANONICAL, SIGNATURE, ()) == {"signer"}


@pytest.mark.parametrize(
    "signature",
    ["", "a.b.c", "...", "é.è.ê", SIGNATURE[:-10], SIGNATURE.replace(".", "", 1), _with(0, alg="none"),
     _with(0, typ="x"), _with(0, x5c=[]), _with(0, x5c=["AAAA"]), _with(1, schema="other"), _with(1, digest="00")],
)  # fmt: skip
def test_a_damaged_signature_never_verifies(signature: str) -> None:
    assert _failing(CANONICAL, signature) & {"integrity", "signature"}


def test_signing_asks_for_the_certificate_of_the_key() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    for chain in ((), READER.chain):
        with pytest.raises(ValueError, match="do not belong together"):
            sign_canonical(CANONICAL, other, chain)


def test_a_report_file_comes_back_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report_file(path, CANONICAL, a_report().sha256, SIGNATURE)
    signed = read_report_file(path)
    assert signed.canonical == CANONICAL
    assert signed.report == a_report()
    assert is_verified(verify_report_file(signed, ROOTS))
    body = json.loads(path.read_bytes())
    assert body["schema"] == "signed-report/1"
    assert body["canonical"]["report_id"] == a_report().report_id


def test_a_report_file_with_one_changed_character_does_not_verify(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report_file(path, CANONICAL, a_report().sha256, SIGNATURE)
    path.write_text(path.read_text("utf-8").replace("11 mm", "17 mm"), "utf-8")
    checks = verify_report_file(read_report_file(path), ROOTS)
    assert {check.name for check in checks if not check.ok} == {"integrity"}


def test_a_wrong_hash_in_the_file_is_found() -> None:
    checks = verify_report_file(SignedReportFile(CANONICAL, "00" * 32, SIGNATURE), ROOTS)
    assert {check.name for check in checks if not check.ok} == {"integrity"}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"schema": "x"}', b'{"schema": "signed-report/1"}', b"\xff",
     b'{"schema": "signed-report/1", "sha256": "", "signature": "", "canonical": 1e400}'],
)  # fmt: skip
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableReport) as caught:
        read_report_file(path)
    assert "\n" not in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReport, match=r"nothing\.json"):
        read_report_file(tmp_path / "nothing.json")
