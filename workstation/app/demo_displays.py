"""The demonstration's own records of its screens, so that banners and hanging show what they show at a checked desk."""

from __future__ import annotations

from collections.abc import Mapping

from calibration.checks.demonstration import write_synthetic_records
from calibration.checks.opening import opened_qa_desk
from calibration.displays.identity import DisplayFacts
from workstation.foundation.clock import SystemClock
from workstation.site.folders import Folders

_POLICY = "home-office"


def give_records(folders: Folders, displays: Mapping[str, DisplayFacts]) -> None:
    """Give each image display without a record a synthetic one. ``displays`` by screen id."""
    clock = SystemClock()
    with opened_qa_desk(folders, clock) as desk:
        write_synthetic_records(desk.book, desk.policies[_POLICY], displays, clock)
