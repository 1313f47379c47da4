"""The report page over a fake desk whose dictation a test speaks into, with the real feed between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.fake_desk import PASSWORD, FakeDesk, FakeItem
from tests.helpers.fake_dictation import FakeDictation
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.dictation_feed import DictationFeed
from workstation.ui.report_editor import ReportEditor
from workstation.ui.report_page import ReportPage
from workstation.ui.report_text import ReportText
from workstation.ui.speller import Speller

ONE, TWO = "2.25.1001", "2.25.1002"
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class FewWords:
    """A spell check that knows only which words are wrong: "teh" and "regoin", unless they are the reader's own."""

    def __init__(self, own: tuple[str, ...] = ()) -> None:
        self._wrong = {"teh": "the", "regoin": "region"}
        for each in own:
            self._wrong.pop(each.lower(), None)

    def unknown_in(self, text: str) -> tuple[tuple[int, int], ...]:
        return tuple(each.span() for each in re.finditer(r"\w+", text) if each[0].lower() in self._wrong)

    def suggestions(self, word: str) -> tuple[str, ...]:
        return (self._wrong[word.lower()],)

    def with_own(self, own: tuple[str, ...]) -> FewWords:
        return FewWords(own)


@dataclass
class DictatedReport:
    """A page with case ONE open, its cursor in Findings."""

    desk: FakeDesk
    page: ReportPage
    feed: DictationFeed
    tasks: TaskRunner
    bot: Any

    @property
    def dictation(self) -> FakeDictation:
        return self.desk.dictation

    @property
    def editor(self) -> ReportEditor:
        assert self.page.active_editor is not None
        return self.page.active_editor

    @property
    def findings(self) -> ReportText:
        return self.editor.fields["findings"].text

    @property
    def cursor(self) -> int:
        """Where the reader's cursor is in Findings."""
        return self.findings.place[1]

    def draft(self, case_key: str = ONE, field: str = "findings") -> str:
        case = next(each for each in self.desk.open_cases if each.key == case_key)
        return self.desk.draft(case).fields[field]

    def write(self, text: str, cursor: int | None = None) -> None:
        """Findings holds this, as if typed long ago, with the cursor at a place (by default behind it)."""
        self.findings.splice(0, len(self.findings.toPlainText()), text)
        self.findings.select(*(2 * [len(text) if cursor is None else cursor]))

    def hears(self, text: str, **more: Any) -> str:
        """An utterance is final, and the page knows it."""
        utterance = self.dictation.hears(text, **more)
        self.feed.pump()
        return utterance

    def hears_partly(self, text: str) -> None:
        self.dictation.hears_partly(text)
        self.feed.pump()

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget(), key, modifier)

    def click_at(self, place: int) -> None:
        """Click on the text of Findings at a place."""
        box = self.findings.rect_of(place, place)
        at = QPoint(box.center().x() + 2, box.center().y())
        QTest.mouseClick(self.findings.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def find(self, name: str) -> QWidget:
        seen = [each for each in self.page.findChildren(QWidget) if each.accessibleName() == name and each.isVisible()]
        assert len(seen) == 1, f"{name}: {len(seen)} in sight"
        return seen[0]

    def sees(self, name: str) -> bool:
        return any(each.accessibleName() == name and each.isVisible() for each in self.page.findChildren(QWidget))

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)


@contextmanager
def a_dictated_report(bot: Any) -> Iterator[DictatedReport]:
    """Everything it started has ended afterwards."""
    items = [FakeItem(an_item(n, due_in=timedelta(hours=n)), counts=Counts(expected=3, received=3)) for n in (1, 2)]
    desk = FakeDesk(items)
    desk.log_in("dr.demo", PASSWORD)
    desk.open_case(ONE)
    tasks = TaskRunner()
    speller = Speller(desk, tasks, load=lambda own, _cancel: FewWords(own), start_after_ms=0)  # type: ignore[arg-type]
    page = ReportPage(desk, tasks, speller=speller)  # type: ignore[arg-type]
    feed = DictationFeed(desk, DeskSignals(desk, page), page)  # type: ignore[arg-type]
    feed.live.connect(page.take_change)
    feed.spliced.connect(page.take_change)
    feed.marks_changed.connect(page.marks_changed)
    page.send_changes_to(feed.apply)
    bot.addWidget(page)
    page.resize(1400, 900)
    page.show()
    page.activateWindow()
    bot.waitActive(page)
    made = DictatedReport(desk, page, feed, tasks, bot)
    made.editor.go_to("findings")
    try:
        yield made
    finally:
        assert tasks.stop(5)
