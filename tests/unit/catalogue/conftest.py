"""A catalogue for each test, closed at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.catalogue import Catalogue


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def catalogue(tmp_path: Path, clock: HandClock) -> Iterator[Catalogue]:
    opened = a_catalogue(tmp_path, clock)
    yield opened
    opened.close()
