"""The layer contracts hold, and each one notices when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# contract → a module and an import that it must forbid
BREAKS = {
    "Imports point down the layers": ("workstation/foundation/breach.py", "import workstation.site.folders"),
    "Qt stays under app, ui and qtkit": ("workstation/reading/breach.py", "import PySide6.QtCore"),
    "Calibration stands alone": ("calibration/checks/breach.py", "import workstation.dicom"),
    "The workstation knows of calibration only state, identity and display LUT": (
        "workstation/ui/breach.py",
        "import calibration.exports",
    ),
    "One door to serial ports": ("calibration/photometer/breach.py", "import serial"),
    "One door to the network": ("workstation/sync/breach.py", "import requests"),
    "One door to the key store of the system": ("workstation/vault/breach.py", "import keyring"),
    "One door to the encrypted database": ("workstation/catalogue/breach.py", "import sqlcipher3"),
    "One door to VTK": ("workstation/imaging/breach.py", "import vtkmodules"),
    "One door to each speech engine": ("workstation/reading/breach.py", "import vosk"),
    "One door to the sound system": ("workstation/reading/breach.py", "import sounddevice"),
    "One door to dictation microphones": ("workstation/reading/breach.py", "import hid"),
    "The demo site knows only foundation and dicom": (
        "workstation/demo_site/breach.py",
        "import workstation.site.profile",
    ),
    "Only the program's start knows the demo site": ("workstation/ui/breach.py", "import workstation.demo_site"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy_of_the_code(tmp_path: Path) -> Path:
    for name in ("workstation", "calibration"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_breach() -> None:
    stated = [line for line in (ROOT / "pyproject.toml").read_text().splitlines() if line.startswith("name = ")]
    contracts = {line.partition("= ")[2].strip('"') for line in stated} - {"lightbox-workstation"}
    assert contracts == set(BREAKS)


@pytest.mark.parametrize("contract", BREAKS)
def test_contract_notices_its_breach(contract: str, copy_of_the_code: Path) -> None:
    module, statement = BREAKS[contract]
    (copy_of_the_code / module).write_text(f"{statement}\n")
    outcome = lint_imports(copy_of_the_code)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert f"{contract} BROKEN" in outcome.stdout


def test_packaging_is_no_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
