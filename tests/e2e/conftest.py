"""Studies for whole runs, made once a session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop
from tests.helpers.tiny_studies import write_tiny_studies
from workstation.demo_site.studies import generate_studies


@pytest.fixture(scope="session")
def head_studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's STAT head CT with its prior."""
    folder = tmp_path_factory.mktemp("head-studies")
    generate_studies(folder, only=("ct-head-stat", "ct-head-prior"))
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A head CT of twelve small slices with its prior, and a radiograph."""
    return write_tiny_studies(tmp_path_factory.mktemp("tiny-studies"))


@pytest.fixture
def program(desktop: Desktop, head_studies: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real program with the demo's head CT, on the desktop of the test; ended with it."""
    words = [sys.executable, "-m", "workstation", "demo", "--studies", str(head_studies)]
    with (tmp_path / "said.txt").open("wb") as said:
        process = subprocess.Popen(words, env=desktop.environment, stdout=said, stderr=said)
        yield process
        process.terminate()
        process.wait(timeout=30)
