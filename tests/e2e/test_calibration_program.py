"""The calibration program on three monitors: every page opened by its name, and a check begun from a card."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from calibration.records.folder import records_folder
from calibration.records.record import DisplayRecord
from calibration.records.record_book import RecordBook
from tests.e2e.desktop import Desktop, a_desktop
from tests.helpers.desk_at_site import until
from workstation.foundation.clock import SystemClock

pytestmark = [pytest.mark.display, pytest.mark.timeout(300)]


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    with a_desktop() as there:
        yield there


@pytest.fixture
def program(desktop: Desktop, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-m", "calibration", "run", "--data-dir", str(tmp_path / "data")]
    with (tmp_path / "said.txt").open("wb") as said:
        process = subprocess.Popen(words, env=desktop.environment, stdout=said, stderr=said)
        yield process
        process.terminate()
        process.wait(timeout=30)
    assert b"Traceback" not in (tmp_path / "said.txt").read_bytes()


def test_every_page_opens_and_the_window_stands_on_the_report_monitor(
    desktop: Desktop, program: subprocess.Popen[bytes]
) -> None:
    place = desktop.wait_for("Pages", timeout_s=60)
    assert 0 <= place["x"] < 1920
    desktop.wait_for("Display 3")
    for page, part in (
        ("History", "Verify the chain"),
        ("Trends", "No trends"),
        ("Patterns", "Preview of the pattern"),
        ("Meters", "Try a meter"),
        ("Fleet", "No fleet yet"),
        ("Displays", "All displays"),
    ):
        desktop.click(f"Page {page}")
        desktop.wait_for(part)
    assert program.poll() is None


def test_a_display_is_registered_before_its_first_check(
    desktop: Desktop, program: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    desktop.wait_for("Display 2", timeout_s=60)
    desktop.click("Daily check, display 2")
    desktop.wait_for("Use of the display")
    desktop.click("Your name")
    desktop.type("A. Weber")
    desktop.press("Return")
    window = desktop.wait_for("Check of DIAG-L", timeout_s=60)
    assert window["x"] < 1920, "the instructions stand beside the display under test"
    with RecordBook.open(records_folder(tmp_path / "data"), SystemClock()) as book:
        (record,) = (each.record for each in book.records(kind="display"))
    assert isinstance(record, DisplayRecord)
    assert (record.head.display_key, record.role, record.head.operator) == (
        "DIAG-L:2048x2560",
        "diagnostic",
        "A. Weber",
    )
    assert program.poll() is None


def test_a_pattern_covers_the_display_that_was_chosen(desktop: Desktop, program: subprocess.Popen[bytes]) -> None:
    desktop.wait_for("Display 3", timeout_s=60)
    desktop.click("Page Patterns")
    desktop.wait_for("Preview of the pattern")
    desktop.click("REPORT")  # on Linux a choice is called by what is chosen
    desktop.press("End", "Return")
    desktop.click("Show the pattern")
    shown = desktop.wait_for("Pattern, DIAG-R")
    assert (shown["x"], shown["width"], shown["height"]) == (3968, 2048, 2560)
    desktop.press("Escape")
    until(lambda: desktop.look("Pattern, DIAG-R") is None, timeout_s=20)
    assert program.poll() is None


def test_asked_to_end_the_program_ends(desktop: Desktop, program: subprocess.Popen[bytes]) -> None:
    desktop.wait_for("Display 3", timeout_s=60)
    program.terminate()
    assert program.wait(timeout=20) == 130
