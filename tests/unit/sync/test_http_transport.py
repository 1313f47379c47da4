"""The door to the network: pinned, timed, repeated only where that is harmless, and always in plain words."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.helpers.scripted_peer import Authority, Reply, ScriptedPeer, write_profile
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import SiteClock, SystemClock
from workstation.foundation.errors import BadInput, Cancelled, SomethingMissing
from workstation.site.profile import SiteProfile
from workstation.sync.errors import LoginRefused, NotTrusted, Refused, Unreachable, WrongAnswer
from workstation.sync.http_transport import SiteConnection, Timeouts
from workstation.sync.trust import pinned_context

JSON = "application/dicom+json"


def test_an_answer_arrives_with_lower_case_headers(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/ups/workitems", Reply(body=b"[]", headers={"X-Thing": "1"}))
    answer = connection.get(f"{peer.base_url}/ups/workitems", accept=JSON, params={"limit": "5"})
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b"[]", "1")
    assert answer.content_type == JSON
    assert peer.seen[0].query == {"limit": ["5"]}


def test_connections_are_kept_alive_across_threads(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/dicom-web/x", Reply())
    for _ in range(3):
        thread = threading.Thread(
            target=connection.get, args=(f"{peer.base_url}/dicom-web/x",), kwargs={"accept": "*/*"}
        )
        thread.start()
        thread.join()
    assert len(peer.seen) == 3
    assert peer.connections == 1


def test_a_dropped_keep_alive_is_repeated_for_reading(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/dicom-web/x", Reply(body=b"1"), Reply(drop=True), Reply(drop=True), Reply(body=b"2"))
    url = f"{peer.base_url}/dicom-web/x"
    assert connection.get(url, accept="*/*").body == b"1"
    assert connection.get(url, accept="*/*").body == b"2"


def test_a_change_of_state_is_never_repeated(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("PUT", "/ups/x", Reply(drop=True))
    with pytest.raises(Unreachable, match=r"dropped|cut off"):
        connection.put(f"{peer.base_url}/ups/x", b"[]", content_type=JSON, accept=JSON)
    assert len(peer.seen) == 1


def test_what_must_not_be_sent_twice_gets_a_fresh_connection(
    peer: ScriptedPeer, connection: SiteConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstation.sync.http_transport._IDLE_LIMIT_S", 0.0)
    peer.on("GET", "/ups/x", Reply())
    peer.on("PUT", "/ups/x", Reply())
    connection.get(f"{peer.base_url}/ups/x", accept=JSON)
    connection.put(f"{peer.base_url}/ups/x", b"[]", content_type=JSON, accept=JSON)
    assert peer.connections == 2


def test_a_body_cut_short_is_noticed(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/dicom-web/x", Reply(body=b"x" * 1000, cut_at=500), Reply(body=b"whole"))
    assert connection.get(f"{peer.base_url}/dicom-web/x", accept="*/*").body == b"whole"
    peer.on("GET", "/dicom-web/y", Reply(body=b"x" * 1000, cut_at=500))
    with pytest.raises(Unreachable, match="cut off"):
        connection.get(f"{peer.base_url}/dicom-web/y", accept="*/*")


def test_an_absent_server_is_named(connection: SiteConnection, peer: ScriptedPeer) -> None:
    url = peer.base_url
    peer._server.socket.close()  # type: ignore[union-attr]
    with pytest.raises(Unreachable) as caught:
        connection.get(f"{url}/ups/workitems", accept=JSON)
    assert str(caught.value) == (
        "The worklist cannot be reached: nothing answers at its address. Check the network; the program keeps trying."
    )
    assert isinstance(caught.value, SomethingMissing)


def test_a_slow_server_is_named(peer: ScriptedPeer, profile: SiteProfile, site_clock: SiteClock) -> None:
    connection = SiteConnection(profile, site_clock=site_clock, timeouts=Timeouts(2.0, 0.2, 3.0), tries=1)
    peer.on("GET", "/dicom-web/x", Reply(delay_s=0.6))
    with pytest.raises(Unreachable, match="The image archive cannot be reached: it is too slow to answer"):
        connection.get(f"{peer.base_url}/dicom-web/x", accept="*/*")
    connection.close()


def test_a_certificate_of_another_authority_is_not_trusted(
    peer: ScriptedPeer, tmp_path: Path, site_clock: SiteClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Authority(tmp_path / "other", "Other Root")
    # Even an environment that names the right bundle must not widen what we trust.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(peer._authority.ca_file))
    monkeypatch.setenv("SSL_CERT_FILE", str(peer._authority.ca_file))
    connection = SiteConnection(write_profile(tmp_path / "p", peer.base_url, other), site_clock=site_clock)
    with pytest.raises(NotTrusted, match="not by the site's own authority"):
        connection.get(f"{peer.base_url}/ups/workitems", accept=JSON)
    assert peer.seen == []
    connection.close()


def test_only_the_pins_are_trusted_after_a_request(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/ups/x", Reply())
    connection.get(f"{peer.base_url}/ups/x", accept=JSON)
    assert len(connection._bag._context.get_ca_certs()) == 1


def test_a_certificate_file_that_is_none_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(BadInput, match=r"ca\.pem cannot be read"):
        pinned_context([tmp_path / "ca.pem"])


def test_only_servers_of_the_profile_are_asked(connection: SiteConnection) -> None:
    with pytest.raises(WrongAnswer, match="not in the site profile"):
        connection.get("https://elsewhere.invalid/ups", accept=JSON)


def test_a_redirection_is_not_followed(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/ups/x", Reply(302, headers={"Location": "https://elsewhere.invalid/"}))
    with pytest.raises(WrongAnswer, match="another address"):
        connection.get(f"{peer.base_url}/ups/x", accept=JSON)


@pytest.mark.parametrize("status", [400, 404, 409, 500, 503])
def test_a_refusal_carries_its_status(status: int, peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/ups/x", Reply(status))
    with pytest.raises(Refused) as caught:
        connection.get(f"{peer.base_url}/ups/x", accept=JSON)
    assert caught.value.status == status
    assert caught.value.is_passing == (status >= 500)
    assert str(status) in str(caught.value)


def test_a_refused_login_is_one_clear_line(peer: ScriptedPeer, connection: SiteConnection) -> None:
    peer.on("GET", "/ups/x", Reply(401))
    with pytest.raises(LoginRefused):
        connection.get(f"{peer.base_url}/ups/x", accept=JSON)


def test_a_refused_token_is_renewed_once(peer: ScriptedPeer, profile: SiteProfile, site_clock: SiteClock) -> None:
    tokens = ["old"]
    connection = SiteConnection(
        profile,
        site_clock=site_clock,
        bearer=lambda: tokens[-1],
        on_token_refused=lambda old: tokens.append(old + "er"),
    )
    peer.on("GET", "/ups/x", lambda seen: Reply(200 if seen.headers["authorization"] == "Bearer older" else 401))
    assert connection.get(f"{peer.base_url}/ups/x", accept=JSON).status == 200
    assert [each.headers["authorization"] for each in peer.seen] == ["Bearer old", "Bearer older"]
    connection.close()


def test_the_sites_clock_is_learnt(peer: ScriptedPeer, connection: SiteConnection, site_clock: SiteClock) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    peer.on("GET", "/ups/x", Reply(headers={"Date": format_datetime(ahead, usegmt=True)}))
    connection.get(f"{peer.base_url}/ups/x", accept=JSON)
    assert abs(site_clock.offset - timedelta(hours=1)) < timedelta(seconds=5)


def test_a_date_that_is_none_is_ignored(peer: ScriptedPeer, connection: SiteConnection, site_clock: SiteClock) -> None:
    peer.on("GET", "/ups/x", Reply(headers={"Date": "yesterday"}))
    connection.get(f"{peer.base_url}/ups/x", accept=JSON)
    assert site_clock.offset == timedelta(0)


def test_a_download_stops_when_cancelled(peer: ScriptedPeer, connection: SiteConnection) -> None:
    token = CancelToken()
    token.cancel()
    peer.on("GET", "/dicom-web/x", Reply(body=os.urandom(3 << 20)))
    with pytest.raises(Cancelled):
        connection.get(f"{peer.base_url}/dicom-web/x", accept="*/*", cancel=token)


def test_an_endless_answer_is_given_up(peer: ScriptedPeer, profile: SiteProfile) -> None:
    connection = SiteConnection(
        profile, site_clock=SiteClock(SystemClock()), timeouts=Timeouts(2.0, 2.0, -1.0), tries=1
    )
    peer.on("GET", "/dicom-web/x", Reply(body=b"x" * 100))
    with pytest.raises(Unreachable, match="took too long"):
        connection.get(f"{peer.base_url}/dicom-web/x", accept="*/*")
    connection.close()
