"""One small site for the tests of reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.desk_at_site import DeskAtSite, demo_site, desk_at
from tests.helpers.tiny_studies import write_tiny_studies
from workstation.demo_site.server import DemoSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[DemoSite, Path]]:
    with demo_site(tmp_path, write_tiny_studies(tmp_path / "studies")) as running:
        yield running


@pytest.fixture
def at(site: tuple[DemoSite, Path], tmp_path: Path) -> Iterator[DeskAtSite]:
    with desk_at(site[1], tmp_path) as desk:
        desk.sync()
        yield desk
