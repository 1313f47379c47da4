"""kill -9 at any moment loses no keystroke older than two seconds and no signed report."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.desk_at_site import demo_site, desk_at
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(300)


def typist(profile: Path, root: Path, what: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "tests.e2e.typist", str(profile), str(root), what]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def killed_after(process: subprocess.Popen[str], seconds: float) -> tuple[list[str], float]:
    """Let it work for a while after its first line, then kill it; what it said, and when it died."""
    assert process.stdout is not None
    lines = [process.stdout.readline()]
    assert lines[0], "the typist ended by itself"
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    died = time.time()
    process.wait()
    lines += process.stdout.readlines()
    process.stdout.close()
    return lines, died


@pytest.mark.parametrize("seconds", [0.4, 1.7, 3.1])
def test_keystrokes_older_than_two_seconds_are_kept(seconds: float, tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny) as (_, profile):
        lines, died = killed_after(typist(profile, tmp_path, "types"), seconds)
        typed = [(int(number), float(at)) for number, at in (line.split() for line in lines if line.endswith("\n"))]
        old = [number for number, at in typed if at < died - 2.0]
        with desk_at(profile, tmp_path) as at:
            at.sync()
            case = at.opened(HEAD_ACCESSION)
            kept = at.desk.draft(case).fields["findings"]
        assert int(kept if kept.isdigit() else -1) >= max(old, default=-1)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_a_signed_report_is_delivered_once_after_the_kill(seconds: float, tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny) as (site, profile):
        lines, _ = killed_after(typist(profile, tmp_path, "signs"), seconds)
        report_id = lines[0].split()[1]
        with desk_at(profile, tmp_path) as at:
            at.sync()
            item = at.item_of(CHEST_ACCESSION)
            states = {(line.report_id, line.kind): line.state for line in at.desk.deliveries(item)}
        assert states == {(report_id, kind): "delivered" for kind in ("SR", "PDF", "ORU", "UPS")}
        assert len(site.messages()) == 1
        assert len(site.stored_objects()) == 2
