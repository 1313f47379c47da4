"""The RIS's receiver of reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.site_client import SiteClient, exchange_mllp
from workstation.demo_site.server import DemoSite


def oru(control_id: str = "M1", patient: str = "SYN-0001", *accessions: str, event: str = "ORU^R01^ORU_R01") -> bytes:
    lines = [
        f"MSH|^~\\&|LIGHTBOX|HOME|RIS|DEMO|20260301120000||{event}|{control_id}|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{patient}^^^LIGHTBOX-DEMO||SYNTHETIC^ADA",
    ]
    for number, accession in enumerate(accessions or ("ACC-HEAD",), start=1):
        lines.append(f"OBR|{number}||{accession}|CTHEAD^CT head^99LIGHTBOX")
        lines.append("OBX|1|TX|18748-4^Report^LN||Blutung, größer als zuvor.||||||F")
    return ("\r".join(lines) + "\r").encode()


@pytest.fixture
def ca(client: SiteClient) -> Path:
    return client.ca


def code_and_reason(answer: bytes) -> tuple[str, str, str]:
    lines = [line.split("|") for line in answer.decode().strip("\r").split("\r")]
    msa = next(line for line in lines if line[0] == "MSA")
    return msa[1], msa[2], msa[3]


def test_a_report_is_accepted_and_filed(site: DemoSite, ca: Path) -> None:
    (answer,) = exchange_mllp(site, ca, oru())
    assert code_and_reason(answer) == ("AA", "M1", "")
    head = answer.decode().split("\r")[0].split("|")
    assert head[2:6] == ["RIS", "DEMO", "LIGHTBOX", "HOME"]
    assert head[8] == "ACK^R01^ACK"
    (filed,) = site.messages()
    assert filed.raw == oru()


def test_a_repeated_message_is_accepted_and_filed_once(site: DemoSite, ca: Path) -> None:
    answers = exchange_mllp(site, ca, oru(), oru(), oru("M2"))
    assert [code_and_reason(answer)[0] for answer in answers] == ["AA", "AA", "AA"]
    assert [(each.control_id, each.times) for each in site.messages()] == [("M1", 2), ("M2", 1)]


def test_the_same_control_id_for_another_message_is_refused(site: DemoSite, ca: Path) -> None:
    answers = exchange_mllp(site, ca, oru(), oru("M1", "SYN-0001", "ACC-HEAD-P"))
    assert code_and_reason(answers[1])[0] == "AE"
    assert len(site.messages()) == 1


@pytest.mark.parametrize(
    ("message", "code", "reason"),
    [
        (oru("M1", "NOBODY"), "AE", "PID-3"),
        (oru("M1", "SYN-0001", "NO-SUCH"), "AE", "OBR 1"),
        (oru("M1", "SYN-0001", "ACC-HEAD", "ACC-CHEST"), "AE", "OBR 2 belongs to another patient"),
        (oru(""), "AR", "MSH-10"),
        (oru(event="ADT^A08"), "AR", "ORU^R01"),
        (oru().split(b"OBR")[0], "AE", "no OBR"),
        (oru().replace(b"PID|", b"ZID|"), "AE", "one PID"),
        (b"hello", "AR", "does not begin with MSH"),
        (oru().replace(b"UNICODE UTF-8", b"KLINGON"), "AR", "MSH-18"),
        (oru().replace(b"UNICODE UTF-8", b"ASCII"), "AR", "not in ascii"),
    ],
)
def test_messages_that_cannot_be_filed_are_refused_with_a_reason(
    site: DemoSite, ca: Path, message: bytes, code: str, reason: str
) -> None:
    (answer,) = exchange_mllp(site, ca, message)
    said = code_and_reason(answer)
    assert said[0] == code
    assert reason in said[2].replace("\\S\\", "^")
    assert b"\rERR|" in answer
    assert not site.messages()


def test_linked_orders_of_one_patient_are_accepted_together(site: DemoSite, ca: Path) -> None:
    (answer,) = exchange_mllp(site, ca, oru("M1", "SYN-0001", "ACC-HEAD", "FI-ACC-HEAD-P"))
    assert code_and_reason(answer)[0] == "AA"


@pytest.mark.parametrize(("fault", "code"), [("AE", "AE"), ("AR", "AR")])
def test_the_receiver_can_refuse_everything(site: DemoSite, ca: Path, fault: str, code: str) -> None:
    site.faults.set("mllp_ack", fault)
    (answer,) = exchange_mllp(site, ca, oru())
    assert code_and_reason(answer)[0] == code
    assert not site.messages()


def test_the_acknowledgement_can_be_lost_or_nonsense(site: DemoSite, ca: Path) -> None:
    site.faults.set("mllp_ack", "none")
    assert exchange_mllp(site, ca, oru()) == []
    site.faults.set("mllp_ack", "garbage")
    assert exchange_mllp(site, ca, oru()) == [b"no acknowledgement at all"]
    site.faults.clear()
    site.faults.set("drop_response", "mllp:1")
    assert exchange_mllp(site, ca, oru()) == []
    assert code_and_reason(exchange_mllp(site, ca, oru())[0])[0] == "AA"
    assert [each.times for each in site.messages()] == [4]


def test_a_large_message_arrives(site: DemoSite, ca: Path) -> None:
    large = oru() + b"OBX|2|ED|PDF^PDF^99LIGHTBOX||^application^pdf^Base64^" + b"A" * 3_000_000 + b"||||||F\r"
    (answer,) = exchange_mllp(site, ca, large)
    assert code_and_reason(answer)[0] == "AA"
    assert site.messages()[0].raw == large
