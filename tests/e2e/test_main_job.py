"""The main job from the command line: worklist, images, hanging, signed report, delivery; real servers and files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.oracles import dciodvfy_errors, need

pytestmark = pytest.mark.timeout(300)

KEYS = {"item", "instances", "protocol", "screens", "report", "timings_s", "deliveries"}


def workstation(*words: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the program as a person would."""
    outcome = subprocess.run(
        [sys.executable, "-m", "workstation", *words], capture_output=True, text=True, check=False, **options
    )
    assert not check or outcome.returncode == 0, outcome.stderr
    return outcome


def assert_whole(outcome: dict[str, Any], expected: int) -> None:
    assert set(outcome) >= KEYS
    assert outcome["instances"] == {"expected": expected, "received": expected}
    assert {(d["kind"], d["state"]) for d in outcome["deliveries"]} == {
        (kind, "delivered") for kind in ("SR", "PDF", "ORU", "UPS")
    }
    assert all(delivery["proof"] for delivery in outcome["deliveries"])
    assert [screen["id"] for screen in outcome["screens"]] == ["report:1", "diagnostic:1", "diagnostic:2"]


def assert_valid_documents(folder: Path) -> None:
    """The oracles: dciodvfy on SR and PDF, hl7apy on the message, our own verification of the report."""
    for name in ("report.dcm", "report.pdf.dcm"):
        assert dciodvfy_errors(folder / name) == []
    from hl7apy.parser import parse_message

    message = parse_message((folder / "report.hl7").read_bytes().decode(), find_groups=True)
    assert message.msh.msh_9.value == "ORU^R01^ORU_R01"
    assert message.validate()
    verified = workstation(
        "report", "verify", str(folder / "report.json"), "--trust", str(folder / "trust.pem"), "--json"
    )
    assert json.loads(verified.stdout)["ok"]


@pytest.mark.parametrize("pacs", ["embedded", pytest.param("orthanc", marks=pytest.mark.orthanc)])
def test_demo_script(pacs: str, head_studies: Path, tmp_path: Path) -> None:
    if pacs == "orthanc":
        need("Orthanc", "/usr/sbin/Orthanc")
    outcome = workstation(
        *("demo", "--script", "--json", "--pacs", pacs, "--studies", str(head_studies), "--out", str(tmp_path / "out"))
    )
    document = json.loads(outcome.stdout)
    assert_whole(document, len(list((head_studies / "ct-head-stat").rglob("*.dcm"))))
    assert document["protocol"]["id"] == "cross-sectional-compare"
    assert_valid_documents(tmp_path / "out")


@pytest.mark.orthanc
def test_the_real_head_study_with_its_prior_through_orthanc(open_data: Path, tmp_path: Path) -> None:
    need("Orthanc", "/usr/sbin/Orthanc")
    studies = tmp_path / "studies"
    for part in ("current", "prior"):
        shutil.copytree(open_data / "ct_head_prior_current" / part, studies / part)
    outcome = workstation(
        *("demo", "--script", "--json", "--pacs", "orthanc", "--studies", str(studies), "--out", str(tmp_path / "out"))
    )
    document = json.loads(outcome.stdout)
    assert_whole(document, 28)
    report = json.loads((tmp_path / "out" / "report.json").read_text())["canonical"]
    assert [study["prior"] for study in report["studies"]] == [False, True]
    assert_valid_documents(tmp_path / "out")


def test_a_report_signed_by_another_key_does_not_verify(tiny: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        workstation("demo", "--script", "--studies", str(tiny), "--out", str(tmp_path / name))
    mine, others = tmp_path / "one" / "report.json", tmp_path / "two" / "trust.pem"
    outcome = workstation("report", "verify", str(mine), "--trust", str(others), "--json", check=False)
    checks = {check["name"]: check["ok"] for check in json.loads(outcome.stdout)["checks"]}
    assert outcome.returncode == 1
    assert checks["integrity"]
    assert not checks["signer"]
    forged = json.loads(mine.read_text())
    forged["signature"] = json.loads((tmp_path / "two" / "report.json").read_text())["signature"]
    mine.write_text(json.dumps(forged))
    outcome = workstation("report", "verify", str(mine), "--trust", str(others), "--json", check=False)
    assert outcome.returncode == 1
    assert not {check["name"]: check["ok"] for check in json.loads(outcome.stdout)["checks"]}["integrity"]


def test_with_a_data_folder_all_stays_and_nothing_of_the_patient_is_readable(tiny: Path, tmp_path: Path) -> None:
    data = tmp_path / "kept"
    workstation("demo", "--script", "--studies", str(tiny), "--data-dir", str(data))
    assert (tmp_path / "kept.key").is_file()
    assert (data / "catalogue.db").is_file()
    # Nothing shorter than four bytes: three turn up in half a megabyte of random bytes once in thirty runs.
    secrets = [b"SYNTHETIC", b"^ADA", b" ADA", b"haemorrhage", b"CT head", b"19500101", b"1.2.826.0.1.3680043"]
    for file in (each for each in data.rglob("*") if each.is_file()):
        content = file.read_bytes()
        for secret in secrets:
            assert secret not in content, f"{secret!r} in {file.name}"
            assert secret.decode().encode("utf-16-le") not in content
            assert secret.decode() not in file.name
    audit = workstation("audit", "verify", "--data-dir", str(data), "--key-file", str(tmp_path / "kept.key"))
    assert "none missing" in audit.stdout
    again = workstation(
        "audit", "verify", "--data-dir", str(data), "--key-file", str(tmp_path / "other.key"), check=False
    )
    assert again.returncode in (2, 3)
    assert again.stderr.count("\n") == 1


def test_without_a_key_store_the_program_says_so_and_ends_with_3(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DBUS_SESSION_BUS_ADDRESS"}
    outcome = workstation("audit", "verify", "--data-dir", str(tmp_path / "data"), check=False, env=environment)
    assert outcome.returncode == 3
    assert outcome.stderr.startswith("workstation: ")
    assert not (tmp_path / "data" / "vault.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("demo", "--pacs", "dcm4chee"), 2, "embedded or orthanc"),
        (("demo", "--script", "--studies", "/nowhere"), 3, "/nowhere"),
        (("render", "--dicom", "/nowhere.dcm", "out.png"), 2, "/nowhere.dcm"),
        (("profile", "check", "/nowhere"), 2, "/nowhere"),
        (("report", "verify", "/nowhere.json"), 2, "/nowhere.json"),
        (("nonsense",), 2, "nonsense"),
        (("worklist", "--profile", "/nowhere"), 2, "/nowhere"),
    ],
)
def test_bad_words_get_one_clear_line(words: tuple[str, ...], code: int, said: str) -> None:
    outcome = workstation(*words, check=False)
    assert outcome.returncode == code, outcome.stderr
    assert said in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert outcome.stdout == ""


@pytest.mark.parametrize("words", [("run",), (), ("--data-dir", "/nowhere")])
def test_without_a_screen_the_application_says_so(words: tuple[str, ...]) -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    outcome = workstation(*words, check=False, env=environment)
    assert outcome.returncode == 3
    assert "no screen" in outcome.stderr
