"""Sites that fail and data that are broken: one clear line, a lasting condition, nothing lost, the rest goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.desktop import Desktop, a_desktop
from tests.helpers.desk_at_site import demo_site, desk_at, until
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, UserFacingError
from workstation.reading.log_in import OFFLINE

pytestmark = pytest.mark.timeout(200)

PROGRAM = [sys.executable, "-m", "workstation"]


@contextmanager
def site_process(studies: Path, *faults: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A demo site as its own process, and its profile folder."""
    words = [*PROGRAM, "demo-site", "--studies", str(studies)]
    for fault in faults:
        words += ["--fault", fault]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["profile"]
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()


def conditions(at_desk: object) -> dict[str, str]:
    """Text of every lasting condition by key."""
    board = at_desk.desk.conditions  # type: ignore[attr-defined]
    return {each.key: each.text for each in board.current()}


# --- in the windows


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    with a_desktop() as there:
        yield there


@pytest.mark.display
def test_broken_images_are_named_and_signed_over_in_words_and_a_frozen_site_keeps_nobody(
    desktop: Desktop, tiny: Path, tmp_path: Path
) -> None:
    with site_process(tiny, "broken_instance=3:truncated", "mllp_ack=AE") as (site, profile):
        words = [*PROGRAM, "run", "--profile", profile, "--data-dir", str(tmp_path / "data")]
        with subprocess.Popen([*words, "--key-file", str(tmp_path / "key")], env=desktop.environment) as program:
            desktop.wait_for("User name")
            desktop.click("User name")
            desktop.type("dr.demo")
            desktop.press("Return")
            desktop.type("demo")
            desktop.press("Return")
            desktop.wait_for("Worst condition, report monitor", text="images of “CT head without contrast”")
            desktop.click("Worklist table")
            desktop.press("Home", "Return")
            desktop.wait_for("Viewport diagnostic 1, current axial", text="of 9")
            desktop.wait_for("Worst condition, diagnostic 1", text="cut short")
            for field in ("Findings", "Impression"):
                desktop.click(f"Report field {field}")
                desktop.type("Nothing acute.")
            time.sleep(1.5)
            desktop.press("F12")  # the keyboard goes to what is missing
            desktop.type("Nine of twelve are enough.")
            desktop.wait_for("Acknowledgement: 9 of 12*", text="Nine of twelve")
            desktop.press("F12")
            desktop.wait_for("Password to sign")
            desktop.type("demo")
            desktop.press("Return")
            desktop.wait_for("Worst condition, report monitor", text="was not accepted")
            site.send_signal(signal.SIGSTOP)
            time.sleep(2.5)
            began = time.monotonic()
            program.terminate()
            assert program.wait(timeout=30) == 130
            assert time.monotonic() - began < 8


@pytest.mark.display
def test_without_a_profile_a_window_says_so_and_a_signal_ends_it(desktop: Desktop, tmp_path: Path) -> None:
    words = [*PROGRAM, "run", "--data-dir", str(tmp_path / "data")]
    with subprocess.Popen(words, env=desktop.environment, stderr=subprocess.DEVNULL) as program:
        desktop.wait_for("No site is set up on this computer*")
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=20) in (2, 130)


# --- through the desk


def test_a_login_page_that_is_a_web_page_or_a_fault_is_a_site_that_is_away(tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny) as (site, profile):
        with desk_at(profile, tmp_path) as at:
            at.sync()
        for fault in ("http_500", "wrong_answer"):
            site.faults.set(fault, "token")
            with desk_at(profile, tmp_path) as at:
                assert at.desk.reader is not None
                assert at.desk.reader.is_offline
                assert "offline" in conditions(at)[OFFLINE]
            site.faults.clear()


def test_offline_signing_then_one_login_sends_everything(tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny) as (site, profile):
        with desk_at(profile, tmp_path) as at:
            at.sync()
            at.opened(CHEST_ACCESSION)
        site.faults.set("http_500", "all")
        with desk_at(profile, tmp_path) as at:
            case = at.opened(CHEST_ACCESSION)
            at.fill(case)
            at.desk.sign(case, "demo", {})
            with pytest.raises(UserFacingError):
                at.sync()
            site.faults.clear()
            at.desk.log_in("dr.demo", "demo")
            until(lambda: _turned(at) and all(line.state == "delivered" for line in at.desk.deliveries()))
            assert not conditions(at)


def _turned(at: object) -> bool:
    at.desk.sync_once(CancelToken())  # type: ignore[attr-defined]
    return True


def test_another_reader_cannot_log_in_over_the_first(tiny: Path, tmp_path: Path) -> None:
    with (
        demo_site(tmp_path, tiny) as (_site, profile),
        desk_at(profile, tmp_path) as at,
        pytest.raises(UserFacingError, match="Another reader"),
    ):
        at.desk.log_in("dr.second", "demo")


def test_images_set_aside_are_stated_again_after_a_start(tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny, faults={"broken_instance": "2:garbage"}) as (site, profile):
        with desk_at(profile, tmp_path) as at:
            at.sync()
        site.faults.clear()
        with desk_at(profile, tmp_path) as at:
            at.desk.start()
            texts = [text for key, text in conditions(at).items() if key.startswith("images-set-aside:")]
            assert any("2 of 12 images" in text for text in texts)
            assert at.item_of(HEAD_ACCESSION)


def test_ending_does_not_wait_for_a_slow_site(tiny: Path, tmp_path: Path) -> None:
    with demo_site(tmp_path, tiny) as (site, profile), desk_at(profile, tmp_path) as at:
        site.faults.set("slow_ms", "12000")
        at.desk.start()
        time.sleep(0.5)
        began = time.monotonic()
        at.desk.stop()
        assert time.monotonic() - began < 5
        site.faults.clear()


@pytest.mark.parametrize("gone", ["vault.json", "catalogue.db"])
def test_a_part_of_the_data_folder_that_is_gone_is_not_made_anew(tiny: Path, tmp_path: Path, gone: str) -> None:
    with demo_site(tmp_path, tiny) as (_site, profile):
        with desk_at(profile, tmp_path):
            pass
        (tmp_path / "dr.demo" / gone).unlink()
        with pytest.raises(BadInput, match=f"{gone} is missing"), desk_at(profile, tmp_path):
            pass
        assert not (tmp_path / "dr.demo" / gone).exists()


# --- from the command line


def said(*words: str, **environment: str) -> tuple[int, str]:
    """Exit code of a command, and what it said to people."""
    done = subprocess.run(
        [*PROGRAM, *words], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    return done.returncode, done.stderr


def test_a_data_folder_that_cannot_be_written_is_one_line(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, text = said("demo", "--script", "--studies", str(tiny), "--data-dir", str(tmp_path / "file" / "data"))
    assert code == 2
    assert "cannot be written" in text
    assert len(text.strip().splitlines()) == 1


def test_wrong_faults_are_named_before_anything_is_generated(tmp_path: Path) -> None:
    code, text = said("demo-site", "--fault", "slow=1", "--data-dir", str(tmp_path))
    assert code == 2
    assert "There is no fault slow." in text
    assert not any(tmp_path.iterdir())


def test_a_terminated_demo_leaves_no_folder(tiny: Path, tmp_path: Path) -> None:
    words = [*PROGRAM, "demo", "--script", "--studies", str(tiny)]
    with subprocess.Popen(words, env={**os.environ, "TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE) as program:
        until(lambda: list(tmp_path.glob("lightbox-demo-*/data/catalogue.db")))
        program.terminate()
        assert program.wait(timeout=30) == 130
    until(lambda: not list(tmp_path.glob("lightbox-*")))
