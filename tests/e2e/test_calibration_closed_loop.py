"""From a display that fails its check to one that passes it, through the real windows, and what the viewer makes of it.

Nothing in the programs knows of a test: the meter is a `spotread` on the path that reads the pixel under its probe from
the X server and tells what a panel of gamma 2.2 (0.6 to 410 cd/m²) would give there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.conformance.verdict import VerdictName
from calibration.records.record import CheckRecord
from tests.e2e.desktop import Desktop, a_desktop
from tests.helpers.closed_loop import GREYS, OPERATOR, GreyPicture, QaRoom, grey_picture, write_grey_study
from tests.helpers.desk_at_site import until

pytestmark = [pytest.mark.display, pytest.mark.timeout(600)]

VIEWER = "Lightbox, .*"
DISPLAY_STATE = "Display state, diagnostic 1"
DISPLAY_OBSTACLE = "Obstacle: Diagnostic monitor 1*"
ON_LEFT, ON_RIGHT = "Viewport diagnostic 1, current*", "Viewport diagnostic 2, current*"


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    with a_desktop() as there:
        yield there


def deviation_of(record: CheckRecord) -> float:
    """Greatest deviation of the contrast response, as a fraction."""
    return next(each.value for each in record.quantities if each.metric == "max_contrast_deviation")


def test_a_failed_display_is_calibrated_and_the_viewer_follows(desktop: Desktop, tmp_path: Path) -> None:
    room = QaRoom(desktop, tmp_path, noise=0.0005, lux=20)
    studies = write_grey_study(tmp_path / "greys")
    with room.running("calibration", "run"):
        the_bare_display_fails(room)
        with room.running("workstation", "demo", "--studies", str(studies)):
            log_in(desktop)
            open_case(desktop)
            images_stay_off_the_failed_display(room)
            a_calibration_mends_it(room)
            the_viewer_uses_it_again(room)
            a_check_that_fails_takes_no_image_away(room)


# --- the calibration program -----------------------------------------------------------------------------------------


def the_bare_display_fails(room: QaRoom) -> None:
    """Monthly check of DIAG-L, which nobody has registered yet."""
    desktop = room.desktop
    desktop.wait_for("State of display 2", text="NOT CHECKED")
    room.picture("01 displays, none checked")
    desktop.click("Monthly check, display 2")
    desktop.click("Your name", state="editable")
    desktop.type(OPERATOR)
    room.picture("02 what the display is used for")
    desktop.press("Return")
    room.wait_page("Choose a check")
    room.begin()
    room.go_through()
    assert room.said("Verdict") == "FAIL"
    room.picture("03 monthly check, verdict")
    (record,) = room.checks()
    assert record.check == "monthly"
    assert deviation_of(record) == pytest.approx(0.557, abs=0.01)
    assert f"{100 * deviation_of(record):.1f}" in room.said("Reason 1")
    desktop.press("Return")
    desktop.wait_for("State of display 2", text="FAILED")


def a_calibration_mends_it(room: QaRoom) -> None:
    """Response of the bare display, display LUT, the same 18 levels through it; then the table is put to use."""
    desktop = room.desktop
    desktop.bring_forward("Lightbox calibration")
    desktop.click("Calibration, display 2")
    room.wait_page("Choose a check")
    room.begin()
    room.go_through()
    assert room.said("Verdict") == "PASS"
    assert "before 55" in room.said("Before and after")
    assert room.calibrations() == [], "nothing is put to use before a person says so"
    room.picture("07 calibration, verdict before the table is used")
    desktop.press("Return")
    desktop.wait_for("Step and time left", text="Recorded")
    room.picture("07b recorded")
    after = room.checks()[-1]
    (calibration,) = room.calibrations()
    assert after.verdict.name is VerdictName.PASS
    assert deviation_of(after) < 0.09
    assert (after.lut_sha256, len(calibration.ddl)) == (calibration.lut_sha256, GREYS)
    desktop.press("Return")
    desktop.wait_for("State of display 2", text="OK")
    room.picture("08 displays, calibrated")


# --- the viewer ------------------------------------------------------------------------------------------------------


def log_in(desktop: Desktop) -> None:
    desktop.wait_for("Password")
    desktop.click("Password")
    desktop.type("demo")
    desktop.press("Return")
    desktop.wait_for("Worklist table")


def open_case(desktop: Desktop) -> None:
    """The only one."""
    time.sleep(1)
    desktop.click("Worklist table")
    desktop.press("ctrl+Home", "Return")
    desktop.wait_for("Viewport diagnostic *", text="Image")
    desktop.wait_for("Obstacle: Findings*")


def images_stay_off_the_failed_display(room: QaRoom) -> None:
    """Banner, hanging and signing list name the display; on the other one every P-value goes out as it is."""
    desktop = room.desktop
    desktop.wait_for(DISPLAY_STATE, text="Display failed its check")
    viewport = desktop.wait_for(ON_RIGHT, text="Image")
    assert desktop.look(ON_LEFT) is None
    desktop.wait_for("Unfit display, diagnostic 1")
    assert "failed its last check" in desktop.wait_for(DISPLAY_OBSTACLE)["name"]
    room.picture("04 viewer, failed display", "")
    room.picture("05 viewer, failed display, report monitor")
    shown = grey_picture(desktop, viewport, room.folder / "right.png")
    np.testing.assert_array_equal(shown.fields, np.arange(GREYS))


def the_viewer_uses_it_again(room: QaRoom) -> None:
    """The open case stays as it hangs; the next one is on the usual display, driven through the table on record."""
    desktop = room.desktop
    desktop.wait_for(DISPLAY_STATE, text="Display checked", timeout_s=20)
    desktop.bring_forward(VIEWER)
    desktop.click("Report field Findings")
    desktop.press("ctrl+w", "ctrl+1")
    open_case(desktop)
    viewport = desktop.wait_for(ON_LEFT, text="Image")
    assert (viewport["x"], desktop.look(ON_RIGHT)) == (1920, None)
    assert desktop.look(DISPLAY_OBSTACLE) is None
    room.picture("09 viewer, calibrated display", "")
    table = np.array(room.calibrations()[-1].ddl, dtype=np.uint8)
    until(lambda: is_driven_by(table, grey_picture(desktop, viewport, room.folder / "left.png")))


def is_driven_by(table: NDArray[np.uint8], shown: GreyPicture) -> bool:
    """Whether each P-value is shown by its entry of the table, and nothing by a value that is not in it."""
    assert len(np.unique(table)) < GREYS
    return np.array_equal(shown.fields, table) and bool(np.isin(shown.values, table).all())


def a_check_that_fails_takes_no_image_away(room: QaRoom) -> None:
    """The panel ages, a check says so; the case that is being read stays where it hangs."""
    desktop = room.desktop
    viewport = desktop.wait_for(ON_LEFT, text="Image")
    before = grey_picture(desktop, viewport, room.folder / "before.png")
    room.set_panel(gamma=2.8)
    words = ("--display", "DIAG-L", "--test", "luminance-18", "--meter", "spotread", "--operator", OPERATOR)
    outcome = room.calibration("measure", *words)
    ended = time.monotonic()
    assert outcome.returncode == 1, outcome.stderr
    desktop.wait_for(DISPLAY_STATE, text="Display failed its check", timeout_s=20)
    assert time.monotonic() - ended < 10
    assert desktop.wait_for(ON_LEFT, text="Image") == viewport
    room.picture("10 viewer, failed while reading", "")
    after = grey_picture(desktop, viewport, room.folder / "after.png")
    np.testing.assert_array_equal(after.pixels, before.pixels)
    desktop.wait_for(DISPLAY_OBSTACLE)
