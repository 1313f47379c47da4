"""What the tests of the line to the site share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.reader_at_site import ReaderAtSite, reader_at
from tests.helpers.scripted_peer import Authority, ScriptedPeer, write_profile
from tests.helpers.small_studies import SmallStudy
from workstation.demo_site.server import DemoSite
from workstation.dicom.workitem import parse_workitem
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


HEAD = SmallStudy()
HEAD_PRIOR = SmallStudy("head-prior", accession="A0", date="20260101", instances=4)
CHEST = SmallStudy(
    "chest", patient_id="SYN-2", patient_name="SYNTHETIC^Bo", accession="A2", description="CT chest", body_part="CHEST"
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DemoSite]:
    """A demo site with a head CT, its prior, and a chest CT of another patient."""
    for study in (HEAD, HEAD_PRIOR, CHEST):
        study.write(tmp_path / "studies")
    site = DemoSite(tmp_path / "demo-site", studies=tmp_path / "studies")
    site.start()
    yield site
    site.stop()


@pytest.fixture
def profile_path(site: DemoSite, tmp_path: Path) -> Path:
    return site.write_profile(tmp_path / "demo-profile")


@pytest.fixture
def reader(profile_path: Path, tmp_path: Path) -> Iterator[ReaderAtSite]:
    reader = reader_at(profile_path, tmp_path / "reader")
    yield reader
    reader.close()


def item_uid_of(site: DemoSite, study: SmallStudy) -> str:
    """UID of the SCHEDULED work item about a study."""
    for held in site.worklist():
        item = parse_workitem(held.attributes)
        if study.study_uid in item.study_uids and item.state == "SCHEDULED":
            return item.uid
    raise AssertionError("the demo site has no such item")
