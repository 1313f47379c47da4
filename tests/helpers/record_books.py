"""Record books in folders, small records, and other programs that use the same folder."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calibration.records.database import FILE_NAME
from calibration.records.record import OverrideRecord
from calibration.records.record_book import RecordBook, new_head

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEFT, RIGHT = "ENC/RX560/21984077", "ENC/RX560/21984078"


class StoppedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """So much later; negative: set back."""
        self.at += timedelta(**span)


def open_book(folder: Path, clock: StoppedClock | None = None, workstation: str = "reading-1") -> RecordBook:
    """The book in a folder."""
    return RecordBook.open(folder, clock or StoppedClock(), workstation)


def an_override(
    clock: StoppedClock | None = None, display_key: str = LEFT, reason: str = "no other monitor", operator: str = "A"
) -> OverrideRecord:
    """The smallest record there is."""
    head = new_head(display_key, operator, clock or StoppedClock(), "reading-1")
    return OverrideRecord(head, "diagnostic", reason, MORNING + timedelta(days=1))


def fill(book: RecordBook, clock: StoppedClock, count: int = 4) -> None:
    """Records of two displays in turn, a minute apart."""
    for number in range(count):
        clock.forward(minutes=1)
        book.append(an_override(clock, (LEFT, RIGHT)[number % 2], f"reason {number + 1}"))


def by_hand(folder: Path, *statements: str) -> None:
    """What somebody does to the file with another program: triggers are taken away first."""
    with closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS record_never_changed")
        connection.execute("DROP TRIGGER IF EXISTS record_never_removed")
        for statement in statements:
            connection.execute(statement)


def other_program(code: str, *words: str) -> subprocess.Popen[str]:
    """A Python program of its own that has the project on its path; its words are ``sys.argv[1:]``."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
