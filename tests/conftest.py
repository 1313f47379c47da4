"""Rules every test lives by: a fresh home, no unexpected warning, nothing left running."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

OPEN_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "open"


@pytest.fixture(autouse=True)
def _fresh_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for variable, folder in (
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
    ):
        monkeypatch.setenv(variable, str(home / folder))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.fixture(autouse=True)
def _no_unexpected_log(caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> Iterator[None]:
    """A log record at WARNING or above fails the test, unless it carries ``@pytest.mark.expects_log``."""
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    loud = [r for phase in ("setup", "call") for r in caplog.get_records(phase) if r.levelno >= logging.WARNING]
    assert not loud, f"unexpected log: {[r.getMessage() for r in loud]}"


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """A thread that outlives its test is a worker that nobody stopped."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 3.0
    left: list[threading.Thread] = []
    while time.monotonic() < deadline:
        left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not _is_foreign(t)]
        if not left:
            return
        time.sleep(0.02)
    pytest.fail(f"threads left running: {[t.name for t in left]}")


def _is_foreign(thread: threading.Thread) -> bool:
    """Qt registers its own threads with Python the first time they call into it; they are not ours to end."""
    return type(thread).__name__ == "_DummyThread"


@pytest.fixture(scope="session")
def open_data() -> Path:
    """The folder of real, openly licensed studies; tests that need it are skipped where it is absent."""
    if OPEN_DATA.is_dir():
        return OPEN_DATA
    if os.environ.get("CI") == "true":
        pytest.fail("the folder of open studies must stand beside the checkout in CI")
    pytest.skip("the folder of open studies is not beside this checkout")
