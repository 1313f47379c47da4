"""`calibration displays`, `status`, `register`, `override`, on the screens there are; and the banner that follows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from pytestqt.qtbot import QtBot

from calibration.app import commands_on_displays
from calibration.app.attached_displays import attached_displays
from calibration.conformance.policy import load_policies
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook
from tests.helpers.display_department import Department, SetClock, a_built_lut, a_calibration
from tests.helpers.fake_ddcutil import fake_ddcutil
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.ui.viewer_words import banner_of

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command with ``--json`` and gives its exit code and document."""
    monkeypatch.setenv("DISPLAY", ":0")  # Qt itself draws nowhere in these tests
    fake_ddcutil(tmp_path / "bin", monkeypatch, {"detect": "No displays found.\n"})
    app = typer.Typer()
    commands_on_displays.register(app)

    def command(*words: str) -> tuple[int, Any]:
        code = app(args=[*words, "--data-dir", str(tmp_path / "data"), "--json"], standalone_mode=False)
        return int(code), json.loads(capsys.readouterr().out)

    return command


def checked(tmp_path: Path, **values: float) -> Department:
    """An acceptance check by the shipped policy, written by another program half a minute ago."""
    clock = SetClock(datetime.now(UTC))
    with RecordBook.open(records_folder(tmp_path / "data"), clock) as book:
        identity = attached_displays()[0].identity
        one = Department(book, clock, {"house": load_policies()["tg18"]}, identity)
        one.checked("acceptance", **values)
        return one


def test_displays_says_what_is_there_and_what_is_not_known(run: Run) -> None:
    code, found = run("displays")
    assert code == 0
    assert found[0]["weak_identity"] is True
    assert found[0]["width_px"] > 0
    assert found[0]["panel_reason"] == "no monitor answers to DDC/CI"
    assert found[0]["key"] == f"{found[0]['connector']}:{found[0]['width_px']}x{found[0]['height_px']}"


def test_from_unknown_over_failed_to_fit(run: Run, tmp_path: Path) -> None:
    code, states = run("status")
    assert (code, states[0]["state"], states[0]["role"]) == (1, "unknown", "diagnostic")
    code, registered = run("register", "1", "--policy", "tg18", "--operator", "M. Okafor", "--target", "400")
    assert (code, registered["policy"], registered["role"]) == (0, "tg18", "diagnostic")
    assert run("status")[1][0]["state"] == "unknown"
    checked(tmp_path, max_contrast_deviation=0.558)
    code, states = run("status")
    assert (code, states[0]["state"], states[0]["fit"]) == (1, "failed", False)
    assert states[0]["reasons"][0].startswith("Contrast response: greatest deviation 55.8 %")
    code, state = run("override", "1", "--reason", "the only one here", "--operator", "Dr Ito", "--hours", "2")
    assert (code, state["state"], state["override"]["operator"]) == (0, "failed", "Dr Ito")
    assert run("status")[0] == 1
    code, state = run("override", "1", "--reason", "replaced", "--operator", "Dr Ito", "--withdraw")
    assert state["override"] is None
    checked(tmp_path)
    code, states = run("status", "--no-panel")
    assert (code, states[0]["state"], states[0]["fit"]) == (0, "ok", True)
    assert [task["check"] for task in states[0]["tasks"]] == ["daily", "monthly", "annual"]
    assert run("status", "--role", "mammography")[0] == 1


def test_a_display_lut_is_withdrawn_and_the_display_is_to_be_measured(run: Run, tmp_path: Path) -> None:
    one = checked(tmp_path)
    with pytest.raises(BadInput, match="without a display LUT"):
        run("withdraw-lut", "1", "--operator", "Dr Ito")
    with RecordBook.open(records_folder(tmp_path / "data"), SetClock(datetime.now(UTC))) as book:
        two = Department(book, SetClock(datetime.now(UTC)), one.policies, one.identity)
        two.put(a_calibration(two.head(), a_built_lut()))
        assert two.authority.lut_for(one.identity) is not None
    code, state = run("withdraw-lut", "1", "--operator", "Dr Ito")
    assert (code, state["state"]) == (0, "unknown")
    with RecordBook.open(records_folder(tmp_path / "data"), SetClock(datetime.now(UTC))) as book:
        assert Department(book, SetClock(datetime.now(UTC)), one.policies).authority.lut_for(one.identity) is None
        assert book.records(kind="calibration")[-1].record.head.operator == "Dr Ito"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("register", "9", "--policy", "tg18", "--operator", "x"), "no display '9'"),
        (("register", "1", "--policy", "tg19", "--operator", "x"), "no policy tg19"),
        (("register", "1", "--policy", "tg18", "--operator", " "), "name of the person"),
        (("register", "1", "--policy", "tg18", "--operator", "x", "--role", "tv"), "'tv' is no role"),
        (
            ("register", "1", "--policy", "tg18", "--operator", "x", "--target", "0.35"),
            r"--target 0\.35 makes no sense",
        ),
        (
            ("register", "1", "--policy", "tg18", "--operator", "x", "--reflection", "8"),
            "--reflection 8 makes no sense",
        ),
        (("override", "1", "--reason", "", "--operator", "x"), "needs a reason"),
        (("override", "1", "--reason", "emergency", "--operator", "x", "--hours", "200"), "cannot last until"),
        (("override", "1", "--reason", "emergency", "--operator", "x", "--hours", "-1"), "--hours -1 makes no sense"),
        (("status", "--role", "tv"), "'tv' is no role"),
    ],
)
def test_wrong_words_are_named(run: Run, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        run(*words)


def test_without_a_screen_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(SomethingMissing, match="no screen here"):
        run("displays")


def test_lines_for_people(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("register", "1", "--policy", "tg18", "--operator", "M. Okafor", "--role", "review")
    commands_on_displays.displays(tmp_path / "data")
    commands_on_displays.status(data_dir=tmp_path / "data")
    text = capsys.readouterr().out
    assert "It tells no serial number" in text
    assert "Settings not known: no monitor answers to DDC/CI." in text
    assert "review: UNKNOWN. Display not checked" in text
    assert "(not for primary diagnosis)" in text


def test_the_banner_follows_the_records(run: Run, tmp_path: Path) -> None:
    run("register", "1", "--policy", "tg18", "--operator", "M. Okafor")
    for values, words, tone in (
        ({"max_contrast_deviation": 0.558}, "Display failed its check", "fail"),
        ({}, "Display checked", "ok"),
    ):
        one = checked(tmp_path, **values)
        with RecordBook.open(records_folder(tmp_path / "data"), one.clock) as book:
            state = Department(book, one.clock, dict(load_policies()), one.identity).state()
            banner = banner_of(None, None, state)
            assert (banner.display, banner.display_tone) == (words, tone)
            one.clock.at += timedelta(days=40)
            late = Department(book, one.clock, dict(load_policies()), one.identity).state()
            assert banner_of(None, None, late).display_tone == "fail"
