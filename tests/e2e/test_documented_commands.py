"""The page of commands in the manual does what it says: every block is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.documented_commands import PAGE, masked, page_now
from tests.helpers.oracles import need

pytestmark = pytest.mark.display


def test_the_page_of_commands_says_what_the_commands_do(tmp_path: Path) -> None:
    need("Xvfb")
    need("xrandr")
    assert masked(page_now(tmp_path)) == masked(PAGE.read_text("utf-8"))
