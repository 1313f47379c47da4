"""What the site makes of a folder: studies, priors, items, reports, profile."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pydicom
import pypdfium2
import pytest

from tests.helpers.oracles import dciodvfy_errors
from tests.helpers.site_client import SiteClient
from tests.helpers.tiny_studies import CHEST_STUDY, HEAD_PRIOR_STUDY, HEAD_STUDY, write_tiny_studies
from workstation.demo_site.accounts import DEMO_ACCOUNTS
from workstation.demo_site.prior_reports import pdf_report, sr_report
from workstation.demo_site.server import DemoSite
from workstation.demo_site.stories import EarlierReport, load_stories
from workstation.demo_site.studies_on_disk import read_instances, studies_of
from workstation.demo_site.worklist_items import Site, worklist_of
from workstation.dicom.workitem import parse_workitem
from workstation.foundation.errors import BadInput
from workstation.foundation.resources import resource_path
from workstation.site.profile import load_profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORIES = load_stories(resource_path("demo_site", "stories.json"))


def items_of(folder: Path) -> list[object]:
    studies = studies_of(read_instances(folder, known_keys=STORIES))
    site = Site(NOW, "https://127.0.0.1:1/dicom-web", {each.user: each for each in DEMO_ACCOUNTS})
    return [parse_workitem(item.attributes) for item in worklist_of(studies, STORIES, site)]


def test_the_profile_is_valid(site: DemoSite, tmp_path: Path) -> None:
    profile = load_profile(site.write_profile(tmp_path / "profile"))
    assert profile.worklist.url == site.ups_url
    assert profile.report.oru_port == site.mllp_port
    assert profile.displays.signing_on_unfit == "warn"
    assert profile.origins() == {site.base_url}


def test_newest_study_is_read_and_older_ones_are_its_priors(tmp_path: Path) -> None:
    studies = {
        each.study_uid: each for each in studies_of(read_instances(write_tiny_studies(tmp_path, keys=("", "", ""))))
    }
    assert studies[HEAD_STUDY].prior_of == ""
    assert studies[HEAD_PRIOR_STUDY].prior_of == HEAD_STUDY
    assert studies[CHEST_STUDY].prior_of == ""


def test_studies_without_patient_id_are_nobodys_priors(tmp_path: Path) -> None:
    for path in write_tiny_studies(tmp_path, keys=("", "", "")).rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        dataset.PatientID = ""
        dataset.save_as(path)
    assert all(study.prior_of == "" for study in studies_of(read_instances(tmp_path)))


def test_somebodys_own_folder_gets_plain_items(tmp_path: Path) -> None:
    folder = write_tiny_studies(tmp_path, keys=("one", "two", "three"))
    (folder / "notes.txt").write_text("not a DICOM file")
    (folder / "DICOMDIR").write_bytes(b"")
    shutil.copytree(folder / "three", folder / ".three.part")
    head, chest = sorted(items_of(folder), key=lambda item: item.priority)
    assert (head.is_stat, head.study_uids, head.accessions) == (True, (HEAD_STUDY,), ("ACC-HEAD",))
    assert chest.modality == "CR"
    assert len(head.inputs[0].sop_uids) == 12


def test_demo_studies_get_their_stories(tiny_studies: Path) -> None:
    items = {item.study_uids[0]: item for item in items_of(tiny_studies)}
    head = items[HEAD_STUDY]
    assert head.is_stat
    assert (head.due - NOW).total_seconds() == 18 * 60
    assert head.ai.algorithm == "Triage Sim ICH"
    assert head.ai.confidence == 0.94
    assert head.assignment_reason.startswith("Emergency")
    assert head.orders[0].referrer_phone == "+1 555 010 0142"
    assert head.allergies == ("No known allergies",)
    assert head.performers == ("dr.demo", "dr.second", "dr.third")
    prior = items[HEAD_PRIOR_STUDY]
    assert (prior.state, prior.claimed_by, prior.due.date().isoformat()) == ("COMPLETED", "dr.second", "2025-01-01")


def test_the_whole_demo_has_enough_on_its_list(tmp_path: Path) -> None:
    source = write_tiny_studies(tmp_path / "source", keys=("", "", ""))
    keys = [story.key for story in STORIES.values() if not story.copy_of and not story.without_images]
    for number, key in enumerate(keys, start=50):
        _copy_study(next(source.rglob("*.3.1.1.dcm")), tmp_path / "studies" / key, number)
    with DemoSite(tmp_path / "site", studies=tmp_path / "studies") as site:
        items = [parse_workitem(item.attributes) for item in site.worklist()]
        names = {study.patient_name for study in site.studies}
    assert len(items) >= 15
    assert {item.priority for item in items} == {"HIGH", "MEDIUM", "LOW"}
    assert {item.state for item in items} == {"SCHEDULED", "IN PROGRESS", "COMPLETED"}
    assert {"OH", "TX", "CA", "NY"} <= {item.licence_state for item in items}
    linked = [item for item in items if item.linked_group]
    assert len(linked) == 2
    assert len({item.linked_group for item in linked}) == 1
    assert [item.input_ready for item in items].count(False) == 1
    assert all(name.startswith("SYNTHETIC^") for name in names)
    now = datetime.now(UTC)
    waiting = [item for item in items if item.state == "SCHEDULED"]
    assert sum(item.due < now for item in waiting) == 1
    assert len({item.uid for item in items}) == len(items)
    assert all("555" in order.referrer_phone for item in items for order in item.orders)


def test_lent_images_belong_to_the_new_patient_alone(site: DemoSite) -> None:
    (lent,) = [study for study in site.studies if study.key == "cr-chest-icu"]
    assert (lent.patient_id, lent.prior_of) == ("SYN-2001", "")
    dataset = pydicom.dcmread(lent.instances[0].path)
    assert dataset.StudyInstanceUID != CHEST_STUDY
    assert dataset.SOPInstanceUID == dataset.file_meta.MediaStorageSOPInstanceUID
    assert "SYN-0002" not in str(dataset)


def test_the_prior_has_its_report(client: SiteClient) -> None:
    rows = client.ask("GET", f"/dicom-web/studies/{HEAD_PRIOR_STUDY}/instances", params={"Modality": "SR"}).json()
    assert len(rows) == 1
    item = client.items(StudyInstanceUID="", ProcedureStepState="COMPLETED")[0]
    output = item["00741216"]["Value"][0]["00404033"]["Value"][0]["00081199"]["Value"][0]
    assert output["00081155"] == rows[0]["00080018"]


def test_nothing_is_invented_for_real_patients(tmp_path: Path) -> None:
    folder = write_tiny_studies(tmp_path / "studies")
    for path in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        dataset.PatientName = "REAL^PERSON"
        dataset.save_as(path)
    with DemoSite(tmp_path / "site", studies=folder) as site:
        assert {study.patient_name for study in site.studies if not study.key.startswith("cr-chest-")} == {
            "REAL^PERSON"
        }
        assert all("SR" not in study.modalities for study in site.studies)


@pytest.mark.parametrize("form", ["sr", "pdf"])
def test_reports_are_valid_dicom(tiny_studies: Path, tmp_path: Path, form: str) -> None:
    study = next(each for each in studies_of(read_instances(tiny_studies)) if each.study_uid == HEAD_PRIOR_STUDY)
    report = EarlierReport(form, "Findings (with brackets) and ünïcode.", "Impression \\ slash.")
    dataset = sr_report(study, report) if form == "sr" else pdf_report(study, report)
    path = tmp_path / "report.dcm"
    dataset.save_as(path, enforce_file_format=True)
    assert dciodvfy_errors(path) == []


def test_the_pdf_can_be_shown(tiny_studies: Path) -> None:
    study = studies_of(read_instances(tiny_studies))[0]
    dataset = pdf_report(study, EarlierReport("pdf", "Some (round) finding.", "Nothing."))
    document = pypdfium2.PdfDocument(bytes(dataset.EncapsulatedDocument))
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "Some (round) finding." in text


def test_the_real_study_is_taken_as_it_is(open_data: Path, tmp_path: Path) -> None:
    with DemoSite(tmp_path / "site", studies=open_data / "ct_head_prior_current") as site:
        (item,) = (parse_workitem(item.attributes) for item in site.worklist())
    assert item.accessions == ("ACC-CT-CUR",)
    assert item.is_stat


@pytest.mark.parametrize(("pacs", "studies"), [("embedded", "nowhere"), ("papyrus", ".")])
def test_wrong_choices_are_named(tmp_path: Path, pacs: str, studies: str) -> None:
    with pytest.raises(BadInput):
        DemoSite(tmp_path / "site", studies=tmp_path / studies, pacs=pacs)


def test_a_taken_port_is_named(site: DemoSite, tmp_path: Path, tiny_studies: Path) -> None:
    other = DemoSite(tmp_path / "other", studies=tiny_studies, port=int(site.base_url.rsplit(":", 1)[1]))
    with pytest.raises(BadInput, match="taken"):
        other.start()


def test_damaged_stories_and_worklists_are_named(tmp_path: Path, tiny_studies: Path) -> None:
    (tmp_path / "stories.json").write_text('{"schema": "other"}')
    with pytest.raises(BadInput):
        load_stories(tmp_path / "stories.json")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "worklist.json").write_text("{")
    with pytest.raises(BadInput):
        DemoSite(tmp_path / "site", studies=tiny_studies).start()


def _copy_study(source: Path, folder: Path, number: int) -> None:
    dataset = pydicom.dcmread(source)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(dataset, keyword, f"{dataset.get(keyword)}.{number}")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.PatientID = f"SYN-{number}"
    dataset.AccessionNumber = f"ACC-{number}"
    folder.mkdir(parents=True)
    dataset.save_as(folder / "one.dcm")
