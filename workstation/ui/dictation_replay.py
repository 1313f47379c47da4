"""Plays what was dictated: the phrase at the cursor, and from it the one before and the one after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

NOTHING = "Nothing was dictated here whose sound is kept."


class DictationReplay(QObject):
    """Goes through the utterances of the active case in the order of its fields; last, those never recognised.

    Parameters
    ----------
    here
        Field in hand and the place of its cursor.
    """

    refused = Signal(str)

    def __init__(self, desk: Desk, here: Callable[[], tuple[str, int]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._here = here
        self._last: tuple[str, str] = ("", "")

    def play(self) -> None:
        """The phrase that holds the cursor, otherwise the one before it."""
        field, place = self._here()
        case = self._desk.active_case
        passages = self._desk.dictation.passages(case.key, field) if case is not None else ()
        before = [each for each in passages if each.start <= place]
        unheard = self._desk.dictation.unheard(case.key) if case is not None else ()
        self._play((before or list(passages))[-1].utterance if passages else "".join(unheard[:1]))

    def step(self, by: int) -> None:
        """The phrase after (1) or before (-1) the one played last."""
        names = self._utterances()
        case = self._desk.active_case
        if case is None or self._last[0] != case.key or self._last[1] not in names:
            self.play()
            return
        self._play(names[max(0, min(len(names) - 1, names.index(self._last[1]) + by))])

    def _utterances(self) -> list[str]:
        case = self._desk.active_case
        if case is None:
            return []
        fields = (each.id for each in self._desk.template(case).fields)
        written = [each.utterance for field in fields for each in self._desk.dictation.passages(case.key, field)]
        return [*written, *self._desk.dictation.unheard(case.key)]

    def _play(self, utterance: str) -> None:
        case = self._desk.active_case
        if not utterance or case is None:
            self.refused.emit(NOTHING)
            return
        self._last = (case.key, utterance)
        self._desk.dictation.stop_replay()
        self._desk.dictation.replay(utterance)
