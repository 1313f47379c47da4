"""What every window and command of the calibration program works with: records, policies, authority, clock, folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calibration.checks.authority import DisplayAuthority
from calibration.checks.panel_watch import PanelWatch
from calibration.conformance.policy import Policy
from calibration.records.record_book import RecordBook
from workstation.foundation.clock import Clock
from workstation.site.folders import Folders


@dataclass(frozen=True)
class QaDesk:
    """The parts, made once by the program's start.

    Attributes
    ----------
    records_folder
        Folder of the record book.
    own_policies
        Folder of the site's own edited policies.
    """

    folders: Folders
    records_folder: Path
    own_policies: Path
    book: RecordBook
    policies: Mapping[str, Policy]
    authority: DisplayAuthority
    watch: PanelWatch
    clock: Clock
