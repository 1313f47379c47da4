"""The site with a real Orthanc behind its HTTPS."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from tests.helpers.oracles import need
from tests.helpers.site_client import SiteClient
from tests.helpers.tiny_studies import HEAD_PRIOR_STUDY, HEAD_STUDY, SLICES
from workstation.demo_site.multipart import parts_of
from workstation.demo_site.server import DemoSite

pytestmark = pytest.mark.orthanc
SERIES = f"{HEAD_STUDY}.1"


@pytest.fixture(scope="module")
def _orthanc_is_there() -> None:
    need("Orthanc", "/usr/sbin/Orthanc")


@pytest.fixture
def orthanc_client(tmp_path: Path, tiny_studies: Path, _orthanc_is_there: None) -> Iterator[SiteClient]:
    with (
        DemoSite(tmp_path / "site", studies=tiny_studies, pacs="orthanc") as site,
        SiteClient(site, tmp_path / "profile") as client,
    ):
        yield client


def test_images_and_reports_go_through_orthanc(orthanc_client: SiteClient, tiny_studies: Path) -> None:
    client, site = orthanc_client, orthanc_client.site
    found = client.ask("GET", "/dicom-web/studies", params={"PatientID": "SYN-0001"}).json()
    assert {row["0020000D"]["Value"][0] for row in found} == {HEAD_STUDY, HEAD_PRIOR_STUDY}
    assert all(row["00081190"]["Value"][0].startswith(site.dicomweb_url) for row in found)
    assert len(client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}/instances").json()) == SLICES
    original = (tiny_studies / "ct-head-stat" / f"{SERIES}.3.dcm").read_bytes()
    assert _content(client, f"{SERIES}.3") == original
    whole = client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}", headers={"Accept": "multipart/related"})
    assert len(parts_of(whole.headers["Content-Type"], whole.content)) == SLICES

    dataset = pydicom.dcmread(io.BytesIO(original))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{SERIES}.99"
    out = io.BytesIO()
    dataset.save_as(out)
    answer = client.stow(out.getvalue(), study=HEAD_STUDY)
    assert answer.status_code == 200
    assert answer.json()["00081199"]["Value"][0]["00081155"]["Value"] == [f"{SERIES}.99"]
    assert _content(client, f"{SERIES}.99") == out.getvalue()
    assert site.stored_objects() == (out.getvalue(),)

    site.faults.set("broken_instance", "1")
    assert len(_content(client, f"{SERIES}.1")) == len(_content(client, f"{SERIES}.3")) // 2
    site.faults.set("missing_instance", "1")
    assert client.instance(HEAD_STUDY, SERIES, f"{SERIES}.1").status_code == 404
    assert client.ask("DELETE", f"/dicom-web/studies/{HEAD_STUDY}").status_code == 405
    assert client.ask("POST", "/dicom-web/studies", data=b"x").status_code == 415
    assert client.instance(HEAD_STUDY, SERIES, "1.2.3").status_code == 404


def _content(client: SiteClient, sop_uid: str) -> bytes:
    answer = client.instance(HEAD_STUDY, SERIES, sop_uid)
    assert answer.status_code == 200
    return parts_of(answer.headers["Content-Type"], answer.content)[0].content
