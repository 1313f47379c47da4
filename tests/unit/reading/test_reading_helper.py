"""The helper process of a desk ends with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.helpers.desk_at_site import desk_at
from workstation.demo_site.server import DemoSite


def test_helper_processes_end_with_the_desk(site: tuple[DemoSite, Path], tmp_path: Path) -> None:
    with desk_at(site[1], tmp_path, logs_in=False) as at:
        at.desk._helper.start()
        (started,) = at.desk._helper.process_ids
        os.kill(started, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)
