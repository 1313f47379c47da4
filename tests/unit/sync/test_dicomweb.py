"""QIDO, WADO and STOW against a peer that answers as real archives do, and as none should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.scripted_peer import Reply, ScriptedPeer, Seen, json_reply
from workstation.site.profile import SiteProfile
from workstation.sync.dicomweb import DicomWeb, StowAnswer
from workstation.sync.errors import Refused, WrongAnswer
from workstation.sync.http_transport import Answer, SiteConnection
from workstation.sync.multipart import dicom_parts, encode_parts

INSTANCE = "/dicom-web/studies/1.2/series/1.3/instances/1.4"


@pytest.fixture
def web(connection: SiteConnection, profile: SiteProfile) -> DicomWeb:
    return DicomWeb(connection, profile.images.url)


def multipart(*parts: bytes, **more: object) -> Reply:
    body, content_type = encode_parts(parts)
    return Reply(body=body, content_type=content_type, **more)  # type: ignore[arg-type]


def ui(value: str) -> dict[str, object]:
    return {"vr": "UI", "Value": [value]}


def test_an_instance_is_unwrapped(peer: ScriptedPeer, web: DicomWeb) -> None:
    content = b"DICM\r\n--not the boundary\r\n\r\n" + bytes(range(256))
    peer.on("GET", INSTANCE, multipart(content))
    assert web.instance("1.2", "1.3", "1.4") == content
    assert "transfer-syntax=*" in peer.seen[0].headers["accept"]


def test_a_bare_file_is_taken_too(peer: ScriptedPeer, web: DicomWeb) -> None:
    peer.on("GET", INSTANCE, Reply(body=b"DICM", content_type="application/dicom"))
    assert web.instance("1.2", "1.3", "1.4") == b"DICM"


@pytest.mark.expects_log  # urllib3 grumbles about a missing boundary; the program turns its log off (foundation.logs)
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body=b"<html>", content_type="text/html"), "a web page instead of images"),
        (Reply(body=b"{}", content_type="application/json"), "application/json instead of images"),
        (Reply(body=b"x", content_type="multipart/related"), "no boundary"),
        (Reply(body=b"x", content_type="multipart/related; boundary=b"), "no images"),
        (Reply(body=b"--b\r\nA: b\r\n\r\nabc", content_type="multipart/related; boundary=b"), "cut short"),
        (Reply(body=b"--b--", content_type="multipart/related; boundary=b"), "0 files instead of one"),
        (multipart(b"1", b"2"), "2 files instead of one"),
    ],
)
def test_a_wrong_answer_is_one_clear_line(reply: Reply, words: str, peer: ScriptedPeer, web: DicomWeb) -> None:
    peer.on("GET", INSTANCE, reply)
    with pytest.raises(WrongAnswer, match=words) as caught:
        web.instance("1.2", "1.3", "1.4")
    assert "\n" not in str(caught.value)
    assert "1.4" not in str(caught.value)


@given(parts=st.lists(st.binary(max_size=200), max_size=4))
def test_parts_survive_the_way(parts: list[bytes]) -> None:
    body, content_type = encode_parts(parts)
    answer = Answer("the image archive", 200, {"content-type": content_type}, body)
    assert dicom_parts(answer) == parts


@given(parts=st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=3), data=st.data())
def test_no_cut_answer_passes(parts: list[bytes], data: st.DataObject) -> None:
    body, content_type = encode_parts(parts)
    cut = data.draw(st.integers(0, len(body) - 5))
    with pytest.raises(WrongAnswer):
        dicom_parts(Answer("the image archive", 200, {"content-type": content_type}, body[:cut]))


def test_instances_are_listed_page_by_page(peer: ScriptedPeer, web: DicomWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.sync.dicomweb._PAGE", 3)
    listed = [{"00080018": ui(f"1.{number}")} for number in range(7)]

    def page(seen: Seen) -> Reply:
        at = int(seen.query["offset"][0])
        return json_reply(listed[at : at + 3])

    peer.on("GET", "/dicom-web/studies/1.2/instances", page)
    assert web.instances_of_study("1.2") == listed
    assert len(peer.seen) == 3


def test_a_server_that_ignores_offset_or_repeats_ends_the_search(peer: ScriptedPeer, web: DicomWeb) -> None:
    same = [{"00080018": ui("1.1")}, {"00080018": ui("1.1")}]
    peer.on("GET", "/dicom-web/studies/1.2/instances", json_reply(same, headers={"Warning": '299 x "more"'}))
    assert web.instances_of_study("1.2") == same[:1]
    assert len(peer.seen) == 2


def test_a_page_that_says_there_is_more_is_followed(peer: ScriptedPeer, web: DicomWeb) -> None:
    more = {"Warning": "299 https://x: There are 1 additional results that can be requested."}
    peer.on(
        "GET",
        "/dicom-web/studies/1.2/series",
        json_reply([{"0020000E": ui("1.1")}], headers=more),
        json_reply([{"0020000E": ui("1.2")}]),
    )
    assert len(web.series_of_study("1.2")) == 2


def test_no_content_is_an_empty_list(peer: ScriptedPeer, web: DicomWeb) -> None:
    peer.on("GET", "/dicom-web/studies", Reply(204))
    assert web.studies_of_patient("SYN-1") == []
    assert web.study("1.2") is None
    assert peer.seen[0].query["00100020"] == ["SYN-1"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(body=b"<html>", content_type="text/html; charset=utf-8"), "a web page instead of data"),
        (Reply(body=b'[{"00080018"'), "cut short or garbled"),
        (Reply(body=b"\xff\xfe[]"), "cut short or garbled"),
        (Reply(body=b'["x"]'), "not a list of data sets"),
        (Reply(body=b"3"), "not a list of data sets"),
    ],
)
def test_a_wrong_list_is_one_clear_line(reply: Reply, words: str, peer: ScriptedPeer, web: DicomWeb) -> None:
    peer.on("GET", "/dicom-web/studies", reply)
    with pytest.raises(WrongAnswer, match=words):
        web.studies_of_patient("SYN-1")


def test_an_empty_failed_sequence_is_no_failure(peer: ScriptedPeer, web: DicomWeb) -> None:
    said = {"00081198": {"vr": "SQ"}, "00081199": {"vr": "SQ", "Value": [{"00081155": ui("1.4")}]}}
    peer.on("POST", "/dicom-web/studies", json_reply(said))
    assert web.store(b"DICM") == StowAnswer(stored=("1.4",))
    assert peer.seen[0].headers["content-type"].startswith('multipart/related; type="application/dicom"; boundary=')
    assert b"\r\n\r\nDICM\r\n--" in peer.seen[0].body


@pytest.mark.parametrize(("reason", "passes"), [(0xA700, True), (0x0110, True), (0xA900, False), (0x0122, False)])
def test_a_conflict_is_read_for_its_reason(reason: int, passes: bool, peer: ScriptedPeer, web: DicomWeb) -> None:
    item = {"00081155": ui("1.4"), "00081197": {"vr": "US", "Value": [reason]}}
    peer.on("POST", "/dicom-web/studies/1.2", json_reply({"00081198": {"vr": "SQ", "Value": [item]}}, status=409))
    answer = web.store(b"DICM", "1.2")
    assert answer.failed == (("1.4", reason),)
    assert answer.is_passing_trouble is passes


def test_a_refused_upload_carries_its_status(peer: ScriptedPeer, web: DicomWeb) -> None:
    peer.on("POST", "/dicom-web/studies", Reply(415))
    with pytest.raises(Refused, match="415 form not accepted"):
        web.store(b"DICM")


def test_urls_a_server_names_are_put_on_our_base(web: DicomWeb, peer: ScriptedPeer) -> None:
    assert web.rebased("http://127.0.0.1/dicom-web/studies/1/bulk/7fe00010?a=b") == (
        f"{peer.base_url}/dicom-web/studies/1/bulk/7fe00010?a=b"
    )
    with pytest.raises(WrongAnswer, match="outside its own"):
        web.rebased("https://evil.invalid/other/path")
