"""In the whole window: what was dictated is settled by key and from the palette, until the report is ready to sign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextEdit

from tests.helpers.fake_desk import FakeDesk, FakeItem
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
ONE = "2.25.1001"
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), counts=Counts(expected=3, received=3))])) as made:
        made.open(ONE)
        made.find("Report field Findings").setFocus()
        yield made


def _findings(monitor: Monitor) -> str:
    return monitor.find("Report field Findings", QTextEdit).toPlainText()


def test_choices_and_confirmations_are_settled_by_key_until_the_report_is_ready(monitor: Monitor) -> None:
    dictation = monitor.desk.dictation
    name = dictation.hears("Nodule 14 mm.", low_accuracy=True)
    dictation.second_pass_gives(ONE, name, "Nodule 40 mm.", needs_choice=True)
    monitor.wait(lambda: _findings(monitor) == "Nodule 14 mm.")
    monitor.find("Report field Impression").setFocus()
    monitor.type("Nodule.")
    monitor.wait(lambda: monitor.text("Signing state") == "2 things before signing")
    monitor.press(Qt.Key.Key_2, ALT)
    assert _findings(monitor) == "Nodule 40 mm."
    monitor.wait(lambda: monitor.text("Signing state") == "1 thing before signing")
    monitor.press(Qt.Key.Key_C, ALT)
    assert dictation.unconfirmed(ONE) == ("findings",)  # Impression is in hand, and has nothing to confirm
    monitor.click("Go to: Low-accuracy text is to be read and confirmed.")
    assert monitor.focus_name() == "Report field Findings"
    monitor.press(Qt.Key.Key_C, ALT)
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")


def test_what_was_heard_is_opened_from_the_palette(monitor: Monitor) -> None:
    monitor.desk.dictation.hears("No effusion.")
    monitor.wait(lambda: _findings(monitor) == "No effusion.")
    monitor.press(Qt.Key.Key_K, CTRL)
    monitor.type("what was heard")
    monitor.press(Qt.Key.Key_Return)
    assert monitor.sees("What was heard")
    monitor.press(Qt.Key.Key_Escape)
    assert monitor.focus_name() == "Report field Findings"


def test_keys_of_choices_do_nothing_where_there_is_none(monitor: Monitor) -> None:
    monitor.type("Typed.")
    monitor.press(Qt.Key.Key_1, ALT)
    monitor.press(Qt.Key.Key_2, ALT)
    monitor.press(Qt.Key.Key_C, ALT)
    assert _findings(monitor) == "Typed."
