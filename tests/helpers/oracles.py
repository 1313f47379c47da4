"""Other people's programs that judge what ours makes: where they are, and what dciodvfy says."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def need(tool: str, *places: str) -> str:
    """Path of a tool, on the path or at one of ``places``; its absence is a visible skip, and a failure in CI."""
    found = shutil.which(tool) or next((place for place in places if Path(place).exists()), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{tool} must be installed in CI")
    if found is None:
        pytest.skip(f"{tool} is not installed")
    return found


def dciodvfy_errors(path: Path) -> list[str]:
    """The errors that dicom3tools' validator finds in a DICOM file."""
    said = subprocess.run([need("dciodvfy"), str(path)], capture_output=True, text=True, check=False, timeout=60)
    return [line for line in (said.stdout + said.stderr).splitlines() if "Error" in line]
