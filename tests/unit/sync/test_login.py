"""Logging in, staying logged in, proving it is still the same person, and getting the signing key certified."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from tests.helpers.scripted_peer import Reply, ScriptedPeer, Seen
from tests.helpers.vaults import HandClock
from workstation.site.profile import SiteProfile
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer
from workstation.sync.http_transport import SiteConnection
from workstation.sync.login import SiteAccount

TOKEN = "/oauth/token"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def account(connection: SiteConnection, profile: SiteProfile, clock: HandClock) -> SiteAccount:
    return SiteAccount(connection, profile, clock)


def granted(access: str = "t1", **more: object) -> Reply:
    said = {
        "access_token": access,
        "refresh_token": "r1",
        "expires_in": 300,
        "token_type": "Bearer",
        "auth_time": 1_793_629_800,
        "user": {"id": "dr.demo", "name": "Dr Dana Demo", "organisation": "Home"},
    }
    return Reply(body=json.dumps({**said, **more}).encode(), content_type="application/json")


def form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def test_a_login_says_who_and_when(peer: ScriptedPeer, account: SiteAccount, clock: HandClock) -> None:
    peer.on("POST", TOKEN, granted())
    login = account.log_in("dr.demo", "s3cret&=")
    assert (login.user, login.name, login.organisation) == ("dr.demo", "Dr Dana Demo", "Home")
    assert login.authenticated_at == datetime.fromtimestamp(1_793_629_800, UTC)
    assert (login.expires - clock.now()).total_seconds() == 300
    assert form(peer.seen[0]) == {
        "grant_type": "password",
        "username": "dr.demo",
        "password": "s3cret&=",
        "client_id": "lightbox-workstation",
    }
    assert "t1" not in repr(login)
    assert "r1" not in repr(login)
    assert account.bearer() == "t1"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_wrong_password_is_one_clear_line(status: int, peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, Reply(status, b'{"error":"invalid_grant"}', "application/json"))
    with pytest.raises(LoginRefused) as caught:
        account.log_in("dr.demo", "wrong")
    assert str(caught.value) == "The site refused this name and password. Check both and try again."
    assert account.login is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>", content_type="text/html"),
        Reply(body=b"{}", content_type="application/json"),
        Reply(body=b"[]", content_type="application/json"),
        Reply(body=b'{"access_token": "x", "user": 3}', content_type="application/json"),
        Reply(body=b'{"access_token": "x", "expires_in": "soon"}', content_type="application/json"),
        Reply(body=b'{"access_token": "x", "auth_time": "later"}', content_type="application/json"),
    ],
)
def test_a_nonsensical_answer_is_named(reply: Reply, peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, reply)
    with pytest.raises(WrongAnswer, match="The site's login answered wrongly"):
        account.log_in("dr.demo", "demo")


def test_an_absent_login_server_is_named(peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, Reply(drop=True))
    with pytest.raises(Unreachable, match="The site's login cannot be reached"):
        account.log_in("dr.demo", "demo")


def test_a_failing_login_server_is_no_refusal(peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, Reply(503))
    with pytest.raises(Refused, match="503"):
        account.log_in("dr.demo", "demo")


def test_nobody_logged_in_is_said(account: SiteAccount) -> None:
    with pytest.raises(LoginRefused, match="not logged in"):
        account.bearer()


def test_a_token_is_renewed_before_it_ends(peer: ScriptedPeer, account: SiteAccount, clock: HandClock) -> None:
    peer.on("POST", TOKEN, granted(), granted("t2", user=None, auth_time=None, refresh_token=None))
    first = account.log_in("dr.demo", "demo")
    clock.advance(279)
    assert account.bearer() == "t1"
    clock.advance(2)
    assert account.bearer() == "t2"
    assert form(peer.seen[1])["refresh_token"] == "r1"
    second = account.login
    assert second is not None
    assert (second.user, second.refresh, second.authenticated_at) == ("dr.demo", "r1", first.authenticated_at)


def test_a_refused_token_is_renewed_once_for_all_threads(peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, granted(), granted("t2"))
    account.log_in("dr.demo", "demo")
    account.token_was_refused("t1")
    account.token_was_refused("t1")
    assert account.bearer() == "t2"
    assert len(peer.seen) == 2


def test_a_login_that_has_ended_is_said(peer: ScriptedPeer, account: SiteAccount, clock: HandClock) -> None:
    peer.on("POST", TOKEN, granted(), Reply(400))
    account.log_in("dr.demo", "demo")
    clock.advance(400)
    with pytest.raises(LoginRefused, match="has ended"):
        account.bearer()


def test_signing_asks_for_the_password_again(peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, granted(), granted("t9", auth_time="2026-11-02T14:35:00Z"), Reply(401))
    account.log_in("dr.demo", "demo")
    fresh = account.reauthenticate("dr.demo", "demo")
    assert fresh.authenticated_at == datetime(2026, 11, 2, 14, 35, tzinfo=UTC)
    assert account.bearer() == "t1"
    with pytest.raises(LoginRefused):
        account.reauthenticate("dr.demo", "wrong")
    assert account.bearer() == "t1"


def test_logging_out_forgets_the_tokens(peer: ScriptedPeer, account: SiteAccount) -> None:
    peer.on("POST", TOKEN, granted())
    account.log_in("dr.demo", "demo")
    account.log_out()
    with pytest.raises(LoginRefused):
        account.bearer()


def test_the_signing_key_is_certified(peer: ScriptedPeer, account: SiteAccount) -> None:
    chain = b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
    peer.on("POST", TOKEN, granted())
    peer.on("POST", "/certify", Reply(body=chain, content_type="application/pem-certificate-chain"), Reply(body=b"no"))
    account.log_in("dr.demo", "demo")
    assert account.certify(b"csr") == chain
    asked = peer.requests("POST", "/certify")[0]
    assert (asked.body, asked.headers["authorization"]) == (b"csr", "Bearer t1")
    with pytest.raises(WrongAnswer, match="no certificate"):
        account.certify(b"csr")
