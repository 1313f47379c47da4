"""The program works from the checkout and installed from its wheel: data, fonts and templates are found both ways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
QUESTION = (
    "from workstation.foundation.resources import resource_folder\n"
    "from workstation.reporting.template import load_templates\n"
    "from workstation.hanging.protocol_files import load_protocols\n"
    "print(resource_folder())\n"
    "print(len(load_templates()), len(load_protocols()), (resource_folder() / 'fonts' / 'OFL.txt').is_file())\n"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked, as an installer would do it."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(folder / "site")], check=True)
    return folder / "site"


def answers(path: Path, cwd: Path) -> list[str]:
    outcome = subprocess.run(
        [sys.executable, "-c", QUESTION],
        cwd=cwd,
        env={"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return outcome.stdout.splitlines()


def test_resources_from_the_checkout(tmp_path: Path) -> None:
    folder, counts = answers(ROOT, tmp_path)
    assert Path(folder) == ROOT / "resources"
    assert counts == "2 2 True"


def test_resources_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    folder, counts = answers(installed, tmp_path)
    assert Path(folder) == installed / "workstation" / "_resources"
    assert counts == "2 2 True"
