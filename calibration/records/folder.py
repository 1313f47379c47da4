"""Where records are kept: one folder a computer, so that every user and program of it sees the same displays."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from workstation.site.folders import folders_for

_NAME = "calibration"


def records_folder(data_dir: Path | None, machine_wide: Path | None = None) -> Path:
    """The folder of ``calibration.db``; it need not exist yet.

    Below ``data_dir`` when one is given; else the machine-wide folder where an administrator has made it and this user
    may write to it; else below the user's own data.

    Parameters
    ----------
    machine_wide
        Stands in for the platform's folder (``/var/lib/lightbox/calibration`` on Linux, under ``ProgramData`` on
        Windows).
    """
    if data_dir is not None:
        return folders_for(data_dir).data / _NAME
    shared = machine_wide or Path(platformdirs.site_state_dir("lightbox", appauthor=False)) / _NAME
    if shared.is_dir() and os.access(shared, os.W_OK | os.X_OK):
        return shared
    return folders_for(None).data / _NAME
