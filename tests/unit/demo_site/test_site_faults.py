"""Each fault over the wire."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pydicom
import pytest
import requests

from tests.helpers.site_client import SiteClient, new_uid
from tests.helpers.tiny_studies import HEAD_STUDY, SLICES
from workstation.demo_site.multipart import parts_of
from workstation.demo_site.server import DemoSite

SERIES = f"{HEAD_STUDY}.1"
FIRST = f"{SERIES}.1"


def content_of(answer: requests.Response) -> bytes:
    return parts_of(answer.headers["Content-Type"], answer.content)[0].content


def test_a_lost_answer_means_the_work_was_done(client: SiteClient, site: DemoSite) -> None:
    uid, ours = client.free_item(), new_uid()
    site.faults.set("drop_response", "claim")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.change_state(uid, "IN PROGRESS", ours)
    assert site.claims()[uid].transaction_uid == ours
    assert client.update(uid, {}, **{"transaction-uid": ours}).status_code == 200


def test_500_means_nothing_was_done(client: SiteClient, site: DemoSite) -> None:
    uid = client.free_item()
    site.faults.set("http_500", "claim:1")
    assert client.change_state(uid, "IN PROGRESS", new_uid()).status_code == 500
    assert uid not in site.claims()
    assert client.change_state(uid, "IN PROGRESS", new_uid()).status_code == 200


def test_wrong_answers_are_web_pages(client: SiteClient, site: DemoSite) -> None:
    site.faults.set("wrong_answer", "search,qido")
    for path in ("/ups/workitems", "/dicom-web/studies"):
        answer = client.ask("GET", path)
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/html")


def test_slowness_is_felt_and_does_not_hold_up_the_end(client: SiteClient, site: DemoSite) -> None:
    site.faults.set("slow_ms", "150")
    started = time.monotonic()
    client.ask("GET", "/dicom-web/studies")
    assert time.monotonic() - started >= 0.15


def test_refused_logins_and_short_tokens(client: SiteClient, site: DemoSite, log_in: Callable[..., SiteClient]) -> None:
    site.faults.set("token_life_s", "0")
    assert log_in().ask("GET", "/ups/workitems").status_code == 401
    site.faults.set("refuse_login", "1")
    assert client.token(grant_type="password", username="dr.demo", password="demo").status_code == 401


def test_the_clock_is_skewed(client: SiteClient, site: DemoSite) -> None:
    site.faults.set("clock_skew_s", "-300")
    date = parsedate_to_datetime(client.ask("GET", "/ups/workitems").headers["Date"])
    assert 295 < (datetime.now(UTC) - date).total_seconds() < 310


def test_broken_instances(client: SiteClient, site: DemoSite) -> None:
    whole = content_of(client.instance(HEAD_STUDY, SERIES, FIRST))
    site.faults.set("broken_instance", "1")
    assert content_of(client.instance(HEAD_STUDY, SERIES, FIRST)) == whole[: len(whole) // 2]
    assert len(content_of(client.instance(HEAD_STUDY, SERIES, f"{SERIES}.9"))) == len(whole)
    site.faults.set("broken_instance", "1:garbage")
    assert content_of(client.instance(HEAD_STUDY, SERIES, FIRST)) == bytes(len(whole))


@pytest.mark.parametrize("how", ["patient", "object"])
def test_foreign_instances(client: SiteClient, site: DemoSite, how: str) -> None:
    site.faults.set("foreign_instance", f"1:{how}")
    dataset = pydicom.dcmread(io.BytesIO(content_of(client.instance(HEAD_STUDY, SERIES, FIRST))))
    assert dataset.PatientID == "SYN-FOREIGN"
    assert (dataset.SOPInstanceUID == FIRST) is (how == "patient")
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


def test_missing_instances_are_listed_all_the_same(client: SiteClient, site: DemoSite) -> None:
    site.faults.set("missing_instance", "2")
    assert len(client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}/instances").json()) == SLICES
    assert client.instance(HEAD_STUDY, SERIES, FIRST).status_code == 404
    whole = client.ask("GET", f"/dicom-web/studies/{HEAD_STUDY}", headers={"Accept": "*/*"})
    assert len(parts_of(whole.headers["Content-Type"], whole.content)) == SLICES - 2


def test_repeated_rows(client: SiteClient, site: DemoSite) -> None:
    once = len(client.items())
    site.faults.set("repeat", "1")
    assert len(client.items()) == 2 * once


def test_half_of_the_connections_are_cut(client: SiteClient, site: DemoSite) -> None:
    site.faults.set("drop_rate", "0.5")
    failures = 0
    for _ in range(40):
        try:
            client.ask("GET", "/ups/workitems")
        except requests.exceptions.ConnectionError:
            failures += 1
    assert 5 < failures < 35


@pytest.mark.expects_log
def test_a_fault_of_our_own_is_a_500_and_the_site_goes_on(
    client: SiteClient, site: DemoSite, monkeypatch: pytest.MonkeyPatch, tiny_studies: object
) -> None:
    def broken(*_: object) -> list[object]:
        raise RuntimeError("a bug")

    monkeypatch.setattr("workstation.demo_site.image_archive.ImageArchive.study_rows", broken)
    assert client.ask("GET", "/dicom-web/studies").status_code == 500
    assert client.ask("GET", "/ups/workitems").status_code == 200
