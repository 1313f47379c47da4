"""Undo and redo over all fields of a report, in the order in which they were changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QTextEdit


class FieldHistory:
    """Every field keeps its own undo steps (Ctrl+Z in it); this remembers in which order they came.

    Qt counts the parts of steps. A step is known by its field's count just after it: it is done as long as the field
    has at least that many.
    """

    def __init__(self, editors: Mapping[str, QTextEdit]) -> None:
        self._editors = editors
        self._steps: list[tuple[str, int]] = []
        self._counts = dict.fromkeys(editors, 0)
        for field_id, each in editors.items():
            each.document().undoCommandAdded.connect(partial(self._added, field_id))
            each.document().contentsChanged.connect(partial(self._changed, field_id))

    def undo(self) -> str:
        """Take back the last step; gives its field, or "" when there is none."""
        field_id = next((key for key, count in reversed(self._steps) if count <= self._count(key)), "")
        if field_id:
            self._editors[field_id].undo()
        return field_id

    def redo(self) -> str:
        """Make the last undone step again; gives its field, or "" when there is none."""
        field_id = next((key for key, count in self._steps if count > self._count(key)), "")
        if field_id:
            self._editors[field_id].redo()
        return field_id

    def _added(self, field_id: str) -> None:
        """A new step; those of the field that had been undone cannot be made again."""
        before = self._counts[field_id]
        self._steps = [each for each in self._steps if each[0] != field_id or each[1] <= before]
        self._steps.append((field_id, self._count(field_id)))

    def _changed(self, field_id: str) -> None:
        self._counts[field_id] = self._count(field_id)

    def _count(self, field_id: str) -> int:
        return self._editors[field_id].document().availableUndoSteps()
