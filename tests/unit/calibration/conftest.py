"""What tests of the calibration program share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.display_department import Department, department


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Department]:
    """A department with one registered display."""
    with department(tmp_path) as one:
        one.registered()
        yield one
