"""Opening what is known of the displays for the viewer: what cannot be read makes states UNKNOWN, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from calibration.checks.display_state import StateName
from calibration.checks.opening import POLICIES, opened_displays
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook
from tests.helpers.display_department import LEFT, Department, SetClock, a_built_lut, a_calibration, a_policy
from workstation.site.folders import Folders, folders_for


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A display that is registered and calibrated, and passed."""
    folders = folders_for(tmp_path)
    clock = SetClock(datetime.now(UTC))
    with RecordBook.open(records_folder(folders.root), clock) as book:
        at = Department(book, clock, {"house": a_policy()})
        at.registered("diagnostic")
        at.put(a_calibration(at.head(), a_built_lut()))
    return folders


def test_a_policy_with_a_fault_takes_the_state_away_but_neither_lut_nor_role(folders: Folders) -> None:
    clock = SetClock(datetime.now(UTC))
    with opened_displays(folders, clock) as sound:
        lut = sound.authority.lut_for(LEFT)
        assert lut is not None
    own = folders.config / POLICIES
    own.mkdir(parents=True)
    (own / "house.toml").write_text("limit = 3\n", "utf-8")
    with opened_displays(folders, clock) as displays:
        state = displays.authority.state_of(LEFT, "diagnostic")
        assert state.name is StateName.UNKNOWN
        assert "house.toml" in state.reasons[0]
        assert displays.authority.lut_for(LEFT) == lut
        assert displays.authority.roles() == {LEFT.key: "diagnostic"}


def test_records_that_cannot_be_read_make_every_display_unknown(folders: Folders) -> None:
    path = next(records_folder(folders.root).glob("*.db"))
    path.write_bytes(b"no database at all" * 1000)
    for extra in path.parent.glob(f"{path.name}-*"):
        extra.unlink()
    with opened_displays(folders, SetClock(datetime.now(UTC))) as displays:
        state = displays.authority.state_of(LEFT, "diagnostic")
        assert state.name is StateName.UNKNOWN
        assert "cannot be used" in state.reasons[0]
        assert displays.authority.lut_for(LEFT) is None
