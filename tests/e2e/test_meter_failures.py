"""Every way the meter, the monitor or the program can fail in the middle of a check: what is said, what is kept.

Run with ``-s`` to see the tables. The guided window of the real program runs one monthly check through all of it; where
nobody needs to watch, ``calibration measure`` does.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calibration.checks.demonstration import write_synthetic_records
from calibration.conformance.policy import load_policies
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.records.folder import records_folder
from calibration.records.record_book import RecordBook, new_head
from tests.e2e.desktop import a_desktop
from tests.helpers.closed_loop import LEFT_MONITOR, OPERATOR, QaRoom
from tests.helpers.desk_at_site import until
from workstation.foundation.clock import SystemClock

pytestmark = [pytest.mark.display, pytest.mark.timeout(600)]

# What goes wrong, and a part of what must be said; the other failures of the stand-in are in the unit tests.
FAULTS = (
    ("rc1", "ended with code 1"),
    ("misread", "misread"),
    ("communication", "stopped answering"),
    ("no-instrument", "not there any more"),
    ("sensor-position", "wrong position"),
    ("busy", "Another program is using the meter"),
    ("garbage", "gave no reading"),
    ("negative", "impossible reading"),
    ("nan", "no reading"),
    ("other-serial", "Another meter answers"),
    ("hang", "no answer within 30 s"),
)


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    fault: str
    said: str
    kept: int
    went_on: str


@pytest.fixture
def room(tmp_path: Path) -> Iterator[QaRoom]:
    with a_desktop() as desktop:
        yield QaRoom(desktop, tmp_path, lux=20)


def show(title: str, lines: list[Line]) -> None:
    """The table, for people."""
    sys.stdout.write(f"\n{title}\n{'fault':16} {'kept':>4}  {'how it went on':34} said\n")
    for line in lines:
        sys.stdout.write(f"{line.fault:16} {line.kept:4}  {line.went_on:34} {line.said}\n")


def registered(room: QaRoom) -> None:
    words = ("register", "DIAG-L", "--policy", "home-office", "--operator", OPERATOR)
    assert room.calibration(*words).returncode == 0


# --- the guided window -----------------------------------------------------------------------------------------------


def test_a_check_survives_whatever_fails(room: QaRoom) -> None:
    registered(room)
    lines: list[Line] = []
    with room.running("calibration", "run") as program:
        begin_monthly(room)
        lines += [a_fault_of_the_meter(room, fault, words) for fault, words in FAULTS]
        lines.append(a_second_operator(room))
        lines.append(the_monitor_goes_and_comes_back(room))
        kept = until(lambda: kept_more_than(room, lines[-1].kept))
        room.picture("26 before the program is killed", "")
        program.send_signal(signal.SIGKILL)
        program.wait()
    before = room.readings_kept()
    assert before[: len(kept)] == kept
    with room.running("calibration", "run"):
        lines.append(it_is_gone_on_with(room, before))
        room.go_through()
        room.picture("28 verdict after all of it")
        assert room.said("Verdict") == "FAIL"
    (record,) = room.checks()
    read = [
        reading.luminance_cd_m2 for series in record.series for level in series.measured for reading in level.readings
    ]
    assert (record.check, record.is_complete) == ("monthly", True)
    assert sorted(read)[:1] == [pytest.approx(0.6)]
    assert set(before) <= set(read), "every reading taken before the kill is in the record"
    assert sum("Paused" in note for note in record.notes) >= len(FAULTS)
    show("Failures in the guided window (monthly check, one after the other)", lines)


def begin_monthly(room: QaRoom) -> None:
    desktop = room.desktop
    desktop.wait_for("State of display 2", text="NOT CHECKED")
    desktop.click("Monthly check, display 2")
    room.wait_page("Choose a check")
    room.begin()
    while room.page != "Measuring page":
        room.do_page()
    until(lambda: kept_more_than(room, 4))


def kept_more_than(room: QaRoom, count: int) -> list[float]:
    """The readings in the journal, once there are more than ``count``; empty before."""
    kept = room.readings_kept()
    return kept if len(kept) > count else []


def a_fault_of_the_meter(room: QaRoom, fault: str, words: str) -> Line:
    """It fails at the next reading, the check stands still and says why; mended, it goes on where it stood."""
    before = room.readings_kept()
    room.set_panel(failure=fault, from_reading=0)
    room.wait_page("Pause page", timeout_s=60)
    said = f"{room.said('Heading, pause')} {room.said('Instruction, pause')}"
    kept = room.readings_kept()
    room.set_panel(failure="")
    assert words in said, said
    assert kept[: len(before)] == before
    if fault in ("communication", "hang"):
        room.picture(f"2{fault == 'hang':d} meter fault, {fault}", "")
    room.desktop.press("Return")
    after = until(lambda: kept_more_than(room, len(kept)), timeout_s=40)
    assert after[: len(kept)] == kept
    return Line(fault, said, len(kept), "after “Try again”")


def a_second_operator(room: QaRoom) -> Line:
    """Somebody else wants to measure the same display meanwhile; the check under way does not notice."""
    kept = room.readings_kept()
    words = ("--display", "DIAG-L", "--test", "white-point", "--meter", "spotread", "--operator", "B. Other")
    outcome = room.calibration("measure", *words)
    assert outcome.returncode != 0
    assert OPERATOR in outcome.stderr, outcome.stderr
    assert room.readings_kept()[: len(kept)] == kept
    return Line("two operators", outcome.stderr.strip(), len(kept), "the first goes on, undisturbed")


def the_monitor_goes_and_comes_back(room: QaRoom) -> Line:
    desktop = room.desktop
    before = room.readings_kept()
    assert room.page == "Measuring page"
    desktop.unplug("DIAG-L")
    room.wait_page("Pause page")
    said = f"{room.said('Heading, pause')} {room.said('Instruction, pause')}"
    assert "DIAG-L" in said
    room.picture("24 monitor unplugged", "")
    kept = room.readings_kept()
    assert kept[: len(before)] == before
    desktop.plug("DIAG-L", LEFT_MONITOR)
    desktop.wait_for("Heading, pause", text="The monitor is back")
    room.picture("25 monitor is back", "")
    desktop.press("Return")
    until(lambda: kept_more_than(room, len(kept)), timeout_s=40)
    return Line("monitor unplugged", said, len(kept), "plugged in again, “Go on”")


def it_is_gone_on_with(room: QaRoom, before: list[float]) -> Line:
    """After a kill the check is offered; without the meter it is not lost either, it waits for it."""
    desktop = room.desktop
    desktop.wait_for("Condition *", text="not finished")
    room.picture("27 after the kill")
    desktop.click("Go on with the check of DIAG-L")
    room.wait_page("Choose a check")
    said = room.said("Unfinished check")
    desktop.click("Go on with the unfinished check")
    desktop.wait_for("Why the check cannot begin", text="Find the meter first")
    desktop.click("Find the meter")
    desktop.wait_for("Meter found", text="Ready")
    desktop.click("Go on with the unfinished check")
    after = until(lambda: kept_more_than(room, len(before)), timeout_s=40)
    assert after[: len(before)] == before
    return Line("program killed", said, len(before), "started again, “Go on with it”")


# --- a meter that lies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "facts", "words"),
    [
        ("lies, always the same", {"failure": "stuck"}, "nothing changed"),
        ("wrong spot", {"failure": "wrong-spot", "wrong_probe": [30, 1060], "from_reading": 4}, "white reads only"),
        ("jump", {"failure": "jump", "from_reading": 3, "until_reading": 4}, "jumped from"),
        ("drift", {"drift": -0.02}, "keep falling"),
    ],
)
def test_a_meter_that_lies_is_doubted(room: QaRoom, fault: str, facts: dict[str, object], words: str) -> None:
    room.set_panel(**facts)
    outcome = measured(room)
    (record,) = room.checks()
    read = [len(level.readings) for series in record.series for level in series.measured]
    assert record.is_complete
    assert words in outcome.stderr.lower()
    assert words in " ".join(record.notes).lower()
    show("A meter that lies", [Line(fault, record.notes[-1], sum(read), f"verdict {record.verdict.name.value}")])


def measured(room: QaRoom, *more: str) -> subprocess.CompletedProcess[str]:
    """Two levels, three readings each where they agree."""
    words = ("--display", "DIAG-L", "--test", "white-point", "--meter", "spotread", "--operator", OPERATOR, *more)
    return room.calibration("measure", *words)


# --- the records ------------------------------------------------------------------------------------------------------


def test_a_clock_set_back_and_a_record_edited_by_hand_are_found_out(room: QaRoom) -> None:
    facts = DisplayFacts(DisplayIdentity("DIAG-L", "", "", "", 2048, 2560), 338, 422)
    now = SystemClock().now()
    lines = []
    for at in (now, now + timedelta(days=1)):
        with RecordBook.open(records_folder(room.data), _Fixed(at)) as book:
            if at is now:
                write_synthetic_records(book, load_policies(None)["home-office"], {"diagnostic:1": facts}, _Fixed(at))
            else:
                book.append(replace(book.records()[0].record, head=new_head(facts.identity.key, OPERATOR, _Fixed(at))))
        lines.append(state_line(room, "clock set back" if at is not now else "nothing"))
    edit(records_folder(room.data) / "calibration.db")
    lines.append(state_line(room, "record edited"))
    show("Records", lines)
    assert [line.went_on for line in lines] == ["ok", "unknown", "unknown"]
    assert "clock was set back" in lines[1].said
    assert "cannot be trusted" in lines[2].said


def state_line(room: QaRoom, fault: str) -> Line:
    """State of DIAG-L with its first reason."""
    told = json.loads(room.calibration("status", "--json").stdout)
    left = next(each for each in told if each["connector"] == "DIAG-L")
    with room.book() as book:
        kept = len(book.records())
    return Line(fault, left["reasons"][0], kept, left["state"])


@dataclass(frozen=True)
class _Fixed:
    at: datetime

    def now(self) -> datetime:
        return self.at


def edit(path: Path) -> None:
    """A few digits of a reading, in an editor for databases; the guard against that is taken away first."""
    with sqlite3.connect(path) as database:
        guards = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in guards:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE record SET content = replace(content, '420', '520') WHERE kind = 'check'")
        assert database.total_changes > 0
    database.close()
