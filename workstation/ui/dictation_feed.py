"""What dictation has to tell, as Qt signals on the GUI thread: the one way from speech into the editors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workstation.reading.dictation_changes import (
    Change,
    CommandSpoken,
    LiveText,
    MarksChanged,
    NotACommand,
    TextSpliced,
    Told,
)
from workstation.ui.desk_signals import DeskSignals

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

TOPIC = "dictation"


class DictationFeed(QObject):
    """Asks dictation for its changes whenever it has some, and hands each to whom it concerns, in their order.

    What a method of dictation returns goes through `apply`, so that text reaches the editors in one way only.
    """

    about_to_look = Signal()
    """What can be said is to be told now, before anything that was said is looked at."""
    live = Signal(object)
    """`LiveText`: grey text of a field; empty when there is none any more."""
    spliced = Signal(object)
    """`TextSpliced`: the draft has changed; the editor does the same as one step."""
    marks_changed = Signal(str, str)
    """Case key and field: underlines and choices are to be looked up again."""
    command = Signal(object)
    """`CommandSpoken`."""
    not_a_command = Signal(str)
    """What was heard while the command key was held, when nothing fits it."""
    told = Signal(str)
    """A sentence for a toast."""
    state_changed = Signal()
    """The microphone, an engine or what is being waited for is in another state."""

    def __init__(self, desk: Desk, signals: DeskSignals, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        signals.changed.connect(self._topic)

    def pump(self) -> None:
        """Take what is waiting."""
        self.about_to_look.emit()
        self.apply(self._desk.dictation.pump())
        self.state_changed.emit()

    def apply(self, changes: Iterable[Change]) -> None:
        """Hand on what a method of dictation has changed."""
        for change in changes:
            match change:
                case LiveText():
                    self.live.emit(change)
                case TextSpliced():
                    self.spliced.emit(change)
                case MarksChanged(case_key=case_key, field_id=field_id):
                    self.marks_changed.emit(case_key, field_id)
                case CommandSpoken():
                    self.command.emit(change)
                case NotACommand(heard=heard):
                    self.not_a_command.emit(heard)
                case Told(text=text):
                    self.told.emit(text)

    def _topic(self, topic: str) -> None:
        if topic == TOPIC:
            self.pump()
