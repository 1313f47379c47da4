"""The calibration program's desk on a data folder of a test, with records of a model panel: all of it synthetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from calibration.checks.authority import DisplayAuthority
from calibration.checks.opening import POLICIES
from calibration.checks.panel_watch import PanelWatch
from calibration.checks.qa_desk import QaDesk
from calibration.conformance.policy import load_policies
from calibration.records.record import CheckRecord, OverrideRecord, Record
from calibration.records.record_book import RecordBook, new_head
from tests.helpers.sample_records import sample_answers, sample_check, sample_history
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.theme import apply_theme
from workstation.qtkit.tokens import Tokens
from workstation.site.folders import folders_for

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
START = NOW - timedelta(days=560)
LEFT, RIGHT = "EIZO/RX560/21984077", "EIZO/RX560/21984078"


class StillClock:
    """A clock that stands."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class NamedFiles:
    """What a person would choose: the next path each time; none left means thinking better of it."""

    paths: list[Path] = field(default_factory=list)

    def save(self, _parent: QWidget, _title: str, _name: str, _kinds: str) -> Path | None:
        return self.paths.pop(0) if self.paths else None

    def files(self, _parent: QWidget, _title: str, _kinds: str) -> Sequence[Path]:
        return [self.paths.pop(0)] if self.paths else []

    def folder(self, _parent: QWidget, _title: str) -> Path | None:
        return self.paths.pop(0) if self.paths else None


@dataclass
class QaRoom:
    """A desk, and gestures on the page in front."""

    bot: QtBot
    desk: QaDesk
    tasks: TaskRunner
    files: NamedFiles = field(default_factory=NamedFiles)
    tokens: Tokens = field(default_factory=Tokens)
    page: QWidget | None = None
    _holder: QScrollArea | None = None

    def show(self, page: QWidget, width: int = 1500, height: int = 900) -> None:
        """Bring a page in front of the person and let it look."""
        holder = QScrollArea()  # keeps its own least size whatever the page shows
        holder.setWidgetResizable(True)
        holder.setWidget(page)
        self.bot.addWidget(holder)
        holder.resize(width, height)
        holder.show()
        self.page, self._holder = page, holder
        look = getattr(page, "refresh", None)
        if look is not None:
            look()
        self.settle()

    def settle(self) -> None:
        """Until nothing is under way."""
        QApplication.processEvents()
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=20000)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait."""
        self.bot.waitUntil(holds, timeout=20000)

    def text(self, name: str) -> str:
        """What a label says."""
        assert self.page is not None
        found = self.page.findChild(QLabel, name)
        assert found is not None, name
        return found.text()

    def click(self, name: str) -> None:
        """A button by its name."""
        assert self.page is not None
        found = [each for each in self.page.findChildren(QAbstractButton, name) if each.isVisible()]
        assert found, f"no button {name!r} in sight"
        assert found[0].isEnabled(), f"button {name!r} cannot be pressed"
        self.bot.mouseClick(found[0], Qt.MouseButton.LeftButton)
        self.settle()

    def sees(self, name: str) -> bool:
        """Whether something of that name is in sight."""
        assert self.page is not None
        return any(each.isVisible() for each in self.page.findChildren(QWidget, name))

    def type(self, name: str, text: str) -> None:
        """Into a line, in place of what stands there."""
        assert self.page is not None
        found = self.page.findChild(QLineEdit, name)
        assert found is not None, name
        found.selectAll()
        self.bot.keyClicks(found, text)

    def put(self, *records: Record) -> None:
        """Into the book."""
        self.desk.book.append_all(records)

    def with_history(self) -> None:
        """Two displays of eighteen months; the left one fails its last check and is used on somebody's word."""
        self.put(*_two_histories(), failing_check(), an_override(self.desk))


@cache
def _two_histories() -> tuple[Record, ...]:
    return (*sample_history(18, LEFT, START), *sample_history(18, RIGHT, START, recalibrated_at=9))


@cache
def failing_check(at: datetime = NOW - timedelta(days=3)) -> CheckRecord:
    """A check of the left display without its table: provisional, with answers of the patterns."""
    return sample_check(
        LEFT,
        at,
        calibrated=False,
        seed=77,
        hours=5700,
        answers=sample_answers(bad=True),
        provisional=("the meter's certificate has expired",),
    )


def an_override(desk: QaDesk) -> OverrideRecord:
    """In force for ten hours more."""
    head = replace(new_head(LEFT, "M. Okafor", desk.clock), at=NOW - timedelta(hours=2))
    return OverrideRecord(head, "diagnostic", "service comes tomorrow", NOW + timedelta(hours=10))


@contextmanager
def qa_room(bot: QtBot, folder: Path) -> Iterator[QaRoom]:
    """A room whose data lie in ``folder``; closed at the end as at the end of the program."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application)
    folders, clock = folders_for(folder), StillClock()
    policies = load_policies(folders.config / POLICIES)
    tasks = TaskRunner(workers=4)
    with RecordBook.open(folder / "records", clock, "room") as book:
        watch = PanelWatch()
        authority = DisplayAuthority(book, policies, clock, watch.panel_of)
        desk = QaDesk(folders, folder / "records", folders.config / POLICIES, book, policies, authority, watch, clock)
        room = QaRoom(bot, desk, tasks)
        yield room
        if room.page is not None:
            room.page.window().close()
        assert tasks.stop(10.0)
