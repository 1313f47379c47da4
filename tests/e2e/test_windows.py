"""The real program on three monitors, driven by key and mouse from the worklist to "delivered"."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, a_desktop
from tests.helpers.desk_at_site import until

pytestmark = [pytest.mark.display, pytest.mark.timeout(400)]

RIGHT_MONITOR = "2048/338x2560/422+3968+0"


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    with a_desktop() as there:
        yield there


def logged_in(desktop: Desktop) -> None:
    desktop.wait_for("Password")
    desktop.click("Password")
    desktop.type("demo")
    desktop.press("Return")
    desktop.wait_for("Worklist table")


def with_case_open(desktop: Desktop) -> None:
    """The STAT head CT is first and in hand; Enter takes and opens it."""
    logged_in(desktop)
    time.sleep(2)
    desktop.click("Worklist table")
    desktop.press("ctrl+Home", "Return")
    desktop.wait_for("Viewport diagnostic 1, current axial", text="Image")


def position(desktop: Desktop, viewport: str) -> int:
    """Number of the image in a viewport, from its description: ``Image 65 of 128 …``."""
    words = desktop.wait_for(viewport, text="Image")["description"].split()
    return int(words[words.index("Image") + 1])


@pytest.mark.usefixtures("program")
def test_from_the_worklist_to_delivered(desktop: Desktop, tmp_path: Path) -> None:
    with_case_open(desktop)
    desktop.wait_for("Viewport diagnostic 2, prior*", text="Image")
    current = "Viewport diagnostic 1, current axial"
    place = desktop.wait_for(current)
    assert (place["x"], place["width"]) == (1920, 2048)

    before = position(desktop, current)
    desktop.wheel(current, 3)
    desktop.wait_for(current, text=f"Image {before + 3} ")
    plain = desktop.screenshot(tmp_path / "plain.png", "2048x2000+1920+200").read_bytes()
    desktop.drag(current, 120, -60)
    desktop.press("i")
    time.sleep(1)
    assert desktop.screenshot(tmp_path / "inverted.png", "2048x2000+1920+200").read_bytes() != plain
    desktop.press("space", "Home")
    desktop.wait_for(current, text="Image 1 ")

    desktop.click("Report field Findings")
    desktop.type("Acute haemorrhage in the right basal ganglia.")
    desktop.press("Tab", "Tab")
    desktop.click("Report field Impression")
    desktop.type("Acute intracranial haemorrhage.")
    desktop.wait_for("Report field Impression", text="Acute intracranial haemorrhage.")
    time.sleep(2)
    desktop.press("F12")
    desktop.wait_for("Password to sign", state="focused")
    desktop.type("demo")
    desktop.press("Return")
    signed = until(lambda: desktop.look("Worklist table") or desktop.look("Signing problem*"), timeout_s=120)
    assert signed["name"] == "Worklist table", signed
    desktop.press("ctrl+3")
    for kind in ("SR", "PDF", "RIS", "Worklist"):
        desktop.wait_for(f"Delivery state, {kind}", timeout_s=120, text="done")


@pytest.mark.usefixtures("program")
def test_windows_follow_the_monitors(desktop: Desktop) -> None:
    with_case_open(desktop)
    desktop.wait_for("Viewport diagnostic 2, prior*", text="Image")
    desktop.unplug("DIAG-R")
    desktop.wait_for("Viewport diagnostic 1, prior*", text="Image")
    current = desktop.wait_for("Viewport diagnostic 1, current axial", text="Image")
    assert current["x"] >= 1920
    assert current["width"] <= 2048
    desktop.plug("DIAG-R", RIGHT_MONITOR)
    place = desktop.wait_for("Viewport diagnostic 2, prior*", text="Image")
    assert (place["x"], place["width"]) == (3968, 2048)
