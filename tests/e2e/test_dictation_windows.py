"""Speech into the running program: a real microphone path, real windows, text in the report. Synthetic voice."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, a_desktop
from tests.e2e.test_windows import with_case_open
from tests.helpers.pulse_microphone import PulseMicrophone, pulse_microphone
from tests.helpers.speech import recording
from workstation.dictation.wer import word_errors

pytestmark = [pytest.mark.display, pytest.mark.timeout(400)]

SAID = "No acute intracranial hemorrhage, mass effect, or midline shift."  # cth01 of the test speech
FINDINGS = "Report field Findings"


@pytest.fixture
def pulse() -> Iterator[PulseMicrophone]:
    # Not tmp_path: the name of a socket holds 108 characters at most.
    with tempfile.TemporaryDirectory(prefix="lb") as folder, pulse_microphone(Path(folder)) as microphone:
        yield microphone


@pytest.fixture
def desktop(pulse: PulseMicrophone) -> Iterator[Desktop]:
    with a_desktop() as there:
        there.environment.update(pulse.environment)
        yield there


@pytest.mark.usefixtures("program")
def test_what_is_said_appears_in_the_report_and_a_command_moves_on(desktop: Desktop, pulse: PulseMicrophone) -> None:
    with_case_open(desktop)
    desktop.click(FINDINGS)
    desktop.wait_for("Speech engine", text="ready", timeout_s=120)
    desktop.press("F4")
    desktop.wait_for("Microphone", text="on")
    pulse.play(recording("hibari", "cth01"))
    written = desktop.wait_for(FINDINGS, text="midline shift", timeout_s=60)["text"]
    assert word_errors(SAID, written).rate < 0.35, written
    pulse.play(recording("hibari", "cmd01"))  # "go to impression"
    desktop.wait_for("Report field Impression", state="focused")
    time.sleep(1)
    pulse.play(recording("hibari", "usg02"))
    desktop.wait_for("Report field Impression", text="holelithiasis", timeout_s=60)
    desktop.press("F4")
    desktop.wait_for("Microphone", text="off")
    assert "impression" not in desktop.wait_for(FINDINGS)["text"].lower()
