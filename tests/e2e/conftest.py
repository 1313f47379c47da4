"""Studies for whole runs, made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

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
