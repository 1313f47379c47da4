"""QIDO-RS, WADO-RS and STOW-RS of the embedded archive."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest

from tests.helpers.site_client import SiteClient, multipart, value
from tests.helpers.tiny_studies import CHEST_STUDY, HEAD_PRIOR_STUDY, HEAD_STUDY, SLICES
from workstation.demo_site.multipart import parts_of
from workstation.demo_site.server import DemoSite

SERIES = f"{HEAD_STUDY}.1"


def with_uid(path: Path, sop_uid: str, **changes: str) -> bytes:
    """An object of the tiny studies as another one."""
    dataset = pydicom.dcmread(path)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = sop_uid
    for keyword, content in changes.items():
        setattr(dataset, keyword, content)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.fixture
def slice_file(tiny_studies: Path) -> Path:
    return tiny_studies / "ct-head-stat" / f"{SERIES}.3.dcm"


def test_studies_are_found_by_what_identifies_them(client: SiteClient) -> None:
    def found(**query: str) -> set[str]:
        answer = client.ask("GET", "/dicom-web/studies", params=query)
        return set() if answer.status_code == 204 else {row["0020000D"]["Value"][0] for row in answer.json()}

    assert found(PatientID="SYN-0001") == {HEAD_STUDY, HEAD_PRIOR_STUDY}
    assert found(PatientID="SYN-0001", IssuerOfPatientID="LIGHTBOX-DEMO") == {HEAD_STUDY, HEAD_PRIOR_STUDY}
    assert found(PatientID="SYN-0001", IssuerOfPatientID="ELSEWHERE") == set()
    assert found(AccessionNumber="ACC-HEAD") == {HEAD_STUDY}
    assert found(StudyInstanceUID=f"{HEAD_STUDY},{CHEST_STUDY}") == {HEAD_STUDY, CHEST_STUDY}
    assert found(StudyInstanceUID=f"{HEAD_STUDY}\\{CHEST_STUDY}") == {HEAD_STUDY, CHEST_STUDY}
    assert found(ModalitiesInStudy="SR", PatientID="SYN-0001") == {HEAD_PRIOR_STUDY}
    assert found(StudyDate="20260101-", PatientName="SYNTHETIC^*") >= {HEAD_STUDY, CHEST_STUDY}
    assert found(StudyDate="-20251231") == {HEAD_PRIOR_STUDY}
    assert found(**{"00080050": "ACC-CHEST"}) == {CHEST_STUDY}
    assert found(PatientID="nobody") == set()


def test_levels_have_their_attributes(client: SiteClient) -> None:
    (study,) = client.ask("GET", "/dicom-web/studies", params={"StudyInstanceUID": HEAD_STUDY}).json()
    assert study["00201208"]["Value"] == [SLICES]
    assert study["00080061"]["Value"] == ["CT"]
    assert study["00081190"]["Value"][0].endswith(f"/dicom-web/studies/{HEAD_STUDY}")
    series = client.ask("GET", f"/dicom-web/studies/{HEAD_PRIOR_STUDY}/series").json()
    assert {row["00080060"]["Value"][0]: row["00201209"]["Value"][0] for row in series} == {"CT": SLICES, "SR": 1}
    rows = client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}/instances").json()
    assert sorted(row["00200013"]["Value"][0] for row in rows) == list(range(1, SLICES + 1))
    assert {"00080016", "00080018", "0020000E", "00280010", "00080060"} <= rows[0].keys()
    page = client.ask(
        "GET", f"/dicom-web/studies/{HEAD_STUDY}/series/{SERIES}/instances", params={"limit": 5, "offset": 10}
    )
    assert len(page.json()) == SLICES - 10
    assert len(client.ask("GET", "/dicom-web/instances", params={"Modality": "SR"}).json()) == 1
    assert len(client.ask("GET", "/dicom-web/series", params={"AccessionNumber": "ACC-HEAD"}).json()) == 1


def test_an_instance_comes_as_it_is_kept(client: SiteClient, slice_file: Path) -> None:
    answer = client.instance(HEAD_STUDY, SERIES, f"{SERIES}.3")
    assert answer.status_code == 200
    (part,) = parts_of(answer.headers["Content-Type"], answer.content)
    assert part.content == slice_file.read_bytes()
    assert part.headers["content-type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"


def test_a_study_comes_in_one_answer(client: SiteClient) -> None:
    answer = client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}", headers={"Accept": "multipart/related"})
    parts = parts_of(answer.headers["Content-Type"], answer.content)
    uids = {pydicom.dcmread(io.BytesIO(part.content)).SOPInstanceUID for part in parts}
    assert uids == {f"{SERIES}.{number}" for number in range(1, SLICES + 1)}


def test_metadata_is_everything_but_pixels(client: SiteClient) -> None:
    rows = client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}/series/{SERIES}/metadata").json()
    assert len(rows) == SLICES
    assert rows[0]["00200032"]["Value"][:2] == [-32.0, -32.0]
    assert "7FE00010" not in rows[0]


@pytest.mark.parametrize(
    "accept",
    [
        "image/jpeg",
        "application/dicom",
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.80',
    ],
)
def test_other_forms_are_not_acceptable(client: SiteClient, accept: str) -> None:
    assert client.instance(HEAD_STUDY, SERIES, f"{SERIES}.1", accept).status_code == 406


def test_what_is_not_there_is_not_found(client: SiteClient) -> None:
    assert client.instance(HEAD_STUDY, SERIES, "1.2.3").status_code == 404
    assert client.instance(CHEST_STUDY, SERIES, f"{SERIES}.1").status_code == 404
    assert client.ask("GET", "/dicom-web/studies/1.2.3/metadata").status_code == 404
    assert client.ask("GET", "/dicom-web/studies/1.2.3/rendered").status_code == 404
    assert client.ask("PUT", "/dicom-web/studies").status_code == 405


def test_stored_objects_are_kept_byte_for_byte(client: SiteClient, site: DemoSite, slice_file: Path) -> None:
    new = with_uid(slice_file, f"{SERIES}.77")
    answer = client.stow(new, study=HEAD_STUDY)
    assert answer.status_code == 200
    document = answer.json()
    assert document["00081199"]["Value"][0]["00081155"] == value("UI", f"{SERIES}.77")
    assert document["00081198"] == {"vr": "SQ"}  # present and empty, as real archives send it
    (part,) = parts_of(*_typed(client.instance(HEAD_STUDY, SERIES, f"{SERIES}.77")))
    assert part.content == new
    assert site.stored_objects() == (new,)
    assert client.stow(new).status_code == 200
    assert len(site.stored_objects()) == 1


def test_other_content_under_a_known_uid_is_refused(client: SiteClient, site: DemoSite, slice_file: Path) -> None:
    changed = with_uid(slice_file, f"{SERIES}.3", PatientComments="changed")
    fresh = with_uid(slice_file, f"{SERIES}.78")
    refused = client.stow(changed)
    assert refused.status_code == 409
    assert refused.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0x0111]
    assert "00081199" not in refused.json()
    assert client.stow(changed, fresh).status_code == 202
    site.faults.set("lie_stow", "1")
    assert client.stow(changed).status_code == 200
    (part,) = parts_of(*_typed(client.instance(HEAD_STUDY, SERIES, f"{SERIES}.3")))
    assert part.content == slice_file.read_bytes()


def test_a_lying_archive_drops_or_alters(client: SiteClient, site: DemoSite, slice_file: Path) -> None:
    site.faults.set("lie_stow", "drop")
    assert client.stow(with_uid(slice_file, f"{SERIES}.80")).status_code == 200
    assert client.instance(HEAD_STUDY, SERIES, f"{SERIES}.80").status_code == 404
    site.faults.set("lie_stow", "alter")
    sent = with_uid(slice_file, f"{SERIES}.81")
    assert client.stow(sent).status_code == 200
    (part,) = parts_of(*_typed(client.instance(HEAD_STUDY, SERIES, f"{SERIES}.81")))
    assert part.content != sent


def test_what_cannot_be_stored_is_named(client: SiteClient, slice_file: Path) -> None:
    garbage = client.stow(b"not a DICOM object")
    assert garbage.status_code == 409
    assert garbage.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xC000]
    elsewhere = client.stow(with_uid(slice_file, f"{SERIES}.82"), study=CHEST_STUDY)
    assert elsewhere.json()["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]


def test_requests_that_are_no_stow_are_refused(client: SiteClient) -> None:
    content_type, body = multipart(b"x")
    path = "/dicom-web/studies"
    assert client.ask("POST", path, data=body, headers={"Content-Type": "application/dicom"}).status_code == 415
    assert client.ask("POST", path, data=body[:-4], headers={"Content-Type": content_type}).status_code == 400
    wrong = 'multipart/related; type="application/dicom"'
    assert client.ask("POST", path, data=body, headers={"Content-Type": wrong}).status_code == 400


def test_chunked_bodies_are_read(client: SiteClient, site: DemoSite, slice_file: Path) -> None:
    content_type, body = multipart(with_uid(slice_file, f"{SERIES}.90"))
    pieces = (body[start : start + 1000] for start in range(0, len(body), 1000))
    answer = client.ask("POST", "/dicom-web/studies", data=pieces, headers={"Content-Type": content_type})
    assert answer.status_code == 200
    assert len(site.stored_objects()) == 1


def test_stored_objects_outlive_the_site(tmp_path: Path, tiny_studies: Path, slice_file: Path) -> None:
    with DemoSite(tmp_path / "site", studies=tiny_studies) as site, SiteClient(site, tmp_path / "one") as client:
        client.stow(with_uid(slice_file, f"{SERIES}.91"))
    with DemoSite(tmp_path / "site", studies=tiny_studies) as site, SiteClient(site, tmp_path / "two") as client:
        assert client.instance(HEAD_STUDY, SERIES, f"{SERIES}.91").status_code == 200
        assert len(site.stored_objects()) == 1


def _typed(answer: object) -> tuple[str, bytes]:
    return answer.headers["Content-Type"], answer.content  # type: ignore[attr-defined]
