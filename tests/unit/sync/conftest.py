"""What the tests of the line to the site share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.scripted_peer import Authority, ScriptedPeer, write_profile
from workstation.foundation.clock import SiteClock, SystemClock
from workstation.site.profile import SiteProfile
from workstation.sync.http_transport import SiteConnection, Timeouts


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def peer(authority: Authority) -> Iterator[ScriptedPeer]:
    peer = ScriptedPeer(authority)
    peer.start()
    yield peer
    peer.stop()


@pytest.fixture
def profile(peer: ScriptedPeer, authority: Authority, tmp_path: Path) -> SiteProfile:
    return write_profile(tmp_path / "site", peer.base_url, authority)


@pytest.fixture
def site_clock() -> SiteClock:
    return SiteClock(SystemClock())


@pytest.fixture
def connection(profile: SiteProfile, site_clock: SiteClock) -> Iterator[SiteConnection]:
    connection = SiteConnection(
        profile, site_clock=site_clock, timeouts=Timeouts(2.0, 1.0, 3.0), pause=lambda seconds: None
    )
    yield connection
    connection.close()
