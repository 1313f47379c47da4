"""The demo site as a process of its own: serving it, and starting it from the demo."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workstation.app.borrowed import borrowed_folder
from workstation.demo_site.faults import Faults
from workstation.demo_site.server import DemoSite
from workstation.demo_site.studies import generate_studies
from workstation.foundation.clock import SystemClock
from workstation.foundation.errors import SomethingMissing
from workstation.foundation.files import make_private_folder
from workstation.foundation.terminal import emit_text, progress_bar, tell
from workstation.site.folders import Folders

_STUDIES = "demo-studies-2"  # a new form of the generated studies gets a new number
_START_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class RunningSite:
    """Where a demo site that runs as another process can be reached."""

    base_url: str
    profile: Path


def demo_studies(folders: Folders) -> Path:
    """The generated studies, made once and kept in the cache."""
    folder = folders.cache / _STUDIES
    finished = folder / "finished"
    if finished.exists():
        return folder
    tell("Generating the synthetic studies (once, about a minute) …")
    make_private_folder(folder)
    with progress_bar() as bar:
        task = bar.add_task("studies", total=None)
        generate_studies(folder, progress=lambda done, total: bar.update(task, completed=done, total=total))
    finished.touch()
    return folder


def serve_demo_site(
    folders: Folders,
    *,
    port: int,
    pacs: str,
    studies: Path | None,
    faults: Mapping[str, str],
    until_stdin_ends: bool = False,
) -> int:
    """Serve until interrupted, terminated or, on request, until stdin ends (the parent is gone)."""
    Faults(faults)  # wrong ones are named before anything takes time
    with borrowed_folder("lightbox-site-") as scratch:
        site = DemoSite(
            scratch,
            studies=studies if studies is not None else demo_studies(folders),
            pacs=pacs,
            port=port,
            faults=faults,
            clock=SystemClock(),
        )
        site.start()
        try:
            profile = scratch / "profile"
            profile.mkdir()
            site.write_profile(profile)
            emit_text(json.dumps({"base_url": site.base_url, "mllp_port": site.mllp_port, "profile": str(profile)}))
            _wait_for_the_end(until_stdin_ends=until_stdin_ends)
        finally:
            site.stop()
    return 0


@contextmanager
def demo_site_process(folders: Folders, *, pacs: str, studies: Path | None) -> Iterator[RunningSite]:
    """Start the demo site by calling this program once more; end it afterwards.

    Raises
    ------
    SomethingMissing
        When it does not start; what it said stands in the text.
    """
    chosen = studies if studies is not None else demo_studies(folders)
    words = [*own_command(), "demo-site", "--pacs", pacs, "--studies", str(chosen), "--until-stdin-ends"]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints)
        try:
            yield _announced(process, complaints)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def own_command() -> list[str]:
    """The words that start this very program again, installed, from the checkout or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "workstation"]


def _announced(process: subprocess.Popen[bytes], complaints: object) -> RunningSite:
    timer = threading.Timer(_START_TIMEOUT_S, process.kill)
    timer.start()
    try:
        line = process.stdout.readline() if process.stdout is not None else b""
    finally:
        timer.cancel()
        timer.join()
    if not line:
        process.wait()
        complaints.seek(0)  # type: ignore[attr-defined]
        said = complaints.read().decode("utf-8", "replace").strip().splitlines()  # type: ignore[attr-defined]
        raise SomethingMissing(f"The demo site did not start: {said[-1] if said else 'it said nothing'}")
    document = json.loads(line)
    return RunningSite(document["base_url"], Path(document["profile"]))


def _wait_for_the_end(*, until_stdin_ends: bool) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    if until_stdin_ends:
        sys.stdin.buffer.read()
        return
    while not ended.wait(0.5):
        pass
