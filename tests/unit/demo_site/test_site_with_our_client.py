"""The demo site and our own client understand each other: login, worklist, images, STOW-RS and MLLP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.helpers.site_client import new_uid
from tests.helpers.tiny_studies import HEAD_PRIOR_STUDY, HEAD_STUDY, SLICES
from workstation.demo_site.server import DemoSite
from workstation.dicom.workitem import parse_workitem
from workstation.foundation.clock import SiteClock, SystemClock
from workstation.site.profile import SiteProfile, load_profile
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.errors import LoginRefused, Refused
from workstation.sync.http_transport import SiteConnection
from workstation.sync.login import SiteAccount
from workstation.sync.mllp import MllpSender
from workstation.sync.ups_attributes import OutputReference, Performer, final_attributes
from workstation.sync.ups_rs import UpsRs

READER = Performer("dr.demo", "Dr Dana Demo")


@pytest.fixture
def profile(site: DemoSite, tmp_path: Path) -> SiteProfile:
    return load_profile(site.write_profile(tmp_path / "profile"))


@pytest.fixture
def account(profile: SiteProfile) -> Iterator[SiteAccount]:
    connection = SiteConnection(profile, site_clock=SiteClock(SystemClock()))
    yield SiteAccount(connection, profile)
    connection.close()


@pytest.fixture
def connection(profile: SiteProfile, account: SiteAccount) -> Iterator[SiteConnection]:
    account.log_in("dr.demo", "demo")
    connection = SiteConnection(
        profile, bearer=account.bearer, site_clock=SiteClock(SystemClock()), on_token_refused=account.token_was_refused
    )
    yield connection
    connection.close()


def test_the_reader_logs_in_and_is_certified(account: SiteAccount) -> None:
    with pytest.raises(LoginRefused):
        account.log_in("dr.demo", "wrong")
    login = account.log_in("dr.demo", "demo")
    assert login.name == "Dr Dana Demo"
    assert abs((login.authenticated_at - datetime.now(UTC)).total_seconds()) < 5
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    chain = x509.load_pem_x509_certificates(account.certify(request.public_bytes(serialization.Encoding.PEM)))
    assert len(chain) == 2


def test_a_token_that_ends_is_renewed(
    connection: SiteConnection, account: SiteAccount, site: DemoSite, profile: SiteProfile
) -> None:
    site.faults.set("token_life_s", "1")
    ended = account.log_in("dr.demo", "demo").token
    assert UpsRs(connection, profile.worklist.url).search()
    assert account.bearer() != ended


def test_an_item_is_read_from_claim_to_completed(
    connection: SiteConnection, site: DemoSite, profile: SiteProfile
) -> None:
    worklist = UpsRs(connection, profile.worklist.url)
    item = next(each for each in map(parse_workitem, worklist.search()) if each.study_uids == (HEAD_STUDY,))
    ours = new_uid()
    worklist.claim(item.uid, ours, READER)
    assert parse_workitem(worklist.retrieve(item.uid)).claimed_by == "dr.demo"
    with pytest.raises(Refused) as lost:
        worklist.claim(item.uid, new_uid(), READER)
    assert lost.value.status == 409
    with pytest.raises(Refused) as not_ours:
        worklist.update(item.uid, new_uid(), {})
    assert not_ours.value.status == 409
    now = datetime.now(UTC)
    output = OutputReference(HEAD_STUDY, "1.2.3", "1.2.840.10008.5.1.4.1.1.88.22", "1.2.4")
    attributes = final_attributes(READER, station="HOME", started=now, ended=now, outputs=[output])
    worklist.complete(item.uid, ours, attributes)
    assert parse_workitem(worklist.retrieve(item.uid)).state == "COMPLETED"
    assert site.claims()[item.uid].user == "dr.demo"


def test_an_item_goes_back_and_comes_anew(connection: SiteConnection, profile: SiteProfile) -> None:
    worklist = UpsRs(connection, profile.worklist.url)
    item = next(each for each in map(parse_workitem, worklist.search()) if each.state == "SCHEDULED")
    ours = new_uid()
    worklist.claim(item.uid, ours, READER)
    worklist.cancel(item.uid, ours, "End of shift")
    assert parse_workitem(worklist.retrieve(item.uid)).discontinuation_reason == "End of shift"
    assert [each.uid for each in map(parse_workitem, worklist.search()) if each.replaces == item.uid]


def test_images_come_and_reports_go(connection: SiteConnection, profile: SiteProfile) -> None:
    archive = DicomWeb(connection, profile.images.url)
    rows = archive.instances_of_study(HEAD_STUDY)
    assert len(rows) == SLICES
    priors = {row["0020000D"]["Value"][0] for row in archive.studies_of_patient("SYN-0001")}
    assert priors == {HEAD_STUDY, HEAD_PRIOR_STUDY}
    first = rows[0]
    content = archive.instance(HEAD_STUDY, first["0020000E"]["Value"][0], first["00080018"]["Value"][0])
    assert content[128:132] == b"DICM"
    answer = archive.store(content, HEAD_STUDY)
    assert (len(answer.stored), answer.failed) == (1, ())


def test_messages_are_acknowledged(profile: SiteProfile, site: DemoSite) -> None:
    message = (
        b"MSH|^~\\&|LIGHTBOX|HOME|RIS|DEMO|20260301120000||ORU^R01^ORU_R01|M77|P|2.5.1\r"
        b"PID|1||SYN-0001\rOBR|1||ACC-HEAD|CTHEAD\r"
    )
    answer = MllpSender(profile)(message)
    assert (answer.code, answer.message_id) == ("AA", "M77")
    assert [each.control_id for each in site.messages()] == ["M77"]
